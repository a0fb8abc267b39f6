"""What passes between an answer and its check: kept to the last bit, and nothing else let through."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcourse.checks.data import NotDataError, as_data, decode, described, encode

RESERVED = ["__array__", "__float__", "__dict__", "shape", "values"]
DTYPES = ["bool", "int8", "uint8", "int64", "uint64", "float16", "float32", "float64"]
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
keys = st.sampled_from(RESERVED) | st.text()
data = st.recursive(
    scalars | arrays, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)


def identical(one, other):
    """Same kind, same shape, same bits; any NaN is like any other."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and bits(one) == bits(other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(identical(one[key], other[key]) for key in one)
    return one == other or (one != one and other != other)


def bits(array):
    return np.where(np.isnan(array), np.nan, array).tobytes() if array.dtype.kind == "f" else array.tobytes()


def through_json(value):
    return decode(json.loads(json.dumps(encode(value), allow_nan=False)))


@given(data)
def test_data_written_as_strict_json_and_read_back_are_the_same(value):
    assert identical(as_data(value), through_json(as_data(value)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        ([1], [2]),
        ([1], [1, 1]),
        ({"a": 1}, {"b": 1}),
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2), np.zeros(2, "float32")),
        (np.array([np.nan]), np.array([1.0])),
        (0.0, math.nan),
        (np.zeros(1), -np.zeros(1)),
    ],
)
def test_the_comparison_that_these_tests_use_tells_things_apart(one, other):
    assert not identical(one, other)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "make", [lambda number: number, lambda number: [number], lambda number: np.array([1.0, number])]
)
def test_numbers_that_json_does_not_have_pass(number, make):
    assert identical(through_json(make(number)), make(number))


def test_a_dict_that_looks_like_an_encoded_array_stays_a_dict():
    value = {"__array__": "float64", "shape": [1], "values": [1.0]}
    assert through_json(value) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(0.5), 0.5),
        (np.int32(3), 3),
        (np.bool_(True), True),
        (np.str_("relu"), "relu"),
        ((1, (2.0, None)), [1, [2.0, None]]),
        ({"a": (1,)}, {"a": [1]}),
    ],
)
def test_values_become_plain_python(value, expected):
    assert identical(as_data(value), expected)


def test_a_single_precision_scalar_keeps_its_precision_as_an_array_without_axes():
    assert identical(as_data(np.float32(0.1)), np.array(0.1, dtype="float32"))


def test_more_than_double_precision_is_cut_to_double():
    assert as_data(np.zeros(2, dtype="longdouble")).dtype == np.float64


def test_an_array_is_copied():
    original = np.zeros(2)
    taken = as_data(original)
    original[0] = 1
    assert taken[0] == 0


def test_a_tensor_becomes_an_array():
    tensorflow = pytest.importorskip("tensorflow")
    assert identical(as_data(tensorflow.constant([1.0, 2.0])), np.array([1, 2], dtype="float32"))
    assert as_data(tensorflow.constant([1.0, 2.0], dtype="bfloat16")).dtype == np.float32


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({1, 2}, "a set"),
        (3 + 4j, "a complex"),
        (object(), "an object"),
        (np.ndarray, "the class ndarray"),
        (np.array(["a"]), "an array of shape (1,) that holds no numbers (<U1)"),
        ([np.array([1j])], "an array of shape (1,) that holds no numbers (complex128)"),
        ({1: 2}, "a dict whose keys are not all text"),
        (Ellipsis, "`...`"),
    ],
)
def test_what_is_no_data_is_refused_by_name(value, named):
    with pytest.raises(NotDataError) as error:
        as_data(value)
    assert str(error.value) == named


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        (np.array(1.0), "an array without axes"),
        (None, "None"),
        (True, "True or False"),
        (1, "a number"),
        (1.5, "a number"),
        ("x", "text"),
        ([], "a list"),
        ((), "a tuple"),
        ({}, "a dict"),
        (len, "a builtin_function_or_method"),
    ],
)
def test_kinds_are_named_in_words(value, words):
    assert described(value) == words
