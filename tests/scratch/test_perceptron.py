"""The perceptron is held to scikit-learn's, to Novikoff's bound, and to sums that fit on paper."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import Perceptron as ScikitPerceptron

from dlcourse import data
from dlcourse.scratch import Perceptron, novikoff_bound

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, XOR = np.array([-1, -1, -1, 1]), np.array([-1, 1, 1, 1]), np.array([-1, 1, 1, -1])


def zeros_and_ones():
    digits = data.load("digits")
    chosen = np.isin(digits.y_train, (0, 1))
    return digits.x_train[chosen].reshape(-1, 64), np.where(digits.y_train[chosen] == 1, 1, -1)


def cancer():
    x, y = load_breast_cancer(return_X_y=True)
    return (x - x.mean(axis=0)) / x.std(axis=0), np.where(y == 1, 1, -1)


@st.composite
def separable_problems(draw):
    """Whole numbers, so that a margin of zero is exactly zero; some of them separable without a bias."""
    whole = st.integers(-3, 3)
    separator = draw(hnp.arrays("int64", 3, elements=whole))
    use_bias = draw(st.booleans())
    weights, bias = separator[:2], int(separator[2]) * use_bias
    x = draw(hnp.arrays("int64", st.tuples(st.integers(1, 12), st.just(2)), elements=whole))
    score = x @ weights + bias
    x, y = x[score != 0], np.sign(score[score != 0])
    return x, y, weights, bias if use_bias else None


def test_the_first_update_adds_the_label_times_the_example():
    perceptron = Perceptron(learning_rate=0.5).fit([[2.0, -1.0]], [-1])
    assert perceptron.weights_history.tolist() == [[0.0, 0.0], [-1.0, 0.5]]
    assert perceptron.bias_history.tolist() == [0.0, -0.5]
    assert perceptron.mistaken.tolist() == [0]


def test_the_and_gate_learned_by_hand_gives_the_same_weights():
    perceptron = Perceptron().fit(CORNERS, AND)
    assert perceptron.weights.tolist() == [3.0, 2.0]
    assert perceptron.bias == -4.0
    assert perceptron.mistakes_per_epoch == [2, 3, 3, 2, 2, 3, 2, 1, 0]


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("learning_rate", [1.0, 0.1])
@pytest.mark.parametrize("problem", [zeros_and_ones, cancer])
def test_weights_equal_those_of_scikit_learn(problem, learning_rate, use_bias):
    x, y = problem()
    ours = Perceptron(learning_rate=learning_rate, max_epochs=15, use_bias=use_bias).fit(x, y)
    theirs = ScikitPerceptron(
        eta0=learning_rate, max_iter=ours.epochs, tol=None, shuffle=False, penalty=None, fit_intercept=use_bias
    ).fit(x.astype("float64"), y)
    np.testing.assert_allclose(ours.weights, theirs.coef_[0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.bias, theirs.intercept_[0], rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x.astype("float64")))


@given(separable_problems())
@settings(deadline=None)
def test_mistakes_stay_within_the_novikoff_bound_of_any_separator(problem):
    x, y, weights, bias = problem
    assume(len(x) > 0)
    bound = novikoff_bound(x, y, weights, bias)
    perceptron = Perceptron(max_epochs=int(bound) + 2, use_bias=bias is not None).fit(x, y)
    assert perceptron.converged
    assert perceptron.mistakes <= bound * (1 + 1e-9)


@given(separable_problems())
@settings(deadline=None)
def test_a_converged_perceptron_is_itself_a_separator(problem):
    x, y, _, bias = problem
    assume(len(x) > 0)
    perceptron = Perceptron(max_epochs=1000, use_bias=bias is not None).fit(x, y)
    np.testing.assert_array_equal(perceptron.predict(x), y)
    own = novikoff_bound(x, y, perceptron.weights, perceptron.bias if bias is not None else None)
    assert perceptron.mistakes <= own * (1 + 1e-9)


def test_the_bound_of_two_points_is_the_one_on_paper():
    assert novikoff_bound([[3.0, 4.0], [-1.0, 0.0]], [1, -1], [1.0, 0.0]) == pytest.approx(25.0)
    assert novikoff_bound([[2.0], [0.0]], [1, -1], [1.0], bias=-1.0) == pytest.approx(5.0 / 0.5)


def test_the_bound_does_not_depend_on_the_separators_length():
    x, y = CORNERS * 2 - 1.0, AND
    assert novikoff_bound(x, y, [1.0, 1.0], -1.0) == pytest.approx(novikoff_bound(x, y, [7.0, 7.0], -7.0))


@pytest.mark.parametrize("max_epochs", [1, 10, 1000])
def test_xor_never_converges(max_epochs):
    perceptron = Perceptron(max_epochs=max_epochs).fit(CORNERS, XOR)
    assert not perceptron.converged
    assert perceptron.epochs == max_epochs
    assert min(perceptron.mistakes_per_epoch) > 0


def test_xor_makes_the_weights_go_round_in_a_circle():
    perceptron = Perceptron(max_epochs=50).fit(CORNERS, XOR)
    states = np.column_stack([perceptron.weights_history, perceptron.bias_history])
    assert len(np.unique(states, axis=0)) < 10 < len(states)


@pytest.mark.parametrize("gate", [AND, OR], ids=["and", "or"])
def test_gates_that_a_line_can_part_are_learned(gate):
    perceptron = Perceptron().fit(CORNERS, gate)
    assert perceptron.converged
    np.testing.assert_array_equal(perceptron.predict(CORNERS), gate)


def test_the_learning_rate_scales_the_weights_and_changes_no_decision():
    x, y = zeros_and_ones()
    one, quarter = Perceptron(learning_rate=1.0).fit(x, y), Perceptron(learning_rate=0.25).fit(x, y)
    np.testing.assert_array_equal(one.mistaken, quarter.mistaken)
    np.testing.assert_array_equal(one.weights, quarter.weights * 4)


def test_a_bias_is_a_weight_on_a_constant_input():
    with_bias = Perceptron().fit(CORNERS, AND)
    with_ones = Perceptron(use_bias=False).fit(np.column_stack([CORNERS, np.ones(4)]), AND)
    np.testing.assert_array_equal(np.append(with_bias.weights, with_bias.bias), with_ones.weights)


def test_without_a_bias_the_origin_scores_zero():
    perceptron = Perceptron(use_bias=False, max_epochs=5).fit(CORNERS, OR)
    assert perceptron.bias == 0.0
    assert not perceptron.bias_history.any()
    assert perceptron.decision_function([[0, 0]]).tolist() == [0.0]


def test_history_has_one_entry_per_update_and_ends_at_the_weights():
    x, y = zeros_and_ones()
    perceptron = Perceptron().fit(x, y)
    assert perceptron.weights_history.shape == (perceptron.mistakes + 1, 64)
    assert perceptron.mistakes == sum(perceptron.mistakes_per_epoch) == len(perceptron.mistaken)
    np.testing.assert_array_equal(perceptron.weights_history[-1], perceptron.weights)
    steps = np.diff(perceptron.weights_history, axis=0)
    np.testing.assert_array_equal(steps, y[perceptron.mistaken, None] * x[perceptron.mistaken])


def test_fit_leaves_its_input_as_it_was_and_begins_anew_each_time():
    x, y = CORNERS.astype("float64"), AND.copy()
    perceptron = Perceptron().fit(x, y)
    first = perceptron.weights_history.copy()
    np.testing.assert_array_equal(perceptron.fit(x, y).weights_history, first)
    np.testing.assert_array_equal(x, CORNERS)
    np.testing.assert_array_equal(y, AND)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (CORNERS, [0, 1, 1, 0], r"labels must be -1 or \+1, got 0, 1; np.where"),
        (CORNERS, [-1, 1, 2, 1], r"labels must be -1 or \+1, got -1, 1, 2"),
        (CORNERS, [-1, 1, 1], r"shape \(4,\), got \(3,\)"),
        (CORNERS, [[-1], [1], [1], [1]], r"shape \(4,\), got \(4, 1\)"),
        (CORNERS[0], [1], r"x must have shape \(examples, inputs\) .* got \(2,\)"),
        (np.empty((0, 2)), [], r"at least one of each, got \(0, 2\)"),
        ([[np.nan, 1.0], [np.inf, 0.0]], [1, -1], "x must hold finite numbers, got 2 NaN or infinite"),
    ],
)
def test_fit_refuses_what_it_cannot_learn_from(x, y, message):
    with pytest.raises(ValueError, match=message):
        Perceptron().fit(x, y)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rate": 0.0}, "learning_rate must be a finite number above 0, got 0.0"),
        ({"learning_rate": float("nan")}, "learning_rate must be a finite number above 0, got nan"),
        ({"learning_rate": float("inf")}, "learning_rate must be a finite number above 0, got inf"),
        ({"max_epochs": 0}, "max_epochs must be an integer of at least 1, got 0"),
        ({"max_epochs": 1.5}, "max_epochs must be an integer of at least 1, got 1.5"),
    ],
)
def test_settings_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Perceptron(**arguments)


def test_deciding_before_learning_is_refused():
    with pytest.raises(ValueError, match="fit must be called before"):
        Perceptron().predict(CORNERS)


def test_deciding_on_another_number_of_inputs_is_refused():
    with pytest.raises(ValueError, match="x must have 2 columns, as in fit, got 3"):
        Perceptron().fit(CORNERS, AND).predict(np.ones((1, 3)))


@pytest.mark.parametrize(
    ("weights", "bias", "message"),
    [
        ([1.0, 1.0], 0.0, "the line must separate the classes, .* got -2"),
        ([0.0, 0.0], 0.0, "the line must separate the classes, .* got -?0"),
        ([1.0], -1.5, r"weights must have one number per column of x, shape \(2,\), got \(1,\)"),
    ],
)
def test_the_bound_refuses_a_line_that_does_not_separate(weights, bias, message):
    with pytest.raises(ValueError, match=message):
        novikoff_bound(CORNERS, -AND, weights, bias)
