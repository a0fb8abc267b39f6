r"""The variational autoencoder: an autoencoder whose codes follow a known distribution, so that new ones can be drawn.

Lesson 09_1 takes its evidence lower bound term by term, and shows with `beta` the trade of rate against distortion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from dlcourse.layers.arguments import one_of, positive_integer
from dlcourse.layers.gaussian_sampling import GaussianSampling
from dlcourse.losses import gaussian_kl
from dlcourse.models.coders import checked_shape, decoder_model, encoder_body


def reconstruction_loss(inputs: Any, outputs: Any, likelihood: str) -> Any:
    r"""The negative log likelihood $-\log p(x \mid z)$ of each example in nats, summed over all its numbers.

    $$\text{Bernoulli: } \sum_d \left[\operatorname{softplus}(o_d) - x_d o_d\right], \qquad
      \text{Gaussian: } \tfrac12 \sum_d \left[(x_d - o_d)^2 + \log 2\pi\right]$$

    Args:
        inputs: x, shape (B, ...); from 0 to 1 for Bernoulli.
        outputs: o, the decoder's, of the same shape: logits for Bernoulli, means for Gaussian with a variance of 1.
        likelihood: `"bernoulli"` or `"gaussian"`.

    Example:
        >>> reconstruction_loss(ops.ones((1, 3)), ops.zeros((1, 3)), "bernoulli").numpy().round(3)  # 3 log 2
        array([2.079], dtype=float32)
    """
    x, o = ops.cast(inputs, "float32"), ops.cast(outputs, "float32")
    # softplus(o) - x o = -x log sigmoid(o) - (1 - x) log(1 - sigmoid(o))
    bernoulli = likelihood == "bernoulli"
    each = ops.softplus(o) - x * o if bernoulli else 0.5 * (ops.square(x - o) + math.log(2 * math.pi))
    return ops.sum(each, axis=tuple(range(1, len(each.shape))))


@keras.saving.register_keras_serializable(package="dlcourse")
class VAE(keras.Model):
    r"""A variational autoencoder from an encoder and a decoder, trained on the evidence lower bound by `fit(x)`.

    $$\mathcal L(x) = \mathbb E_{q(z \mid x)}\left[\log p(x \mid z)\right]
      - \beta\, D_{\mathrm{KL}}\left(q(z \mid x) \,\|\, \mathcal N(0, I)\right), \qquad
      q(z \mid x) = \mathcal N(\mu(x), \operatorname{diag} \sigma^2(x))$$

    The loss is $-\mathcal L$, in nats a example: the first term by one draw of z, summed over all numbers of x (an
    average instead would be a much greater $\beta$), the second in closed form. With $\beta = 1$ it bounds
    $-\log p(x)$ from above. `fit` and `evaluate` report `loss`, and `reconstruction` and `kl` before the weighting.
    Labels of a data set are not looked at. It runs on every backend. Kingma and Welling (2014), Auto-encoding
    variational Bayes; Higgins et al. (2017), beta-VAE.

    `beta` is a variable: `vae.beta.assign(0.1)` changes it between epochs, as annealing does against a posterior that
    collapses onto the prior.

    Args:
        encoder: A built model from x to the list of $\mu$ and $\log \sigma^2$, each (B, K).
        decoder: A built model from z, (B, K), to logits or means of x's shape.
        beta: $\beta$ at the start, at least 0.
        likelihood: `"bernoulli"` for numbers from 0 to 1, or `"gaussian"` of variance 1.
        seed: For the draws of z; they follow Keras's global seed without it.
        **kwargs: `name` and what else every model takes.

    Raises:
        ValueError: If an argument is out of range, or encoder and decoder do not fit.

    Example:
        >>> keras.utils.set_random_seed(0)
        >>> vae = variational_autoencoder((8, 8, 1), code_size=2, hidden=(16,))
        >>> vae.compile("adam")
        >>> images = np.zeros((32, 8, 8, 1), "float32")
        >>> sorted(vae.fit(images, epochs=1, verbose=0).history)
        ['kl', 'loss', 'reconstruction']
        >>> vae.sample(5, seed=1).shape, vae.predict(images, verbose=0).shape
        ((5, 8, 8, 1), (32, 8, 8, 1))
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        beta: float = 1.0,
        likelihood: str = "bernoulli",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if not beta >= 0:
            raise ValueError(f"beta must be at least 0, got {beta!r}")
        one_of("likelihood", likelihood, ("bernoulli", "gaussian"))
        _check_halves(encoder, decoder)
        super().__init__(**kwargs)
        self.encoder, self.decoder, self.likelihood, self.seed = encoder, decoder, likelihood, seed
        self.initial_beta = float(beta)
        self.sampling = GaussianSampling(seed, name="sampling")
        self.beta = self.add_weight((), keras.initializers.Constant(beta), trainable=False, name="beta")
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction")
        self.kl_tracker = keras.metrics.Mean(name="kl")
        self.build(encoder.input_shape)

    def build(self, input_shape: Any) -> None:
        """Nothing is left to make: both halves come built."""
        self.sampling.build([self.encoder.output_shape[0]] * 2)

    def call(self, inputs: Any, training: bool = False) -> dict[str, Any]:
        """The decoder's outputs for one draw of z, and the mean and log variance that it was drawn with."""
        mean, log_variance = self.encoder(inputs, training=training)
        outputs = self.decoder(self.sampling([mean, log_variance]), training=training)
        return {"outputs": outputs, "mean": mean, "log_variance": log_variance}

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The negative evidence lower bound, averaged over the batch, and penalties of weights."""
        if sample_weight is not None:
            raise ValueError(f"a VAE takes no sample_weight, got one of shape {tuple(sample_weight.shape)}")
        reconstruction = reconstruction_loss(x, y_pred["outputs"], self.likelihood)  # (B,)
        kl = gaussian_kl(y_pred["mean"], y_pred["log_variance"])  # (B,)
        self.reconstruction_tracker.update_state(reconstruction)
        self.kl_tracker.update_state(kl)
        # -L = -log p(x | z) + beta KL
        return ops.mean(reconstruction + ops.cast(self.beta, "float32") * kl) + sum(self.losses)

    def encode(self, x: Any, batch_size: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log variance of q(z | x), arrays of shape (N, K)."""
        mean, log_variance = self.encoder.predict(x, batch_size=batch_size, verbose=0)
        return mean, log_variance

    def decode(self, codes: Any, batch_size: int | None = None) -> np.ndarray:
        """The mean of p(x | z) for each code: probabilities for Bernoulli."""
        outputs = self.decoder.predict(ops.convert_to_numpy(codes).astype("float32"), batch_size=batch_size, verbose=0)
        # sigmoid(o) = (1 + tanh(o / 2)) / 2
        return 0.5 * (1 + np.tanh(0.5 * outputs)) if self.likelihood == "bernoulli" else outputs

    def predict(self, x: Any, batch_size: int | None = None, **kwargs: Any) -> np.ndarray:
        """The reconstruction by way of the mean of q(z | x): the same each time."""
        mean, _ = self.encoder.predict(x, batch_size=batch_size, **kwargs)
        return self.decode(mean, batch_size)

    def sample(self, count: int, seed: int | None = None) -> np.ndarray:
        """So many new examples: means of p(x | z) for codes drawn from the prior."""
        positive_integer("count", count)
        codes = np.random.default_rng(seed).normal(size=(count, self.decoder.input_shape[-1]))
        return self.decode(codes)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again, both halves included."""
        halves = {
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }
        config = {"beta": self.initial_beta, "likelihood": self.likelihood, "seed": self.seed}
        return {**super().get_config(), **halves, **config}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> VAE:
        """The model of a config."""
        halves = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects) for name in ("encoder", "decoder")
        }
        return cls(**{**config, **halves})


def _check_halves(encoder: keras.Model, decoder: keras.Model) -> None:
    outputs = encoder.output_shape
    fits = isinstance(outputs, list | tuple) and len(outputs) == 2 and outputs[0] == outputs[1]
    if not fits or decoder.input_shape != outputs[0] or decoder.output_shape != encoder.input_shape:
        raise ValueError(
            "encoder must give a mean and a log variance that decoder takes back to the input's shape, "
            f"got {encoder.input_shape} to {outputs} and {decoder.input_shape} to {decoder.output_shape}"
        )


def variational_autoencoder(
    input_shape: int | tuple[int, ...] = (28, 28, 1),
    code_size: int = 2,
    kind: str = "dense",
    *,
    hidden: Sequence[int] | None = None,
    activation: Any = "relu",
    beta: float = 1.0,
    likelihood: str = "bernoulli",
    width: float = 1.0,
    seed: int | None = None,
    name: str = "vae",
) -> VAE:
    r"""A `VAE` with the halves of `autoencoder`, whose encoder ends in two dense layers, for $\mu$ and $\log \sigma^2$.

    By default there are 404,244 parameters besides `beta`, near the network of the paper's appendix C.

    Args:
        input_shape: The shape of one example, or its number of features.
        code_size: K, the size of z.
        kind: `"dense"` or `"convolutional"`.
        hidden: Units, or filters, of the encoder's layers; (256,) and (16, 32) without it.
        activation: That of the hidden layers.
        beta: As of `VAE`.
        likelihood: As of `VAE`.
        width: Multiplies the hidden units or filters.
        seed: As of `VAE`.
        name: The model's name.

    Raises:
        ValueError: If an argument is out of range or the shape cannot be halved as often as there are convolutions.

    Example:
        >>> vae = variational_autoencoder((28, 28, 1), code_size=2, kind="convolutional")
        >>> vae.encoder.output_shape, vae.decoder.output_shape
        ([(None, 2), (None, 2)], (None, 28, 28, 1))
    """
    positive_integer("code_size", code_size)
    hidden = ((256,) if kind == "dense" else (16, 32)) if hidden is None else tuple(hidden)
    shape = checked_shape(input_shape, kind, len(hidden))
    inputs = keras.Input(shape, name="inputs")
    body = encoder_body(inputs, kind, hidden, width, activation)
    parameters = [keras.layers.Dense(code_size, name=each)(body) for each in ("mean", "log_variance")]
    encoder = keras.Model(inputs, parameters, name="encoder")
    decoder = decoder_model(code_size, shape, kind, hidden, width, activation)
    return VAE(encoder, decoder, beta, likelihood, seed, name=name)
