r"""Attention whose cost grows with the length of the sequence and not with its square.

Lesson 19 measures its cost against length, beside attention by softmax.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def feature_map(values: Any) -> Any:
    r"""The positive features $\phi(x) = \operatorname{elu}(x) + 1$ whose product stands for the similarity.

    Example:
        >>> feature_map(ops.convert_to_tensor([0.0, 2.0])).numpy()
        array([1., 3.], dtype=float32)
    """
    return ops.where(values > 0, values + 1, ops.exp(ops.minimum(values, 0)))


def linear_attention(query: Any, key: Any, value: Any, causal: bool = False, mask: Any = None) -> Any:
    r"""Attention by the kernel $\phi(q)^\top \phi(k)$, summed over the keys first.

    $$o_t = \frac{\sum_s \phi(q_t)^\top \phi(k_s)\, v_s}{\sum_s \phi(q_t)^\top \phi(k_s)}
          = \frac{\phi(q_t)^\top S_t}{\phi(q_t)^\top z_t}, \qquad
      S_t = \sum_s \phi(k_s) v_s^\top, \quad z_t = \sum_s \phi(k_s)$$

    Summed is over all s, or over s up to t if causal, which is a cumulative sum. Time and memory are linear in T. Where
    no key is left, the output is 0. Katharopoulos, Vyas, Pappas and Fleuret (2020), Transformers are RNNs.

    Args:
        query: Shape (B, H, T, K).
        key: Shape (B, H, S, K).
        value: Shape (B, H, S, V).
        causal: Whether a place sees itself and those before it alone; T and S are then equal.
        mask: Which keys there are, True or False, shape (B, S); all without it.

    Returns:
        Shape (B, H, T, V), of the query's type.

    Example:
        >>> ones = ops.ones((1, 1, 3, 2))
        >>> linear_attention(ones, ones, ops.reshape(ops.arange(3.0), (1, 1, 3, 1)), causal=True).numpy().ravel()
        array([0. , 0.5, 1. ], dtype=float32)
    """
    dtype = query.dtype
    # Sums over a long sequence need single precision, whatever the layer computes in.
    phi_query, phi_key = (feature_map(ops.cast(each, "float32")) for each in (query, key))
    value = ops.cast(value, "float32")
    if mask is not None:
        phi_key = phi_key * ops.cast(mask, "float32")[:, None, :, None]
    if causal:
        # S_t = sum over s <= t of phi(k_s) v_s^T; z_t = sum over s <= t of phi(k_s)
        states = ops.cumsum(phi_key[..., :, None] * value[..., None, :], axis=2)  # (B, H, T, K, V)
        numerator = ops.sum(phi_query[..., :, None] * states, axis=-2)  # (B, H, T, V)
        normalizer = ops.sum(phi_query * ops.cumsum(phi_key, axis=2), axis=-1, keepdims=True)
    else:
        # S = sum over s of phi(k_s) v_s^T; z = sum over s of phi(k_s)
        state = ops.matmul(ops.swapaxes(phi_key, -1, -2), value)  # (B, H, K, V)
        numerator = ops.matmul(phi_query, state)  # (B, H, T, V)
        normalizer = ops.sum(phi_query * ops.sum(phi_key, axis=2, keepdims=True), axis=-1, keepdims=True)
    # o_t = phi(q_t)^T S_t / phi(q_t)^T z_t
    return ops.cast(numerator / ops.maximum(normalizer, 1e-6), dtype)


@keras.saving.register_keras_serializable(package="dlcourse")
class LinearAttention(keras.layers.Layer):
    r"""Self-attention of several heads by `linear_attention`, with projections in and out.

    $$Q = X W_Q, \quad K = X W_K, \quad V = X W_V, \qquad Y = \operatorname{concat}_h(o^{(h)})\, W_O$$

    Causal, it holds a state of K x K numbers a head at each place while training. Weights in the order $W_Q, W_K, W_V$,
    each (D, H K), and $W_O$, (H K, D); no biases. Katharopoulos, Vyas, Pappas and Fleuret (2020), Transformers are
    RNNs: Fast autoregressive transformers with linear attention.

    Args:
        num_heads: H, at least 1.
        key_dim: K, the size of a head's queries, keys and values.
        causal: Whether a place sees itself and those before it alone.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Shape (B, T, D); what comes out has the same.
        mask: Which places there are, shape (B, T); nothing is taken from the others.

    Raises:
        ValueError: If `num_heads` or `key_dim` is below 1; when built, if the inputs do not have three axes.

    Example:
        >>> LinearAttention(num_heads=2, key_dim=8, causal=True)(ops.ones((4, 100, 16))).shape
        TensorShape([4, 100, 16])
    """

    def __init__(self, num_heads: int, key_dim: int, causal: bool = False, **kwargs: Any) -> None:
        for name, value in (("num_heads", num_heads), ("key_dim", key_dim)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value!r}")
        super().__init__(**kwargs)
        self.num_heads, self.key_dim, self.causal = num_heads, key_dim, bool(causal)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the four projections."""
        if len(input_shape) != 3 or input_shape[-1] is None:
            raise ValueError(f"inputs must have shape (B, T, D) with D known, got {tuple(input_shape)}")
        features, inner = input_shape[-1], self.num_heads * self.key_dim
        self.query_kernel = self.add_weight((features, inner), name="query_kernel")
        self.key_kernel = self.add_weight((features, inner), name="key_kernel")
        self.value_kernel = self.add_weight((features, inner), name="value_kernel")
        self.output_kernel = self.add_weight((inner, features), name="output_kernel")

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """What each place gathers, (B, T, D)."""
        kernels = (self.query_kernel, self.key_kernel, self.value_kernel)
        query, key, value = (self._heads(ops.matmul(inputs, kernel)) for kernel in kernels)  # (B, H, T, K) each
        gathered = linear_attention(query, key, value, self.causal, mask)
        joined = ops.reshape(ops.transpose(gathered, (0, 2, 1, 3)), (*ops.shape(inputs)[:2], -1))  # (B, T, H K)
        return ops.matmul(joined, self.output_kernel)

    def _heads(self, projected: Any) -> Any:
        batch, steps = ops.shape(projected)[:2]
        split = ops.reshape(projected, (batch, steps, self.num_heads, self.key_dim))
        return ops.transpose(split, (0, 2, 1, 3))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the input."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        config = {"num_heads": self.num_heads, "key_dim": self.key_dim, "causal": self.causal}
        return {**super().get_config(), **config}
