r"""Scaled dot-product attention as two small functions, both in one, and the masks that go with it. Lesson 08_3.

$$\text{Attention}(Q, K, V) = \text{softmax}\left(\frac{Q K^\top}{\sqrt{K}}\right) V$$

The weights are a function of their own, so that a heat map of them needs no flag. Vaswani et al. (2017), Attention is
all you need, section 3.2.1. Letters: T queries, S keys, K the size of a query and of a key, V that of a value.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_MANY = 64 * 64


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


def attention(query: Any, key: Any, value: Any, mask: Any = None) -> Any:
    r"""What each of H heads brings: the sum of its values, weighted by its attention.

    $$\text{head}_h = \text{softmax}\left(\frac{Q_h K_h^\top}{\sqrt{K}}\right) V_h$$

    All at once, or, where a head has many scores, head by head: TensorFlow writes the result of each operation to
    memory, and what one head needs stays in the processor's cache.

    Args:
        query: Shape (B, H, T, K).
        key: Shape (B, H, S, K).
        value: Shape (B, H, S, V).
        mask: True where a query may look, of a shape that broadcasts to (B, H, T, S).

    Returns:
        Shape (B, H, T, V); zeros in the row of a query that may look nowhere.

    Example:
        >>> x = ops.reshape(ops.arange(4.0) / 2, (1, 1, 2, 2))
        >>> attention(x, x, x, causal_mask(2, 2))[0, 0].numpy().round(2)
        array([[0.  , 0.5 ],
               [0.85, 1.35]], dtype=float32)
    """
    if not _has_many_scores(query, key):
        return weighted_sum(attention_weights(query, key, mask), value)
    split = [ops.unstack(each, axis=1) for each in (query, key, value)]
    masks = _masks_of_heads(mask, len(split[0]))
    heads = [weighted_sum(attention_weights(q, k, m), v) for q, k, v, m in zip(*split, masks, strict=True)]
    return ops.stack(heads, axis=1)


def _has_many_scores(query: Any, key: Any) -> bool:
    queries, keys = query.shape[-2], key.shape[-2]
    known = isinstance(queries, int) and isinstance(keys, int)
    return keras.config.backend() == "tensorflow" and known and queries * keys >= _MANY


def _masks_of_heads(mask: Any, count: int) -> list[Any]:
    """A mask of shape (B, T, S), or what broadcasts to it, for each head."""
    if mask is None or len(mask.shape) < 3:
        return [mask] * count
    heads = ops.unstack(mask, axis=-3)
    return heads * count if len(heads) == 1 else heads


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
