r"""What each kind of layer costs in multiply-adds, a rule a kind, from its shapes and weights. Lesson 07_2.

A rule takes the layer, the shapes of all tensors that go in and the shape of what comes out, batch included, and gives
what the whole batch costs. Rules are found by the name of a class or of one of its bases, so that one is enough for
Keras's layer and for the course's of the same name. `models.count_multiply_adds` applies them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Shape = tuple[int, ...]
Rule = Callable[[Any, list[Shape], Shape], int]


def _size(weight: Any) -> int:
    return math.prod(weight.shape)


def _places(shape: Shape, layer: Any) -> int:
    """Examples times rows times columns, and what other axes of places an image has."""
    first = getattr(layer, "data_format", "channels_last") == "channels_first"
    return shape[0] * math.prod(shape[2:]) if first else math.prod(shape[:-1])


def _nothing(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return 0


def _dense(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return math.prod(output) * inputs[0][-1]


def _lora_dense(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return math.prod(output[:-1]) * sum(_size(weight) for weight in (layer.kernel, layer.down, layer.up))


def _einsum_dense(layer: Any, inputs: list[Shape], output: Shape) -> int:
    terms = layer.equation.replace(" ", "").split("->")
    kernel = terms[0].split(",")[1]
    contracted = [size for letter, size in zip(kernel, layer.kernel.shape, strict=True) if letter not in terms[1]]
    return math.prod(output) * math.prod(contracted)


def _tied_embedding(layer: Any, inputs: list[Shape], output: Shape) -> int:
    """A table when it looks tokens up, a matrix when it scores them."""
    scoring = len(inputs[0]) == len(output)
    return math.prod(output) * layer.width if scoring else 0


def _convolution(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return _places(output, layer) * _size(layer.kernel)


def _transposed(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return _places(inputs[0], layer) * _size(layer.kernel)


def _separable(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return _places(output, layer) * (_size(layer.depthwise_kernel) + _size(layer.pointwise_kernel))


def _cell(layer: Any, inputs: list[Shape], output: Shape) -> int:
    """One step of a recurrent network: every matrix once; a GRU's two biases lie in one array, too."""
    matrices = (weight for weight in layer.trainable_weights if len(weight.shape) == 2 and "bias" not in weight.name)
    return inputs[0][0] * sum(_size(weight) for weight in matrices)


def _recurrent(layer: Any, inputs: list[Shape], output: Shape) -> int:
    if any(len(weight.shape) > 2 for weight in layer.weights):
        raise ValueError(f"no rule for layer {layer.name!r}, a {type(layer).__name__}: its cell has more than matrices")
    return inputs[0][1] * _cell(layer, inputs, output)


def _multi_head_attention(layer: Any, inputs: list[Shape], output: Shape) -> int:
    query, key, value = _query_key_value(inputs)
    heads, size = layer.num_heads, layer.key_dim
    value_size = getattr(layer, "value_dim", None) or size
    from_queries = query[1] * heads * (size * query[-1] + value_size * output[-1])
    from_keys = key[1] * heads * size * key[-1] + value[1] * heads * value_size * value[-1]
    return query[0] * (from_queries + from_keys + heads * query[1] * key[1] * (size + value_size))


def _attention(layer: Any, inputs: list[Shape], output: Shape) -> int:
    query, key, value = _query_key_value(inputs)
    return query[0] * query[1] * key[1] * (key[-1] + value[-1])


def _additive_attention(layer: Any, inputs: list[Shape], output: Shape) -> int:
    query, key, value = _query_key_value(inputs)
    units = getattr(layer, "units", query[-1])
    # Keras's has no matrices: it adds queries and keys as they come.
    kernels = getattr(layer, "query_kernel", None) is not None
    projections = units * (query[1] * query[-1] + key[1] * key[-1]) if kernels else 0
    return query[0] * (projections + query[1] * key[1] * (units + value[-1]))


def _multiplicative_attention(layer: Any, inputs: list[Shape], output: Shape) -> int:
    (batch, targets, width), (_, sources, source_width) = inputs[:2]
    units = layer.units or width
    scores = {
        "dot": targets * sources * width,
        "general": targets * width * source_width + targets * sources * source_width,
        "concat": units * (targets * width + sources * source_width + targets * sources),
    }[layer.score]
    places = targets * units * (width + 1) if layer.scope == "local-p" else 0
    return batch * (scores + places + targets * sources * source_width)


def _linear_attention(layer: Any, inputs: list[Shape], output: Shape) -> int:
    """The four projections, and a matrix of K x K a head that each place adds to and each reads."""
    places = math.prod(inputs[0][:-1])
    return places * (sum(_size(weight) for weight in layer.weights) + 2 * layer.num_heads * layer.key_dim**2)


def _query_key_value(inputs: list[Shape]) -> tuple[Shape, Shape, Shape]:
    """Keras's order is query, value, key; a mask has an axis less."""
    query, value = inputs[0], inputs[min(1, len(inputs) - 1)]
    key = inputs[2] if len(inputs) > 2 and len(inputs[2]) == len(query) else value
    return query, key, value


def _mixture_of_experts(layer: Any, inputs: list[Shape], output: Shape) -> int:
    """The gate, and for each token the experts that it is sent to."""
    an_expert = 2 * inputs[0][-1] * layer.hidden_units
    return math.prod(inputs[0][:-1]) * (_size(layer.gate) + layer.top_k * an_expert)


def _graph_convolution(layer: Any, inputs: list[Shape], output: Shape) -> int:
    (batch, nodes, _) = inputs[0]
    return batch * nodes * (_size(layer.kernel) + nodes * layer.units)


RULES: dict[str, Rule] = {
    "Dense": _dense,
    "LoRADense": _lora_dense,
    "EinsumDense": _einsum_dense,
    "TiedEmbedding": _tied_embedding,
    "BaseConv": _convolution,
    "BaseDepthwiseConv": _convolution,
    "BaseSeparableConv": _separable,
    "BaseConvTranspose": _transposed,
    "RNN": _recurrent,
    "SimpleRNNCell": _cell,
    "LSTMCell": _cell,
    "GRUCell": _cell,
    "MultiHeadAttention": _multi_head_attention,
    "Attention": _attention,
    "AdditiveAttention": _additive_attention,
    "MultiplicativeAttention": _multiplicative_attention,
    "LinearAttention": _linear_attention,
    "MixtureOfExperts": _mixture_of_experts,
    "GraphConvolution": _graph_convolution,
    **dict.fromkeys(
        [
            "Embedding",
            "LearnedPositions",
            "ClassToken",
            "BatchNormalization",
            "LayerNormalization",
            "GroupNormalization",
            "RMSNormalization",
            "Normalization",
            "PReLU",
            "LayerScale",
        ],
        _nothing,
    ),
}
