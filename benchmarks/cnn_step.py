"""A training step of each classic CNN at small width, ours against the same network from stock Keras layers.

    python benchmarks/cnn_step.py [--pairs 15] [--only alexnet] [--clock processor]

Steps of both, one right after the other; printed are medians and the median of the pairs' ratios
of times. Below 1, ours is faster; the bar is 1, plus what two runs of the same differ by, 0.05 at most.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse import runtime

with runtime.quiet_stderr():
    import keras
    import tensorflow as tf

    from dlcourse import models

    keras.ops.add(1.0, 1.0)

BATCH, CLASSES = 32, 10
TOLERANCE = 0.05
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}
Layers = keras.layers


class StockNormalization(keras.layers.Layer):
    """Local response normalization as whoever has TensorFlow would take it."""

    def call(self, inputs: Any) -> Any:
        """The inputs, normalized."""
        return tf.nn.local_response_normalization(inputs, 2, 2.0, 1e-4, 0.75)


def stock_lenet() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            Layers.Conv2D(6, 5, activation="tanh"),
            Layers.AveragePooling2D(2),
            Layers.Conv2D(16, 5, activation="tanh"),
            Layers.AveragePooling2D(2),
            Layers.Flatten(),
            Layers.Dense(120, "tanh"),
            Layers.Dense(84, "tanh"),
            Layers.Dense(CLASSES, "softmax"),
        ]
    )


def stock_alexnet() -> keras.Model:
    def same(filters: int, size: int, groups: int = 1) -> keras.layers.Layer:
        return Layers.Conv2D(filters, size, padding="same", activation="relu", groups=groups)

    dense = [each for _ in range(2) for each in (Layers.Dense(512, "relu"), Layers.Dropout(0.5))]
    first = [Layers.Conv2D(12, 11, 4, activation="relu"), StockNormalization(), Layers.MaxPooling2D(3, 2)]
    second = [same(32, 5, 2), StockNormalization(), Layers.MaxPooling2D(3, 2)]
    rest = [same(48, 3), same(48, 3, 2), same(32, 3, 2), Layers.MaxPooling2D(3, 2), Layers.Flatten()]
    layers = [*first, *second, *rest, *dense, Layers.Dense(CLASSES, "softmax")]
    return keras.Sequential([keras.Input((99, 99, 3)), *layers])


def stock_vgg16() -> keras.Model:
    layers: list[keras.layers.Layer] = []
    for convolutions, filters in zip((2, 2, 3, 3, 3), (8, 16, 32, 64, 64), strict=True):
        layers += [Layers.Conv2D(filters, 3, padding="same", activation="relu") for _ in range(convolutions)]
        layers.append(Layers.MaxPooling2D(2))
    dense = [each for _ in range(2) for each in (Layers.Dense(512, "relu"), Layers.Dropout(0.5))]
    return keras.Sequential(
        [keras.Input((32, 32, 3)), *layers, Layers.Flatten(), *dense, Layers.Dense(CLASSES, "softmax")]
    )


def stock_resnet_cifar() -> keras.Model:
    """The stock way to the shortcut is a slice and a padding with `keras.ops`."""

    def convolution(x: Any, filters: int, strides: int) -> Any:
        return Layers.BatchNormalization()(Layers.Conv2D(filters, 3, strides, "same", use_bias=False)(x))

    inputs = keras.Input((32, 32, 3))
    x = Layers.Activation("relu")(convolution(inputs, 8, 1))
    for filters in (8, 16, 32):
        for _ in range(3):
            strides = filters // x.shape[-1]
            branch = Layers.Activation("relu")(convolution(x, filters, strides))
            branch = convolution(branch, filters, 1)
            if strides > 1:
                missing = filters - x.shape[-1]
                x = keras.ops.pad(x[:, ::2, ::2], [[0, 0], [0, 0], [0, 0], [0, missing]])
            x = Layers.Activation("relu")(Layers.Add()([branch, x]))
    return keras.Model(inputs, Layers.Dense(CLASSES, "softmax")(Layers.GlobalAveragePooling2D()(x)))


def stock_resnet18() -> keras.Model:
    """Padded by hand where it takes steps, as in keras.applications."""

    def convolution(x: Any, filters: int, size: int, strides: int) -> Any:
        padded = Layers.ZeroPadding2D(size // 2)(x) if size > 1 and strides > 1 else x
        padding = "valid" if strides > 1 else "same"
        return Layers.BatchNormalization()(Layers.Conv2D(filters, size, strides, padding, use_bias=False)(padded))

    inputs = keras.Input((64, 64, 3))
    x = Layers.Activation("relu")(convolution(inputs, 8, 7, 2))
    x = Layers.MaxPooling2D(3, 2)(Layers.ZeroPadding2D(1)(x))
    for filters in (8, 16, 32, 64):
        for place in range(2):
            strides = 2 if place == 0 and filters > 8 else 1
            branch = Layers.Activation("relu")(convolution(x, filters, 3, strides))
            branch = convolution(branch, filters, 3, 1)
            shortcut = x if x.shape[-1] == filters else convolution(x, filters, 1, strides)
            x = Layers.Activation("relu")(Layers.Add()([shortcut, branch]))
    return keras.Model(inputs, Layers.Dense(CLASSES, "softmax")(Layers.GlobalAveragePooling2D()(x)))


PAIRS: dict[str, tuple[Callable[[], keras.Model], Callable[[], keras.Model]]] = {
    "lenet5": (lambda: models.lenet5((32, 32, 1), CLASSES), stock_lenet),
    "alexnet": (lambda: models.alexnet((99, 99, 3), CLASSES, width=0.125), stock_alexnet),
    "vgg16": (lambda: models.vgg16((32, 32, 3), CLASSES, width=0.125), stock_vgg16),
    "resnet_cifar": (lambda: models.resnet_cifar(20, num_classes=CLASSES, width=0.5), stock_resnet_cifar),
    "resnet18": (lambda: models.resnet18((64, 64, 3), CLASSES, width=0.125), stock_resnet18),
}


def stepper(model: keras.Model, clock: Callable[[], float]) -> Callable[[], float]:
    """A function that makes some steps on one batch and gives the seconds of one."""
    model.compile("sgd", "sparse_categorical_crossentropy")
    generator = np.random.default_rng(0)
    x = tf.constant(generator.random((BATCH, *model.input_shape[1:]), "float32"))
    y = tf.constant(generator.integers(0, CLASSES, BATCH))
    steps = 0

    def step() -> float:
        start = clock()
        for _ in range(max(1, steps)):
            model.train_on_batch(x, y)
        return (clock() - start) / max(1, steps)

    step()
    steps = max(1, int(0.2 / step()))
    return step


def compared(name: str, pairs: int, clock: Callable[[], float]) -> tuple[float, float]:
    """The median ratio of times, and by how much two runs of the stock network differ."""
    make_ours, make_stock = PAIRS[name]
    ours, stock = make_ours(), make_stock()
    assert len(ours.trainable_weights) == len(stock.trainable_weights), "both must be the same network"
    assert ours.count_params() == stock.count_params(), "both must be the same network"
    step_ours, step_stock = stepper(ours, clock), stepper(stock, clock)
    times = [(step_stock(), step_ours(), step_stock()) for _ in range(pairs)]
    before, between, _ = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(middle / ((first + last) / 2) for first, middle, last in times)
    noise = statistics.median(abs(first / last - 1) for first, _, last in times)
    print(f"{name:<13} ours {between * 1e3:7.2f} ms   stock {before * 1e3:7.2f} ms   ratio {ratio:.3f} +- {noise:.3f}")
    return ratio, noise


def main() -> None:
    parser = argparse.ArgumentParser(description="a training step of the classic CNNs, ours against stock layers")
    parser.add_argument("--pairs", type=int, default=15, help="how many pairs of measurements")
    parser.add_argument("--only", choices=PAIRS, help="one network alone")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: where others use the machine, too")
    asked = parser.parse_args()
    missed = []
    for name in [asked.only] if asked.only else PAIRS:
        ratio, noise = compared(name, asked.pairs, CLOCKS[asked.clock])
        if ratio > 1 + min(noise, TOLERANCE):
            missed.append(name)
    print(f"missed: {', '.join(missed)}" if missed else "met by all")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
