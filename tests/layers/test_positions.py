"""Sinusoidal and rotary positions: the defining formulas, and that a rotation knows the distance alone."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.layers import (
    MultiHeadAttention,
    RotaryEmbedding,
    SinusoidalPositionalEncoding,
)
from dlcourse.layers.rotary_embedding import rotate

LENGTH, WIDTH = 50, 8


def test_the_encoding_is_the_papers_formula_in_every_place():
    expected = np.zeros((LENGTH, WIDTH))
    for t, i in np.ndindex(LENGTH, WIDTH // 2):
        angle = t / 10_000 ** (2 * i / WIDTH)
        expected[t, 2 * i : 2 * i + 2] = np.sin(angle), np.cos(angle)
    added = SinusoidalPositionalEncoding()(np.full((2, LENGTH, WIDTH), 3.0, "float32"))
    np.testing.assert_allclose(added[1] - 3, expected, atol=1e-5)


@pytest.mark.parametrize("kind", [SinusoidalPositionalEncoding, RotaryEmbedding])
def test_a_position_continues_where_the_prompt_ended(kind):
    inputs = np.random.default_rng(0).normal(size=(2, LENGTH, WIDTH)).astype("float32")
    layer = kind()
    whole = layer(inputs)
    np.testing.assert_allclose(layer(inputs[:, 7:9], position=7), whole[:, 7:9], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer(inputs[:, 7:8], position=keras.ops.array(7)), whole[:, 7:8], rtol=1e-5, atol=1e-6)


def test_an_encoding_further_on_is_a_fixed_rotation_of_the_encoding():
    encoding = SinusoidalPositionalEncoding()(np.zeros((1, LENGTH, WIDTH), "float32")).numpy()[0]
    onward, *_ = np.linalg.lstsq(encoding[:-3], encoding[3:], rcond=None)
    np.testing.assert_allclose(encoding[:-3] @ onward, encoding[3:], atol=1e-4)
    np.testing.assert_allclose(onward @ onward.T, np.eye(WIDTH), atol=1e-2)


def test_the_rotation_is_the_matrix_that_defines_it():
    inputs = np.random.default_rng(0).normal(size=(LENGTH, WIDTH)).astype("float32")
    turned = RotaryEmbedding()(inputs)
    for t, i in np.ndindex(LENGTH, WIDTH // 2):
        angle = t * 10_000 ** (-2 * i / WIDTH)
        matrix = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        pair = slice(2 * i, 2 * i + 2)
        np.testing.assert_allclose(turned[t, pair], matrix @ inputs[t, pair], atol=2e-5)


@settings(max_examples=40, deadline=None)
@given(start=st.integers(0, 500), distance=st.integers(0, 100), seed=st.integers(0, 100))
def test_the_dot_product_of_turned_vectors_depends_on_their_distance_alone(start, distance, seed):
    query, key = np.random.default_rng(seed).normal(size=(2, 1, WIDTH)).astype("float32")
    near = np.sum(rotate(query, 0) * rotate(key, distance))
    far = np.sum(rotate(query, start) * rotate(key, start + distance))
    assert far == pytest.approx(near, abs=1e-3)


@settings(max_examples=20, deadline=None)
@given(position=st.integers(0, 1000), seed=st.integers(0, 100))
def test_a_rotation_keeps_lengths(position, seed):
    inputs = np.random.default_rng(seed).normal(size=(3, WIDTH)).astype("float32")
    np.testing.assert_allclose(
        np.linalg.norm(rotate(inputs, position), axis=1), np.linalg.norm(inputs, axis=1), rtol=1e-5
    )


def test_without_positions_attention_sees_a_bag_of_words_and_with_rotation_an_order():
    inputs = np.random.default_rng(0).normal(size=(1, 5, WIDTH)).astype("float32")
    swapped = inputs[:, [0, 3, 2, 1, 4]]
    for rotary, same in [(False, True), (True, False)]:
        layer = MultiHeadAttention(2, 4, rotary=rotary)
        first, second = layer(inputs, inputs), layer(swapped, swapped)
        assert np.allclose(first[:, 0], second[:, 0], atol=1e-5) == same


@pytest.mark.parametrize("kind", [SinusoidalPositionalEncoding, RotaryEmbedding])
@pytest.mark.parametrize("shape", [(2, 3, 5), (4,)])
def test_an_odd_width_or_no_time_axis_is_refused(kind, shape):
    message = r"inputs must have shape \(\.\.\., T, D\) with an even D, got \(" + str(shape[0])
    with pytest.raises(ValueError, match=message):
        kind()(np.zeros(shape, "float32"))
