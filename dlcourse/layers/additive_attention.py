r"""Additive attention: a small network says how well a decoder's state and an encoder's annotation go together.

Lesson 08_2: the alignment that a translation model learns, drawn as a heat map.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments
from dlcourse.layers.scaled_dot_product import masked_softmax, weighted_sum


@keras.saving.register_keras_serializable(package="dlcourse")
class AdditiveAttention(keras.layers.Layer):
    r"""Averages the values for each query, by weights from a network with one hidden layer.

    $$e_{tj} = v^\top \tanh(W q_t + U k_j), \qquad
    \alpha_{tj} = \frac{\exp e_{tj}}{\sum_{j'} \exp e_{tj'}}, \qquad c_t = \sum_j \alpha_{tj} v_j$$

    In the paper $q_t$ is the decoder's last state, and keys and values are both the encoder's annotations. Memory is
    B T S units. Weights: W (D, units), U (D', units), v (units,). The mask of the queries passes through. Bahdanau, Cho
    and Bengio (2015), Neural machine translation by jointly learning to align and translate, appendix A.1.2.

    Args:
        units: The size of the hidden layer.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        query: Shape (B, T, D).
        value: Shape (B, S, V).
        key: Shape (B, S, D'); the values without it.
        value_mask: Shape (B, S), True where there is something; comes by itself where Keras carries a mask.
        return_attention_scores: Whether to return the weights $\alpha$ as well, of shape (B, T, S).

    Returns:
        Contexts of shape (B, T, V), or a tuple of them and the weights.

    Raises:
        ValueError: If `units` is not a positive integer, or an input not of rank 3.

    Example:
        >>> query, annotations = ops.ones((1, 2, 3)), ops.array([[[1.0, 0.0], [0.0, 1.0]]])
        >>> layer = AdditiveAttention(units=4)
        >>> context, weights = layer(query, annotations, return_attention_scores=True)
        >>> context.shape, weights.numpy().sum(axis=-1).round(3)
        (TensorShape([1, 2, 2]), array([[1., 1.]], dtype=float32))
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        units = arguments.positive_integer("units", units)
        super().__init__(**kwargs)
        self.units = units
        self.supports_masking = True

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """The two kernels of the hidden layer, and the vector that makes a score of it."""
        query_width = arguments.rank("query", query_shape, "BTD")[-1]
        key_width = arguments.rank("key", key_shape or value_shape, "BSD")[-1]
        self.query_kernel = self.add_weight(shape=(query_width, self.units), name="query_kernel")
        self.key_kernel = self.add_weight(shape=(key_width, self.units), name="key_kernel")
        self.score_vector = self.add_weight(shape=(self.units,), name="score_vector")

    def call(
        self, query: Any, value: Any, key: Any = None, value_mask: Any = None, return_attention_scores: bool = False
    ) -> Any:
        """A context for each query, and the weights if asked for."""
        key = value if key is None else key
        # W q_t + U k_j, for every pair
        hidden = ops.expand_dims(ops.matmul(query, self.query_kernel), 2)  # (B, T, 1, units)
        hidden = hidden + ops.expand_dims(ops.matmul(key, self.key_kernel), 1)  # (B, T, S, units)
        # e_tj = v^T tanh(W q_t + U k_j)
        scores = ops.sum(ops.tanh(hidden) * self.score_vector, axis=-1)  # (B, T, S)
        # alpha_tj = exp e_tj / sum_j' exp e_tj'
        weights = masked_softmax(scores, None if value_mask is None else ops.expand_dims(value_mask, 1))
        # c_t = sum_j alpha_tj v_j
        context = weighted_sum(weights, value)  # (B, T, V)
        return (context, weights) if return_attention_scores else context

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "units": self.units}
