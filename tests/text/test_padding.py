"""Sequences as one array, and blocks for a language model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.text import language_model_blocks, pad


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({}, [[1, 2, 3], [4, 0, 0]]),
        ({"length": 2}, [[1, 2], [4, 0]]),
        ({"length": 2, "cut": "left"}, [[2, 3], [4, 0]]),
        ({"length": 2, "side": "left"}, [[1, 2], [0, 4]]),
        ({"length": 4, "value": -1}, [[1, 2, 3, -1], [4, -1, -1, -1]]),
    ],
)
def test_short_ones_are_filled_and_long_ones_cut(options, rows):
    padded = pad([[1, 2, 3], [4]], **options)
    assert padded.tolist() == rows
    assert padded.dtype == "int32"


def test_sequences_of_vectors_keep_their_last_axis():
    padded = pad([np.ones((2, 3)), np.ones((4, 3))], dtype="float32")
    assert padded.shape == (2, 4, 3)
    assert padded[0].sum() == 6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pad([]), "at least one sequence, got none"),
        (lambda: pad([[1]], length=0), "length must be at least 1, got 0"),
        (lambda: pad([[1]], side="post"), "side must be 'right' or 'left', got 'post'"),
        (lambda: pad([[1]], cut="middle"), "cut must be 'right' or 'left', got 'middle'"),
        (lambda: language_model_blocks([1, 2], 0), "at least 1, got 0 and 0"),
        (lambda: language_model_blocks([1, 2], 1, stride=0), "at least 1, got 1 and 0"),
        (lambda: language_model_blocks([1, 2], 2), r"more than length = 2 tokens, got shape \(2,\)"),
        (lambda: language_model_blocks([[1, 2, 3]], 2), r"a vector .* got shape \(1, 3\)"),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@given(st.integers(2, 60), st.integers(1, 20), st.integers(1, 20))
def test_each_target_is_the_token_after_its_input(count, length, stride):
    if count <= length:
        return
    inputs, targets = language_model_blocks(np.arange(count), length, stride)
    np.testing.assert_array_equal(targets, inputs + 1)
    np.testing.assert_array_equal(inputs[:, 0], np.arange(0, count - length, stride))
    assert inputs.shape[1] == length


def test_without_a_stride_every_token_is_predicted_once():
    _, targets = language_model_blocks(np.arange(13), 4)
    assert targets.ravel().tolist() == list(range(1, 13))


def test_blocks_are_copies():
    numbers = np.arange(9, dtype="int32")
    inputs, _ = language_model_blocks(numbers, 3)
    inputs[:] = 0
    assert numbers.tolist() == list(range(9))
