"""Minimum pooling: by loops in NumPy, values and gradients, for any window; examples on paper."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.layers import MinPooling2D


def by_loops(image, window, stride):
    """Values, and how often each pixel is a window's minimum, for one channel and valid padding."""
    rows, columns = ((length - window) // stride + 1 for length in image.shape)
    values, wins = np.zeros((rows, columns)), np.zeros_like(image)
    for i in range(rows):
        for j in range(columns):
            corner = image[i * stride : i * stride + window, j * stride : j * stride + window]
            u, v = np.unravel_index(np.argmin(corner), corner.shape)
            values[i, j] = corner[u, v]
            wins[i * stride + u, j * stride + v] += 1
    return values, wins


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(3, 7), st.integers(3, 7), st.integers(0, 99))
def test_values_and_gradients_are_those_of_loops(window, stride, rows, columns, seed):
    image = np.random.default_rng(seed).permutation(rows * columns).reshape(rows, columns).astype("float32")
    inputs = tf.constant(image[None, :, :, None])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        pooled = MinPooling2D(window, stride)(inputs)
    values, wins = by_loops(image, window, stride)
    np.testing.assert_array_equal(pooled[0, :, :, 0], values)
    np.testing.assert_array_equal(tape.gradient(pooled, inputs)[0, :, :, 0], wins)


@pytest.mark.parametrize("sign", [1.0, -1.0], ids=["all positive", "all negative"])
def test_what_lies_outside_the_image_never_wins(sign):
    image = np.full((1, 3, 3, 1), sign, "float32")
    np.testing.assert_array_equal(MinPooling2D(2, padding="same")(image), np.full((1, 2, 2, 1), sign))


def test_it_is_the_dual_of_maximum_pooling():
    image = np.random.default_rng(1).normal(size=(2, 6, 7, 3)).astype("float32")
    largest = keras.layers.MaxPooling2D((2, 3), (1, 2), "same")(1 - image)
    np.testing.assert_allclose(MinPooling2D((2, 3), (1, 2), "same")(image), 1 - largest, atol=1e-6)


def test_a_thin_dark_stroke_stays_where_maximum_pooling_loses_it():
    page = np.ones((1, 4, 4, 1), "float32")
    page[0, 1] = 0
    assert MinPooling2D(2)(page).numpy().min() == 0
    assert keras.layers.MaxPooling2D(2)(page).numpy().min() == 1


def test_channels_may_come_first_in_shape():
    layer = MinPooling2D((2, 3), data_format="channels_first")
    assert layer.compute_output_shape((4, 2, 5, 7)) == (4, 2, 2, 2)
