r"""Softmax, its logarithm, and the Jacobian of each: many numbers in, a probability distribution out.

Lesson 03_2 derives them. Subtracting the largest logit first changes nothing in exact arithmetic, since
$e^{z_i - c} / \sum_j e^{z_j - c}$ does not depend on $c$, and keeps every exponent at or below 0: logits of 1000 are
safe.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.scratch.arrays import real_array


def softmax(z: ArrayLike, axis: int = -1) -> np.ndarray:
    r"""$p_i = e^{z_i} / \sum_j e^{z_j}$: positive numbers that sum to 1 along `axis` (Bridle 1990).

    Args:
        z: Logits, any shape with at least one axis.
        axis: The axis of the K classes.

    Raises:
        ValueError: If `z` has no such axis, or no class along it.

    Example:
        >>> softmax([0.0, 1.0, 2.0]).round(4)
        array([0.09  , 0.2447, 0.6652])
    """
    powers = np.exp(_shifted(z, axis))
    return powers / powers.sum(axis=axis, keepdims=True)


def softmax_jacobian(z: ArrayLike, axis: int = -1) -> np.ndarray:
    r"""$\partial p_i / \partial z_j = p_i\,(\delta_{ij} - p_j)$, shape (..., K, K): `axis` goes last as i, then j.

    Raises:
        ValueError: As `softmax`.

    Example:
        >>> softmax_jacobian([0.0, 0.0])
        array([[ 0.25, -0.25],
               [-0.25,  0.25]])
    """
    p = np.moveaxis(softmax(z, axis), axis, -1)
    identity = np.eye(p.shape[-1], dtype=p.dtype)
    return p[..., :, None] * (identity - p[..., None, :])


def log_softmax(z: ArrayLike, axis: int = -1) -> np.ndarray:
    r"""$\log p_i = z_i - \log \sum_j e^{z_j}$, finite also where $p_i$ itself is too small to be told from 0.

    Raises:
        ValueError: As `softmax`.

    Example:
        >>> log_softmax([1000.0, 0.0])
        array([    0., -1000.])
    """
    shifted = _shifted(z, axis)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def log_softmax_jacobian(z: ArrayLike, axis: int = -1) -> np.ndarray:
    r"""$\partial \log p_i / \partial z_j = \delta_{ij} - p_j$, shape (..., K, K): `axis` goes last as i, then j.

    Raises:
        ValueError: As `softmax`.

    Example:
        >>> log_softmax_jacobian([0.0, 0.0])
        array([[ 0.5, -0.5],
               [-0.5,  0.5]])
    """
    p = np.moveaxis(softmax(z, axis), axis, -1)
    return np.eye(p.shape[-1], dtype=p.dtype) - p[..., None, :]


def _shifted(z: ArrayLike, axis: int) -> np.ndarray:
    z = real_array(z)
    if not -z.ndim <= axis < z.ndim:
        raise ValueError(f"axis must be one of the {z.ndim} axes of logits of shape {z.shape}, got {axis}")
    if z.shape[axis] == 0:
        raise ValueError(f"softmax needs at least one class along axis {axis}, got logits of shape {z.shape}")
    return z - z.max(axis=axis, keepdims=True)
