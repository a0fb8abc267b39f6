r"""The memory that a training step takes, counted layer by layer. Lesson 12_2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dlcourse.training.arguments import positive_integer

# Activations whose derivative is computed from their own output, which is kept; they overwrite what they are given.
_BY_OUTPUT = {"relu", "relu6", "tanh", "sigmoid", "softmax", "elu", "selu"}
# Layers whose gradient needs neither their input nor their output, and those that only give it another shape.
_NOTHING = ("Add", "AveragePooling", "GlobalAveragePooling", "Concatenate", "UpSampling", "ZeroPadding", "Rescaling")
_SAME_NUMBERS = ("Flatten", "Reshape", "InputLayer", "Permute")
# What is alive while a layer's gradient is computed, counted on TensorFlow 2.21 on two cores, for layers of vectors and
# of images: how much of all that is kept, since gradients of outputs wait for those of weights; copies of the layer's
# own output; and what convolutions hold, unfolded inputs up to a limit.
_WAITING, _IN_FLIGHT = {"vectors": 1.5, "images": 1.1}, {"vectors": 5, "images": 0.5}
_UNFOLDED, _UNFOLDED_LIMIT = 3, 80 * 2**20


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that a training step takes at its peak, by what they are for.

    Attributes:
        weights: All variables of the model.
        slots: What the optimizer keeps for each trainable weight from step to step.
        activations: Outputs kept for the backward pass, and what is in flight, at the peak.
        gradients: Gradients of weights, and the updates made from them, at the peak.
        inputs: The batch.

    Example:
        >>> estimate = MemoryEstimate(weights=4 * 2**20, slots=8 * 2**20, activations=0, gradients=0, inputs=0)
        >>> estimate.total / 2**20, str(estimate).splitlines()[0]
        (12.0, 'weights          4.0 MiB')
    """

    weights: int
    slots: int
    activations: int
    gradients: int
    inputs: int

    @property
    def total(self) -> int:
        """All of them together, in bytes."""
        return self.weights + self.slots + self.activations + self.gradients + self.inputs

    def __str__(self) -> str:
        rows = {**vars(self), "total": self.total}
        return "\n".join(f"{name:<12}{size / 2**20:8.1f} MiB" for name, size in rows.items())


def memory_estimate(model: keras.Model, batch_size: int, optimizer: Any = "adam") -> MemoryEstimate:
    r"""How many bytes one training step of a model takes, without running it.

    Weights $W$ and the optimizer's slots $S$ stay all the time: none for SGD, $W$ for momentum, $2W$ for Adam. The
    forward pass adds the outputs $A_i$ that the backward pass needs: those of layers that multiply them by weights, or
    that compute their own derivative from them. A ReLU writes over what it is given, so that of a dense layer with ReLU
    one output is kept, not two. The backward pass then frees layer by layer, while gradients are in flight:

    $$M = W + S + X + \max_i \Big( \sum_{j \le i} w A_j + c A_i + 2 W_i \Big)
          + \min\big(3 \max_i U_i,\ 80\,\text{MiB}\big)$$

    Here $X$ is the batch, and $2 W_i$ the gradient of a layer's weights and the update made from it: a weight is
    updated as soon as its gradient is there, so that the gradients of all are never held at once. Gradients of outputs
    wait for those of weights ($w = 1.5$, $c = 5$ for vectors, 1.1 and 0.5 for images). $U_i$ are the windows of a
    convolution side by side, which its kernels hold piece by piece.

    The constants were fitted to 31 dense and convolutional networks of up to 48 layers, on two cores; 29 of the
    estimates are within 20 % of what was measured (the others, with batches of 4 and 16 small images, within 40 %). The
    program itself, some hundred MiB with TensorFlow, is not counted; nor is what recurrent and attention layers keep
    inside. A layer is taken to feed the next in `model.layers`.

    Args:
        model: A sequential or functional model with known shapes.
        batch_size: Examples in a batch.
        optimizer: A Keras optimizer or its name.

    Returns:
        The estimate, in bytes; printed, a table in MiB.

    Raises:
        ValueError: If the model's shapes are not known, or `batch_size` is not a positive integer.

    Example:
        >>> model = keras.Sequential([keras.Input((1024,)), keras.layers.Dense(1024, "relu"), keras.layers.Dense(10)])
        >>> print(memory_estimate(model, batch_size=64, optimizer="adam"))
        weights          4.0 MiB
        slots            8.1 MiB
        activations      1.6 MiB
        gradients        8.0 MiB
        inputs           0.2 MiB
        total           22.0 MiB
    """
    positive_integer("batch_size", batch_size)
    layers = list(_leaves(model))
    trainable = sum(_bytes(variable) for variable in model.trainable_variables)
    activations, gradients = _peak(layers, batch_size)
    return MemoryEstimate(
        weights=sum(_bytes(variable) for variable in model.variables),
        slots=round(_slots_per_weight(optimizer) * trainable),
        activations=activations,
        gradients=gradients,
        inputs=sum(batch_size * _per_example(each) for each in model.inputs),
    )


def _peak(layers: list[keras.Layer], batch_size: int) -> tuple[int, int]:
    """Bytes of activations and of gradients at the layer where their sum is largest."""
    kept, moments = 0.0, []
    for layer, following in zip(layers, [*layers[1:], None], strict=True):
        output = 0 if _named(layer, _SAME_NUMBERS) else batch_size * _outputs(layer)
        kind = "vectors" if len(keras.tree.flatten(layer.output)[0].shape) == 2 else "images"
        copies = (_keeps_output(layer) or _needs_input(following)) + _keeps_inside(layer)
        kept += _WAITING[kind] * copies * output
        gradients = 2 * sum(_bytes(each) for each in layer.trainable_variables)
        moments.append((kept + _IN_FLIGHT[kind] * output, gradients))
    activations, gradients = max(moments, key=sum)
    unfolded = max(batch_size * _unfolded(each) for each in layers)
    return round(activations + min(_UNFOLDED * unfolded, _UNFOLDED_LIMIT)), gradients


def _unfolded(layer: keras.Layer) -> int:
    """Bytes of a convolution's windows of one example, side by side; 0 for other layers."""
    size = getattr(layer, "kernel_size", None)  # one side of it, or all
    if size is None:
        return 0
    places, channels = layer.output.shape[1:-1], layer.input.shape[-1]
    window = size ** len(places) if isinstance(size, int) else np.prod(size)
    return int(np.prod(places) * window * channels) * _bytes_of(layer.output.dtype)


def _keeps_output(layer: keras.Layer) -> bool:
    return _activation(layer) in _BY_OUTPUT or _named(layer, ("Softmax", "MaxPooling", "GlobalMaxPooling"))


def _keeps_inside(layer: keras.Layer) -> int:
    """Copies beside the output: what a smooth activation is given, and about what its formula holds."""
    return 3 if _activation(layer) not in _BY_OUTPUT | {None, "linear", "leaky_relu"} else 0


def _needs_input(layer: keras.Layer | None) -> bool:
    if layer is None or _named(layer, (*_NOTHING, *_SAME_NUMBERS, "ReLU", "Activation", "Dropout", "Softmax")):
        return layer is not None and _named(layer, _SAME_NUMBERS)
    return True


def _activation(layer: keras.Layer) -> str | None:
    if _named(layer, ("ReLU",)):
        return "relu"
    return getattr(getattr(layer, "activation", None), "__name__", None)


def _named(layer: keras.Layer, starts: tuple[str, ...]) -> bool:
    """Whether the layer's class, or one that it comes from, has a name that begins so."""
    return any(each.__name__.startswith(starts) for each in type(layer).__mro__)


def _leaves(model: keras.Model) -> Iterator[keras.Layer]:
    """The layers in their order, those of models inside it in their place."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer)
        else:
            yield layer


def _outputs(layer: keras.Layer) -> int:
    try:
        outputs = keras.tree.flatten(layer.output)
    except (AttributeError, ValueError):
        raise ValueError(
            f"the model must be sequential or functional and built, got no shape of {layer.name!r}"
        ) from None
    return sum(_per_example(each) for each in outputs)


def _per_example(tensor: Any) -> int:
    """Bytes of one example of a symbolic tensor."""
    if None in tensor.shape[1:]:
        raise ValueError(f"all sizes but that of the batch must be known, got shape {tensor.shape}")
    return int(np.prod(tensor.shape[1:])) * _bytes_of(tensor.dtype)


def _bytes(variable: Any) -> int:
    return int(np.prod(variable.shape)) * _bytes_of(variable.dtype)


def _bytes_of(dtype: str) -> int:
    return {"bfloat16": 2, "bool": 1}.get(dtype) or np.dtype(dtype).itemsize


def _slots_per_weight(optimizer: Any) -> float:
    """How many numbers an optimizer keeps for each weight, as counted for one small matrix."""
    given = keras.optimizers.get(optimizer)
    probe = keras.Variable(np.zeros((32, 32), "float32"))
    fresh = type(given).from_config(given.get_config())
    before = len(fresh.variables)
    fresh.build([probe])
    return sum(int(np.prod(each.shape)) for each in fresh.variables[before:] if each.shape) / 1024
