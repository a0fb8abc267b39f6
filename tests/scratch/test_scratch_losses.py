"""The losses against Keras, scikit-learn, finite differences and numbers that fit on paper, and by their laws."""

from functools import partial

import keras
import numpy as np
import pytest
import sklearn.metrics
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import scratch

RANDOM = np.random.default_rng(3)
REAL = RANDOM.normal(0, 3, (40, 5))
BITS = RANDOM.integers(0, 2, (40, 5)).astype(float)
CLASSES = RANDOM.integers(0, 5, 40)
SHARES = RANDOM.dirichlet(np.ones(5), 40)
UNIT = RANDOM.uniform(0.01, 0.99, (40, 5))

# Our name, targets, predictions, Keras's loss.
CASES = {
    "mse": (REAL[::-1], REAL, keras.losses.MeanSquaredError),
    "mae": (REAL[::-1], REAL, keras.losses.MeanAbsoluteError),
    "huber": (REAL[::-1], REAL, keras.losses.Huber),
    "binary_cross_entropy": (BITS, UNIT, keras.losses.BinaryCrossentropy),
    "binary_cross_entropy_from_logits": (
        BITS,
        REAL,
        partial(keras.losses.BinaryCrossentropy, from_logits=True),
    ),
    "cross_entropy": (
        SHARES,
        REAL,
        lambda **options: keras.losses.CategoricalCrossentropy(from_logits=True, **options),
    ),
    "hinge": (2 * BITS - 1, REAL, keras.losses.Hinge),
}
TARGETS = {**{name: case[:2] for name, case in CASES.items()}, "pseudo_huber": (REAL[::-1], REAL)}
# Away from the corners of MAE, Huber and hinge a central difference is right.
SLOPES = {
    "mse": st.tuples(st.floats(-9, 9), st.floats(-9, 9)),
    "mae": st.tuples(st.just(0.0), st.floats(0.01, 9)),
    "huber": st.tuples(st.just(0.0), st.floats(-9, 9).filter(lambda r: abs(abs(r) - 1) > 0.01)),
    "pseudo_huber": st.tuples(st.floats(-9, 9), st.floats(-9, 9)),
    "binary_cross_entropy": st.tuples(st.floats(0, 1), st.floats(0.05, 0.95)),
    "binary_cross_entropy_from_logits": st.tuples(st.floats(0, 1), st.floats(-20, 20)),
    "hinge": st.tuples(st.just(1.0), st.floats(-9, 9).filter(lambda f: abs(f - 1) > 0.01)),
}
every = pytest.mark.parametrize("name", TARGETS)
held_to_keras = pytest.mark.parametrize("name", CASES)
precisions = pytest.mark.parametrize(("dtype", "error"), [("float32", 2e-6), ("float64", 1e-12)])


def value_of(name):
    return getattr(scratch, name)


def gradient_of(name):
    return getattr(scratch, f"{name}_gradient")


def keras_value_and_gradient(loss, targets, predictions):
    predictions = tf.constant(predictions)
    with tf.GradientTape() as tape:
        tape.watch(predictions)
        value = loss(targets, predictions)
    return value.numpy(), tape.gradient(value, predictions).numpy()


@precisions
@held_to_keras
def test_cost_and_its_derivative_are_those_of_keras(name, dtype, error):
    targets, predictions, loss = CASES[name]
    # Keras clips probabilities to a constant in single precision, and keeps Huber's delta in it.
    error = max(error, 1e-6) if name in ("binary_cross_entropy", "huber") else error
    targets, predictions = targets.astype(dtype), predictions.astype(dtype)
    value, gradient = keras_value_and_gradient(loss(dtype=dtype), targets, predictions)
    np.testing.assert_allclose(value_of(name)(targets, predictions), value, rtol=error)
    np.testing.assert_allclose(gradient_of(name)(targets, predictions), gradient, rtol=error * 10, atol=error / 10)


@held_to_keras
def test_losses_one_by_one_are_those_of_keras(name):
    targets, predictions, loss = CASES[name]
    expected = loss(reduction="none", dtype="float64")(targets, predictions)
    np.testing.assert_allclose(value_of(name)(targets, predictions, reduction="none"), expected, rtol=1e-6)


@every
def test_cost_is_the_mean_of_the_losses_and_its_derivative_their_share(name):
    targets, predictions = TARGETS[name]
    losses = value_of(name)(targets, predictions, reduction="none")
    own = gradient_of(name)(targets, predictions, reduction="none")
    assert losses.shape == (40,)
    np.testing.assert_allclose(value_of(name)(targets, predictions), losses.mean(), rtol=1e-12)
    np.testing.assert_allclose(gradient_of(name)(targets, predictions), own / 40, rtol=1e-12)


@pytest.mark.parametrize("delta", [0.25, 1.0, 4.0])
def test_huber_is_that_of_keras_for_any_delta(delta):
    value, gradient = keras_value_and_gradient(keras.losses.Huber(delta, dtype="float64"), REAL[::-1], REAL)
    np.testing.assert_allclose(scratch.huber(REAL[::-1], REAL, delta), value, rtol=1e-6)
    np.testing.assert_allclose(scratch.huber_gradient(REAL[::-1], REAL, delta), gradient, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "judge"),
    [
        ("mse", sklearn.metrics.mean_squared_error),
        ("mae", sklearn.metrics.mean_absolute_error),
        ("hinge", sklearn.metrics.hinge_loss),
        ("binary_cross_entropy", sklearn.metrics.log_loss),
    ],
)
def test_cost_is_that_of_scikit_learn(name, judge):
    targets, predictions, _ = CASES[name]
    targets, predictions = targets[:, 0], predictions[:, 0]
    np.testing.assert_allclose(value_of(name)(targets, predictions), judge(targets, predictions), rtol=1e-12)


def test_cross_entropy_is_that_of_scikit_learn():
    expected = sklearn.metrics.log_loss(CLASSES, scratch.softmax(REAL), labels=range(5))
    np.testing.assert_allclose(scratch.cross_entropy(CLASSES, REAL), expected, rtol=1e-12)


@pytest.mark.parametrize("name", SLOPES)
@settings(deadline=None)
@given(data=st.data())
def test_derivative_is_the_slope_of_the_value(name, data):
    target, at = data.draw(SLOPES[name])
    h = 1e-5
    slope = (value_of(name)(target, at + h) - value_of(name)(target, at - h)) / (2 * h)
    np.testing.assert_allclose(gradient_of(name)(target, at), slope, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("position", [(0, 0), (1, 4), (7, 2)])
def test_derivative_of_cross_entropy_is_the_slope_of_the_value(position):
    h, step = 1e-5, np.zeros_like(REAL)
    step[position] = h
    slope = (scratch.cross_entropy(SHARES, REAL + step) - scratch.cross_entropy(SHARES, REAL - step)) / (2 * h)
    np.testing.assert_allclose(scratch.cross_entropy_gradient(SHARES, REAL)[position], slope, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "arguments", "losses", "slopes"),
    [
        ("mse", ([1, 2], [2, 4]), [1, 4], [2, 4]),
        ("mae", ([1, 2, 3], [2, 0, 3]), [1, 2, 0], [1, -1, 0]),
        ("huber", ([0, 0, 0], [0.5, -1, 3]), [0.125, 0.5, 2.5], [0.5, -1, 1]),
        ("pseudo_huber", ([0, 0], [0.75, -1.875]), [0.25, 1.125], [0.6, -15 / 17]),
        ("binary_cross_entropy", ([1, 0], [0.25, 0.5]), [np.log(4), np.log(2)], [-4, 2]),
        ("binary_cross_entropy_from_logits", ([1, 0.5], [0, 0]), [np.log(2)] * 2, [-0.5, 0]),
        ("cross_entropy", ([1], [[0, np.log(3)]]), [np.log(4 / 3)], [[0.25, -0.25]]),
        ("hinge", ([1, 1, -1, -1], [0.5, 2, 0, -1]), [0.5, 0, 1, 0], [-1, 0, 1, 0]),
    ],
)
def test_small_examples_come_out_as_on_paper(name, arguments, losses, slopes):
    np.testing.assert_allclose(value_of(name)(*arguments, reduction="none"), losses, rtol=1e-12)
    np.testing.assert_allclose(gradient_of(name)(*arguments, reduction="none"), slopes, rtol=1e-12)


def test_class_numbers_and_their_one_hot_rows_cost_the_same():
    one_hot = np.eye(5)[CLASSES]
    assert scratch.cross_entropy(CLASSES, REAL) == scratch.cross_entropy(one_hot, REAL)
    np.testing.assert_array_equal(
        scratch.cross_entropy_gradient(CLASSES, REAL), scratch.cross_entropy_gradient(one_hot, REAL)
    )


@settings(deadline=None)
@given(y=st.floats(0, 1), z=st.floats(-30, 30))
def test_both_binary_forms_agree_where_the_probability_can_be_told_from_one(y, z):
    from_p = scratch.binary_cross_entropy(y, scratch.sigmoid(z))
    np.testing.assert_allclose(scratch.binary_cross_entropy_from_logits(y, z), from_p, rtol=0.03, atol=1e-12)


@settings(deadline=None)
@given(z=st.floats(-300, 300), y=st.integers(0, 1))
def test_binary_cross_entropy_is_that_of_two_classes_with_the_other_logit_zero(z, y):
    np.testing.assert_allclose(
        scratch.binary_cross_entropy_from_logits(y, z), scratch.cross_entropy([y], [[0, z]]), rtol=1e-12, atol=1e-15
    )


@settings(deadline=None)
@given(r=st.floats(-1e3, 1e3), delta=st.floats(0.01, 100))
def test_pseudo_huber_lies_below_huber_and_huber_below_both_of_its_limits(r, delta):
    pseudo, huber = scratch.pseudo_huber(0.0, r, delta), scratch.huber(0.0, r, delta)
    assert 0 <= pseudo <= huber * (1 + 1e-12)
    assert huber <= min(r * r / 2, delta * abs(r)) * (1 + 1e-12)


def test_pseudo_huber_keeps_the_digits_of_a_small_residual_and_survives_a_huge_one():
    small, huge = scratch.pseudo_huber(np.zeros(2), np.array([1e-9, 1e200]), reduction="none")
    assert small == pytest.approx(5e-19, rel=1e-12)
    assert huge == pytest.approx(1e200, rel=1e-12)


@pytest.mark.parametrize(("y", "p"), [(1, 0), (0, 1), (0.5, 0), (0.5, 1)])
def test_what_was_held_impossible_costs_infinitely_much(y, p):
    assert scratch.binary_cross_entropy(y, p) == np.inf
    assert abs(scratch.binary_cross_entropy_gradient(y, p)) == np.inf


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_certain_and_right_probability_costs_nothing_and_not_minus_nothing(p):
    assert str(scratch.binary_cross_entropy(p, p)) == "0.0"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_logits_of_a_thousand_are_harmless(dtype):
    z = np.array([[1000, -1000], [-1000, 1000]], dtype)
    with np.errstate(all="raise", under="ignore"):
        binary = scratch.binary_cross_entropy_from_logits(np.eye(2), z, reduction="none")
        losses = scratch.cross_entropy([0, 0], z, reduction="none")
    np.testing.assert_array_equal(binary, [0, 0])
    np.testing.assert_array_equal(losses, [0, 2000])
    assert losses.dtype == binary.dtype == dtype


@every
def test_precision_is_that_of_the_predictions_and_inputs_stay_as_they_were(name):
    targets, predictions = (each.copy() for each in TARGETS[name])
    single = predictions.astype("float32")
    assert value_of(name)(targets, single).dtype == "float32"
    assert gradient_of(name)(targets, single).dtype == "float32"
    value_of(name)(targets, predictions), gradient_of(name)(targets, predictions)
    np.testing.assert_array_equal(targets, TARGETS[name][0])
    np.testing.assert_array_equal(predictions, TARGETS[name][1])


@every
@pytest.mark.parametrize("function", [value_of, gradient_of])
def test_a_column_against_a_row_is_refused_instead_of_broadcast(name, function):
    targets, predictions = TARGETS[name]
    with pytest.raises(ValueError, match=r"\(40,\)"):
        function(name)(targets[:, 0], predictions[:, :1])


@every
@pytest.mark.parametrize("function", [value_of, gradient_of])
def test_an_unknown_reduction_is_named(name, function):
    with pytest.raises(ValueError, match="reduction must be 'mean' or 'none', got 'sum'"):
        function(name)(*TARGETS[name], reduction="sum")


@pytest.mark.parametrize("name", ["huber", "huber_gradient", "pseudo_huber", "pseudo_huber_gradient"])
@pytest.mark.parametrize("delta", [0, -1.0, np.inf, np.nan])
def test_delta_must_be_positive(name, delta):
    with pytest.raises(ValueError, match="delta must be a positive number, got"):
        getattr(scratch, name)([0.0], [1.0], delta)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("mse", ([], []), "at least one example"),
        ("binary_cross_entropy", ([0.0], [1.5]), "probabilities must lie from 0 to 1, got 1.5"),
        ("binary_cross_entropy", ([2.0], [0.5]), "y_true must lie from 0 to 1, got 2.0"),
        ("binary_cross_entropy_from_logits", ([-1.0], [0.5]), "y_true must lie from 0 to 1, got -1.0"),
        ("hinge", ([0, 1], [1.0, 1.0]), "labels of the hinge loss must be -1 or 1, got 0.0"),
        ("cross_entropy", ([0, 2], np.zeros((2, 2))), "class numbers must be from 0 to 1, got 0 to 2"),
        ("cross_entropy", ([-1, 0], np.zeros((2, 2))), "class numbers must be from 0 to 1, got -1 to 0"),
        ("cross_entropy", ([0.0, 1.0], np.zeros((2, 2))), "integers of shape"),
        ("cross_entropy", ([0, 1], np.zeros(2)), "logits must have shape"),
        ("cross_entropy", ([0, 1], np.zeros((2, 0))), "logits must have shape"),
    ],
)
def test_what_is_wrong_is_said_with_the_value(name, arguments, words):
    with pytest.raises(ValueError, match=words):
        value_of(name)(*arguments)
    with pytest.raises(ValueError, match=words):
        gradient_of(name)(*arguments)


def test_corners_have_the_slope_that_the_docstrings_say():
    assert scratch.mae_gradient(0.0, 0.0) == 0
    assert scratch.hinge_gradient(1.0, 1.0) == 0
