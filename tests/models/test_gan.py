"""The minimax game: its losses, its two steps, and a ring of eight Gaussians that it learns."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from rings import covered, ring

from dlcourse.models import GAN, dcgan
from dlcourse.models.adversarial import discriminator_loss, generator_loss

REAL = np.random.default_rng(0).normal(2.0, 1.0, size=(20, 2)).astype("float32")


def network(inputs, outputs, units=8):
    return keras.Sequential([keras.Input((inputs,)), layers.Dense(units, "relu"), layers.Dense(outputs)])


def small(**options):
    keras.utils.set_random_seed(0)
    return GAN(network(3, 2), network(2, 1), **{"seed": 5, **options})


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_discriminators_loss_is_the_cross_entropy_written_out(smoothing):
    real, fake = np.random.default_rng(1).normal(size=(2, 6, 1)).astype("float32")
    seen = (1 - smoothing) * np.log(sigmoid(real)) + smoothing * np.log(1 - sigmoid(real))
    expected = -np.mean(seen) - np.mean(np.log(1 - sigmoid(fake)))
    np.testing.assert_allclose(discriminator_loss(real, fake, smoothing), expected, rtol=1e-5)


def test_both_losses_of_the_generator_are_those_of_the_paper():
    fake = np.random.default_rng(2).normal(size=(6, 1)).astype("float32")
    np.testing.assert_allclose(generator_loss(fake), -np.mean(np.log(sigmoid(fake))), rtol=1e-5)
    np.testing.assert_allclose(generator_loss(fake, saturating=True), np.mean(np.log(1 - sigmoid(fake))), rtol=1e-5)


def test_only_the_saturating_loss_has_no_gradient_where_the_discriminator_is_sure():
    logits = tf.constant(-12.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        saturating, other = generator_loss(logits, saturating=True), generator_loss(logits)
    assert abs(float(tape.gradient(saturating, logits))) < 1e-4
    assert float(tape.gradient(other, logits)) == pytest.approx(-1, abs=1e-4)


@pytest.mark.parametrize("saturating", [False, True])
def test_a_step_is_gradient_descent_of_each_side_on_its_own_loss(saturating):
    gan, twin = (small(saturating=saturating) for _ in range(2))
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.2), run_eagerly=True)
    gan.train_on_batch(REAL)
    for model, rate, loss in (
        (twin.discriminator, 0.2, lambda z: twin.discriminator_objective(REAL, z, training=True)),
        (twin.generator, 0.1, lambda z: twin.generator_objective(z, training=True)),
    ):
        z = twin.draw_noise(20)
        with tf.GradientTape() as tape:
            value = loss(z)
        gradients = tape.gradient(value, [weight.value for weight in model.trainable_weights])
        for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
            weight.assign(weight - rate * gradient)
    for ours, expected in zip(gan.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


def test_fit_reports_both_losses_of_each_epoch_and_validates():
    gan = small()
    gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), run_eagerly=True)
    history = gan.fit(REAL, batch_size=5, epochs=2, validation_data=(REAL,), verbose=0).history
    names = ("discriminator_loss", "generator_loss")
    assert set(history) == {f"{kind}{name}" for kind in ("", "val_") for name in names}
    gan.reset_metrics()
    assert all(float(metric.result()) == 0 for metric in gan.metrics)
    assert list(gan.evaluate(REAL, verbose=0, return_dict=True)) == list(names)


def test_noise_on_what_the_discriminator_sees_is_there_in_training_alone():
    gan = small(noise=1.0)
    np.testing.assert_array_equal(gan.judge(REAL, training=False), gan.judge(REAL, training=False))
    assert not np.allclose(gan.judge(REAL, training=True), gan.judge(REAL, training=True))


def test_samples_have_a_seed_and_predict_takes_given_noise():
    gan = small()
    np.testing.assert_array_equal(gan.sample(7, seed=1), gan.sample(7, seed=1))
    assert not np.allclose(gan.sample(7, seed=1), gan.sample(7, seed=2))
    z = np.random.default_rng(1).normal(size=(7, 3)).astype("float32")
    np.testing.assert_allclose(gan.predict(z, verbose=0), gan.sample(7, seed=1), rtol=1e-5)


def test_sides_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"generator must give what discriminator takes, \(None, 3\), got \(None, 2\)"):
        GAN(network(3, 2), network(3, 1))
    with pytest.raises(ValueError, match="generator must be built, got 'unbuilt' without weights"):
        GAN(keras.Sequential([layers.Dense(2)], name="unbuilt"), network(2, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label_smoothing": 1.0}, "label_smoothing must be at least 0 and below 1, got 1.0"),
        ({"noise": -0.5}, "noise must be at least 0, got -0.5"),
    ],
)
def test_a_wrong_gan_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


def test_one_optimizer_for_both_sides_is_refused():
    optimizer = keras.optimizers.SGD()
    with pytest.raises(ValueError, match="each side needs an optimizer of its own"):
        small().compile(optimizer, optimizer)


@pytest.mark.parametrize("training", ["fit", "evaluate"])
def test_another_backend_is_refused_with_a_reason(training, monkeypatch):
    gan = small()
    gan.compile()
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RuntimeError, match="adversarial training needs the TensorFlow backend, got 'jax'"):
        getattr(gan, training)(REAL)


@pytest.mark.slow
def test_it_covers_a_ring_of_eight_gaussians():
    keras.utils.set_random_seed(0)
    deep = [layers.Dense(64, "relu") for _ in range(4)]
    generator = keras.Sequential([keras.Input((8,)), *deep[:2], layers.Dense(2)])
    discriminator = keras.Sequential([keras.Input((2,)), *deep[2:], layers.Dense(1)])
    gan = GAN(generator, discriminator, seed=0)
    assert covered(gan.sample(1000, seed=1)).modes <= 2
    rates = [keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)]
    gan.compile(*rates, steps_per_execution=21)
    gan.fit(ring(8000)[0], batch_size=128, epochs=28, verbose=0)
    after = covered(gan.sample(1000, seed=1))
    print(after)
    assert after.modes >= 6
    assert after.good_share > 0.3


def test_dcgan_has_the_parameters_that_its_docstring_tells():
    gan = dcgan()
    assert (gan.generator.count_params(), gan.discriminator.count_params()) == (760_065, 138_945)


def test_dcgan_has_the_papers_layers():
    gan = dcgan((16, 16, 3), 10, depth=3, width=0.125)
    assert [layer.filters for layer in gan.discriminator.layers if isinstance(layer, layers.Conv2D)] == [8, 16, 32]
    transposed = [layer for layer in gan.generator.layers if isinstance(layer, layers.Conv2DTranspose)]
    assert [layer.filters for layer in transposed] == [16, 8, 3]
    assert np.abs(gan.sample(4, seed=0)).max() < 1
    assert not any("normalization1" in layer.name for layer in gan.discriminator.layers)


def test_dcgan_trains_a_step_on_pictures():
    gan = dcgan((8, 8, 1), 4, width=0.0625)
    gan.compile(run_eagerly=True)
    history = gan.fit(np.zeros((8, 8, 8, 1), "float32"), batch_size=4, verbose=0).history
    assert all(np.isfinite(history[name]).all() for name in history)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (10, 8, 1)}, r"input_shape must have rows and columns divisible by 4, got \(10, 8, 1\)"),
        ({"depth": 0}, "depth must be a positive integer, got 0"),
        ({"noise_size": 0}, "noise_size must be a positive integer, got 0"),
        ({"width": -1.0}, "width must be a positive number, got -1.0"),
    ],
)
def test_a_wrong_dcgan_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        dcgan(**arguments)
