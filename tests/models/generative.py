"""One small generative model of each kind, with optimizers that have a state."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from dlcourse import models

POINTS = np.random.default_rng(0).normal(size=(12, 2)).astype("float32")
PICTURES = np.random.default_rng(1).uniform(size=(12, 4, 4, 1)).astype("float32")


def network(inputs: int, outputs: int) -> keras.Model:
    """A small perceptron."""
    return keras.Sequential([keras.Input((inputs,)), layers.Dense(6, "tanh"), layers.Dense(outputs)])


def _info_gan() -> keras.Model:
    x = keras.Input((2,))
    body = layers.Dense(6, "tanh")(x)
    reader = keras.Model(x, [layers.Dense(size)(body) for size in (1, 3, 1)])
    return models.InfoGAN(network(6, 2), reader, 3, 1, information_weight=0.5, seed=1)


def _diffusion() -> keras.Model:
    network = models.denoiser(2, 3, blocks=1, width=0.0625)
    return models.DiffusionModel(network, models.NoiseSchedule(40, "cosine"), 3, label_dropout=0.2, seed=1)


MAKE = {
    "VAE": lambda: models.variational_autoencoder((4, 4, 1), 2, hidden=(6,), beta=0.5, seed=1),
    "VAE, convolutional": lambda: models.variational_autoencoder((4, 4, 1), 2, "convolutional", width=0.125, seed=1),
    "GAN": lambda: models.GAN(network(3, 2), network(2, 1), True, 0.1, 0.2, seed=1),
    "WGAN": lambda: models.WGAN(network(3, 2), network(2, 1), 5.0, 2, seed=1),
    "InfoGAN": _info_gan,
    "DCGAN": lambda: models.dcgan((4, 4, 1), 3, width=0.0625, seed=1),
    "DiffusionModel": _diffusion,
}


def data_of(name: str) -> tuple[np.ndarray, ...]:
    """What `fit` takes."""
    if name == "DiffusionModel":
        return POINTS, np.arange(12) % 3
    return (PICTURES,) if "VAE" in name or name == "DCGAN" else (POINTS,)


def compiled(name: str) -> Any:
    """The model, compiled with optimizers that have a state."""
    keras.utils.set_random_seed(0)
    model = MAKE[name]()
    rates = 2 if "GAN" in name else 1
    model.compile(*(keras.optimizers.Adam(0.01) for _ in range(rates)), run_eagerly=True)
    return model
