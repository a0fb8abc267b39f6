"""On two logical processors: what fit gives with replicas against one device, and what is said of them."""

import contextlib
import io
import json

import keras
import numpy as np
import tensorflow as tf

from dlcourse import distribute, training

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = (X.sum(axis=1, keepdims=True) ** 2).astype("float32")


def plain():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse")
    return model


def normalized():
    layers = [keras.layers.Dense(8), keras.layers.BatchNormalization(synchronized=True), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile(keras.optimizers.SGD(0.01), "mse")
    return model


def clipped():
    model = training.Clipped(plain(), global_norm=0.5)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def difference(builder, strategy):
    results = []
    for scope in (strategy.scope(), tf.distribute.get_strategy().scope()):
        with scope:
            keras.utils.set_random_seed(0)
            model = builder()
            distribute.require_replicable(model, strategy.num_replicas_in_sync)
        history = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        results.append([*model.get_weights(), np.array(history.history["loss"])])
    return max(float(np.abs(a - b).max()) for a, b in zip(*results, strict=True))


def main():
    with contextlib.redirect_stdout(io.StringIO()) as said:
        strategy = distribute.strategy("cpus")
    differences = {each.__name__: difference(each, strategy) for each in (plain, normalized, clipped)}
    print(json.dumps([said.getvalue(), differences]))
