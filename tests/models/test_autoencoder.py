"""The kinds of autoencoder: narrow, noisy, sparse, convolutional; the linear one finds the principal subspace."""

import keras
import numpy as np
import pytest

from dlcourse.models import autoencoder

PICTURES = np.random.default_rng(0).uniform(size=(6, 8, 8, 1)).astype("float32")


@pytest.mark.parametrize(("kind", "count"), [("dense", 209_968), ("convolutional", 111_521)])
def test_the_default_has_the_parameters_that_its_docstring_tells(kind, count):
    assert autoencoder(kind=kind).count_params() == count


@pytest.mark.parametrize("kind", ["dense", "convolutional"])
def test_halves_make_the_whole(kind):
    model = autoencoder((8, 8, 1), 3, kind, output_activation="sigmoid", width=0.25)
    code = model.get_layer("encoder")(PICTURES)
    assert code.shape == (6, 3)
    np.testing.assert_allclose(model.get_layer("decoder")(code), model(PICTURES), rtol=1e-6)
    assert model.output_shape == (None, 8, 8, 1)


def test_without_hidden_layers_it_is_linear():
    model = autoencoder(5, 2, hidden=())
    one, other = np.random.default_rng(1).normal(size=(2, 4, 5)).astype("float32")
    zero = model(0 * one).numpy()
    np.testing.assert_allclose(model(one + 2 * other) - zero, model(one) - zero + 2 * (model(other) - zero), atol=1e-5)


@pytest.mark.slow
def test_trained_with_the_squared_error_the_linear_one_finds_the_principal_subspace():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 6)) * [3, 2, 0.5, 0.4, 0.3, 0.2] @ np.linalg.qr(rng.normal(size=(6, 6)))[0]
    x = (x - x.mean(axis=0)).astype("float32")
    keras.utils.set_random_seed(0)
    model = autoencoder(6, 2, hidden=())
    model.compile(keras.optimizers.Adam(0.02), "mse", steps_per_execution=10)
    model.fit(x, x, batch_size=40, epochs=40, verbose=0)
    principal = np.linalg.svd(x, full_matrices=False)[2][:2]
    ours = np.linalg.qr(model.get_layer("decoder").get_layer("reconstruction").kernel.numpy().T)[0]
    cosines = np.linalg.svd(principal @ ours, compute_uv=False)
    assert np.degrees(np.arccos(np.clip(cosines.min(), -1, 1))) < 3


def test_noise_is_there_in_training_alone():
    model = autoencoder((8, 8, 1), 4, noise=0.5)
    np.testing.assert_array_equal(model(PICTURES), model(PICTURES))
    assert not np.allclose(model(PICTURES, training=True), model(PICTURES, training=True))


def test_sparsity_adds_the_mean_of_the_codes_absolute_values():
    model = autoencoder((8, 8, 1), 4, sparsity=0.1)
    model(PICTURES)
    code = model.get_layer("encoder")(PICTURES).numpy()
    np.testing.assert_allclose(sum(model.losses), 0.1 * np.abs(code).sum() / 6, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"code_size": 0}, "code_size must be a positive integer, got 0"),
        ({"kind": "recurrent"}, "kind must be one of 'dense', 'convolutional', got 'recurrent'"),
        ({"input_shape": (9, 8, 1), "kind": "convolutional"}, "the first two divisible by 4, got \\(9, 8, 1\\)"),
        ({"kind": "convolutional", "hidden": ()}, "hidden must have at least one number of filters"),
        ({"noise": -1.0}, "noise must be at least 0, got -1.0"),
        ({"sparsity": -0.1}, "sparsity must be at least 0, got -0.1"),
        ({"width": 0.0}, "width must be a positive number, got 0.0"),
    ],
)
def test_a_wrong_autoencoder_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        autoencoder(**arguments)
