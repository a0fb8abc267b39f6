r"""What part of the image one output of a convolutional network sees. Lesson 07_1."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import keras


class ReceptiveField(NamedTuple):
    """For rows and columns (or whatever axes of places there are), in pixels of the input.

    Attributes:
        size: How many pixels one output sees.
        stride: How far the next output's pixels lie from this one's; 0 where there is one output for the whole image.
        centre: Where the first output's pixels have their middle, counted from 0 at the first pixel's.

    Example:
        >>> receptive_field([keras.layers.Conv2D(8, 3, 2)]).size
        (3, 3)
    """

    size: tuple[int, ...]
    stride: tuple[int, ...]
    centre: tuple[float, ...]


@dataclass(frozen=True)
class _Axis:
    """One axis: output i sees the pixels from `first + stride i` to `last + stride i`, in a row of `length` outputs."""

    length: int | None
    stride: int = 1
    first: int = 0
    last: int = 0


Axes = tuple[_Axis, ...]


def receptive_field(
    model: keras.Model | Sequence[keras.layers.Layer],
    layer: str | None = None,
    input_shape: tuple[int | None, ...] | None = None,
) -> ReceptiveField:
    r"""The pixels that one output can depend on.

    A window of f outputs of the layer below, d apart, taken every s-th, starting p before the first, turns the pixels
    $[a + ji,\ b + ji]$ that output i of the layer below sees into

    $$j' = j s, \qquad a' = a - j p, \qquad b' = b - j p + j d (f - 1), \qquad \text{size} = b' - a' + 1.$$

    Where branches meet, the wider of their ends counts. The field is that of an output far from the border, and at a
    border it reaches into the padding. Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning;
    Araujo, Norris and Sim (2019), Computing receptive fields of convolutional neural networks.

    Args:
        model: A Sequential or Functional model for images (or sequences, or volumes) with channels last; or layers that
            follow each other, which need not be built.
        layer: The name of the layer whose outputs are asked about; the last one without it.
        input_shape: For layers alone: (rows, columns, channels). Without it, `padding="same"` with strides is taken to
            meet sizes that the strides divide, and layers that see the whole image are refused.

    Raises:
        ValueError: If a layer is not known, branches differ in stride, there is no layer of this name, or a layer sees
            the whole image and its size is not known.

    Example:
        >>> convolution = lambda size: keras.layers.Conv2D(8, size)
        >>> receptive_field([convolution(3), convolution(3)]).size == receptive_field([convolution(5)]).size == (5, 5)
        True
        >>> receptive_field([keras.layers.Conv2D(8, 3, 2), convolution(3)])
        ReceptiveField(size=(7, 7), stride=(2, 2), centre=(3.0, 3.0))
    """
    if isinstance(model, keras.Model):
        axes = _of_model(model, _whole(tuple(model.input_shape)[1:-1]), layer)
    else:
        places = input_shape[:-1] if input_shape else (None,) * _rank(model)
        axes = _of_stack(model, _whole(places), layer)
    return ReceptiveField(
        tuple(axis.last - axis.first + 1 for axis in axes),
        tuple(axis.stride for axis in axes),
        tuple((axis.first + axis.last) / 2 for axis in axes),
    )


def _whole(lengths: tuple[int | None, ...]) -> Axes:
    return tuple(_Axis(length) for length in lengths)


def _rank(layers: Sequence[Any]) -> int:
    """How many axes of places the first layer with a window has; 2 where none has."""
    windows = (getattr(layer, name, None) for layer in layers for name in ("kernel_size", "pool_size"))
    return next((len(window) for window in windows if isinstance(window, tuple)), 2)


def _of_stack(layers: Sequence[Any], axes: Axes, until: str | None = None) -> Axes:
    for layer in layers:
        axes = _after(layer, [axes])
        if layer.name == until:
            return axes
    if until is not None:
        raise ValueError(f"layer must be one of {[layer.name for layer in layers]}, got {until!r}")
    return axes


def _of_model(model: keras.Model, axes: Axes, until: str | None = None) -> Axes:
    """Follow a model's operations in the order of the graph, each after those that it needs."""
    if isinstance(model, keras.Sequential):
        return _of_stack(model.layers, axes, until)
    seen = {id(tensor): axes for tensor in keras.tree.flatten(model.inputs)}
    for operation in model.operations:
        if isinstance(operation, keras.layers.InputLayer):
            continue
        before = [seen[id(tensor)] for tensor in keras.tree.flatten(operation.input)]
        after = _after(operation, before)
        if operation.name == until:
            return after
        seen.update((id(tensor), after) for tensor in keras.tree.flatten(operation.output))
    if until is not None:
        raise ValueError(f"layer must be one of {[each.name for each in model.operations]}, got {until!r}")
    return seen[id(keras.tree.flatten(model.outputs)[0])]


def _after(layer: Any, before: list[Axes]) -> Axes:
    """What an output of the layer sees, from what each of its inputs sees."""
    if isinstance(layer, keras.Model):
        return _of_model(layer, before[0])
    for each in type(layer).__mro__:
        if each.__name__ in KNOWN:
            return KNOWN[each.__name__](layer, before)
    raise ValueError(f"receptive_field does not know layer {layer.name!r}, a {type(layer).__name__}")


def _same(layer: Any, before: list[Axes]) -> Axes:
    return before[0]


def _dense(layer: Any, before: list[Axes]) -> Axes:
    """On each place by itself; after Flatten, there are no places left to tell apart."""
    return before[0]


def _joined(layer: Any, before: list[Axes]) -> Axes:
    joined = []
    for axes in zip(*before, strict=True):
        if len({axis.stride for axis in axes}) > 1:
            raise ValueError(f"branches that meet in {layer.name!r} must have one stride, got {axes}")
        ends = min(axis.first for axis in axes), max(axis.last for axis in axes)
        joined.append(replace(axes[0], first=ends[0], last=ends[1]))
    return tuple(joined)


def _everything(layer: Any, before: list[Axes]) -> Axes:
    seen = []
    for axis in before[0]:
        if axis.length is None:
            raise ValueError(f"layer {layer.name!r} sees the whole image, so that input_shape must be known")
        last = axis.last + axis.stride * (axis.length - 1)
        seen.append(_Axis(1, 0, axis.first, last))
    return tuple(seen)


def _gated(layer: Any, before: list[Axes]) -> Axes:
    """Every place by itself, and all of them in the gate."""
    return tuple(
        replace(axis, first=whole.first, last=whole.last)
        for axis, whole in zip(before[0], _everything(layer, before), strict=True)
    )


def _window(layer: Any, before: list[Axes]) -> Axes:
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise ValueError(f"layer {layer.name!r} must have its channels last, got {layer.data_format!r}")
    axes = before[0]
    sizes = _numbers(getattr(layer, "kernel_size", None) or layer.pool_size, len(axes))
    strides = _numbers(layer.strides, len(axes))
    rates = _numbers(getattr(layer, "dilation_rate", 1), len(axes))
    padding = getattr(layer, "padding", "same")
    return tuple(_slid(*each, padding) for each in zip(axes, sizes, strides, rates, strict=True))


def _inception(layer: Any, before: list[Axes]) -> Axes:
    return tuple(_slid(axis, 5, 1, 1, "same") for axis in before[0])


def _slid(axis: _Axis, size: int, stride: int, rate: int, padding: str) -> _Axis:
    reach = rate * (size - 1)
    before, after = _padding(axis.length, reach, stride, padding)
    length = None if axis.length is None else (axis.length + before + after - reach - 1) // stride + 1
    first = axis.first - axis.stride * before
    return _Axis(length, axis.stride * stride, first, axis.last - axis.stride * before + axis.stride * reach)


def _padding(length: int | None, reach: int, stride: int, padding: str) -> tuple[int, int]:
    """Before and behind: "same" pads so that the strides meet the last place, the odd one behind."""
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return reach, 0
    steps = stride if length is None else length - stride * (math.ceil(length / stride) - 1)
    total = max(0, reach + 1 - steps)
    return total // 2, total - total // 2


def _numbers(value: Any, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _padded(layer: Any, before: list[Axes]) -> Axes:
    return _shifted(before[0], layer.padding, 1)


def _cropped(layer: Any, before: list[Axes]) -> Axes:
    return _shifted(before[0], layer.cropping, -1)


def _shifted(axes: Axes, margins: Any, sign: int) -> Axes:
    pairs = [margins] if isinstance(margins[0], int) else margins
    moved = []
    for axis, (start, end) in zip(axes, pairs, strict=True):
        length = None if axis.length is None else axis.length + sign * (start + end)
        step = -sign * start * axis.stride
        moved.append(replace(axis, length=length, first=axis.first + step, last=axis.last + step))
    return tuple(moved)


def _residual(layer: Any, before: list[Axes]) -> Axes:
    shortcut = tuple(_slid(axis, 1, layer.strides, 1, "same") for axis in before[0])
    return _joined(layer, [_of_stack(layer.branch, before[0]), shortcut])


_DIMENSIONS = ("1D", "2D", "3D")
KNOWN: dict[str, Callable[[Any, list[Axes]], Axes]] = {
    **dict.fromkeys(["BaseConv", "BaseDepthwiseConv", "BaseSeparableConv", "BasePooling", "MinPooling2D"], _window),
    "DepthwiseSeparableBlock": _window,
    "InceptionBlock": _inception,
    "SqueezeExcite": _gated,
    "Residual": _residual,
    **{f"ZeroPadding{each}": _padded for each in _DIMENSIONS},
    **{f"Cropping{each}": _cropped for each in _DIMENSIONS},
    **dict.fromkeys(["BaseGlobalPooling", "Flatten"], _everything),
    **dict.fromkeys(["Merge", "Add", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate"], _joined),
    "Dense": _dense,
    **dict.fromkeys(
        [
            "Activation",
            "ReLU",
            "LeakyReLU",
            "PReLU",
            "ELU",
            "Softmax",
            "Dropout",
            "BaseSpatialDropout",
            "GaussianNoise",
            "BatchNormalization",
            "LayerNormalization",
            "RMSNormalization",
            "LocalResponseNormalization",
            "LayerScale",
            "Normalization",
            "Rescaling",
            "Identity",
            "Pad",
        ],
        _same,
    ),
}
