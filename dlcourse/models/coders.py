r"""The two halves that autoencoders of every kind are made of: to a code, and back. Lesson 09_1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from dlcourse.layers.arguments import one_of, positive_integer
from dlcourse.models.arguments import scaled

KINDS = ("dense", "convolutional")


def checked_shape(input_shape: Any, kind: str, halvings: int) -> tuple[int, ...]:
    """The shape of one example, if a coder of this kind can halve it so many times."""
    one_of("kind", kind, KINDS)
    shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
    for each in shape:
        positive_integer("each number of input_shape", each)
    if kind == "convolutional" and (len(shape) != 3 or any(size % 2**halvings for size in shape[:2])):
        raise ValueError(
            f"input_shape must be (rows, columns, channels), the first two divisible by {2**halvings}, got {shape}"
        )
    return shape


def encoder_body(inputs: Any, kind: str, hidden: Sequence[int], width: float, activation: Any) -> Any:
    """From an example to a vector: dense layers, or convolutions of stride 2."""
    x = inputs
    if kind == "dense":
        x = keras.layers.Flatten(name="flatten")(x) if len(x.shape) > 2 else x
        for number, units in enumerate(hidden, 1):
            x = keras.layers.Dense(scaled(units, width), activation, name=f"hidden{number}")(x)
        return x
    for number, filters in enumerate(hidden, 1):
        options = {"strides": 2, "padding": "same", "activation": activation}
        x = keras.layers.Conv2D(scaled(filters, width), 3, name=f"convolution{number}", **options)(x)
    return keras.layers.Flatten(name="flatten")(x)


def decoder_model(
    code_size: int,
    output_shape: tuple[int, ...],
    kind: str,
    hidden: Sequence[int],
    width: float,
    activation: Any,
    output_activation: Any = None,
) -> keras.Model:
    """From a code to an example: the encoder's layers in the opposite order, transposed where it convolves."""
    code = keras.Input((code_size,), name="code")
    grow = _dense_decoder if kind == "dense" else _convolutional_decoder
    x = grow(code, output_shape, [scaled(each, width) for each in reversed(hidden)], activation)
    return keras.Model(code, keras.layers.Activation(output_activation or "linear", name="output")(x), name="decoder")


def _dense_decoder(code: Any, output_shape: tuple[int, ...], hidden: Sequence[int], activation: Any) -> Any:
    x = code
    for number, units in enumerate(hidden, 1):
        x = keras.layers.Dense(units, activation, name=f"hidden{number}")(x)
    x = keras.layers.Dense(math.prod(output_shape), name="reconstruction")(x)
    return keras.layers.Reshape(output_shape, name="reshape")(x) if len(output_shape) > 1 else x


def _convolutional_decoder(code: Any, output_shape: tuple[int, ...], hidden: Sequence[int], activation: Any) -> Any:
    rows, columns = (size // 2 ** len(hidden) for size in output_shape[:2])
    x = keras.layers.Dense(rows * columns * hidden[0], activation, name="expand")(code)
    x = keras.layers.Reshape((rows, columns, hidden[0]), name="reshape")(x)
    for number, filters in enumerate((*hidden[1:], output_shape[-1]), 1):
        last = number == len(hidden)
        options = {"strides": 2, "padding": "same", "activation": None if last else activation}
        x = keras.layers.Conv2DTranspose(filters, 3, name=f"transposed{number}", **options)(x)
    return x
