r"""One block of a Transformer: attention, then a small network for each position, around a residual stream.

Encoder, decoder and decoder-only models are made of it: lesson 08_3, `models.transformer`, `models.gpt`, `models.bert`
and `models.vit`.
"""

from __future__ import annotations

from typing import Any

import keras

from dlcourse.layers import arguments
from dlcourse.layers.dropout import Dropout
from dlcourse.layers.layer_normalization import LayerNormalization
from dlcourse.layers.multi_head_attention import MultiHeadAttention


@keras.saving.register_keras_serializable(package="dlcourse")
class TransformerBlock(keras.layers.Layer):
    r"""Self-attention, attention to a context if there is one, and two dense layers, each added to what came in.

    Pre-norm (`normalize_first=True`, as in GPT-2 and ViT) leaves the residual stream untouched from end to end:

    $$X \leftarrow X + F(\text{LN}(X)), \qquad F \in (\text{attention},\ \text{cross-attention},\ \text{network})$$

    Post-norm (as in the first Transformer and BERT) normalizes the stream itself:

    $$X \leftarrow \text{LN}(X + F(X))$$

    The network is $\text{FFN}(x) = W_2\, \phi(W_1 x + b_1) + b_2$. With D wide, M in the network and heads that share D
    it has $4 D^2 + 4 D + 2 D M + M + D + 4 D$ parameters; cross-attention adds $4 D^2 + 4 D + 2 D$. Dropout acts on
    attention weights and on each F before it is added. Vaswani et al. (2017), Attention is all you need; Xiong et al.
    (2020), On layer normalization in the Transformer architecture.

    Args:
        num_heads: H; divides D.
        feedforward_dim: M.
        dropout: The share that is dropped, at least 0 and below 1.
        activation: $\phi$: "gelu", "gelu_approximate" (by the hyperbolic tangent, as in GPT-2), "relu" or another of
            Keras's.
        normalize_first: Pre-norm if True, post-norm if not.
        causal: Whether a position may look only at itself and back.
        cross_attention: Whether there is an attention to a context between the other two.
        epsilon: That of the normalizations.
        use_bias: Whether attention and the network have biases.
        rotary: Whether self-attention turns queries and keys by their positions.
        kernel_initializer: Of all kernels.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Shape (B, T, D). A mask that Keras carries hides padded positions.
        context: Shape (B, S, D'), with `cross_attention`; what an encoder gave. Its mask is heeded as well.
        attention_mask: Shape (B, T, T) or (B, H, T, T), True where self-attention may look; with a cache (B, T, S).
        context_attention_mask: Shape (B, T, S), True where cross-attention may look.
        training: Whether to drop.
        cache: Keys and values of past tokens, from `initial_cache`; see `MultiHeadAttention`. For a causal block.
        position: That of the first of the T positions, where a cache is used.

    Returns:
        The new stream, of shape (B, T, D), or a tuple of it and the new cache.

    Raises:
        ValueError: If a size is not a positive integer, `dropout` no share, `epsilon` not positive; if D is no
            multiple of `num_heads`, a context is missing or not expected, or a block gets a cache and is not causal.

    Example:
        >>> block = TransformerBlock(num_heads=2, feedforward_dim=16, causal=True)
        >>> block(keras.ops.ones((1, 3, 4))).shape
        TensorShape([1, 3, 4])
        >>> block.count_params()
        244
    """

    def __init__(
        self,
        num_heads: int,
        feedforward_dim: int,
        dropout: float = 0.0,
        activation: str = "gelu",
        normalize_first: bool = True,
        causal: bool = False,
        cross_attention: bool = False,
        epsilon: float = 1e-5,
        use_bias: bool = True,
        rotary: bool = False,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        arguments.positive_integer("num_heads", num_heads)
        arguments.positive_integer("feedforward_dim", feedforward_dim)
        dropout = arguments.share("dropout", dropout)
        epsilon = arguments.positive_number("epsilon", epsilon)
        super().__init__(**kwargs)
        self.num_heads, self.feedforward_dim, self.dropout = num_heads, feedforward_dim, dropout
        self.activation, self.normalize_first, self.causal = activation, bool(normalize_first), bool(causal)
        self.cross_attention, self.epsilon, self.use_bias = bool(cross_attention), epsilon, bool(use_bias)
        self.rotary, self.kernel_initializer = bool(rotary), keras.initializers.get(kernel_initializer)
        self._phi = _activation(activation)
        self.supports_masking = True

    def build(self, inputs_shape: Any, context_shape: Any = None) -> None:
        """The sublayers, for the width D that comes in."""
        width = arguments.rank("inputs", inputs_shape, "BTD")[-1]
        if width % self.num_heads:
            raise ValueError(f"the width D must be a multiple of num_heads, got {width} and {self.num_heads}")
        self.attention = self._attention("attention", width, rotary=self.rotary)
        self.attention.build(inputs_shape, inputs_shape)
        self.attention_norm = self._norm("attention_norm", inputs_shape)
        if self.cross_attention:
            self._check_context(context_shape)
            self.context_attention = self._attention("context_attention", width)
            self.context_attention.build(inputs_shape, context_shape)
            self.context_norm = self._norm("context_norm", inputs_shape)
        self.expand = self._dense("expand", self.feedforward_dim, inputs_shape)
        self.contract = self._dense("contract", width, (*inputs_shape[:-1], self.feedforward_dim))
        self.feedforward_norm = self._norm("feedforward_norm", inputs_shape)
        self.residual_dropout = Dropout(self.dropout, dtype=self.dtype_policy, name="residual_dropout")

    def _attention(self, name: str, width: int, rotary: bool = False) -> MultiHeadAttention:
        options = {"use_bias": self.use_bias, "rotary": rotary, "kernel_initializer": self.kernel_initializer.clone()}
        sizes = self.num_heads, width // self.num_heads
        return MultiHeadAttention(*sizes, dropout=self.dropout, **options, dtype=self.dtype_policy, name=name)

    def _norm(self, name: str, shape: Any) -> LayerNormalization:
        norm = LayerNormalization(epsilon=self.epsilon, dtype=self.dtype_policy, name=name)
        norm.build(shape)
        return norm

    def _dense(self, name: str, units: int, shape: Any) -> keras.layers.Dense:
        options = {"use_bias": self.use_bias, "kernel_initializer": self.kernel_initializer.clone()}
        dense = keras.layers.Dense(units, **options, dtype=self.dtype_policy, name=name)
        dense.build(shape)
        return dense

    def _check_context(self, context: Any) -> None:
        if self.cross_attention == (context is None):
            rule = "needs" if self.cross_attention else "takes no"
            raise ValueError(f"a block with cross_attention={self.cross_attention} {rule} context, got {context}")

    def call(
        self,
        inputs: Any,
        context: Any = None,
        attention_mask: Any = None,
        context_attention_mask: Any = None,
        training: bool = False,
        cache: Any = None,
        position: Any = 0,
    ) -> Any:
        """The stream after the block, and the cache if there is one."""
        self._check_context(context)
        if cache is not None and not self.causal:
            raise ValueError(f"a cache is for a block with causal=True, got causal={self.causal}")

        x = self._before(self.attention_norm, inputs)
        options = {"use_causal_mask": self.causal, "cache": cache, "position": position, "training": training}
        attended = self.attention(x, x, attention_mask=attention_mask, **options)
        if cache is not None:
            attended, cache = attended
        stream = self._after(self.attention_norm, inputs, attended, training)
        if self.cross_attention:
            x = self._before(self.context_norm, stream)
            attended = self.context_attention(x, context, attention_mask=context_attention_mask, training=training)
            stream = self._after(self.context_norm, stream, attended, training)
        x = self._before(self.feedforward_norm, stream)
        stream = self._after(self.feedforward_norm, stream, self._feedforward(x), training)
        return stream if cache is None else (stream, cache)

    def _before(self, norm: Any, stream: Any) -> Any:
        return norm(stream) if self.normalize_first else stream

    def _after(self, norm: Any, stream: Any, added: Any, training: bool) -> Any:
        # X + F(LN(X)), or LN(X + F(X))
        stream = stream + self.residual_dropout(added, training=training)
        return stream if self.normalize_first else norm(stream)

    def _feedforward(self, x: Any) -> Any:
        # FFN(x) = W_2 phi(W_1 x + b_1) + b_2
        return self.contract(self._phi(self.expand(x)))

    def initial_cache(self, batch_size: Any, length: int) -> tuple[Any, Any]:
        """An empty cache of the self-attention, with room for so many tokens."""
        return self.attention.initial_cache(batch_size, length)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "feedforward_dim": self.feedforward_dim,
            "dropout": self.dropout,
            "activation": self.activation,
            "normalize_first": self.normalize_first,
            "causal": self.causal,
            "cross_attention": self.cross_attention,
            "epsilon": self.epsilon,
            "use_bias": self.use_bias,
            "rotary": self.rotary,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def _activation(name: str) -> Any:
    if name == "gelu_approximate":
        return lambda x: keras.activations.gelu(x, approximate=True)
    return keras.activations.get(name)
