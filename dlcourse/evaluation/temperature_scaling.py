"""Temperature scaling: one number that makes a network's confidence honest. Lesson 11_1."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

HALVINGS = 60


class Temperature(NamedTuple):
    """A fitted temperature, and the loss on the data that it was fitted on.

    Attributes:
        value: T; above 1 it lowers the confidence.
        loss_before: Mean negative log-likelihood in nats at a temperature of 1.
        loss_after: The same at T.

    Example:
        >>> Temperature(2.0, 0.9, 0.7).probabilities([[2.0, 0.0]]).round(3)
        array([[0.731, 0.269]])
    """

    value: float
    loss_before: float
    loss_after: float

    def probabilities(self, logits: ArrayLike) -> np.ndarray:
        r"""Calibrated probabilities $\mathrm{softmax}(z / T)$, of shape (N, K), or of class 1 for logits of shape (N,).

        Args:
            logits: z, shape (N, K) or, of two classes, (N,).
        """
        z = np.asarray(logits, float)
        chances = np.exp(_log_softmax(_two_columns(z) / self.value))
        return chances[:, 1] if z.ndim == 1 else chances


def temperature_scaling(logits: ArrayLike, labels: ArrayLike) -> Temperature:
    r"""The temperature T that makes validation labels most likely.

    $$T = \arg\min_{T > 0}\; -\frac{1}{N} \sum_{n=1}^{N} \log \mathrm{softmax}(z_n / T)_{y_n}$$

    The order of a row's logits stays, so the predicted classes and the accuracy do. The loss is convex in
    $\beta = 1 / T$, with the slope $\frac{1}{N} \sum_n (\sum_k p_{nk} z_{nk} - z_{n y_n})$, whose root is found by
    halving. Fit on data that the network was not trained on. Guo, Pleiss, Sun and Weinberger (2017), On calibration of
    modern neural networks.

    Args:
        logits: z, before the softmax, shape (N, K); or, of two classes, before the sigmoid, shape (N,).
        labels: y, whole numbers from 0 to K - 1, shape (N,).

    Returns:
        T with the losses before and after.

    Raises:
        ValueError: If a shape is not as said, a logit is not finite, a label is no class; if all logits lie from 0 to 1
            and add up to 1 (they are probabilities already); if every label has its row's largest logit, so that the
            loss falls for ever as T goes to 0; or if the logits tell nothing, so that it falls as T grows.

    Example:
        >>> logits = [[4.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 0.0]]
        >>> round(temperature_scaling(logits, [0, 0, 1, 1]).value, 3)  # right three times in four: 4 / log 3
        3.641
    """
    z, y = _checked(logits, labels)
    if _slope(z, y, 0.0) >= 0:
        raise ValueError("logits must tell something of the labels: their loss is lowest at an infinite temperature")
    if (z[np.arange(len(y)), y] == z.max(axis=1)).all():
        raise ValueError("a label must differ from the largest logit: the loss falls for ever as T goes to 0")
    low, high = 0.0, 1.0
    while _slope(z, y, high) < 0:
        low, high = high, 2 * high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _slope(z, y, middle) < 0 else (low, middle)
    beta = (low + high) / 2
    return Temperature(1 / beta, _loss(z, y, 1.0), _loss(z, y, beta))


def _slope(z: np.ndarray, y: np.ndarray, beta: float) -> float:
    """The derivative of the loss by beta."""
    p = np.exp(_log_softmax(beta * z))  # (N, K)
    return float(((p * z).sum(axis=1) - z[np.arange(len(y)), y]).mean())


def _loss(z: np.ndarray, y: np.ndarray, beta: float) -> float:
    return float(-_log_softmax(beta * z)[np.arange(len(y)), y].mean())


def _log_softmax(z: np.ndarray) -> np.ndarray:
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _two_columns(z: np.ndarray) -> np.ndarray:
    """A logit of class 1 is one of 0 for class 0 beside it."""
    return np.stack([np.zeros_like(z), z], axis=1) if z.ndim == 1 else z


def _checked(logits: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    z, y = np.asarray(logits, float), np.asarray(labels)
    if z.ndim not in (1, 2) or z.size == 0 or y.shape != z.shape[:1] or (z.ndim == 2 and z.shape[1] < 2):
        raise ValueError(f"logits must have shape (N, K) or (N,) and labels (N,), got {z.shape} and {y.shape}")
    if not np.isfinite(z).all():
        raise ValueError(f"logits must be finite, got {z[~np.isfinite(z)][0]}")
    if z.ndim == 2 and z.min() >= 0 and np.allclose(z.sum(axis=1), 1, atol=1e-4):
        raise ValueError("logits must come from before the softmax, got rows of probabilities")
    z = _two_columns(z)
    if y.dtype.kind not in "iub" or y.min() < 0 or y.max() >= z.shape[1]:
        raise ValueError(f"labels must be whole numbers from 0 to {z.shape[1] - 1}, got {y.min()} to {y.max()}")
    return z, y.astype(int)
