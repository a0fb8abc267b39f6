"""Softmax, its logarithm and their Jacobians against Keras, SciPy and finite differences."""

import warnings

import keras
import numpy as np
import pytest
import scipy.special
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse import scratch

logits = arrays.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.floats(-50, 50))
functions = pytest.mark.parametrize("name", ["softmax", "log_softmax"])
axes = pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])


@pytest.fixture
def z():
    return np.random.default_rng(0).normal(scale=5, size=(2, 3, 4))


@functions
@axes
def test_value_is_that_of_scipy_along_every_axis(z, name, axis):
    expected = getattr(scipy.special, name)(z, axis=axis)
    np.testing.assert_allclose(getattr(scratch, name)(z, axis=axis), expected, rtol=1e-12, atol=1e-15)


@functions
def test_value_is_that_of_keras_in_single_precision(z, name):
    z = z.astype("float32")
    expected = getattr(keras.activations, name)(tf.constant(z)).numpy()
    np.testing.assert_allclose(getattr(scratch, name)(z), expected, atol=1e-6, rtol=1e-6)


@functions
def test_jacobian_is_that_of_automatic_differentiation(z, name):
    x = tf.constant(z[0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = getattr(keras.activations, name)(x)
    expected = tape.batch_jacobian(y, x).numpy()
    np.testing.assert_allclose(getattr(scratch, f"{name}_jacobian")(z[0]), expected, atol=1e-12)


@functions
@axes
def test_jacobian_is_the_slope_along_every_axis(z, name, axis):
    f, h = getattr(scratch, name), 1e-6
    jacobian = getattr(scratch, f"{name}_jacobian")(z, axis=axis)
    for j in range(z.shape[axis]):
        step = np.zeros_like(z)
        np.moveaxis(step, axis, -1)[..., j] = h
        slope = np.moveaxis(f(z + step, axis) - f(z - step, axis), axis, -1) / (2 * h)
        np.testing.assert_allclose(jacobian[..., j], slope, atol=1e-8)


@given(z=logits)
def test_probabilities_are_positive_and_sum_to_one(z):
    p = scratch.softmax(z)
    assert (p > 0).all()
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-12)


@given(z=logits, shift=st.floats(-100, 100))
def test_adding_one_number_to_all_logits_changes_nothing(z, shift):
    np.testing.assert_allclose(scratch.softmax(z + shift), scratch.softmax(z), rtol=1e-10, atol=1e-15)


@given(z=logits)
def test_log_softmax_is_the_logarithm_of_softmax(z):
    np.testing.assert_allclose(scratch.log_softmax(z), np.log(scratch.softmax(z)), rtol=1e-9, atol=1e-12)


@given(z=logits)
def test_a_jacobian_of_probabilities_has_columns_that_sum_to_zero(z):
    np.testing.assert_allclose(scratch.softmax_jacobian(z).sum(axis=-2), 0, atol=1e-14)


@given(a=st.floats(-300, 300), b=st.floats(-300, 300))
def test_over_two_classes_it_is_a_sigmoid_of_the_difference(a, b):
    np.testing.assert_allclose(scratch.softmax([a, b])[0], scratch.sigmoid(a - b), rtol=1e-12)


@functions
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_logits_of_a_thousand_are_harmless_and_precision_is_kept(name, dtype):
    z = np.array([[1000, -1000, 0], [-1000, -1000, -1000]], dtype)
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        y = getattr(scratch, name)(z)
        jacobian = getattr(scratch, f"{name}_jacobian")(z)
    assert (y.dtype, jacobian.dtype) == (z.dtype, z.dtype)
    assert np.isfinite(y).all()
    assert np.isfinite(jacobian).all()


def test_softmax_of_a_thousand_against_zero_is_certain():
    np.testing.assert_array_equal(scratch.softmax([1000.0, 0.0]), [1.0, 0.0])
    np.testing.assert_array_equal(scratch.log_softmax([1000.0, 0.0]), [0.0, -1000.0])


def test_a_class_masked_by_minus_infinity_gets_no_probability():
    np.testing.assert_array_equal(scratch.softmax([0.0, -np.inf, 0.0]), [0.5, 0.0, 0.5])


@functions
def test_input_is_left_as_it_was(z, name):
    before = z.copy()
    getattr(scratch, name)(z)
    np.testing.assert_array_equal(z, before)


@functions
@pytest.mark.parametrize(("wrong", "axis"), [(3.0, -1), ([1.0, 2.0], 1), (np.ones((2, 2)), -3)])
def test_an_axis_that_is_not_there_is_refused(name, wrong, axis):
    with pytest.raises(ValueError, match=rf"axis must be one of the \d axes of logits .* got {axis}"):
        getattr(scratch, name)(wrong, axis=axis)


@functions
def test_no_class_at_all_is_refused(name):
    with pytest.raises(ValueError, match=r"at least one class along axis -1, got logits of shape \(2, 0\)"):
        getattr(scratch, name)(np.ones((2, 0)))
