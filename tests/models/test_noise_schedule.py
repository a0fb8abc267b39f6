"""The closed form equals step by step; the posterior is Bayes' rule; both by Monte Carlo as well."""

import keras
import numpy as np
import pytest

from dlcourse.models import NoiseSchedule

KINDS = ["linear", "cosine"]
every_kind = pytest.mark.parametrize("kind", KINDS)


def test_the_linear_schedule_of_1000_steps_is_the_papers():
    np.testing.assert_allclose(NoiseSchedule(1000, "linear").betas, np.linspace(1e-4, 0.02, 1000), rtol=1e-12)


def test_the_cosine_schedule_is_the_papers():
    times = np.arange(101) / 100
    f = np.cos((times + 0.008) / 1.008 * np.pi / 2) ** 2
    schedule = NoiseSchedule(100, "cosine")
    # All but the last, whose beta is cut off at 0.999.
    np.testing.assert_allclose(schedule.alpha_bars[:-1], (f / f[0])[1:-1], rtol=1e-10)
    assert schedule.betas[-1] == 0.999


@every_kind
@pytest.mark.parametrize("steps", [25, 50, 200, 1000])
def test_noise_only_grows_and_little_is_left_at_the_end(kind, steps):
    schedule = NoiseSchedule(steps, kind)
    assert np.all((schedule.betas > 0) & (schedule.betas < 1))
    assert np.all(np.diff(schedule.signal_to_noise) < 0)
    assert schedule.alpha_bars[-1] < 1e-4 if steps >= 50 else schedule.alpha_bars[-1] < 1e-3


@every_kind
def test_the_closed_form_has_the_mean_and_variance_of_going_step_by_step(kind):
    schedule, start = NoiseSchedule(40, kind), 1.7
    mean, variance = start, 0.0
    for step in range(40):
        mean, variance = np.sqrt(schedule.alphas[step]) * mean, schedule.alphas[step] * variance + schedule.betas[step]
        shrunk = schedule.diffuse(np.array([[start]]), np.array([step]), np.zeros((1, 1)))
        spread = schedule.diffuse(np.zeros((1, 1)), np.array([step]), np.ones((1, 1)))
        np.testing.assert_allclose([shrunk[0, 0], spread[0, 0] ** 2], [mean, variance], rtol=1e-6, atol=1e-9)


def test_step_by_step_draws_have_the_closed_forms_mean_and_variance():
    schedule, rng = NoiseSchedule(25, "linear"), np.random.default_rng(0)
    x = np.full(100_000, 2.0)
    for step in range(10):
        x = np.sqrt(1 - schedule.betas[step]) * x + np.sqrt(schedule.betas[step]) * rng.normal(size=x.shape)
    # Standard errors: sigma / sqrt(n), and sigma^2 sqrt(2 / n), 0.003 and 0.004 at most
    assert x.mean() == pytest.approx(2 * np.sqrt(schedule.alpha_bars[9]), abs=0.015)
    assert x.var() == pytest.approx(1 - schedule.alpha_bars[9], abs=0.02)


@every_kind
@pytest.mark.parametrize("step", [1, 7, 24])
def test_the_posterior_is_bayes_rule_for_gaussians(kind, step):
    schedule, start, noisy = NoiseSchedule(25, kind), 0.8, -0.3
    before = schedule.alpha_bars[step - 1]
    # q(x_s | x_0) q(x_t | x_s): precisions add up, and means weigh by them.
    prior_precision = 1 / (1 - before)
    likelihood_precision = schedule.alphas[step] / schedule.betas[step]
    precision = prior_precision + likelihood_precision
    seen = noisy / np.sqrt(schedule.alphas[step])
    mean = (prior_precision * np.sqrt(before) * start + likelihood_precision * seen) / precision
    ours = schedule.posterior(np.array(start), np.array(noisy), step)
    np.testing.assert_allclose(ours, [mean, 1 / precision], rtol=1e-9)


def test_the_posterior_is_what_pairs_of_draws_show():
    schedule, rng, step, start = NoiseSchedule(25, "linear"), np.random.default_rng(1), 12, 1.0
    before, draws = schedule.alpha_bars[step - 1], 400_000
    earlier = np.sqrt(before) * start + np.sqrt(1 - before) * rng.normal(size=draws)
    later = np.sqrt(schedule.alphas[step]) * earlier + np.sqrt(schedule.betas[step]) * rng.normal(size=draws)
    near = earlier[np.abs(later - 0.5) < 0.01]
    mean, variance = schedule.posterior(np.array(start), np.array(0.5), step)
    assert len(near) > 1000
    assert near.mean() == pytest.approx(mean, abs=0.04)
    assert near.var() == pytest.approx(variance, rel=0.12)


@every_kind
def test_the_first_step_goes_back_to_the_data_for_certain(kind):
    mean, variance = NoiseSchedule(30, kind).posterior(np.array([0.4]), np.array([9.0]), 0)
    np.testing.assert_allclose(mean, [0.4], rtol=1e-9)
    assert variance == 0


def test_start_and_noise_are_found_back_from_what_they_make():
    schedule, rng = NoiseSchedule(60, "cosine"), np.random.default_rng(2)
    start, noise = rng.normal(size=(2, 4, 3))
    noisy = schedule.diffuse(start, np.full(4, 20), noise)
    np.testing.assert_allclose(schedule.start_from(noisy, 20, noise), start, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(schedule.noise_from(noisy, 20, start), noise, rtol=1e-6, atol=1e-9)


def test_each_example_has_a_step_of_its_own():
    schedule, pictures = NoiseSchedule(30), np.ones((3, 2, 2, 1), "float32")
    noisy = keras.ops.convert_to_numpy(schedule.diffuse(pictures, np.array([0, 9, 29]), 0 * pictures))
    np.testing.assert_allclose(noisy[:, 0, 0, 0], np.sqrt(schedule.alpha_bars[[0, 9, 29]]), rtol=1e-6)


def test_a_schedule_comes_back_from_its_config():
    schedule = NoiseSchedule(33, "cosine")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    np.testing.assert_array_equal(again.betas, schedule.betas)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 0}, "steps must be a positive integer, got 0"),
        ({"steps": 24}, "steps must be at least 25 for a linear schedule, got 24"),
        ({"kind": "square"}, "kind must be one of 'linear', 'cosine', got 'square'"),
    ],
)
def test_a_wrong_schedule_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        NoiseSchedule(**arguments)
