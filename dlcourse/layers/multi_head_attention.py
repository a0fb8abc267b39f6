r"""Multi-head attention: several attentions side by side, each in a small space of its own. Lesson 08_3."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments
from dlcourse.layers.dropout import Dropout
from dlcourse.layers.rotary_embedding import rotate
from dlcourse.layers.scaled_dot_product import attention, attention_weights, causal_mask, weighted_sum


@keras.saving.register_keras_serializable(package="dlcourse")
class MultiHeadAttention(keras.layers.Layer):
    r"""Projects queries, keys and values for each of H heads, attends in each, and mixes what the heads bring.

    $$Q_h = X_Q W_h^Q + b_h^Q, \qquad K_h = X_K W_h^K + b_h^K, \qquad V_h = X_V W_h^V + b_h^V$$

    $$\text{head}_h = \text{softmax}\left(\frac{Q_h K_h^\top}{\sqrt{K}}\right) V_h, \qquad
    Y = \sum_h \text{head}_h W_h^O + b^O$$

    Weights, in the order and the shapes of Keras's own layer, so that `set_weights` works both ways: query kernel
    (D, H, K) and bias (H, K), key and value alike, output kernel (H, V, D) and bias (D,). Vaswani et al. (2017),
    Attention is all you need, section 3.2.

    **Generation with a cache.** The keys and values of past tokens do not change under a causal mask, so that they are
    kept: `cache = layer.initial_cache(batch, S)` is a pair of arrays (B, H, S, K) and (B, H, S, V) with room for S
    tokens, and `output, cache = layer(x, x, cache=cache, position=p)` writes the T tokens of `x` to the places p to
    p + T - 1 and attends from each to all up to its own place. `position` may be a tensor, in a compiled loop. With
    p = 0 it takes the whole prompt at once. Padding is then said by an `attention_mask` of shape (B, T, S).

    Args:
        num_heads: H.
        key_dim: K, the size of a head's queries and keys.
        value_dim: V, the size of a head's values; K without it.
        dropout: The share of attention weights that is dropped in training.
        use_bias: Whether the projections have biases.
        rotary: Whether queries and keys are turned by their positions (Su et al., 2021); for self-attention.
        kernel_initializer: Of the four kernels.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        query: Shape (B, T, D).
        value: Shape (B, S, D'). For self-attention the same as `query`.
        key: Shape (B, S, D''); the values without it.
        query_mask: Shape (B, T), True where there is a token; comes by itself where Keras carries a mask. Also
            `value_mask` and `key_mask`, of shape (B, S). A masked query gets the bias alone, and weights of 0.
        attention_mask: Shape (B, T, S) or (B, H, T, S), True where a query may look; or what broadcasts to it.
        return_attention_scores: Whether to return the weights, too, of shape (B, H, T, S).
        training: Whether to drop.
        use_causal_mask: Whether a query sees only keys at its own place and before.
        cache: As above; attention is then causal.
        position: That of the first query.

    Returns:
        The output, of shape (B, T, D); or a tuple of it, the weights if asked for, and the new cache if one was given.

    Raises:
        ValueError: If a size is not a positive integer, `dropout` no share, `key_dim` odd with `rotary`, or an input
            not of rank 3; when a mask of the values comes along with a cache.

    Example:
        >>> x = ops.ones((1, 3, 4))
        >>> layer = MultiHeadAttention(num_heads=2, key_dim=2)
        >>> y, weights = layer(x, x, use_causal_mask=True, return_attention_scores=True)
        >>> weights[0, 0].numpy().round(2)
        array([[1.  , 0.  , 0.  ],
               [0.5 , 0.5 , 0.  ],
               [0.33, 0.33, 0.33]], dtype=float32)
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        rotary: bool = False,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        self._check_sizes(num_heads, key_dim, value_dim, rotary)
        dropout = arguments.share("dropout", dropout)
        super().__init__(**kwargs)
        self.num_heads, self.key_dim, self.value_dim = num_heads, key_dim, value_dim or key_dim
        self.dropout, self.use_bias, self.rotary = dropout, bool(use_bias), bool(rotary)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.weights_dropout = Dropout(dropout, dtype=self.dtype_policy)
        self.supports_masking = True

    @staticmethod
    def _check_sizes(num_heads: int, key_dim: int, value_dim: int | None, rotary: bool) -> None:
        arguments.positive_integer("num_heads", num_heads)
        arguments.positive_integer("key_dim", key_dim)
        if value_dim is not None:
            arguments.positive_integer("value_dim", value_dim)
        if rotary and key_dim % 2:
            raise ValueError(f"key_dim must be even with rotary, got {key_dim!r}")

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """A kernel and a bias for each projection, in Keras's order."""
        width = arguments.rank("query", query_shape, "BTD")[-1]
        value_width = arguments.rank("value", value_shape, "BSD")[-1]
        key_width = arguments.rank("key", key_shape or value_shape, "BSD")[-1]
        heads, key_dim, value_dim = self.num_heads, self.key_dim, self.value_dim
        self.query_kernel, self.query_bias = self._projection("query", (width, heads, key_dim), (heads, key_dim))
        self.key_kernel, self.key_bias = self._projection("key", (key_width, heads, key_dim), (heads, key_dim))
        shapes = (value_width, heads, value_dim), (heads, value_dim)
        self.value_kernel, self.value_bias = self._projection("value", *shapes)
        self.output_kernel, self.output_bias = self._projection("output", (heads, value_dim, width), (width,))

    def _projection(self, name: str, kernel: tuple[Any, ...], bias: tuple[Any, ...]) -> tuple[Any, Any]:
        # One initializer would give the same numbers to all kernels of one shape.
        initializer = self.kernel_initializer.clone()
        return (
            self.add_weight(shape=kernel, initializer=initializer, name=f"{name}_kernel"),
            self.add_weight(shape=bias, initializer="zeros", name=f"{name}_bias") if self.use_bias else None,
        )

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool = False,
        use_causal_mask: bool = False,
        cache: Any = None,
        position: Any = 0,
    ) -> Any:
        """What the heads bring, and what else was asked for."""
        if cache is not None and (value_mask is not None or key_mask is not None):
            raise ValueError("with a cache, padding must be given by attention_mask, got a mask of the values")
        query, keys, values = self._heads(query, value, value if key is None else key, position)
        if cache is not None:
            keys, values = cache = _written(cache, keys, values, position)
        mask = self._mask(query_mask, value_mask, key_mask, attention_mask)
        if use_causal_mask or cache is not None:
            mask = _both(mask, causal_mask(ops.shape(query)[2], ops.shape(keys)[2], position))
        if return_attention_scores or (self.dropout and training):
            weights = attention_weights(query, keys, mask)  # (B, H, T, S)
            heads = weighted_sum(self.weights_dropout(weights, training=training), values)  # (B, H, T, V)
        else:
            weights, heads = None, attention(query, keys, values, mask)  # (B, H, T, V)
        results = [self._mixed(heads)] + [weights] * return_attention_scores + [cache] * (cache is not None)
        return results[0] if len(results) == 1 else tuple(results)

    def _heads(self, query: Any, value: Any, key: Any, position: Any) -> tuple[Any, Any, Any]:
        # Q_h = X_Q W_h^Q + b_h^Q
        queries = _projected(query, self.query_kernel, self.query_bias)  # (B, H, T, K)
        # K_h = X_K W_h^K + b_h^K
        keys = _projected(key, self.key_kernel, self.key_bias)  # (B, H, S, K)
        # V_h = X_V W_h^V + b_h^V
        values = _projected(value, self.value_kernel, self.value_bias)  # (B, H, S, V)
        if self.rotary:
            queries, keys = rotate(queries, position), rotate(keys, position)
        return queries, keys, values

    def _mixed(self, heads: Any) -> Any:
        # Y = sum_h head_h W_h^O + b^O, the sum as one product of (H V) by (H V, D)
        together = ops.transpose(heads, (0, 2, 1, 3))  # (B, T, H, V)
        size = self.num_heads * self.value_dim
        together = ops.reshape(together, (-1, ops.shape(heads)[2], size))  # (B, T, H V)
        output = ops.matmul(together, ops.reshape(self.output_kernel, (size, -1)))  # (B, T, D)
        return output if self.output_bias is None else output + self.output_bias

    @staticmethod
    def _mask(query_mask: Any, value_mask: Any, key_mask: Any, attention_mask: Any) -> Any:
        """All masks as one that broadcasts to (B, H, T, S), or None."""
        mask = None
        if query_mask is not None:
            mask = ops.cast(query_mask, "bool")[:, None, :, None]
        for each in (value_mask, key_mask):
            if each is not None:
                mask = _both(mask, ops.cast(each, "bool")[:, None, None, :])
        if attention_mask is not None:
            attention_mask = ops.cast(attention_mask, "bool")
            has_heads = len(attention_mask.shape) == 4
            mask = _both(mask, attention_mask if has_heads else ops.expand_dims(attention_mask, -3))
        return mask

    def initial_cache(self, batch_size: Any, length: int) -> tuple[Any, Any]:
        """Empty keys and values with room for so many tokens, shapes (B, H, length, K) and (B, H, length, V)."""
        return (
            ops.zeros((batch_size, self.num_heads, length, self.key_dim), dtype=self.compute_dtype),
            ops.zeros((batch_size, self.num_heads, length, self.value_dim), dtype=self.compute_dtype),
        )

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "dropout": self.dropout,
            "use_bias": self.use_bias,
            "rotary": self.rotary,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def _projected(inputs: Any, kernel: Any, bias: Any) -> Any:
    """All heads by one product of (B, T, D) by (D, H K), then split: (B, H, T, K)."""
    width, heads, size = kernel.shape
    projected = ops.matmul(inputs, ops.reshape(kernel, (width, heads * size)))  # (B, T, H K)
    projected = ops.reshape(projected, (-1, ops.shape(inputs)[1], heads, size))  # (B, T, H, K)
    if bias is not None:
        projected = projected + bias
    return ops.transpose(projected, (0, 2, 1, 3))


def _written(cache: tuple[Any, Any], keys: Any, values: Any, position: Any) -> tuple[Any, Any]:
    """The cache with new keys and values from a position on."""
    start = (0, 0, position, 0)
    return ops.slice_update(cache[0], start, keys), ops.slice_update(cache[1], start, values)


def _both(mask: Any, other: Any) -> Any:
    return other if mask is None else ops.logical_and(mask, other)
