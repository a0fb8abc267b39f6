"""The evidence lower bound term by term, and a model that learns digits."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from sklearn.datasets import load_digits

from dlcourse.evaluation import frechet_distance
from dlcourse.models import VAE, variational_autoencoder
from dlcourse.models.vae import reconstruction_loss

PICTURES = np.random.default_rng(0).uniform(size=(12, 4, 4, 1)).astype("float32")


def small(**options):
    keras.utils.set_random_seed(0)
    return variational_autoencoder((4, 4, 1), 3, hidden=(8,), **{"seed": 5, **options})


def test_bernoulli_reconstruction_is_scipys_log_likelihood_summed_over_pixels():
    pixels, logits = (PICTURES > 0.5).astype("float32"), np.random.default_rng(1).normal(size=PICTURES.shape)
    expected = -stats.bernoulli.logpmf(pixels, 1 / (1 + np.exp(-logits))).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(reconstruction_loss(pixels, logits, "bernoulli"), expected, rtol=1e-5)


def test_gaussian_reconstruction_is_scipys_log_density_summed_over_pixels():
    means = np.random.default_rng(1).normal(size=PICTURES.shape)
    expected = -stats.norm.logpdf(PICTURES, means).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(reconstruction_loss(PICTURES, means, "gaussian"), expected, rtol=1e-5)


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_the_loss_is_the_bound_written_out(beta, likelihood):
    vae = small(beta=beta, likelihood=likelihood)
    found = vae(PICTURES)
    mean, log_variance = found["mean"].numpy(), found["log_variance"].numpy()
    kl = 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1)
    reconstruction = reconstruction_loss(PICTURES, found["outputs"], likelihood).numpy()
    loss = vae.compute_loss(PICTURES, y_pred=found)
    np.testing.assert_allclose(loss, np.mean(reconstruction + beta * kl), rtol=1e-5)
    np.testing.assert_allclose(vae.kl_tracker.result(), kl.mean(), rtol=1e-5)
    np.testing.assert_allclose(vae.reconstruction_tracker.result(), reconstruction.mean(), rtol=1e-5)


def test_gradients_reach_the_encoder_through_the_draw():
    vae = small(beta=0.0)
    with tf.GradientTape() as tape:
        loss = vae.compute_loss(PICTURES, y_pred=vae(PICTURES, training=True))
    gradients = tape.gradient(loss, [weight.value for weight in vae.encoder.trainable_weights])
    assert all(np.abs(gradient).max() > 0 for gradient in gradients)


def test_penalties_of_weights_are_part_of_the_loss():
    plain, penalized = small(), small()
    penalized.decoder.get_layer("hidden1").kernel.regularizer = keras.regularizers.L2(0.5)
    found = plain(PICTURES)
    extra = 0.5 * np.sum(penalized.decoder.get_layer("hidden1").kernel.numpy() ** 2)
    difference = penalized.compute_loss(PICTURES, y_pred=found) - plain.compute_loss(PICTURES, y_pred=found)
    np.testing.assert_allclose(difference, extra, rtol=1e-4)


def test_fit_reports_each_epochs_own_means_and_validates():
    vae = small(likelihood="gaussian")
    vae.compile(keras.optimizers.SGD(0.0))
    history = vae.fit(PICTURES, batch_size=5, epochs=2, validation_data=(PICTURES,), verbose=0).history
    assert set(history) == {f"{kind}{name}" for kind in ("", "val_") for name in ("loss", "reconstruction", "kl")}
    # Nothing is learned: the same divergence each epoch, also over a last batch of 2.
    np.testing.assert_allclose(history["kl"], history["val_kl"], rtol=1e-5)
    for way in ("", "val_"):
        total = np.add(history[f"{way}reconstruction"], history[f"{way}kl"])
        np.testing.assert_allclose(history[f"{way}loss"], total, rtol=1e-5)


def test_beta_can_be_changed_between_epochs():
    vae = small(beta=1.0)
    vae.compile(keras.optimizers.SGD(0.0))
    vae.fit(PICTURES, verbose=0)
    vae.beta.assign(3.0)
    history = vae.fit(PICTURES, verbose=0).history
    assert history["loss"][0] == pytest.approx(history["reconstruction"][0] + 3 * history["kl"][0], rel=1e-5)


def test_predict_takes_the_mean_and_sample_a_seed():
    vae = small()
    np.testing.assert_array_equal(vae.predict(PICTURES, verbose=0), vae.predict(PICTURES, verbose=0))
    np.testing.assert_allclose(vae.predict(PICTURES, verbose=0), vae.decode(vae.encode(PICTURES)[0]), rtol=1e-6)
    np.testing.assert_array_equal(vae.sample(7, seed=1), vae.sample(7, seed=1))
    assert not np.allclose(vae.sample(7, seed=1), vae.sample(7, seed=2))
    assert vae.sample(7).shape == (7, 4, 4, 1)
    assert np.all((vae.sample(7) > 0) & (vae.sample(7) < 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"beta": -1.0}, "beta must be at least 0, got -1.0"),
        ({"likelihood": "poisson"}, "likelihood must be one of 'bernoulli', 'gaussian', got 'poisson'"),
        ({"code_size": 0}, "code_size must be a positive integer, got 0"),
    ],
)
def test_a_wrong_vae_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        variational_autoencoder(**{"input_shape": (4, 4, 1), **arguments})


def test_halves_that_do_not_fit_are_refused():
    vae, other = small(), variational_autoencoder((4, 4, 1), 2, hidden=(8,))
    with pytest.raises(ValueError, match="encoder must give a mean and a log variance that decoder takes back"):
        VAE(vae.encoder, other.decoder)


def test_sample_weights_are_refused_and_not_ignored():
    vae = small()
    vae.compile("sgd")
    with pytest.raises(ValueError, match="a VAE takes no sample_weight, got one of shape"):
        vae.fit(PICTURES, PICTURES, sample_weight=np.ones(12), verbose=0)


@pytest.mark.slow
def test_it_learns_digits():
    digits = (load_digits().images[:1500, ..., None] / 16).astype("float32")
    keras.utils.set_random_seed(0)
    vae = variational_autoencoder((8, 8, 1), 8, hidden=(64,), seed=1)
    axes = np.linalg.svd(digits.reshape(1500, 64) - digits.reshape(1500, 64).mean(axis=0), full_matrices=False)[2][:8]

    def distance():
        return frechet_distance(digits.reshape(1500, 64) @ axes.T, vae.sample(1500, seed=1).reshape(1500, 64) @ axes.T)

    before = distance()
    vae.compile(keras.optimizers.Adam(3e-3), steps_per_execution=10)
    history = vae.fit(digits, batch_size=50, epochs=30, verbose=0).history
    after = distance()
    print(f"Frechet distance {before:.2f} untrained, {after:.2f} trained; loss {history['loss'][-1]:.2f}")
    assert after < 0.35 * before
    assert history["loss"][-1] < history["loss"][0] - 5
    assert history["kl"][-1] > 2
