"""What counts as the same answer, and what does not: garbage never does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcourse.checks.compare import SINGLE_PRECISION, Tolerance, as_numbers, digest, plain_text, same

DEFAULT = Tolerance()
numbers = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(2**53), 2**53)
arrays = hnp.arrays(st.sampled_from(["float64", "int32", "bool"]), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0))
data = st.recursive(
    st.none() | st.booleans() | numbers | st.text() | arrays,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
GARBAGE = [
    None,
    True,
    "0.5",
    7.0,
    [],
    {},
    [0.1, 0.2],
    {"a": 1.0},
    np.zeros(0),
    np.array(9.0),
    np.zeros((2, 2)),
    np.full((2, 3), np.nan),
    np.full((2, 3), np.inf),
    [np.zeros(3), "x"],
]
EXPECTED = [
    0.5,
    3,
    False,
    "relu",
    [1.0, 2.0, 4.0],
    [np.ones(2), 0.5],
    {"b": 1},
    np.ones((2, 3)),
    np.ones(4),
    np.array(1.0),
]


@given(data)
def test_everything_is_the_same_as_itself(value):
    assert same(value, value, DEFAULT)


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
@pytest.mark.parametrize("expected", EXPECTED, ids=repr)
def test_garbage_is_never_the_same(expected, garbage):
    assert not same(expected, garbage, SINGLE_PRECISION)


@given(hnp.arrays("float64", (2, 3), elements=st.floats(-1e3, 1e3)), st.integers(0, 5), st.floats(0.01, 1e3))
def test_one_number_that_differs_is_enough_to_tell_two_arrays_apart(expected, position, gap):
    came = expected.copy()
    came.ravel()[position] += gap + 0.01 * abs(came.ravel()[position])
    assert not same(expected, came, SINGLE_PRECISION)


@pytest.mark.parametrize(("gap", "within"), [(0.9e-6, True), (1.1e-6, False)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_relative_tolerance_is_where_it_says(gap, within, sign):
    assert same(1000.0, 1000.0 * (1 + sign * gap), Tolerance(rtol=1e-6, atol=0)) is within


@pytest.mark.parametrize(("gap", "within"), [(0.9e-8, True), (1.1e-8, False)])
def test_the_absolute_tolerance_is_where_it_says(gap, within):
    assert same(0.0, gap, Tolerance(rtol=0, atol=1e-8)) is within


@pytest.mark.parametrize(("dtype", "within"), [("float16", True), ("float32", True), ("float64", False)])
def test_single_precision_gets_the_room_that_it_needs(dtype, within):
    assert same(1.000005, np.array(1.0, dtype=dtype), DEFAULT) is within


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_themselves_and_nothing_else(value):
    array = np.array([1.0, value])
    assert same(array, array.copy(), DEFAULT)
    for other in (np.nan, np.inf, -np.inf, 0.0, 1e308):
        if not (np.isnan(other) and np.isnan(value)) and other != value:
            assert not same(array, np.array([1.0, other]), DEFAULT)


@pytest.mark.parametrize(
    ("expected", "came"),
    [
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        (np.array([[1, 2]]), [[1, 2]]),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ([np.ones(2), 3.0], [[1, 1], np.array(3.0)]),
        (1.0, np.array(1.0)),
        (1, 1.0),
        (np.array([0, 1]), np.array([False, True])),
        (np.array([True, False]), np.array([1.0, 0.0])),
        (True, np.array(True)),
        (np.array([1, 2]), np.array([1, 2], dtype="uint8")),
    ],
)
def test_the_same_numbers_in_other_clothes_are_the_same(expected, came):
    assert same(expected, came, DEFAULT)


@pytest.mark.parametrize(
    ("expected", "came"),
    [
        (1, True),
        (0.0, False),
        (True, 1),
        (False, None),
        (True, np.array(1)),
        ("1", 1),
        (1.0, np.array([1.0])),
        (1.0, [1.0]),
        (np.array([1.0]), 1.0),
        ([1.0], 1.0),
        ([1.0, 2.0], [1.0]),
        ([1.0, 2.0], [2.0, 1.0]),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, [1]),
        (np.ones((2, 1)), np.ones(2)),
        (np.ones((1, 2)), np.ones((2, 1))),
        ("relu", "Relu"),
        ([np.ones(2), 1.0], [1.0, np.ones(2)]),
    ],
)
def test_another_kind_shape_or_order_is_not_the_same(expected, came):
    assert not same(expected, came, DEFAULT)


@pytest.mark.parametrize("value", [None, "text", {"a": 1}, True, [1, "a"], [None], [[1, 2], [3]], [{}], [2**70]])
def test_what_is_not_numbers_is_not_taken_for_numbers(value):
    assert as_numbers(value) is None


@pytest.mark.parametrize("value", [1, 1.5, [1, 2], [[1.0], [2.0]], [np.ones(2), [3, 4]], np.ones((2, 3)), []])
def test_numbers_in_any_nesting_are_an_array(value):
    np.testing.assert_array_equal(as_numbers(value), np.array(value))


def test_the_looser_of_two_tolerances_is_taken_part_by_part():
    assert Tolerance(1e-3, 1e-9).at_least(SINGLE_PRECISION) == Tolerance(1e-3, 1e-6)


@pytest.mark.parametrize("text", ["binary_crossentropy", " Binary Crossentropy ", "BINARY-CROSSENTROPY"])
def test_a_chosen_word_may_be_spelled_loosely(text):
    assert plain_text(text) == "binary_crossentropy"
    assert digest("3.5 spam", [text]) == digest("3.5 spam", ["binary_crossentropy"])


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), ([1, 2], np.array([1.0, 2.0])), ([3], np.array([3]))])
def test_a_chosen_number_has_one_fingerprint_however_it_is_written(one, other):
    assert digest("1.1 a", one) == digest("1.1 a", other)


@pytest.mark.parametrize("other", [("3.5 b", "x"), ("3.5 a", "y"), ("3.5 a", ["x"]), ("3.5 a", None), ("3.6 a", "x")])
def test_another_place_or_value_has_another_fingerprint(other):
    assert digest("3.5 a", "x") != digest(*other)


def test_a_fingerprint_does_not_show_its_value():
    assert "sigmoid" not in digest("3.5 spam", ["sigmoid", "binary_crossentropy"])
