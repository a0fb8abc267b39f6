"""Two layers with the same weights on the same inputs: values and gradients, under TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf


def with_weights(layer: keras.layers.Layer, *arguments: Any, seed: int = 7, **options: Any) -> list[np.ndarray]:
    """Build a layer by a call, give it random weights between -0.5 and 0.5, and say which."""
    layer(*arguments, **options)
    draw = np.random.default_rng(seed)
    layer.set_weights([draw.uniform(-0.5, 0.5, weight.shape).astype("float32") for weight in layer.weights])
    return layer.get_weights()


def values_and_gradients(layer: keras.layers.Layer, call: Callable[..., Any], *inputs: Any) -> list[np.ndarray]:
    """What `call(*inputs)` gives, flat, then the gradients of the sum of its sines.

    The gradients are with respect to each input, then to each trainable weight of the layer.
    """
    tensors = [tf.constant(array) for array in inputs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        values = keras.tree.flatten(call(*tensors))
        total = sum(tf.reduce_sum(tf.sin(value)) for value in values)
    watched = [*tensors, *(weight.value for weight in layer.trainable_weights)]
    gradients = tape.gradient(total, watched, unconnected_gradients="zero")
    return [np.array(tf.convert_to_tensor(each)) for each in (*values, *gradients)]
