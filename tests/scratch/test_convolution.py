"""The convolution by loops and by im2col against SciPy and Keras, its gradients, and the formula of its size."""

import keras
import numpy as np
import pytest
import scipy.signal
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.scratch import Tensor, conv2d, conv_output_size, convolution

RANDOM = np.random.default_rng(0)
X, KERNEL = RANDOM.normal(size=(2, 9, 8, 4)), RANDOM.normal(size=(3, 2, 4, 6))
methods = pytest.mark.parametrize("method", convolution.METHODS)
paddings = pytest.mark.parametrize("padding", ["valid", "same"])


@methods
@pytest.mark.parametrize(("mode", "padding"), [("valid", "valid"), ("same", "same"), ("full", 2)])
def test_one_picture_and_one_kernel_give_the_cross_correlation_of_scipy(method, mode, padding):
    picture, kernel = X[0, ..., 0], RANDOM.normal(size=(3, 3))
    expected = scipy.signal.correlate2d(picture, kernel, mode)
    np.testing.assert_allclose(conv2d(picture, kernel, padding=padding, method=method), expected, atol=1e-12)


@methods
@paddings
@pytest.mark.parametrize(
    ("stride", "dilation", "groups"), [(1, 1, 1), (2, 1, 1), (3, 1, 1), (1, 2, 1), (1, 1, 2), (2, 1, 2)]
)
def test_it_is_the_convolution_of_keras(method, padding, stride, dilation, groups):
    kernel = KERNEL[:, :, : 4 // groups]
    ours = conv2d(X, kernel, stride, padding, dilation, groups, method=method)
    expected = keras.ops.conv(X, kernel, stride, padding, dilation_rate=dilation)
    np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-12)


@paddings
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2)])
def test_gradients_by_the_engine_are_those_of_tensorflow(padding, stride, dilation):
    x, kernel = Tensor(X), Tensor(KERNEL)
    y = conv2d(x, kernel, stride, padding, dilation)
    (y * y).sum().backward()
    theirs = tf.constant(X), tf.constant(KERNEL)
    with tf.GradientTape() as tape:
        tape.watch(theirs)
        value = tf.reduce_sum(keras.ops.conv(*theirs, stride, padding, dilation_rate=dilation) ** 2)
    for ours, expected in zip((x.grad, kernel.grad), tape.gradient(value, theirs), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-10)


@methods
def test_nearest_values_around_are_those_of_numpy(method):
    around = np.pad(X, [(0, 0), (2, 2), (2, 2), (0, 0)], mode="edge")
    expected = conv2d(around, KERNEL, method=method)
    np.testing.assert_allclose(conv2d(X, KERNEL, padding=2, border="nearest", method=method), expected, atol=1e-12)


def test_a_constant_picture_stays_constant_with_nearest_values_and_gets_dark_edges_with_zeros():
    flat, mean = np.ones((5, 5)), np.full((3, 3), 1 / 9)
    np.testing.assert_allclose(conv2d(flat, mean, padding="same", border="nearest"), 1)
    assert conv2d(flat, mean, padding="same")[0, 0] == pytest.approx(4 / 9)


def test_a_kernel_of_one_by_one_is_a_matrix_product_over_channels():
    np.testing.assert_allclose(conv2d(X, KERNEL[:1, :1]), X @ KERNEL[0, 0], atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 7), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2), st.integers(0, 99)
)
def test_loops_and_im2col_agree_and_have_the_size_of_the_formula(size, length, stride, padding, dilation, seed):
    draw = np.random.default_rng(seed)
    x, kernel = draw.normal(size=(1, size, 5, 2)), draw.normal(size=(length, 1, 2, 3))
    if dilation * (length - 1) + 1 > size + 2 * padding:
        with pytest.raises(ValueError, match="a kernel that covers"):
            conv2d(x, kernel, stride, padding, dilation)
        return
    ours = conv2d(x, kernel, stride, padding, dilation)
    assert ours.shape[1] == conv_output_size(size, length, stride, padding, dilation)
    np.testing.assert_allclose(ours, conv2d(x, kernel, stride, padding, dilation, method="loops"), atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 7), st.integers(1, 4), st.integers(1, 3), st.sampled_from(["valid", "same"]))
def test_the_size_is_that_of_keras(size, kernel, stride, dilation, padding):
    if stride > 1 and dilation > 1:
        dilation = 1
    if padding == "valid" and dilation * (kernel - 1) + 1 > size:
        return
    layer = keras.layers.Conv1D(1, kernel, stride, padding, dilation_rate=dilation)
    assert conv_output_size(size, kernel, stride, padding, dilation) == layer.compute_output_shape((1, size, 1))[1]


@pytest.mark.parametrize(("padding", "expected"), [(0, 4), (1, 6), ("valid", 4), ("same", 6)])
def test_six_numbers_and_a_kernel_of_three_leave_four_and_with_padding_six(padding, expected):
    assert conv_output_size(6, 3, padding=padding) == expected


def test_single_precision_stays():
    assert conv2d(X.astype("float32"), KERNEL.astype("float32"), method="loops").dtype == np.float32
    assert conv2d(X.astype("float32"), KERNEL.astype("float32")).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 3), "size must be a whole number of at least 1, got 0"),
        ((6, 2.5), "kernel must be a whole number of at least 1, got 2.5"),
        ((6, 3, 0), "stride must be a whole number of at least 1, got 0"),
        ((6, 3, 1, -1), "padding must be a whole number of at least 0, got -1"),
        ((6, 3, 1, "full"), "padding must be a number, 'valid' or 'same', got 'full'"),
        ((6, 3, 1, 0, 0), "dilation must be a whole number of at least 1, got 0"),
        ((6, 3, 1, 0, 3), r"a kernel that covers 7 must fit into 6 \(padding included\)"),
        ((2, 5, 1, 1), r"a kernel that covers 5 must fit into 4 \(padding included\)"),
    ],
)
def test_a_size_that_cannot_be_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        conv_output_size(*arguments)


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ((X[0], KERNEL), {}, r"x must have shape \(N, rows, columns, C\) .* got \(9, 8, 4\) and \(3, 2, 4, 6\)"),
        ((X[..., :3], KERNEL), {}, r"must have the kernel's channels times groups.*got \(2, 9, 8, 3\).* and 1"),
        ((X, KERNEL[:, :, :1, :3]), {"groups": 4}, r"its features be a multiple of groups.* and 4"),
        ((X, KERNEL), {"border": "mirror"}, "border must be one of zero, nearest, got 'mirror'"),
        ((X, KERNEL), {"method": "fft"}, "method must be one of im2col, loops.*got 'fft'"),
        ((Tensor(X), KERNEL), {"method": "loops"}, "a Tensor's im2col, got 'loops'"),
    ],
)
def test_a_wrong_argument_is_named(arguments, options, words):
    with pytest.raises(ValueError, match=words):
        conv2d(*arguments, **options)
