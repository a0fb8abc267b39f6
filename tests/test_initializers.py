"""Variance scaling against Keras's own with the same seed, its statistics, and what it is for."""

import random

import keras
import numpy as np
import pytest
import scipy.stats

from dlcourse import initializers
from dlcourse.initializers import VarianceScaling, fans

SHAPES = [(), (7,), (64, 32), (3, 3, 8, 16), (5, 4, 6), (2, 2, 2, 3, 5)]
presets = pytest.mark.parametrize("name", ["lecun", "glorot", "he"])
distributions = pytest.mark.parametrize("distribution", initializers.DISTRIBUTIONS)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("mode", initializers.MODES)
@distributions
def test_it_draws_what_keras_draws_with_the_same_seed(shape, mode, distribution):
    theirs = {"normal": "untruncated_normal"}.get(distribution, distribution)
    expected = keras.initializers.VarianceScaling(1.7, mode, theirs, seed=5)(shape)
    np.testing.assert_allclose(VarianceScaling(1.7, mode, distribution, seed=5)(shape), expected, rtol=1e-6)


@presets
@pytest.mark.parametrize(("distribution", "kind"), [("truncated_normal", "normal"), ("uniform", "uniform")])
def test_the_named_ones_are_those_of_keras(name, distribution, kind):
    expected = getattr(keras.initializers, f"{name}_{kind}")(seed=3)((40, 20))
    np.testing.assert_allclose(getattr(VarianceScaling, name)(distribution, seed=3)((40, 20)), expected, rtol=1e-6)


@distributions
def test_mean_and_variance_are_those_of_the_formula(distribution):
    weights = VarianceScaling(2.0, "fan_avg", distribution, seed=1)((600, 400)).numpy()
    assert weights.var() == pytest.approx(2 / 500, rel=0.02)
    assert abs(weights.mean()) < 4 * weights.std() / np.sqrt(weights.size)


def test_the_deviation_of_a_cut_normal_is_the_constant():
    assert float(scipy.stats.truncnorm(-2, 2).std()) == pytest.approx(initializers.TRUNCATED_DEVIATION, rel=1e-12)


@pytest.mark.parametrize(
    ("distribution", "limit"), [("truncated_normal", 2 / initializers.TRUNCATED_DEVIATION), ("uniform", np.sqrt(3))]
)
def test_nothing_lies_beyond_the_limit_and_much_lies_near_it(distribution, limit):
    largest = np.abs(VarianceScaling(1.0, "fan_in", distribution, seed=2)((100, 400))).max()
    assert 0.95 * limit / 10 < largest <= limit / 10 * (1 + 1e-6)


def test_fans_of_a_matrix_and_of_a_kernel_are_those_of_the_docstring():
    assert [fans(shape) for shape in SHAPES] == [(1, 1), (7, 7), (64, 32), (72, 144), (20, 30), (24, 40)]


def test_he_keeps_the_signal_through_twenty_layers_of_relu_and_lecun_loses_it():
    strength = {}
    for name in ("he", "lecun"):
        x = np.random.default_rng(0).normal(size=(64, 256)).astype("float32")
        for seed in range(20):
            x = np.maximum(x @ getattr(VarianceScaling, name)(seed=seed)((256, 256)).numpy(), 0)
        strength[name] = float((x**2).mean())
    assert 0.2 < strength["he"] < 5, strength
    assert strength["lecun"] < 1e-5, strength


@distributions
def test_config_round_trip_gives_the_same_weights(distribution):
    initializer = VarianceScaling(0.5, "fan_out", distribution, seed=9)
    again = keras.initializers.deserialize(keras.initializers.serialize(initializer))
    assert type(again) is VarianceScaling
    assert again.get_config() == initializer.get_config()
    np.testing.assert_array_equal(again((3, 4)), initializer((3, 4)))


def test_without_a_seed_the_global_one_decides_and_two_differ():
    keras.utils.set_random_seed(1)
    first, other = VarianceScaling(), VarianceScaling()
    keras.utils.set_random_seed(1)
    again = VarianceScaling()
    np.testing.assert_array_equal(first((3, 3)), again((3, 3)))
    assert not np.array_equal(first((3, 3)), other((3, 3)))
    random.seed()


def test_a_layer_takes_it_and_asks_for_its_type():
    layer = keras.layers.Dense(4, kernel_initializer=VarianceScaling.he(seed=0), dtype="bfloat16")
    layer.build((None, 8))
    assert layer.kernel.dtype == "bfloat16"
    assert np.abs(keras.ops.cast(layer.kernel, "float32")).max() > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"scale": 0.0}, "scale must be a positive number, got 0.0"),
        ({"scale": float("nan")}, "scale must be a positive number, got nan"),
        ({"mode": "fan"}, "mode must be one of fan_in, fan_out, fan_avg, got 'fan'"),
        ({"distribution": "cauchy"}, "distribution must be one of truncated_normal, normal, uniform, got 'cauchy'"),
    ],
)
def test_a_wrong_argument_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        VarianceScaling(**arguments)
