"""Draws with the mean and variance asked for, and gradients that reach both."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import GaussianSampling


def test_twenty_thousand_draws_have_the_mean_and_variance_asked_for():
    mean, log_variance = np.tile([[3.0, -1.0]], (20_000, 1)), np.tile([[0.0, np.log(0.25)]], (20_000, 1))
    draws = GaussianSampling(seed=0)([mean, log_variance]).numpy()
    # The standard error of a mean is sigma / sqrt(n) = 0.007 here, that of a standard deviation 0.005.
    np.testing.assert_allclose(draws.mean(axis=0), [3.0, -1.0], atol=0.03)
    np.testing.assert_allclose(draws.std(axis=0), [1.0, 0.5], atol=0.02)
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.03


def test_gradients_are_those_of_mu_plus_sigma_epsilon():
    mean, log_variance = tf.constant([[0.5, -1.0, 2.0]]), tf.constant([[0.0, 1.0, -2.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([mean, log_variance])
        draw = GaussianSampling(seed=1)([mean, log_variance])
    np.testing.assert_allclose(tape.gradient(draw, mean), np.ones((1, 3)), rtol=1e-6)
    # d z / d log sigma^2 = sigma epsilon / 2 = (z - mu) / 2
    np.testing.assert_allclose(tape.gradient(draw, log_variance), (draw - mean) / 2, rtol=1e-5)


def test_a_seed_repeats_the_draws_and_each_call_draws_anew():
    inputs = [np.zeros((2, 3)), np.zeros((2, 3))]
    one, other = GaussianSampling(seed=4), GaussianSampling(seed=4)
    first = one(inputs).numpy()
    np.testing.assert_array_equal(first, other(inputs))
    assert not np.allclose(first, one(inputs))


def test_the_global_seed_governs_it_where_none_is_given():
    inputs = [np.zeros((2, 3)), np.zeros((2, 3))]

    def draw():
        keras.utils.set_random_seed(9)
        return GaussianSampling()(inputs).numpy()

    np.testing.assert_array_equal(draw(), draw())


@pytest.mark.parametrize("shapes", [[(2, 3)], [(2, 3), (2, 4)], [(2, 3), (2, 3), (2, 3)]])
def test_what_is_not_a_mean_and_a_log_variance_is_refused(shapes):
    with pytest.raises(ValueError, match="inputs must be a mean and a log variance of one shape, got shapes"):
        GaussianSampling()([np.zeros(shape) for shape in shapes])
