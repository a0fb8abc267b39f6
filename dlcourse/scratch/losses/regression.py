"""Losses of numbers: squared, absolute, and the two between; what holds for all of them stands in `losses`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.scratch.losses.reduction import averaged, reduced, residual


def mse(y_true: ArrayLike, y_pred: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""Mean squared error: a loss of $r^2$ with the residual $r = \hat y - y$ (Gauss 1809; Legendre 1805).

    Example:
        >>> float(mse([[1.0], [2.0]], [[3.0], [2.0]]))
        2.0
    """
    r = residual(y_true, y_pred)
    return reduced(r**2, reduction)


def mse_gradient(y_true: ArrayLike, y_pred: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$2r$: twice the residual, however large it is.

    Example:
        >>> mse_gradient([[1.0], [2.0]], [[3.0], [2.0]])
        array([[2.],
               [0.]])
    """
    return averaged(2 * residual(y_true, y_pred), reduction)


def mae(y_true: ArrayLike, y_pred: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""Mean absolute error: a loss of $|r|$ with the residual $r = \hat y - y$ (Boscovich 1757; Laplace 1774).

    Example:
        >>> float(mae([[1.0], [2.0]], [[3.0], [2.0]]))
        1.0
    """
    return reduced(np.abs(residual(y_true, y_pred)), reduction)


def mae_gradient(y_true: ArrayLike, y_pred: ArrayLike, reduction: str = "mean") -> np.ndarray:
    r"""$\mathrm{sign}(r)$; in the corner, at $r = 0$, it is 0 (any slope from -1 to 1 would do).

    Example:
        >>> mae_gradient([[1.0], [2.0]], [[3.0], [2.0]])
        array([[0.5],
               [0. ]])
    """
    return averaged(np.sign(residual(y_true, y_pred)), reduction)


def huber(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0, reduction: str = "mean") -> np.ndarray:
    r"""$r^2 / 2$ where $|r| \le \delta$, otherwise $\delta\,(|r| - \delta / 2)$ (Huber 1964).

    Example:
        >>> huber([[0.0], [0.0]], [[0.5], [3.0]], reduction="none")
        array([0.125, 2.5  ])
    """
    size = np.abs(residual(y_true, y_pred))
    near = np.minimum(size, _positive(delta))
    return reduced(near**2 / 2 + delta * (size - near), reduction)


def huber_gradient(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0, reduction: str = "mean") -> np.ndarray:
    r"""The residual clipped to $[-\delta, \delta]$.

    Example:
        >>> huber_gradient([[0.0], [0.0]], [[0.5], [3.0]], reduction="none")
        array([[0.5],
               [1. ]])
    """
    return averaged(np.clip(residual(y_true, y_pred), -_positive(delta), delta), reduction)


def pseudo_huber(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0, reduction: str = "mean") -> np.ndarray:
    r"""$\delta^2 \left(\sqrt{1 + (r/\delta)^2} - 1\right)$ (Charbonnier et al. 1997).

    Computed as $r^2 / (1 + \sqrt{1 + (r/\delta)^2})$: the same number, without the difference that loses the digits of
    a small residual.

    Example:
        >>> pseudo_huber([[0.0], [0.0]], [[0.75], [-1.875]], reduction="none")
        array([0.25 , 1.125])
    """
    r = residual(y_true, y_pred)
    return reduced(r * (r / (1 + np.hypot(1, r / _positive(delta)))), reduction)


def pseudo_huber_gradient(
    y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0, reduction: str = "mean"
) -> np.ndarray:
    r"""$r / \sqrt{1 + (r/\delta)^2}$: close to $r$ near zero, close to $\pm\delta$ far out.

    Example:
        >>> pseudo_huber_gradient([[0.0], [0.0]], [[0.75], [-1.875]], reduction="none").round(4)
        array([[ 0.6   ],
               [-0.8824]])
    """
    r = residual(y_true, y_pred)
    return averaged(r / np.hypot(1, r / _positive(delta)), reduction)


def _positive(delta: float) -> float:
    if not 0 < delta < float("inf"):
        raise ValueError(f"delta must be a positive number, got {delta!r}")
    return delta
