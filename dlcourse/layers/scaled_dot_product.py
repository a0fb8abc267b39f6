r"""Scaled dot-product attention as two small functions, and the masks that go with it. Lesson 08_3.

$$\text{Attention}(Q, K, V) = \text{softmax}\left(\frac{Q K^\top}{\sqrt{K}}\right) V$$

The weights are a function of their own, so that a heat map of them needs no flag. Vaswani et al. (2017), Attention is
all you need, section 3.2.1. Letters: T queries, S keys, K the size of a query and of a key, V that of a value.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def attention_weights(query: Any, key: Any, mask: Any = None) -> Any:
    r"""How much each query attends to each key: rows that sum to 1.

    $$A = \text{softmax}(Q K^\top / \sqrt{K})$$

    Why the root: the dot product of two vectors of K independent numbers of variance 1 has variance K.

    Args:
        query: Shape (..., T, K).
        key: Shape (..., S, K).
        mask: True where a query may look, of a shape that broadcasts to (..., T, S).

    Returns:
        Shape (..., T, S); zeros in the row of a query that may look nowhere.

    Example:
        >>> attention_weights(ops.array([[1.0]]), ops.array([[0.0], [0.6931472]])).numpy().round(3)
        array([[0.333, 0.667]], dtype=float32)
    """
    scores = ops.matmul(query / query.shape[-1] ** 0.5, ops.swapaxes(key, -1, -2))  # (..., T, S)
    return masked_softmax(scores, mask)


def weighted_sum(weights: Any, value: Any) -> Any:
    r"""The values, averaged by the weights of each query: $A V$.

    Args:
        weights: Shape (..., T, S).
        value: Shape (..., S, V).

    Returns:
        Shape (..., T, V).
    """
    return ops.matmul(weights, value)


def masked_softmax(scores: Any, mask: Any = None) -> Any:
    r"""The softmax over the last axis of those scores whose mask is True; zeros where nothing is.

    $$a_j = \frac{m_j\, e^{s_j}}{\sum_k m_k\, e^{s_k}}$$

    Args:
        scores: Shape (..., S).
        mask: True where a score counts, of a shape that broadcasts to that of the scores; everything without it.

    Returns:
        Weights of the scores' shape.

    Example:
        >>> masked_softmax(ops.array([1.0, 1.0, 9.0]), ops.array([True, True, False])).numpy()
        array([0.5, 0.5, 0. ], dtype=float32)
    """
    if mask is None:
        return _softmax(scores)
    smallest = -3e4 if keras.backend.standardize_dtype(scores.dtype) == "float16" else -1e9
    weights = _softmax(ops.where(mask, scores, smallest))
    return ops.where(mask, weights, 0.0)


def _softmax(scores: Any) -> Any:
    # Keras warns of a softmax over a single number, which the first token of a text is.
    return ops.exp(ops.log_softmax(scores, axis=-1)) if scores.shape[-1] == 1 else ops.softmax(scores, axis=-1)


def causal_mask(queries: Any, keys: Any, position: Any = 0) -> Any:
    """Which keys each query may look at if it may not look ahead: those at its own position and before.

    Args:
        queries: T, how many queries there are.
        keys: S, how many keys.
        position: That of the first query among the keys.

    Returns:
        Booleans of shape (T, S).

    Example:
        >>> causal_mask(2, 4, position=1).numpy().astype(int)
        array([[1, 1, 0, 0],
               [1, 1, 1, 0]])
    """
    rows = ops.arange(queries, dtype="int32") + ops.cast(position, "int32")
    return ops.expand_dims(rows, 1) >= ops.expand_dims(ops.arange(keys, dtype="int32"), 0)
