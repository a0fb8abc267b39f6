r"""Copying an input through a narrow place: undercomplete, denoising, sparse, convolutional. Lesson 09_1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from dlcourse.layers.arguments import positive_integer
from dlcourse.models.coders import checked_shape, decoder_model, encoder_body


def autoencoder(
    input_shape: int | tuple[int, ...] = (28, 28, 1),
    code_size: int = 32,
    kind: str = "dense",
    *,
    hidden: Sequence[int] | None = None,
    activation: Any = "relu",
    output_activation: Any = None,
    noise: float = 0.0,
    sparsity: float = 0.0,
    width: float = 1.0,
    name: str = "autoencoder",
) -> keras.Model:
    r"""An encoder and a decoder, to be trained with the input as the target: `model.fit(x, x)`.

    $$z = f(x), \qquad \hat x = g(z), \qquad L = \lVert \hat x - x \rVert^2 + \lambda \lVert z \rVert_1$$

    - Undercomplete: a `code_size` below the input's. Without hidden layers it is linear, and trained with the squared
      error it finds the subspace of the principal components (Baldi and Hornik 1989).
    - Denoising: with `noise`, the encoder sees $x + \sigma\epsilon$ while training and the target stays clean (Vincent
      et al. 2008).
    - Sparse: with `sparsity`, the mean over the batch of $\lambda \lVert z \rVert_1$ is added to the loss.
    - Convolutional: strides of 2 on the way in and transposed convolutions on the way out (Masci et al. 2011).

    The halves are models of their own: `model.get_layer("encoder")` and `model.get_layer("decoder")`. By default there
    are 209,968 parameters; convolutional, 111,521.

    Args:
        input_shape: The shape of one example, or its number of features.
        code_size: The size of z.
        kind: `"dense"` or `"convolutional"`, which takes (rows, columns, channels).
        hidden: Units, or filters, of the encoder's layers; the decoder has them in the opposite order. Without it,
            (128,) and (16, 32). An empty sequence gives a linear autoencoder.
        activation: That of the hidden layers.
        output_activation: That of the reconstruction, `"sigmoid"` for numbers from 0 to 1; none without it.
        noise: $\sigma$, at least 0, in the unit of the input.
        sparsity: $\lambda$, at least 0.
        width: Multiplies the hidden units or filters.
        name: The model's name.

    Raises:
        ValueError: If a size is not a positive integer, the shape cannot be halved as often as there are convolutions,
            the kind is unknown, or `noise`, `sparsity` or `width` is out of range.

    Example:
        >>> model = autoencoder((28, 28, 1), code_size=32)
        >>> model.get_layer("encoder").output_shape, model.output_shape, model.count_params()
        ((None, 32), (None, 28, 28, 1), 209968)
    """
    positive_integer("code_size", code_size)
    hidden = ((128,) if kind == "dense" else (16, 32)) if hidden is None else tuple(hidden)
    shape = checked_shape(input_shape, kind, len(hidden))
    if kind == "convolutional" and not hidden:
        raise ValueError(f"hidden must have at least one number of filters for a convolutional kind, got {hidden!r}")
    for given, value in (("noise", noise), ("sparsity", sparsity)):
        if not value >= 0:
            raise ValueError(f"{given} must be at least 0, got {value!r}")
    inputs = keras.Input(shape, name="inputs")
    seen = keras.layers.GaussianNoise(noise, name="noise")(inputs) if noise else inputs
    encoder = _encoder(shape, code_size, kind, hidden, activation, sparsity, width)
    decoder = decoder_model(code_size, shape, kind, hidden, width, activation, output_activation)
    return keras.Model(inputs, decoder(encoder(seen)), name=name)


def _encoder(
    shape: tuple[int, ...],
    code_size: int,
    kind: str,
    hidden: Sequence[int],
    activation: Any,
    sparsity: float,
    width: float,
) -> keras.Model:
    inputs = keras.Input(shape, name="inputs")
    penalty = keras.regularizers.L1(sparsity) if sparsity else None
    body = encoder_body(inputs, kind, hidden, width, activation)
    code = keras.layers.Dense(code_size, activity_regularizer=penalty, name="code")(body)
    return keras.Model(inputs, code, name="encoder")
