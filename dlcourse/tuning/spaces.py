"""Search spaces for the course's kinds of network: builders that take hyperparameters and give a compiled model.

A space is a small object and not a closure, so that it can be sent to another process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras


def mlp_space(input_shape: int | tuple[int, ...], num_classes: int, *, widest: int = 256) -> MLPSpace:
    """The space of multilayer perceptrons: depth, width, activation, dropout, optimizer and learning rate.

    Args:
        input_shape: The shape of one example, or its number of features.
        num_classes: K, at least 2.
        widest: The most units of a hidden layer; the choices are this, a quarter and a sixteenth of it.

    Returns:
        A builder: hyperparameters in, compiled model out. Labels are integers.

    Raises:
        ValueError: If `num_classes` is below 2 or `widest` below 16.

    Example:
        >>> import keras_tuner
        >>> model = mlp_space(4, num_classes=3)(keras_tuner.HyperParameters())
        >>> model.output_shape
        (None, 3)
    """
    shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
    return MLPSpace(shape, _classes(num_classes), _at_least("widest", widest, 16))


def cnn_space(input_shape: tuple[int, int, int], num_classes: int, *, widest: int = 32) -> CNNSpace:
    """The space of small convolutional networks: blocks, filters, kernel size, normalization, dropout, learning rate.

    Args:
        input_shape: Height, width and channels of an image.
        num_classes: K, at least 2.
        widest: The most filters of the first block; the choices are this, a half and a quarter of it.

    Returns:
        A builder: hyperparameters in, compiled model out. Labels are integers.

    Raises:
        ValueError: If `input_shape` is not of three numbers, `num_classes` is below 2 or `widest` below 4.

    Example:
        >>> import keras_tuner
        >>> model = cnn_space((8, 8, 1), num_classes=10)(keras_tuner.HyperParameters())
        >>> model.input_shape, model.output_shape
        ((None, 8, 8, 1), (None, 10))
    """
    if len(input_shape) != 3:
        raise ValueError(f"input_shape must be height, width and channels, got {input_shape!r}")
    height, width, channels = input_shape
    return CNNSpace((height, width, channels), _classes(num_classes), _at_least("widest", widest, 4))


def lstm_space(vocabulary_size: int, num_classes: int = 2, *, widest: int = 64) -> LSTMSpace:
    """The space of recurrent classifiers of text: embedding, units, direction, dropout, learning rate.

    Args:
        vocabulary_size: How many tokens there are, 0 being padding.
        num_classes: K, at least 2.
        widest: The most units; the choices are this, a half and a quarter of it.

    Returns:
        A builder: hyperparameters in, compiled model out. Labels are integers.

    Raises:
        ValueError: If `vocabulary_size` or `num_classes` is below 2 or `widest` below 4.

    Example:
        >>> import keras_tuner
        >>> model = lstm_space(100)(keras_tuner.HyperParameters())
        >>> model.output_shape
        (None, 2)
    """
    size = _at_least("vocabulary_size", vocabulary_size, 2)
    return LSTMSpace(size, _classes(num_classes), _at_least("widest", widest, 4))


@dataclass(frozen=True)
class MLPSpace:
    """What `mlp_space` gives."""

    input_shape: tuple[int, ...]
    num_classes: int
    widest: int

    def __call__(self, hp: Any) -> keras.Model:
        """The compiled model of these hyperparameters."""
        width = hp.Choice("width", [self.widest // 16, self.widest // 4, self.widest], default=self.widest // 4)
        depth = hp.Int("depth", 1, 3)
        activation = hp.Choice("activation", ["relu", "tanh"])
        dropout = hp.Choice("dropout", [0.0, 0.2, 0.4])
        inputs = keras.Input(self.input_shape)
        x = keras.layers.Flatten()(inputs) if len(self.input_shape) > 1 else inputs
        for _ in range(depth):
            x = keras.layers.Dropout(dropout)(keras.layers.Dense(width, activation)(x))
        return _compiled(inputs, x, self.num_classes, hp)


@dataclass(frozen=True)
class CNNSpace:
    """What `cnn_space` gives."""

    input_shape: tuple[int, int, int]
    num_classes: int
    widest: int

    def __call__(self, hp: Any) -> keras.Model:
        """The compiled model of these hyperparameters."""
        filters = hp.Choice("filters", [self.widest // 4, self.widest // 2, self.widest])
        blocks = hp.Int("blocks", 1, 2)
        size = hp.Choice("kernel_size", [3, 5])
        normalized = hp.Boolean("batch_normalization")
        dropout = hp.Choice("dropout", [0.0, 0.3])
        x = inputs = keras.Input(self.input_shape)
        for block in range(blocks):
            x = keras.layers.Conv2D(filters * 2**block, size, padding="same")(x)
            x = keras.layers.BatchNormalization()(x) if normalized else x
            x = keras.layers.MaxPooling2D(2, padding="same")(keras.layers.ReLU()(x))
        x = keras.layers.Dropout(dropout)(keras.layers.Flatten()(x))
        return _compiled(inputs, x, self.num_classes, hp)


@dataclass(frozen=True)
class LSTMSpace:
    """What `lstm_space` gives."""

    vocabulary_size: int
    num_classes: int
    widest: int

    def __call__(self, hp: Any) -> keras.Model:
        """The compiled model of these hyperparameters."""
        size = hp.Choice("embedding", [self.widest // 4, self.widest // 2, self.widest])
        units = hp.Choice("units", [self.widest // 4, self.widest // 2, self.widest])
        bidirectional = hp.Boolean("bidirectional")
        dropout = hp.Choice("dropout", [0.0, 0.3])
        inputs = keras.Input((None,), dtype="int32")
        x = keras.layers.Embedding(self.vocabulary_size, size, mask_zero=True)(inputs)
        layer = keras.layers.LSTM(units)
        x = (keras.layers.Bidirectional(layer) if bidirectional else layer)(x)
        return _compiled(inputs, keras.layers.Dropout(dropout)(x), self.num_classes, hp)


def _compiled(inputs: Any, features: Any, num_classes: int, hp: Any) -> keras.Model:
    rate = hp.Float("learning_rate", 1e-4, 1e-1, sampling="log", default=1e-3)
    optimizer = hp.Choice("optimizer", ["adam", "sgd"])
    made = keras.optimizers.Adam(rate) if optimizer == "adam" else keras.optimizers.SGD(rate, momentum=0.9)
    model = keras.Model(inputs, keras.layers.Dense(num_classes, "softmax")(features))
    model.compile(made, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _classes(number: int) -> int:
    return _at_least("num_classes", number, 2)


def _at_least(name: str, number: int, least: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {number!r}")
    return number
