r"""Gradient clipping: by value, by each tensor's norm, and by the norm of all of them together. Lesson 06_2.

Clipping keeps one steep place of the loss from throwing the weights far away (Pascanu, Mikolov and Bengio 2013, On the
difficulty of training recurrent neural networks). By norm, the gradient of a tensor keeps its direction; by global
norm, the whole gradient does; by value, neither does.

Where several replicas share a batch, the gradient is their sum, and only that may be clipped. `Clipped` does it so; the
options `clipnorm`, `global_clipnorm` and `clipvalue` of a Keras optimizer clip each replica's part before the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

from dlcourse.training.arguments import positive_number


def clip_by_value(gradients: Sequence[Any], limit: float) -> list[Any]:
    r"""Each number moved into $[-c, c]$, which may turn the direction.

    $$g_i \leftarrow \max(-c, \min(c, g_i))$$

    NaN stays NaN, infinity becomes $c$; equal to `tf.clip_by_value`.

    Args:
        gradients: Tensors of any shapes; None, where a weight has no gradient, stays None.
        limit: $c > 0$.

    Returns:
        A list of tensors of the same shapes.

    Raises:
        ValueError: If `limit` is not a positive number.

    Example:
        >>> clipped = clip_by_value([ops.array([3.0, -0.5]), None], 1.0)
        >>> clipped[0].numpy(), clipped[1]
        (array([ 1. , -0.5], dtype=float32), None)
    """
    limit = positive_number("limit", limit)
    return [None if gradient is None else ops.clip(gradient, -limit, limit) for gradient in gradients]


def clip_by_norm(gradients: Sequence[Any], limit: float) -> list[Any]:
    r"""Each tensor scaled down to norm $c$ where its own norm is larger; each keeps its direction.

    $$g \leftarrow g \, \frac{c}{\max(c, \lVert g \rVert_2)}$$

    A tensor with an infinity becomes NaN there and 0 elsewhere, one with a NaN becomes NaN; the others are not touched
    by it. Equal to `tf.clip_by_norm` tensor by tensor.

    Args:
        gradients: Tensors of any shapes; None, where a weight has no gradient, stays None.
        limit: $c > 0$.

    Returns:
        A list of tensors of the same shapes.

    Raises:
        ValueError: If `limit` is not a positive number.

    Example:
        >>> [each.numpy() for each in clip_by_norm([ops.array([3.0, 4.0]), ops.array([0.5])], 1.0)]
        [array([0.6, 0.8], dtype=float32), array([0.5], dtype=float32)]
    """
    limit = positive_number("limit", limit)
    return [None if each is None else each * (limit / ops.maximum(_norm([each]), limit)) for each in gradients]


def clip_by_global_norm(gradients: Sequence[Any], limit: float) -> tuple[list[Any], Any]:
    r"""All tensors scaled by one factor, so that the norm of all of them together is at most $c$.

    $$g_k \leftarrow g_k \, \frac{c}{\max(c, \lVert g \rVert)}, \qquad
    \lVert g \rVert = \sqrt{\textstyle\sum_k \lVert g_k \rVert_2^2}$$

    The direction of the whole gradient is kept. If the norm is not finite, every number becomes NaN, so that a broken
    step is seen and not halved into something that looks sound. Equal to `tf.clip_by_global_norm`.

    Args:
        gradients: Tensors of any shapes; None, where a weight has no gradient, stays None.
        limit: $c > 0$.

    Returns:
        The list of scaled tensors, and the norm that they had before, a scalar.

    Raises:
        ValueError: If `limit` is not a positive number.

    Example:
        >>> clipped, norm = clip_by_global_norm([ops.array([3.0]), ops.array([4.0])], 1.0)
        >>> [each.numpy() for each in clipped], float(norm)
        ([array([0.6], dtype=float32), array([0.8], dtype=float32)], 5.0)
    """
    limit = positive_number("limit", limit)
    norm = _norm([gradient for gradient in gradients if gradient is not None])
    scale = ops.where(ops.isfinite(norm), limit / ops.maximum(norm, limit), float("nan"))
    clipped = [None if gradient is None else gradient * ops.cast(scale, gradient.dtype) for gradient in gradients]
    return clipped, norm


def _norm(tensors: Sequence[Any]) -> Any:
    """The root of the sum of all squares; 0 for no tensors."""
    squares = [ops.sum(ops.square(tensor)) for tensor in tensors]
    return ops.sqrt(sum(squares[1:], squares[0])) if squares else ops.zeros(())
