"""The Gaussian divergence against its definition by integration and by sampling, its closed gradients, and its laws."""

import keras
import numpy as np
import pytest
import scipy.integrate
import scipy.stats
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.losses import gaussian_kl

RANDOM = np.random.default_rng(11)
MEAN, LOG_VARIANCE, PRIOR_MEAN, PRIOR_LOG_VARIANCE = RANDOM.normal(0, 1, (4, 5, 3))
numbers = st.floats(-3, 3)


def by_integration(mean, log_variance, prior_mean, prior_log_variance):
    """The integral of p log(p / q) over one coordinate."""
    p = scipy.stats.norm(mean, np.exp(log_variance / 2))
    q = scipy.stats.norm(prior_mean, np.exp(prior_log_variance / 2))
    low, high = p.ppf(1e-15), p.isf(1e-15)
    return scipy.integrate.quad(lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), low, high, limit=200)[0]


def test_against_the_standard_normal_it_is_half_of_squared_mean_plus_variance_less_one_less_log_variance():
    expected = 0.5 * (MEAN**2 + np.exp(LOG_VARIANCE) - 1 - LOG_VARIANCE).sum(axis=-1)
    np.testing.assert_allclose(gaussian_kl(MEAN, LOG_VARIANCE), expected, rtol=1e-12)


def test_against_a_prior_it_is_the_integral_of_the_definition_summed_over_coordinates():
    expected = np.vectorize(by_integration)(MEAN, LOG_VARIANCE, PRIOR_MEAN, PRIOR_LOG_VARIANCE).sum(axis=-1)
    ours = gaussian_kl(MEAN, LOG_VARIANCE, PRIOR_MEAN, PRIOR_LOG_VARIANCE)
    np.testing.assert_allclose(ours, expected, rtol=1e-7)


def test_it_is_what_the_mean_of_log_ratios_over_samples_comes_to():
    p, q = scipy.stats.norm(MEAN[0], np.exp(LOG_VARIANCE[0] / 2)), scipy.stats.norm()
    samples = p.rvs((200_000, 3), random_state=np.random.default_rng(1))
    log_ratios = (p.logpdf(samples) - q.logpdf(samples)).sum(axis=-1)
    error = log_ratios.std() / np.sqrt(len(log_ratios))
    assert abs(float(gaussian_kl(MEAN[0], LOG_VARIANCE[0])) - log_ratios.mean()) < 4 * error


def test_its_gradients_are_the_closed_ones():
    mean, log_variance = tf.constant(MEAN), tf.constant(LOG_VARIANCE)
    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        value = gaussian_kl(mean, log_variance, PRIOR_MEAN, PRIOR_LOG_VARIANCE)
    by_mean, by_log_variance = tape.gradient(value, [mean, log_variance])
    precision = np.exp(-PRIOR_LOG_VARIANCE)
    np.testing.assert_allclose(by_mean, (MEAN - PRIOR_MEAN) * precision, rtol=1e-12)
    np.testing.assert_allclose(by_log_variance, (np.exp(LOG_VARIANCE) * precision - 1) / 2, rtol=1e-12, atol=1e-14)


@settings(max_examples=40, deadline=None)
@given(numbers, numbers, numbers, numbers)
def test_it_is_never_negative_and_zero_for_equal_gaussians(mean, log_variance, prior_mean, prior_log_variance):
    there = gaussian_kl([mean], [log_variance], [prior_mean], [prior_log_variance])
    assert float(there) >= -1e-6
    assert float(gaussian_kl([mean], [log_variance], [mean], [log_variance])) == 0


@pytest.mark.parametrize("scale", [1e-3, 1e-4])
def test_close_to_the_prior_it_keeps_its_digits_in_single_precision(scale):
    ours = gaussian_kl(np.zeros(1, "float32"), np.full(1, scale, "float32"))
    assert float(ours) == pytest.approx(scale**2 / 4, rel=2e-3)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_types_below_single_precision_are_computed_in_single_precision(dtype):
    mean, log_variance = keras.ops.cast(MEAN, dtype), keras.ops.cast(LOG_VARIANCE, dtype)
    ours = gaussian_kl(mean, log_variance)
    assert ours.dtype == "float32"
    np.testing.assert_allclose(ours, gaussian_kl(MEAN, LOG_VARIANCE), rtol=2e-2)


def test_a_prior_shared_by_the_batch_broadcasts():
    ours = gaussian_kl(MEAN, LOG_VARIANCE, PRIOR_MEAN[0], PRIOR_LOG_VARIANCE[0])
    each = np.broadcast_to(PRIOR_MEAN[0], MEAN.shape), np.broadcast_to(PRIOR_LOG_VARIANCE[0], MEAN.shape)
    np.testing.assert_array_equal(ours, gaussian_kl(MEAN, LOG_VARIANCE, *each))


@pytest.mark.parametrize("log_variance", [MEAN[:, :2], MEAN[0]])
def test_a_log_variance_of_another_shape_is_named(log_variance):
    with pytest.raises(ValueError, match=r"mean and log_variance must have one shape \(..., D\), got \(5, 3\) and \("):
        gaussian_kl(MEAN, log_variance)


@pytest.mark.parametrize("name", ["prior_mean", "prior_log_variance"])
@pytest.mark.parametrize("shape", [(2,), (4, 3), (1, 5, 3)])
def test_a_prior_that_does_not_broadcast_is_named(name, shape):
    with pytest.raises(ValueError, match=rf"{name} must broadcast to the mean's shape \(5, 3\), got shape \("):
        gaussian_kl(MEAN, LOG_VARIANCE, **{name: np.zeros(shape)})
