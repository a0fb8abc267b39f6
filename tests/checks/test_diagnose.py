"""One test a diagnosis: the words that a learner needs, and silence where the diagnosis does not hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcourse.checks.compare import SINGLE_PRECISION, Tolerance, same
from dlcourse.checks.diagnose import diagnose
from dlcourse.checks.outcome import Outcome

X = np.array([[1.0, 2.0, 4.0], [8.0, -3.0, 5.0]])
P = np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])


def said(expected, came, tolerance=SINGLE_PRECISION, **arguments):
    return diagnose(expected, Outcome(came), arguments, tolerance)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("raised ZeroDivisionError: division by zero", "it raised ZeroDivisionError: division by zero"),
        ("is a list, but a function was expected", "it is a list, but a function was expected"),
        ("raised ValueError: The truth value of an array with", "there is a whole array (given `x` of shape (2, 3))"),
        (
            "raised ValueError: operands could not be broadcast together",
            "whose shapes do not fit (given",
        ),
        ("raised TypeError: f() takes 1 positional argument but 2", "the arguments that the question names"),
        ("raised NameError: name 'exp' is not defined", "was the cell run that defines or imports it?"),
        ("raised UFuncTypeError: Cannot cast ufunc 'subtract'", "make a new array"),
    ],
)
def test_an_exception_is_told_and_the_common_ones_are_explained(error, words):
    assert words in diagnose(X, Outcome(error=error), {"x": X, "rate": 0.1}, SINGLE_PRECISION)


@pytest.mark.parametrize("error", ["raised NameError: name 'exp' is not defined", "is None, but"])
def test_shapes_are_named_only_where_they_can_be_the_cause(error):
    assert "of shape" not in diagnose(X, Outcome(error=error), {"x": X}, SINGLE_PRECISION)


def test_a_right_value_with_a_modified_input():
    told = diagnose(X, Outcome(X, changed=("x", "y")), {}, SINGLE_PRECISION)
    assert told == "the value is right, but it modifies its input `x` and `y` in place: work on a copy"


@pytest.mark.parametrize("expected", [X, 1.0, [1.0, 2.0], {"a": 1.0}, "relu"])
def test_nothing_returned(expected):
    assert said(expected, None) == "it gave None: is there a `return`?"


@pytest.mark.parametrize(
    ("expected", "came", "words"),
    [
        (X, "x", "it gave text, an array of shape (2, 3) was expected"),
        (1.0, {"a": 1}, "it gave a dict, a number was expected"),
        (X, True, "it gave True or False, an array"),
        (X, [[1, 2], [3]], "it gave a list, an array"),
        ("relu", "tanh", "it gave 'tanh', which is not right"),
        (True, False, "it gave False, which is not right"),
        ("relu", X, "it gave an array of shape (2, 3), which is not right"),
    ],
)
def test_another_kind_of_thing(expected, came, words):
    assert words in said(expected, came)


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (1.0, "it gave a number, 2 values were expected (`return a, b`)"),
        (np.zeros(3), "it gave an array of shape (3,), 2 values were expected"),
        (np.array(1.0), "it gave an array without axes, 2 values"),
        ([1.0], "it gave 1 value, 2 were expected"),
        ([0.5, np.array([1.0, 2.0])], "the right values, but returned in another order"),
        ([np.array([1.0, 2.0]), 0.7], "value 2 of 2: it gave 0.7, 0.5 was expected"),
        ([np.array([1.0, -2.0]), 0.5], "value 1 of 2: it gave -2 at [1], 2 was expected; 1 of 2 values differ"),
        ([None, 0.5], "value 1 of 2: it gave None"),
    ],
)
def test_one_of_several_values(came, words):
    assert words in said([np.array([1.0, 2.0]), 0.5], came)


@pytest.mark.parametrize(
    ("came", "words"),
    [
        ([1.0], "it gave a list, a dict was expected"),
        ({"a": 1.0}, "its keys are ['a'], ['a', 'b'] were expected"),
        ({"a": 1.0, "b": 3.0}, "under 'b': it gave 3, 2.5 was expected"),
    ],
)
def test_one_of_several_keys(came, words):
    assert words in said({"a": 1.0, "b": 2.5}, came)


@pytest.mark.parametrize("decimals", [1, 2, 4])
def test_rounded(decimals):
    assert said(P / 7, np.round(P / 7, decimals)) == f"it is rounded to {decimals} decimals: leave all of them"


def test_nearly_right():
    assert said(P, P + 1e-5).startswith("almost right, off by 1e-05 at most: is something small added")


def test_transposed():
    assert said(X, X.T) == "right values, but transposed: its shape is (3, 2), (2, 3) was expected"
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert said(square, square.T) == "right values, but transposed"


@pytest.mark.parametrize(
    ("expected", "came", "words"),
    [
        (X, X[:, :2], "its shape is (2, 2), (2, 3) was expected"),
        (X, X.ravel(), "right values in another shape: its shape is (6,), (2, 3) was expected"),
        (X, 3.0, "it gave one number, an array of shape (2, 3) was expected"),
        (2.5, np.array([2.5]), "the right number, but inside an array of shape (1,)"),
        (2.5, X, "it gave an array of shape (2, 3), one number was expected: is a sum or a mean missing?"),
        (np.arange(3.0), np.ones((3, 3)), "broadcasting made a square of them"),
    ],
)
def test_another_shape(expected, came, words):
    assert words in said(expected, came)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_became_too_large(bad):
    came = X.copy()
    came[1, 2] = bad
    assert said(X, came).startswith(
        f"it gave {bad} at [1, 2], where 5 was expected: somewhere a number became too large"
    )


def test_negated():
    assert said(X, -X) == "right up to the sign: it is negated"
    assert "negated" in said(2.0, -2.0)


@pytest.mark.parametrize(
    ("expected", "factor", "words"),
    [
        (X, 3, "it is 3 times what was expected (3 is the length of axis 1 of `x`: a sum where a mean is asked?)"),
        (
            X,
            1 / 3,
            "it is 0.3333 times what was expected (3 is the length of axis 1 of `x`: divided by it once too often?)",
        ),
        (X, 6, "(6 is how many numbers `x` has: a sum where a mean is asked?)"),
        (X, 1 / np.log(2), "the logarithm to base 2, where the natural one is meant?"),
        (X, 1 / np.log(10), "the logarithm to base 10, where the natural one is meant?"),
        (X[:, :1], 0.7, "it is 0.7 times what was expected"),
        (5.0, 3, "3 is the length of axis 1 of `x`"),
        (np.arange(3.0), 7.0, "it is 7 times what was expected"),
    ],
)
def test_right_up_to_a_factor(expected, factor, words):
    told = said(expected, expected * factor, x=X)
    assert told.startswith("right up to a constant factor: ")
    assert words in told


@pytest.mark.parametrize(("factor", "words"), [(2, "a half is missing?"), (0.5, "a half too many?")])
def test_a_half_that_is_missing_or_too_many(factor, words):
    assert words in said(X, X * factor, x=np.zeros((5, 7)))


def test_one_number_alone_is_no_sign_of_a_factor():
    assert said(5.0, 3.5, x=X) == "it gave 3.5, 5 was expected"


@pytest.mark.parametrize(
    ("shift", "words"), [(0.25, "every value is 0.25 too large"), (-2, "every value is 2 too small")]
)
def test_right_up_to_a_constant(shift, words):
    assert said(X, X + shift) == f"right up to a constant: {words}"


def test_not_normalised():
    assert said(P, P * np.array([[2.0], [3.0]])).startswith("not normalised: along the last axis the numbers sum to 3,")


def test_normalised_along_another_axis():
    assert "wrong axis: it sums to 1 along axis 0, it should along the last one, axis 1" in said(P, P / P.sum(axis=0))
    cube = np.stack([P, P])
    assert "along axis 1, it should along the last one, axis 2" in said(cube, cube / cube.sum(axis=1, keepdims=True))


def test_normalised_over_everything():
    odd = P**2 / (P**2).sum()
    assert said(P, odd).startswith("it sums to 1 over the whole array")


def test_the_right_values_in_the_wrong_places():
    assert said(X, X[::-1]) == "the right values, but in the wrong places"


def test_otherwise_the_largest_difference_is_shown():
    came = X.copy()
    came[0, 1] = 2.5
    came[1, 0] = -8.5
    assert said(X, came) == "it gave -8.5 at [1, 0], 8 was expected; 2 of 6 values differ"


@pytest.mark.parametrize("tolerance", [SINGLE_PRECISION, Tolerance()])
def test_single_precision_noise_hides_no_diagnosis(tolerance):
    noisy = (-X * (1 + 3e-6)).astype("float32")
    assert "negated" in said(X, noisy, tolerance)


shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
anything = shapes.flatmap(lambda shape: hnp.arrays(st.sampled_from(["float64", "float32", "int64", "bool"]), shape))


@given(anything, anything)
def test_there_are_words_for_every_wrong_array_and_never_an_exception(expected, came):
    if not same(expected, came, SINGLE_PRECISION):
        assert said(expected, came, x=came)
