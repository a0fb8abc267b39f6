"""Values and gradients by the automatic differentiation of whichever backend Keras runs on, and their comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

Arrays = list[np.ndarray]


def values_and_gradients(function: Callable[..., tuple[Any, Any]], arrays: Arrays) -> tuple[Any, Arrays]:
    """What a function gives for the arrays, and the gradient of its total with respect to each.

    The function gives a scalar, its total, and a list of what else it computed.
    """
    backend = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.config.backend()]
    values, gradients = backend(function, arrays)
    return [keras.ops.convert_to_numpy(each) for each in values], [keras.ops.convert_to_numpy(g) for g in gradients]


def _tensorflow(function: Callable[..., Any], arrays: Arrays) -> tuple[Any, Any]:
    import tensorflow as tf

    tensors = [tf.constant(array) for array in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        total, values = function(*tensors)
    gradients = tape.gradient(total, tensors, unconnected_gradients="zero")
    return values, [tf.convert_to_tensor(gradient) for gradient in gradients]


def _jax(function: Callable[..., Any], arrays: Arrays) -> tuple[Any, Any]:
    import jax

    # Compiled whole: one by one, each operation would be compiled on its own.
    compiled = jax.jit(jax.value_and_grad(function, argnums=tuple(range(len(arrays))), has_aux=True))
    (_, values), gradients = compiled(*arrays)
    return values, gradients


def _torch(function: Callable[..., Any], arrays: Arrays) -> tuple[Any, Any]:
    import torch

    # On the device that Keras uses; a copy, since on the CPU the array's own memory would be taken.
    tensors = [keras.ops.convert_to_tensor(array.copy()).requires_grad_() for array in arrays]
    total, values = function(*tensors)
    gradients = torch.autograd.grad(total, tensors, allow_unused=True)
    filled = [torch.zeros_like(t) if g is None else g for t, g in zip(tensors, gradients, strict=True)]
    return [value.detach() for value in values], filled


def of_layer(layer: keras.layers.Layer, arguments: tuple[Any, ...], **options: Any) -> tuple[Arrays, Arrays]:
    """A built layer's outputs, and the gradients of the sum of their sines, for weights the same on every backend.

    The gradients are those with respect to the floating inputs and the trainable weights, in this order.
    """
    draw = np.random.default_rng(4)
    layer.set_weights([draw.uniform(0.1, 0.9, weight.shape).astype(weight.dtype) for weight in layer.weights])
    flat = [np.asarray(array) for array in keras.tree.flatten(arguments)]
    places = [place for place, array in enumerate(flat) if array.dtype.kind == "f"]
    weights = [keras.ops.convert_to_numpy(weight) for weight in layer.trainable_weights]
    state = [variable.value for variable in layer.non_trainable_variables]

    def function(*arrays: Any) -> tuple[Any, Any]:
        inputs = list(flat)
        for place, array in zip(places, arrays, strict=False):
            inputs[place] = array
        packed = keras.tree.pack_sequence_as(arguments, inputs)
        outputs, _ = layer.stateless_call(list(arrays[len(places) :]), state, *packed, **options)
        outputs = keras.tree.flatten(outputs)
        return sum(keras.ops.sum(keras.ops.sin(output)) for output in outputs), outputs

    return values_and_gradients(function, [*(flat[place] for place in places), *weights])


def assert_same(ours: Arrays, expected: Arrays, tolerance: float) -> None:
    """Each pair differs by at most `tolerance` times the largest expected number, or times 1 if that is larger."""
    for place, (one, other) in enumerate(zip(ours, expected, strict=True)):
        assert one.shape == other.shape, f"array {place} has shape {one.shape}, expected was {other.shape}"
        scale = max(1.0, float(np.max(np.abs(other), initial=0)))
        error = float(np.max(np.abs(one - other), initial=0)) / scale
        assert error <= tolerance, f"array {place} is off by {error:.2g} of {scale:.3g}, allowed are {tolerance:.2g}"
