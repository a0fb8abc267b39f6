"""The activations against Keras, SciPy and finite differences, and by the laws that they obey."""

import math
import warnings

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import scratch

KERAS = {
    "sigmoid": keras.activations.sigmoid,
    "tanh": keras.activations.tanh,
    "relu": keras.activations.relu,
    "leaky_relu": lambda x: keras.activations.leaky_relu(x, negative_slope=0.01),
    "elu": keras.activations.elu,
    "selu": keras.activations.selu,
    "gelu": keras.activations.gelu,
    "silu": keras.activations.silu,
}
SCIPY = {
    "sigmoid": scipy.special.expit,
    "gelu": lambda x: x * scipy.special.ndtr(x),
    "gelu_gradient": lambda x: scipy.special.ndtr(x) + x * scipy.stats.norm.pdf(x),
    "silu": lambda x: x * scipy.special.expit(x),
}
GRID = np.concatenate([np.linspace(-12, 12, 2000), [-1000, -100, -30, 30, 100, 1000]])

names = pytest.mark.parametrize("name", KERAS)
# Inside leaky_relu, selu and gelu TensorFlow keeps its constants in single precision, whatever the input is.
precisions = pytest.mark.parametrize(
    ("name", "dtype", "error"),
    [(name, "float32", 1e-6) for name in KERAS]
    + [(name, "float64", 1e-12) for name in ("sigmoid", "tanh", "relu", "elu", "silu")]
    + [(name, "float64", 1e-6) for name in ("leaky_relu", "selu", "gelu")],
)


def value_of(name):
    return getattr(scratch, name)


def gradient_of(name):
    return getattr(scratch, f"{name}_gradient")


def keras_value_and_gradient(function, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return y.numpy(), tape.gradient(y, x).numpy()


@precisions
def test_value_is_that_of_keras(name, dtype, error):
    x = GRID.astype(dtype)
    expected, _ = keras_value_and_gradient(KERAS[name], x)
    np.testing.assert_allclose(value_of(name)(x), expected, rtol=error, atol=error)


@precisions
def test_derivative_is_that_of_keras_by_automatic_differentiation(name, dtype, error):
    x = GRID.astype(dtype)
    _, expected = keras_value_and_gradient(KERAS[name], x)
    np.testing.assert_allclose(gradient_of(name)(x), expected, rtol=error, atol=error)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu"])
def test_derivative_in_the_corner_is_that_of_keras(name):
    _, expected = keras_value_and_gradient(KERAS[name], np.zeros(1))
    np.testing.assert_allclose(gradient_of(name)(np.zeros(1)), expected, rtol=1e-6)


def test_derivative_in_the_corner_is_the_one_from_the_left():
    at_zero = [gradient_of(name)(0.0) for name in ("relu", "leaky_relu", "elu", "selu")]
    assert at_zero == pytest.approx([0, 0.01, 1, 1.7580993408473766], rel=1e-12)


@pytest.mark.parametrize("x", [-3.0, 0.0, 3.0])
def test_approximate_gelu_and_its_derivative_are_those_of_keras(x):
    expected = keras_value_and_gradient(lambda z: keras.activations.gelu(z, approximate=True), np.array([x]))
    ours = [f(np.array([x]), approximate=True) for f in (scratch.gelu, scratch.gelu_gradient)]
    np.testing.assert_allclose(ours, expected, atol=1e-12)


def test_approximate_gelu_is_within_half_a_thousandth_of_the_exact_one():
    error = np.abs(scratch.gelu(GRID, approximate=True) - scratch.gelu(GRID))
    assert 1e-4 < error.max() < 5e-4


@pytest.mark.parametrize("name", SCIPY)
def test_it_is_that_of_scipy_to_twelve_relative_digits_in_both_tails(name):
    x = np.linspace(-35, 35, 5001)
    np.testing.assert_allclose(value_of(name)(x), SCIPY[name](x), rtol=1e-12, atol=0)


def test_tanh_is_that_of_numpy_to_twelve_relative_digits_also_near_zero():
    x = np.concatenate([-np.logspace(-300, 2, 500), [0.0], np.logspace(-300, 2, 500)])
    np.testing.assert_allclose(scratch.tanh(x), np.tanh(x), rtol=1e-12, atol=0)


@names
@given(x=st.floats(-40, 40).filter(lambda x: abs(x) > 1e-3))
def test_derivative_is_the_slope_of_the_value(name, x):
    h = 1e-5
    slope = (value_of(name)(x + h) - value_of(name)(x - h)) / (2 * h)
    np.testing.assert_allclose(gradient_of(name)(x), slope, rtol=1e-6, atol=1e-8)


@given(x=st.floats(-5, 5), slope=st.floats(0, 0.9))
def test_leaky_relu_is_the_larger_of_two_lines(x, slope):
    np.testing.assert_allclose(scratch.leaky_relu(x, slope), max(x, slope * x), rtol=1e-12)


@given(x=st.floats(0.001, 5), alpha=st.floats(0.1, 3))
def test_elu_and_its_derivative_use_alpha_below_zero_only(x, alpha):
    assert scratch.elu(x, alpha) == x
    assert scratch.elu_gradient(x, alpha) == 1
    np.testing.assert_allclose(scratch.elu(-x, alpha), alpha * (math.exp(-x) - 1), rtol=1e-9)
    np.testing.assert_allclose(scratch.elu_gradient(-x, alpha), alpha * math.exp(-x), rtol=1e-12)


@given(x=st.floats(-50, 50))
def test_sigmoid_of_the_opposite_is_the_complement(x):
    np.testing.assert_allclose(scratch.sigmoid(-x), 1 - scratch.sigmoid(x), atol=1e-15)


@given(x=st.floats(-50, 50))
def test_tanh_is_a_stretched_and_shifted_sigmoid(x):
    np.testing.assert_allclose(scratch.tanh(x), 2 * scratch.sigmoid(2 * x) - 1, atol=1e-15)


@pytest.mark.parametrize("name", ["gelu", "silu"])
@given(x=st.floats(-50, 50))
def test_gated_units_differ_from_their_mirror_image_by_x(name, x):
    np.testing.assert_allclose(value_of(name)(x) - value_of(name)(-x), x, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize(("name", "highest"), [("sigmoid", 0.25), ("tanh", 1.0), ("relu", 1.0), ("elu", 1.0)])
def test_derivative_never_exceeds_its_known_maximum_and_reaches_it(name, highest):
    assert gradient_of(name)(np.append(GRID, 0.0)).max() == pytest.approx(highest, rel=1e-12)


def test_relu_derivative_is_zero_or_one_and_zero_in_the_corner():
    assert set(scratch.relu_gradient(GRID)) == {0.0, 1.0}
    assert scratch.relu_gradient(0.0) == 0


def test_selu_keeps_mean_zero_and_variance_one_of_normal_inputs():
    x, weight = np.polynomial.hermite_e.hermegauss(200)
    weight = weight / weight.sum()
    y = scratch.selu(x)
    assert weight @ y == pytest.approx(0, abs=2e-3)
    assert weight @ y**2 == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("function", [f for name in KERAS for f in (name, f"{name}_gradient")])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_precision_and_shape_are_kept_and_a_thousand_is_harmless(function, dtype):
    x = np.array([[[-1000, -1, 0], [1, 88.8, 1000]]], dtype)
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        y = getattr(scratch, function)(x)
    assert (y.dtype, y.shape) == (x.dtype, x.shape)
    assert np.isfinite(y).all()


@pytest.mark.parametrize("function", [f for name in KERAS for f in (name, f"{name}_gradient")])
def test_input_is_left_as_it_was(function):
    x = np.linspace(-3, 3, 7)
    getattr(scratch, function)(x)
    np.testing.assert_array_equal(x, np.linspace(-3, 3, 7))


@pytest.mark.parametrize("function", [f for name in KERAS for f in (name, f"{name}_gradient")])
@pytest.mark.parametrize("x", [2, True, 2.0, np.float32(2)])
def test_a_scalar_gives_a_numpy_scalar_equal_to_the_array_form(function, x):
    f = getattr(scratch, function)
    y = f(x)
    assert isinstance(y, np.floating)
    assert y.dtype == (np.float32 if isinstance(x, np.float32) else np.float64)
    assert y == pytest.approx(f(np.array([float(x)]))[0], rel=1e-6)


@names
def test_an_empty_array_stays_empty(name):
    assert value_of(name)(np.empty((0, 3))).shape == (0, 3)


@names
def test_nan_comes_out_as_nan(name):
    assert np.isnan(value_of(name)(np.nan))


@pytest.mark.parametrize("wrong", [1j, "one", [None]])
def test_what_is_no_real_number_is_refused(wrong):
    with pytest.raises(ValueError, match="must hold real numbers, got an array of dtype"):
        scratch.sigmoid(wrong)
