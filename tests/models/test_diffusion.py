"""Loss, samplers and guidance written out; what the optimizer averages; points on a ring."""

import keras
import numpy as np
import pytest
from rings import CENTERS, covered, ring

from dlcourse.models import DiffusionModel, NoiseSchedule, denoiser
from dlcourse.models.diffusion_steps import ddim_step, ddpm_step
from dlcourse.training import fit

POINTS = np.random.default_rng(0).normal(size=(12, 2)).astype("float32")
LABELS = np.arange(12) % 3


def small(num_classes=None, steps=30, **options):
    """A model whose last layer is not zero, so that it predicts something."""
    keras.utils.set_random_seed(0)
    network = denoiser(2, num_classes, blocks=1, width=0.0625)
    network.get_layer("noise").kernel.assign(np.random.default_rng(1).normal(size=(8, 2)))
    return DiffusionModel(network, NoiseSchedule(steps), num_classes, **{"seed": 5, **options})


def test_the_loss_is_the_mean_squared_error_of_the_noise():
    model = small()
    seen = model(POINTS)
    step, noise = (keras.ops.convert_to_numpy(seen[name]) for name in ("step", "noise"))
    alpha_bar = model.schedule.alpha_bars[step][:, None]
    noisy = np.sqrt(alpha_bar) * POINTS + np.sqrt(1 - alpha_bar) * noise
    np.testing.assert_allclose(seen["noisy"], noisy, rtol=1e-5, atol=1e-6)
    predicted = model.network([noisy.astype("float32"), step])
    expected = np.mean((noise - keras.ops.convert_to_numpy(predicted)) ** 2)
    np.testing.assert_allclose(model.compute_loss(POINTS, y_pred=seen), expected, rtol=1e-5)


def test_each_step_is_drawn_as_often_as_another():
    steps = keras.ops.convert_to_numpy(small()(np.zeros((6000, 2), "float32"))["step"])
    assert steps.min() == 0
    assert steps.max() == 29
    assert np.bincount(steps).std() < 3 * np.sqrt(200)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_labels_are_dropped_in_training_alone(dropout):
    model = small(3, label_dropout=dropout)
    labels = np.zeros(2000, "int32")
    (training,), (inference,) = (model._labels(labels, training) for training in (True, False))
    assert keras.ops.convert_to_numpy(training == 3).mean() == pytest.approx(dropout, abs=0.05)
    np.testing.assert_array_equal(inference, labels)


def test_guidance_goes_beyond_the_labels_own_noise():
    model = small(3)
    with_labels = model.network([POINTS, np.full(12, 4), LABELS]).numpy()
    without = model.network([POINTS, np.full(12, 4), np.full(12, 3)]).numpy()
    assert not np.allclose(with_labels, without)
    ours = model.predict_noise(POINTS, 4, LABELS, guidance=1.5)
    np.testing.assert_allclose(ours, 2.5 * with_labels - 1.5 * without, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.predict_noise(POINTS, 4, LABELS), with_labels, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.predict_noise(POINTS, 4), without, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("step", [0, 3, 29])
def test_ddim_with_eta_one_and_no_step_left_out_is_ddpm(step):
    schedule, (x, start, fresh) = NoiseSchedule(30), np.random.default_rng(3).normal(size=(3, 5, 2))
    ours = ddim_step(schedule, x, start, step, step - 1, 1.0, fresh)
    np.testing.assert_allclose(ours, ddpm_step(schedule, x, start, step, fresh), rtol=1e-9, atol=1e-9)


def test_the_mean_of_a_ddpm_step_is_the_papers_in_terms_of_noise():
    schedule, (x, noise) = NoiseSchedule(30), np.random.default_rng(4).normal(size=(2, 5, 2))
    beta, alpha, alpha_bar = schedule.betas[9], schedule.alphas[9], schedule.alpha_bars[9]
    # Algorithm 2: (x_t - beta_t / sqrt(1 - alpha_bar_t) epsilon) / sqrt(alpha_t)
    expected = (x - beta / np.sqrt(1 - alpha_bar) * noise) / np.sqrt(alpha)
    ours = ddpm_step(schedule, x, schedule.start_from(x, 9, noise), 9, 0 * x)
    np.testing.assert_allclose(ours, expected, rtol=1e-9)


@pytest.mark.parametrize("steps", [1, 4, 30])
def test_ddim_with_the_true_noise_finds_the_data_whatever_is_left_out(steps):
    model, start, noise = small(), *np.random.default_rng(5).normal(size=(2, 4, 2))
    model.predict_noise = lambda noisy, step, *_: model.schedule.noise_from(noisy, step, start)
    first = np.sqrt(model.schedule.alpha_bars[-1]) * start + np.sqrt(1 - model.schedule.alpha_bars[-1]) * noise
    found = model.sample(4, sampler="ddim", steps=steps, start=first)
    np.testing.assert_allclose(found, start, rtol=1e-4, atol=1e-5)


def test_ddpm_with_the_exact_noise_of_gaussian_data_gives_gaussian_data():
    model = small(steps=400)
    mean, variance = np.array([1.0, -0.5]), 0.25

    def exact(noisy, step, *_):
        alpha_bar = model.schedule.alpha_bars[step]
        # E[epsilon | x_t] of data from N(mean, variance)
        spread = alpha_bar * variance + 1 - alpha_bar
        return np.sqrt(1 - alpha_bar) * (noisy - np.sqrt(alpha_bar) * mean) / spread

    model.predict_noise = exact
    samples = model.sample(10_000, seed=0)
    np.testing.assert_allclose(samples.mean(axis=0), mean, atol=0.02)
    # The posterior's variance is the least of those that the paper allows: T steps fall short by about 20 / T.
    np.testing.assert_allclose(samples.var(axis=0), variance, rtol=0.09)


def test_without_eta_the_first_noise_decides_and_with_it_the_seed_as_well():
    model, first = small(), np.random.default_rng(6).normal(size=(4, 2))
    options = {"sampler": "ddim", "steps": 5, "start": first}
    np.testing.assert_array_equal(model.sample(4, seed=1, **options), model.sample(4, seed=2, **options))
    assert not np.allclose(model.sample(4, seed=1, eta=1.0, **options), model.sample(4, seed=2, eta=1.0, **options))
    np.testing.assert_array_equal(model.sample(4, seed=1), model.sample(4, seed=1))
    assert not np.allclose(model.sample(4, seed=1), model.sample(4, seed=2))


def test_clipping_keeps_the_data_within_bounds():
    assert np.abs(small().sample(6, clip=0.3, seed=0)).max() <= 0.3 + 1e-6


def test_fit_takes_labels_validates_and_ends_with_averaged_weights():
    model = small(3)
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    model.compile(optimizer, run_eagerly=True)
    kernel = model.network.get_layer("noise").kernel
    seen = [kernel.numpy()]
    collect = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(kernel.numpy()))
    history = model.fit(
        POINTS, LABELS, batch_size=4, validation_data=(POINTS, LABELS), callbacks=[collect], verbose=0
    ).history
    assert set(history) == {"loss", "val_loss"}
    # Three steps; the average starts at the first one's weights.
    average = 0.5 * (0.5 * seen[1] + 0.5 * seen[2]) + 0.5 * seen[3]
    np.testing.assert_allclose(kernel, average, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("shape", [3, (6, 4, 2)])
def test_a_denoiser_starts_by_predicting_no_noise(shape):
    network = denoiser(shape, 2, blocks=1, width=0.0625)
    inputs = np.random.default_rng(7).normal(size=(5, *np.atleast_1d(shape))).astype("float32")
    np.testing.assert_array_equal(network([inputs, np.arange(5), np.zeros(5, "int32")]), 0 * inputs)


def test_a_denoiser_has_the_parameters_that_its_docstring_tells():
    assert denoiser().count_params() == 342_529


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"input_shape": (5, 4, 1)},
            r"input_shape must be \(features,\) or \(even rows, even columns, channels\), got",
        ),
        ({"blocks": 0}, "blocks must be a positive integer, got 0"),
        ({"num_classes": 0}, "num_classes must be a positive integer, got 0"),
    ],
)
def test_a_wrong_denoiser_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        denoiser(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sampler": "euler"}, "sampler must be one of 'ddpm', 'ddim', got 'euler'"),
        ({"steps": 5}, "steps must be from 1 to 30 and go with sampler 'ddim', got 5 and 'ddpm'"),
        ({"steps": 31, "sampler": "ddim"}, "steps must be from 1 to 30 and go with sampler 'ddim', got 31 and 'ddim'"),
        ({"eta": 1.5}, "eta must be from 0 to 1, got 1.5"),
        ({"count": 0}, "count must be a positive integer, got 0"),
        ({"labels": 2}, "labels must be None for a model without num_classes, got 2"),
    ],
)
def test_a_wrong_way_to_sample_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        small().sample(**{"count": 2, **arguments})


def test_a_network_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="network must take 3 inputs with num_classes 4"):
        DiffusionModel(denoiser(2, width=0.0625), NoiseSchedule(30), num_classes=4)


def test_missing_labels_are_noticed():
    model = small(3)
    model.compile("sgd", run_eagerly=True)
    with pytest.raises(ValueError, match="labels must be given to a model with num_classes 3, got None"):
        model.fit(POINTS, verbose=0)


@pytest.mark.slow
def test_it_learns_the_ring_and_which_mode_is_which():
    keras.utils.set_random_seed(0)
    points, modes = ring(8000)
    model = DiffusionModel(denoiser(2, 8, blocks=2), NoiseSchedule(100), num_classes=8, seed=0)
    before = covered(model.sample(1000, labels=modes[:1000], seed=1))
    model.compile(keras.optimizers.Adam(2e-3, use_ema=True, ema_momentum=0.99))
    fit(model, points, modes, batch_size=128, epochs=6)
    samples = model.sample(1000, labels=modes[:1000], guidance=0.5, seed=1)
    few = model.sample(1000, labels=modes[:1000], guidance=0.5, sampler="ddim", steps=20, seed=1)
    right = [np.mean(np.linalg.norm(CENTERS[modes[:1000]] - each, axis=1) < 0.25) for each in (samples, few)]
    print(before, covered(samples), covered(few), right)
    assert before.good_share < 0.15
    assert covered(samples).modes == 8
    assert min(right) > 0.8
