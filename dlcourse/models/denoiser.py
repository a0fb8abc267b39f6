r"""The network inside a diffusion model: from noisy data and the time, the noise in it. Lesson 09_3."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from dlcourse.layers.arguments import positive_integer
from dlcourse.models.arguments import scaled


@keras.saving.register_keras_serializable(package="dlcourse")
class TimeEmbedding(keras.layers.Layer):
    r"""Sines and cosines of a time at geometrically spaced frequencies, as of a position in a sequence.

    $$e_{2i} = \sin(t\, \omega_i), \qquad e_{2i+1} = \cos(t\, \omega_i), \qquad \omega_i = 10000^{-2i / D}$$

    sines in the first half, cosines in the second.

    Args:
        size: D, even.
        **kwargs: `name` and what else every layer takes.

    Raises:
        ValueError: If the size is not a positive even integer.

    Example:
        >>> TimeEmbedding(4)(ops.convert_to_tensor([0, 100])).numpy().round(2)
        array([[ 0.  ,  0.  ,  1.  ,  1.  ],
               [-0.51,  0.84,  0.86,  0.54]], dtype=float32)
    """

    def __init__(self, size: int, **kwargs: Any) -> None:
        if positive_integer("size", size) % 2:
            raise ValueError(f"size must be even, got {size!r}")
        super().__init__(**kwargs)
        self.size = size

    def call(self, time: Any) -> Any:
        """The embedding of times (B,), of shape (B, D)."""
        half = self.size // 2
        frequencies = ops.exp(-math.log(10000.0) / half * ops.arange(half, dtype="float32"))
        angles = ops.cast(time, "float32")[:, None] * frequencies  # (B, D / 2)
        return ops.cast(ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1), self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """One vector a time."""
        return (input_shape[0], self.size)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "size": self.size}


def denoiser(
    input_shape: int | tuple[int, ...] = (28, 28, 1),
    num_classes: int | None = None,
    *,
    blocks: int = 3,
    width: float = 1.0,
    name: str = "denoiser",
) -> keras.Model:
    r"""A residual network for points or pictures, told the time and, if there are classes, the class.

    $$h \leftarrow h + W_2\, g\left(W_1\, g(h) + U e(t, y)\right), \qquad g = \operatorname{silu}$$

    For points W are matrices with 128 units; for pictures, 3 by 3 convolutions with 64 filters, at half of the size,
    with a way past them at full size. The last layer starts at zero, so that at first the network predicts none of the
    noise. Class `num_classes` stands for "no class", which `DiffusionModel` uses for guidance. After Ho, Jain and
    Abbeel (2020), Denoising diffusion probabilistic models, appendix B, made small. By default there are 342,529
    parameters.

    Args:
        input_shape: The shape of an example: its number of features, or (rows, columns, channels), both even.
        num_classes: How many classes there are; no input for them without it.
        blocks: How many residual blocks.
        width: Multiplies units or filters.
        name: The model's name.

    Returns:
        A model from `[x, step]`, or `[x, step, label]`, to noise of x's shape; steps and labels are integers, (B,).

    Raises:
        ValueError: If the shape is neither of the two kinds, or another argument is not positive.

    Example:
        >>> network = denoiser(2, num_classes=3)
        >>> [each.shape for each in network.inputs], network.output_shape
        ([(None, 2), (None,), (None,)], (None, 2))
    """
    shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
    positive_integer("blocks", blocks)
    if len(shape) not in (1, 3) or (len(shape) == 3 and any(size % 2 for size in shape[:2])):
        raise ValueError(f"input_shape must be (features,) or (even rows, even columns, channels), got {input_shape!r}")
    units = scaled(128 if len(shape) == 1 else 64, width, multiple=2)
    inputs = [keras.Input(shape, name="noisy"), keras.Input((), dtype="int32", name="step")]
    embedding = keras.layers.Dense(units, "silu", name="time")(TimeEmbedding(units, name="embedding")(inputs[1]))
    if num_classes is not None:
        inputs.append(keras.Input((), dtype="int32", name="label"))
        classes = keras.layers.Embedding(positive_integer("num_classes", num_classes) + 1, units, name="class")
        embedding = keras.layers.Add(name="condition")([embedding, classes(inputs[2])])
    body = _points if len(shape) == 1 else _pictures
    return keras.Model(inputs, body(inputs[0], embedding, units, blocks), name=name)


def _points(x: Any, embedding: Any, units: int, blocks: int) -> Any:
    features = x.shape[-1]
    h = keras.layers.Dense(units, name="stem")(x)
    for number in range(1, blocks + 1):
        told = keras.layers.Dense(units, name=f"told{number}")(embedding)
        h = _block(h, told, number, lambda name: keras.layers.Dense(units, name=name))
    h = keras.layers.Activation("silu", name="activation")(h)
    return keras.layers.Dense(features, kernel_initializer="zeros", name="noise")(h)


def _pictures(x: Any, embedding: Any, filters: int, blocks: int) -> Any:
    def convolution(name: str, **options: Any) -> keras.layers.Layer:
        return keras.layers.Conv2D(filters, 3, padding="same", name=name, **options)

    stem = convolution("stem", activation="silu")(x)
    h = convolution("halve", strides=2)(stem)
    for number in range(1, blocks + 1):
        told = keras.layers.Dense(filters, name=f"told{number}")(embedding)
        told = keras.layers.Reshape((1, 1, filters), name=f"everywhere{number}")(told)
        h = _block(h, told, number, convolution)
    h = keras.layers.Conv2DTranspose(filters, 4, strides=2, padding="same", activation="silu", name="double")(h)
    h = keras.layers.Concatenate(name="past")([h, stem])
    return keras.layers.Conv2D(x.shape[-1], 3, padding="same", kernel_initializer="zeros", name="noise")(h)


def _block(h: Any, told: Any, number: int, layer: Any) -> Any:
    """A residual block: h + W_2 g(W_1 g(h) + told)."""
    inner = layer(f"first{number}")(keras.layers.Activation("silu", name=f"before{number}")(h))
    inner = keras.layers.Add(name=f"time{number}")([inner, told])
    inner = layer(f"second{number}")(keras.layers.Activation("silu", name=f"between{number}")(inner))
    return keras.layers.Add(name=f"residual{number}")([h, inner])
