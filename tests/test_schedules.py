"""The schedule of warm-up and cosine against its formula and Keras's own."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.schedules import WarmupCosine


@pytest.mark.parametrize("warmup", [1, 7, 19])
@pytest.mark.parametrize(("start", "end"), [(0.0, 0.0), (0.01, 0.05)])
def test_it_is_the_warm_up_and_cosine_decay_of_keras(warmup, start, end):
    theirs = keras.optimizers.schedules.CosineDecay(
        start, 20 - warmup, end / 0.3, warmup_target=0.3, warmup_steps=warmup
    )
    ours = WarmupCosine(0.3, 20, warmup, start, end)
    values = [[float(schedule(step)) for step in range(25)] for schedule in (ours, theirs)]
    np.testing.assert_allclose(*values, rtol=1e-5, atol=1e-8)


def test_without_warm_up_it_starts_at_the_peak_and_is_half_a_cosine():
    ours = [float(WarmupCosine(2.0, 10)(step)) for step in range(11)]
    np.testing.assert_allclose(ours, [1 + math.cos(math.pi * step / 10) for step in range(11)], atol=1e-6)


def test_after_the_last_step_the_rate_stays():
    schedule = WarmupCosine(1.0, 10, 2, end=0.125)
    assert [float(schedule(step)) for step in (10, 11, 10**6)] == [0.125] * 3


def test_compiled_it_gives_what_it_gives_eagerly():
    schedule = WarmupCosine(1.0, 10, 3)
    compiled = tf.function(schedule, jit_compile=True)
    for step in range(12):
        assert float(compiled(tf.constant(step, "int64"))) == pytest.approx(float(schedule(step)), abs=1e-6)


def test_config_round_trip_gives_the_same_schedule():
    schedule = WarmupCosine(1.0, 10, 3, 0.1, 0.2)
    again = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(schedule))
    assert type(again) is WarmupCosine
    assert again.get_config() == schedule.get_config()
    assert [float(again(step)) for step in range(12)] == [float(schedule(step)) for step in range(12)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"peak": 0.0, "total_steps": 5}, "peak must be a positive number, got 0.0"),
        ({"peak": 1.0, "total_steps": 5, "warmup_steps": 5}, "warmup_steps must be .* below total_steps, got 5 and 5"),
        ({"peak": 1.0, "total_steps": 5, "warmup_steps": -1}, "warmup_steps must be at least 0 .* got -1 and 5"),
        ({"peak": 1.0, "total_steps": 0}, "warmup_steps must be .* below total_steps, got 0 and 0"),
        ({"peak": 1.0, "total_steps": 5, "start": 1.5}, "start must be from 0 to the peak 1.0, got 1.5"),
        ({"peak": 1.0, "total_steps": 5, "end": -0.5}, "end must be from 0 to the peak 1.0, got -0.5"),
    ],
)
def test_a_wrong_argument_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        WarmupCosine(**arguments)
