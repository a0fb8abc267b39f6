r"""Multiplicative attention: scores by a product, over the whole source or a window of it.

Lesson 08_2 sets its kinds side by side with additive attention.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments
from dlcourse.layers.scaled_dot_product import masked_softmax, weighted_sum

SCORES = ("dot", "general", "concat")
SCOPES = ("global", "local-m", "local-p")


@keras.saving.register_keras_serializable(package="dlcourse")
class MultiplicativeAttention(keras.layers.Layer):
    r"""Averages the values for each query, by weights from one of three scores, globally or near one place.

    $$\text{score}(h_t, \bar h_s) = \begin{cases} h_t^\top \bar h_s & \text{dot} \\
    h_t^\top W_a \bar h_s & \text{general} \\ v_a^\top \tanh(W_a [h_t; \bar h_s]) & \text{concat} \end{cases}$$

    $$a_t(s) = \text{softmax}_s\ \text{score}(h_t, \bar h_s), \qquad c_t = \sum_s a_t(s)\, \bar h_s$$

    Local attention looks only at places within D of a centre $p_t$, and takes the softmax over these:

    $$p_t = t \quad \text{(local-m)}, \qquad p_t = S \cdot \sigma\left(v_p^\top \tanh(W_p h_t)\right)
    \quad \text{(local-p)}$$

    and local-p multiplies the weights by $\exp\left(-\frac{(s - p_t)^2}{2 (D/2)^2}\right)$, through which $p_t$ learns;
    they then sum to less than 1. S is the number of places that are not masked. Source and target may differ in length:
    beyond the window of the last place, local-m sees nothing and gives zeros. All scores are computed and those outside
    the window dropped: it is the model that is local here, not the cost. The mask of the queries passes through.

    Weights: general $W_a$ (D_t, D_s); concat $W_a$ (D_t + D_s, units) and $v_a$ (units,); local-p also $W_p$
    (D_t, units) and $v_p$ (units,). Luong, Pham and Manning (2015), Effective approaches to attention-based neural
    machine translation, section 3.

    Args:
        score: "dot", "general" or "concat".
        scope: "global", "local-m" (monotonic) or "local-p" (predicted).
        window: D, a positive integer; for local attention.
        units: The size of the hidden layers of concat and of local-p; the width of the queries without it.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        query: $h_t$, shape (B, T, D_t).
        value: $\bar h_s$, shape (B, S, D_s). It is also the key.
        value_mask: Shape (B, S), True where there is something; comes by itself where Keras carries a mask.
        return_attention_scores: Whether to return the weights $a_t$ as well, of shape (B, T, S).
        position: t of the first query, for local-m; counted from 0.

    Returns:
        Contexts of shape (B, T, D_s), or a tuple of them and the weights.

    Raises:
        ValueError: If a name is unknown, a size not a positive integer, an input not of rank 3, or the widths differ
            under "dot".

    Example:
        >>> source = ops.array([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]])
        >>> layer = MultiplicativeAttention("dot", scope="local-m", window=1)
        >>> _, weights = layer(ops.zeros((1, 3, 2)), source, return_attention_scores=True)
        >>> weights.numpy().round(2)
        array([[[0.5 , 0.5 , 0.  ],
                [0.33, 0.33, 0.33],
                [0.  , 0.5 , 0.5 ]]], dtype=float32)
    """

    def __init__(
        self, score: str = "general", scope: str = "global", window: int = 10, units: int | None = None, **kwargs: Any
    ) -> None:
        arguments.one_of("score", score, SCORES)
        arguments.one_of("scope", scope, SCOPES)
        arguments.positive_integer("window", window)
        if units is not None:
            arguments.positive_integer("units", units)
        super().__init__(**kwargs)
        self.score, self.scope, self.window, self.units = score, scope, window, units
        self.supports_masking = True

    def build(self, query_shape: Any, value_shape: Any) -> None:
        """What the score and the centre need."""
        target = arguments.rank("query", query_shape, "BTD")[-1]
        source = arguments.rank("value", value_shape, "BSD")[-1]
        units = self.units or target
        if self.score == "dot" and target != source:
            raise ValueError(f"query and value must have the same width with score='dot', got {target} and {source}")
        if self.score == "general":
            self.score_kernel = self.add_weight(shape=(target, source), name="score_kernel")
        if self.score == "concat":
            self.score_kernel = self.add_weight(shape=(target + source, units), name="score_kernel")
            self.score_vector = self.add_weight(shape=(units,), name="score_vector")
        if self.scope == "local-p":
            self.position_kernel = self.add_weight(shape=(target, units), name="position_kernel")
            self.position_vector = self.add_weight(shape=(units,), name="position_vector")

    def call(
        self,
        query: Any,
        value: Any,
        value_mask: Any = None,
        return_attention_scores: bool = False,
        position: Any = 0,
    ) -> Any:
        """A context for each query, and the weights if asked for."""
        mask = None if value_mask is None else ops.expand_dims(ops.cast(value_mask, "bool"), 1)  # (B, 1, S)
        scores = self._scores(query, value)  # (B, T, S)
        if self.scope == "global":
            weights = masked_softmax(scores, mask)
        else:
            weights = self._local_weights(scores, query, mask, position)
        # c_t = sum_s a_t(s) h_s
        context = weighted_sum(weights, value)  # (B, T, D_s)
        return (context, weights) if return_attention_scores else context

    def _scores(self, query: Any, value: Any) -> Any:
        if self.score == "dot":
            # score = h_t^T h_s
            return ops.matmul(query, ops.swapaxes(value, 1, 2))
        if self.score == "general":
            # score = h_t^T W_a h_s
            return ops.matmul(ops.matmul(query, self.score_kernel), ops.swapaxes(value, 1, 2))
        # score = v_a^T tanh(W_a [h_t; h_s]), where W_a [h_t; h_s] is a part from h_t and a part from h_s
        width = query.shape[-1]
        hidden = ops.expand_dims(ops.matmul(query, self.score_kernel[:width]), 2)  # (B, T, 1, units)
        hidden = hidden + ops.expand_dims(ops.matmul(value, self.score_kernel[width:]), 1)  # (B, T, S, units)
        return ops.sum(ops.tanh(hidden) * self.score_vector, axis=-1)

    def _local_weights(self, scores: Any, query: Any, mask: Any, position: Any) -> Any:
        places = ops.arange(ops.shape(scores)[-1], dtype="float32")  # (S,)
        distance = places - self._centre(query, scores, mask, position)  # (B, T, S)
        inside = ops.abs(distance) <= self.window
        weights = masked_softmax(scores, inside if mask is None else ops.logical_and(inside, mask))
        if self.scope == "local-m":
            return weights
        # a_t(s) exp(-(s - p_t)^2 / (2 (D/2)^2))
        return weights * ops.cast(ops.exp(-ops.square(distance) / (2 * (self.window / 2) ** 2)), weights.dtype)

    def _centre(self, query: Any, scores: Any, mask: Any, position: Any) -> Any:
        """p_t in single precision, shape (B, T, 1) or (T, 1)."""
        if self.scope == "local-m":
            # the place of the target itself, p_t = t
            steps = ops.arange(ops.shape(scores)[1], dtype="float32") + ops.cast(position, "float32")
            return ops.expand_dims(steps, -1)
        visible = ops.ones_like(scores[:, :1]) if mask is None else mask
        length = ops.sum(ops.cast(visible, "float32"), axis=-1, keepdims=True)  # (B, 1, 1)
        # p_t = S sigmoid(v_p^T tanh(W_p h_t))
        hidden = ops.tanh(ops.matmul(query, self.position_kernel))  # (B, T, units)
        share = ops.sigmoid(ops.sum(hidden * self.position_vector, axis=-1, keepdims=True))  # (B, T, 1)
        return length * ops.cast(share, "float32")

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        config = {"score": self.score, "scope": self.scope, "window": self.window, "units": self.units}
        return {**super().get_config(), **config}
