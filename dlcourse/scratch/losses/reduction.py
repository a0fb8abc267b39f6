"""From N losses to one number, and what every loss asks of its arguments."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.scratch.arrays import real_array

REDUCTIONS = ("mean", "none")


def reduced(terms: np.ndarray, reduction: str) -> np.ndarray:
    """The losses, each the mean over an example's outputs, and by `"mean"` their mean."""
    losses = terms if terms.ndim < 2 else terms.mean(axis=-1)  # (N,)
    return losses.mean() if checked(reduction) == "mean" else losses


def averaged(slopes: np.ndarray, reduction: str) -> np.ndarray:
    """Divide each slope by the number of terms that its mean is over."""
    outputs = 1 if slopes.ndim < 2 else slopes.shape[-1]
    return slopes / (slopes.size if checked(reduction) == "mean" else outputs)


def checked(reduction: str) -> str:
    """A reduction that there is.

    Raises:
        ValueError: If there is none of this name.
    """
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction must be 'mean' or 'none', got {reduction!r}")
    return reduction


def residual(y_true: ArrayLike, y_pred: ArrayLike) -> np.ndarray:
    r"""$r = \hat y - y$."""
    y, y_hat = pair(y_true, y_pred)
    return y_hat - y


def pair(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Both as numbers in the precision of the predictions.

    Raises:
        ValueError: If their shapes differ, or there is no example.
    """
    y, y_hat = real_array(y_true), real_array(y_pred)
    if y.shape != y_hat.shape:
        raise ValueError(f"targets and predictions must have the same shape, got {y.shape} and {y_hat.shape}")
    if y.size == 0:
        raise ValueError(f"a loss needs at least one example, got targets of shape {y.shape}")
    return y.astype(y_hat.dtype), y_hat
