"""Losses of classes: cross-entropies and the hinge loss; what holds for all of them stands in `losses`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.scratch.activations import sigmoid
from dlcourse.scratch.arrays import real_array
from dlcourse.scratch.losses.reduction import averaged, checked, pair, reduced
from dlcourse.scratch.softmax import log_softmax, softmax


def binary_cross_entropy(y_true: ArrayLike, probabilities: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$-y \log p - (1 - y) \log(1 - p)$ with $0 \log 0 = 0$: infinite where what happened was held impossible.

    Args:
        y_true: Labels from 0 to 1, soft ones included.
        probabilities: $p$ of label 1, from 0 to 1, of the same shape. Nothing is clipped (Keras clips to 1e-7).
        reduction: See the module.

    Example:
        >>> binary_cross_entropy([[1.0], [1.0]], [[0.5], [1.0]], reduction="none").round(4)
        array([0.6931, 0.    ])
    """
    y, p = _labels_and_probabilities(y_true, probabilities)
    return reduced(0 - _where_positive(y, np.log, p) - _where_positive(1 - y, np.log, 1 - p), reduction)


def binary_cross_entropy_gradient(y_true: ArrayLike, probabilities: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$-y / p + (1 - y) / (1 - p)$.

    Example:
        >>> binary_cross_entropy_gradient([[1.0], [0.0]], [[0.5], [0.5]], reduction="none")
        array([[-2.],
               [ 2.]])
    """
    y, p = _labels_and_probabilities(y_true, probabilities)
    slopes = _where_positive(1 - y, np.reciprocal, 1 - p) - _where_positive(y, np.reciprocal, p)
    return averaged(slopes, reduction)


def binary_cross_entropy_from_logits(y_true: ArrayLike, logits: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$\max(z, 0) - z y + \log(1 + e^{-|z|})$: binary cross-entropy with $p = \sigma(z)$ put in and simplified.

    Args:
        y_true: Labels from 0 to 1, soft ones included.
        logits: $z$, any real numbers, of the same shape.
        reduction: See the module.

    Example:
        >>> binary_cross_entropy_from_logits([[1.0], [0.0]], [[0.0], [1000.0]], reduction="none").round(4)
        array([6.931e-01, 1.000e+03])
    """
    y, z = pair(_in_unit_interval("y_true", y_true), logits)
    return reduced(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))), reduction)


def binary_cross_entropy_from_logits_gradient(
    y_true: ArrayLike, logits: ArrayLike, reduction: str = "mean"
) -> np.ndarray:
    r"""$\sigma(z) - y$: the probability less the label.

    Example:
        >>> binary_cross_entropy_from_logits_gradient([[1.0], [0.0]], [[0.0], [1000.0]], reduction="none")
        array([[-0.5],
               [ 1. ]])
    """
    y, z = pair(_in_unit_interval("y_true", y_true), logits)
    return averaged(sigmoid(z) - y, reduction)


def cross_entropy(y_true: ArrayLike, logits: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$-\sum_k t_k \log p_k$ with $p = \mathrm{softmax}(z)$, the sum over the K classes.

    Args:
        y_true: Class numbers (integers), shape (N,), or a distribution over the classes for each example (one-hot or
            smoothed labels), shape (N, K).
        logits: $z$, shape (N, K).
        reduction: See the module.

    Example:
        >>> float(cross_entropy([1], [[0.0, 0.0, 0.0, 0.0]]).round(4))
        1.3863
    """
    z = real_array(logits)
    losses = 0 - (_distributions(y_true, z) * log_softmax(z)).sum(axis=-1)
    return reduced(losses[..., None], reduction)


def cross_entropy_gradient(y_true: ArrayLike, logits: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$p - t$: the probabilities less the targets (which sum to 1), shape (N, K).

    Example:
        >>> cross_entropy_gradient([1], [[0.0, 0.0, 0.0, 0.0]])
        array([[ 0.25, -0.75,  0.25,  0.25]])
    """
    z = real_array(logits)
    targets = _distributions(y_true, z)
    slopes = softmax(z) - targets
    return slopes / (len(slopes) if checked(reduction) == "mean" else 1)


def hinge(y_true: ArrayLike, scores: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$\max(0, 1 - m)$ with the margin $m = y f$ (Cortes and Vapnik 1995).

    Args:
        y_true: Labels -1 or 1.
        scores: $f$, any real numbers, of the same shape; the sign of $f$ is the answer.
        reduction: See the module.

    Example:
        >>> hinge([[1.0], [1.0]], [[2.0], [-0.5]], reduction="none")
        array([0. , 1.5])
    """
    y, f = pair(_signs(y_true), scores)
    return reduced(np.maximum(0, 1 - y * f), reduction)


def hinge_gradient(y_true: ArrayLike, scores: ArrayLike, reduction: str = "mean") -> np.ndarray:
    """$-y$ where $m < 1$, otherwise 0.

    Example:
        >>> hinge_gradient([[1.0], [1.0]], [[2.0], [-0.5]], reduction="none")
        array([[ 0.],
               [-1.]])
    """
    y, f = pair(_signs(y_true), scores)
    return averaged(np.where(y * f < 1, -y, 0), reduction)


def _in_unit_interval(name: str, values: ArrayLike) -> np.ndarray:
    array = real_array(values)
    outside = array[~((array >= 0) & (array <= 1))]
    if outside.size:
        raise ValueError(f"{name} must lie from 0 to 1, got {float(outside.flat[0])}")
    return array


def _labels_and_probabilities(y_true: ArrayLike, probabilities: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    return pair(_in_unit_interval("y_true", y_true), _in_unit_interval("probabilities", probabilities))


def _where_positive(weight: np.ndarray, function: np.ufunc, x: np.ndarray) -> np.ndarray:
    """The function times the weight, and 0 where the weight is 0, whatever the function is there."""
    with np.errstate(divide="ignore"):
        return weight * function(x, where=weight > 0, out=np.zeros_like(x))


def _distributions(y_true: ArrayLike, logits: np.ndarray) -> np.ndarray:
    """Class numbers as one-hot rows; distributions as they are; shape (N, K)."""
    if logits.ndim < 2 or logits.size == 0:
        raise ValueError(f"logits must have shape (N, K) with N and K at least 1, got {logits.shape}")
    y, classes = np.asarray(y_true), logits.shape[-1]
    if y.shape == logits.shape:
        return pair(_in_unit_interval("y_true", y), logits)[0]
    if y.shape != logits.shape[:-1] or y.dtype.kind not in "iu":
        raise ValueError(
            f"y_true must be integers of shape {logits.shape[:-1]} or distributions of shape {logits.shape}, "
            f"got {y.dtype} of shape {y.shape}"
        )
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(f"class numbers must be from 0 to {classes - 1}, got {y.min()} to {y.max()}")
    return np.eye(classes, dtype=logits.dtype)[y]


def _signs(y_true: ArrayLike) -> np.ndarray:
    y = real_array(y_true)
    others = y[np.abs(y) != 1]
    if others.size:
        raise ValueError(f"labels of the hinge loss must be -1 or 1, got {float(others.flat[0])}")
    return y
