r"""How much arithmetic a model does for one example, counted layer by layer. Lesson 07_2.

A multiply-add is one multiplication and the addition of its product: what papers call MACs, and often FLOPs although it
is two operations. What matrix products and convolutions do is counted; biases, activations, normalization, pooling and
sums of branches are not, as is the custom: they are a percent or so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras

from dlcourse.models.multiply_add_rules import RULES, Rule, Shape

# Some layers look at several examples together.
BATCH = 4


def count_multiply_adds(
    model: keras.layers.Layer,
    input_shape: tuple[int, ...] | None = None,
    rules: Mapping[str, Rule] | None = None,
) -> int:
    r"""The multiply-adds of one example's way through a model.

    $$\text{convolution: } \frac{R\, C_{in}\, C_{out}}{g} \text{ a place, with R weights a window and g groups}; \qquad
    \text{dense: } D_{in} D_{out} \text{ a place}; \qquad \text{attention: } T S (K + V) \text{ a head besides}$$

    The model's call is followed symbolically (nothing is computed), so that nested and subclassed models, shared layers
    and every use of a layer count. Known are Keras's dense, convolutional (grouped, dilated, depthwise, separable,
    transposed), recurrent and attention layers, TimeDistributed, and what this package exports; any layer made of known
    ones; and any layer without weights, as nothing. Of what `keras.ops` calls outside of layers, nothing is seen. A
    transposed convolution counts each product, those that `padding="same"` crops included.

    Args:
        model: A Keras model or layer.
        input_shape: The shape of one example, without the batch: for a model that has none, or leaves a size open.
        rules: For layers that are not known, by the name of their class: `rule(layer, input_shapes, output_shape)`
            gives the multiply-adds of the whole batch with which the shapes begin.

    Raises:
        ValueError: If a layer with weights is not known, a size is open, or the model has no input shape.

    Example:
        >>> convolution = keras.layers.Conv2D(64, 3, padding="same")
        >>> count_multiply_adds(convolution, (224, 224, 3)) == 224 * 224 * 3 * 3 * 3 * 64
        True
    """
    calls = _Calls({**RULES, "TimeDistributed": _time_distributed, **(rules or {})})
    inputs = [keras.KerasTensor((BATCH, *shape), dtype) for shape, dtype in _input_specs(model, input_shape)]
    following, inputs = _Following(model), inputs if len(inputs) > 1 else inputs[0]
    if not model.built:
        following(inputs)  # Keras builds a model by calling it, which must not count.
    with _seen_by(calls):
        following(inputs)
    return calls.total()


def _input_specs(model: Any, input_shape: tuple[int, ...] | None) -> list[tuple[Shape, str]]:
    """Shape without the batch and type of every input."""
    described = [(tuple(each.shape[1:]), each.dtype) for each in getattr(model, "inputs", None) or []]
    if input_shape is not None:
        if len(described) > 1:
            raise ValueError(f"input_shape is for a model with one input, this one has {len(described)}")
        described = [(tuple(input_shape), described[0][1] if described else keras.config.floatx())]
    if not described or any(None in shape for shape, _ in described):
        raise ValueError(
            f"every size must be known, give input_shape: the model has {[shape for shape, _ in described]}"
        )
    return described


class _Following(keras.layers.Layer):
    """Calls a model, so that Keras traces the call of every layer in it."""

    def __init__(self, model: Any) -> None:
        super().__init__(name="following")
        self.model = model

    def build(self, input_shape: Any) -> None:
        """Nothing of its own."""

    def call(self, inputs: Any) -> Any:
        return self.model(inputs)


@dataclass
class _Calls:
    """The calls of known layers, and the layers with weights that no known layer accounts for."""

    rules: Mapping[str, Rule]
    known: list[tuple[Rule, Any, list[Shape], Shape]] = field(default_factory=list)
    unknown: dict[str, Any] = field(default_factory=dict)
    accounted: set[int] = field(default_factory=set)
    inside_known: bool = False

    def see(self, layer: Any, call: Callable[[], Any], arguments: Any) -> Any:
        """Make a layer's call and note it; layers inside one that has a rule are that rule's business."""
        rule = next((self.rules[each.__name__] for each in type(layer).__mro__ if each.__name__ in self.rules), None)
        if self.inside_known:
            return call()
        self.inside_known = rule is not None
        outputs = call()
        self.inside_known = False
        if rule is not None:
            self.known.append((rule, layer, _shapes(arguments), (_shapes(outputs) or [()])[0]))
        elif any(id(weight) not in self.accounted for weight in layer.weights):
            self.unknown[layer.name] = layer
        self.accounted.update(id(weight) for weight in layer.weights)
        return outputs

    def total(self) -> int:
        """What all of them cost for one example."""
        for name, layer in self.unknown.items():
            kind = type(layer).__name__
            raise ValueError(
                f"no rule for layer {name!r}, a {kind}, which has weights that no known layer inside it uses; "
                f"give rules={{{kind!r}: ...}}"
            )
        return sum(rule(layer, inputs, output) for rule, layer, inputs, output in self.known) // BATCH


@contextmanager
def _seen_by(calls: _Calls) -> Iterator[None]:
    """While it lasts, every layer's call goes through `calls.see`: Keras has no hook for that."""
    original = keras.layers.Layer.__call__

    def seen(layer: Any, *args: Any, **kwargs: Any) -> Any:
        return calls.see(layer, lambda: original(layer, *args, **kwargs), (args, kwargs))

    keras.layers.Layer.__call__ = seen
    try:
        yield
    finally:
        keras.layers.Layer.__call__ = original


def _shapes(structure: Any) -> list[Shape]:
    flat = keras.tree.flatten(structure)
    return [tuple(each.shape) for each in flat if hasattr(each, "shape") and hasattr(each, "dtype")]


def _time_distributed(layer: Any, inputs: list[Shape], output: Shape) -> int:
    batch, steps, *shape = inputs[0]
    return batch * steps * count_multiply_adds(layer.layer, tuple(shape))
