r"""Loss functions and their derivatives with respect to the predictions, as lesson 03_3 derives them.

Every loss `f` has its derivative beside it under the name `f_gradient`. Both take what Keras takes in the same order:
the targets $y$, then the predictions $\hat y$ (or logits $z$, or probabilities $p$), N examples along the first axis.
They keep the precision of the predictions and are right far out as well: logits of $\pm 1000$ are safe.

All of them take a `reduction`:

- `"mean"`: the cost of the data set, the mean of the N losses; the derivative is that of the mean.
- `"none"`: the N losses one by one; the derivative is that of each example's own loss.

Where an example has K outputs (regression with several targets, binary labels), its loss is the mean over them.
All raise a `ValueError` if the shapes do not fit, there is no example, or a target, `delta` or `reduction` is not
allowed. Shapes are never broadcast: (N,) against (N, 1) would quietly compare every example with every other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.scratch.activations import sigmoid
from dlcourse.scratch.arrays import real_array
from dlcourse.scratch.softmax import log_softmax, softmax

REDUCTIONS = ("mean", "none")


def mse(y_true: ArrayLike, y_pred: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""Mean squared error: a loss of $r^2$ with the residual $r = \hat y - y$ (Gauss 1809; Legendre 1805)."""
    r = _residual(y_true, y_pred)
    return _reduced(r**2, reduction)


def mse_gradient(y_true: ArrayLike, y_pred: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$2r$: twice the residual, however large it is."""
    return _averaged(2 * _residual(y_true, y_pred), reduction)


def mae(y_true: ArrayLike, y_pred: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""Mean absolute error: a loss of $|r|$ with the residual $r = \hat y - y$ (Boscovich 1757; Laplace 1774)."""
    return _reduced(np.abs(_residual(y_true, y_pred)), reduction)


def mae_gradient(y_true: ArrayLike, y_pred: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$\mathrm{sign}(r)$; in the corner, at $r = 0$, it is 0 (any slope from -1 to 1 would do)."""
    return _averaged(np.sign(_residual(y_true, y_pred)), reduction)


def huber(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0, reduction: str = "mean") -> np.ndarray:
    r"""$r^2 / 2$ where $|r| \le \delta$, otherwise $\delta\,(|r| - \delta / 2)$ (Huber 1964)."""
    size = np.abs(_residual(y_true, y_pred))
    near = np.minimum(size, _positive(delta))
    return _reduced(near**2 / 2 + delta * (size - near), reduction)


def huber_gradient(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0, reduction: str = "mean") -> np.ndarray:
    r"""The residual clipped to $[-\delta, \delta]$."""
    return _averaged(np.clip(_residual(y_true, y_pred), -_positive(delta), delta), reduction)


def pseudo_huber(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0, reduction: str = "mean") -> np.ndarray:
    r"""$\delta^2 \left(\sqrt{1 + (r/\delta)^2} - 1\right)$ (Charbonnier et al. 1997).

    Computed as $r^2 / (1 + \sqrt{1 + (r/\delta)^2})$: the same number, without the difference that loses the digits of
    a small residual.
    """
    r = _residual(y_true, y_pred)
    return _reduced(r * (r / (1 + np.hypot(1, r / _positive(delta)))), reduction)


def pseudo_huber_gradient(
    y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0, reduction: str = "mean"
) -> np.ndarray:
    r"""$r / \sqrt{1 + (r/\delta)^2}$: close to $r$ near zero, close to $\pm\delta$ far out."""
    r = _residual(y_true, y_pred)
    return _averaged(r / np.hypot(1, r / _positive(delta)), reduction)


def binary_cross_entropy(y_true: ArrayLike, probabilities: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$-y \log p - (1 - y) \log(1 - p)$ with $0 \log 0 = 0$: infinite where what happened was held impossible.

    Args:
        y_true: Labels from 0 to 1, soft ones included.
        probabilities: $p$ of label 1, from 0 to 1, of the same shape. Nothing is clipped (Keras clips to 1e-7).
        reduction: See the module.
    """
    y, p = _labels_and_probabilities(y_true, probabilities)
    return _reduced(0 - _where_positive(y, np.log, p) - _where_positive(1 - y, np.log, 1 - p), reduction)


def binary_cross_entropy_gradient(y_true: ArrayLike, probabilities: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$-y / p + (1 - y) / (1 - p)$."""
    y, p = _labels_and_probabilities(y_true, probabilities)
    slopes = _where_positive(1 - y, np.reciprocal, 1 - p) - _where_positive(y, np.reciprocal, p)
    return _averaged(slopes, reduction)


def binary_cross_entropy_from_logits(y_true: ArrayLike, logits: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$\max(z, 0) - z y + \log(1 + e^{-|z|})$: binary cross-entropy with $p = \sigma(z)$ put in and simplified.

    Args:
        y_true: Labels from 0 to 1, soft ones included.
        logits: $z$, any real numbers, of the same shape.
        reduction: See the module.
    """
    y, z = _pair(_in_unit_interval("y_true", y_true), logits)
    return _reduced(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))), reduction)


def binary_cross_entropy_from_logits_gradient(
    y_true: ArrayLike, logits: ArrayLike, reduction: str = "mean"
) -> np.ndarray:
    r"""$\sigma(z) - y$: the probability less the label."""
    y, z = _pair(_in_unit_interval("y_true", y_true), logits)
    return _averaged(sigmoid(z) - y, reduction)


def cross_entropy(y_true: ArrayLike, logits: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$-\sum_k t_k \log p_k$ with $p = \mathrm{softmax}(z)$, the sum over the K classes.

    Args:
        y_true: Class numbers (integers), shape (N,), or a distribution over the classes for each example (one-hot or
            smoothed labels), shape (N, K).
        logits: $z$, shape (N, K).
        reduction: See the module.
    """
    z = real_array(logits)
    losses = 0 - (_distributions(y_true, z) * log_softmax(z)).sum(axis=-1)
    return _reduced(losses[..., None], reduction)


def cross_entropy_gradient(y_true: ArrayLike, logits: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$p - t$: the probabilities less the targets (which sum to 1), shape (N, K)."""
    z = real_array(logits)
    targets = _distributions(y_true, z)
    slopes = softmax(z) - targets
    return slopes / (len(slopes) if _checked(reduction) == "mean" else 1)


def hinge(y_true: ArrayLike, scores: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$\max(0, 1 - m)$ with the margin $m = y f$ (Cortes and Vapnik 1995).

    Args:
        y_true: Labels -1 or 1.
        scores: $f$, any real numbers, of the same shape; the sign of $f$ is the answer.
        reduction: See the module.
    """
    y, f = _pair(_signs(y_true), scores)
    return _reduced(np.maximum(0, 1 - y * f), reduction)


def hinge_gradient(y_true: ArrayLike, scores: ArrayLike, reduction: str = "mean") -> np.ndarray:
    """$-y$ where $m < 1$, otherwise 0."""
    y, f = _pair(_signs(y_true), scores)
    return _averaged(np.where(y * f < 1, -y, 0), reduction)


def _reduced(terms: np.ndarray, reduction: str) -> np.ndarray:
    losses = terms if terms.ndim < 2 else terms.mean(axis=-1)  # (N,)
    return losses.mean() if _checked(reduction) == "mean" else losses


def _averaged(slopes: np.ndarray, reduction: str) -> np.ndarray:
    """Divide each slope by the number of terms that its mean is over."""
    outputs = 1 if slopes.ndim < 2 else slopes.shape[-1]
    return slopes / (slopes.size if _checked(reduction) == "mean" else outputs)


def _checked(reduction: str) -> str:
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction must be 'mean' or 'none', got {reduction!r}")
    return reduction


def _positive(delta: float) -> float:
    if not 0 < delta < float("inf"):
        raise ValueError(f"delta must be a positive number, got {delta!r}")
    return delta


def _residual(y_true: ArrayLike, y_pred: ArrayLike) -> np.ndarray:
    y, y_hat = _pair(y_true, y_pred)
    return y_hat - y


def _pair(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Both as numbers in the precision of the predictions."""
    y, y_hat = real_array(y_true), real_array(y_pred)
    if y.shape != y_hat.shape:
        raise ValueError(f"targets and predictions must have the same shape, got {y.shape} and {y_hat.shape}")
    if y.size == 0:
        raise ValueError(f"a loss needs at least one example, got targets of shape {y.shape}")
    return y.astype(y_hat.dtype), y_hat


def _in_unit_interval(name: str, values: ArrayLike) -> np.ndarray:
    array = real_array(values)
    outside = array[~((array >= 0) & (array <= 1))]
    if outside.size:
        raise ValueError(f"{name} must lie from 0 to 1, got {float(outside.flat[0])}")
    return array


def _labels_and_probabilities(y_true: ArrayLike, probabilities: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    return _pair(_in_unit_interval("y_true", y_true), _in_unit_interval("probabilities", probabilities))


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
        return _pair(_in_unit_interval("y_true", y), logits)[0]
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
