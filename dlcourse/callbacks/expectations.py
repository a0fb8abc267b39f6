r"""What a compiled loss expects of a model's outputs, told by how it behaves, and what a constant guess would cost.

The softmax makes a cross-entropy on logits blind to a number that is added to a whole row; one on probabilities
divides each row by its sum, so that it is blind to a factor. A loss's name and settings are not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

TINY = 1e-6

Loss = Callable[[np.ndarray], float]


def expected_outputs(loss: Loss, y: Any, shape: tuple[int, ...]) -> str | None:
    r"""`"logits"` or `"probabilities"` if the loss is a cross-entropy, `"numbers"` for others, None if none can tell.

    Args:
        loss: Gives the loss of outputs of this shape; the targets are fixed.
        y: The targets.
        shape: The outputs' shape, (N, ..., K).
    """
    target = np.asarray(y) if isinstance(y, np.ndarray | list) else None
    if target is None or target.dtype.kind not in "biuf":
        return None
    if _are_flags(target) and target.size == np.prod(shape):
        binary = _binary_expectation(loss, target.reshape(shape))
        if binary:
            return binary
    if shape[-1] > 1:
        rows = np.random.default_rng(0).uniform(0.1, 0.4, shape).astype("float32")
        here = loss(rows)
        if _same(here, loss(rows + 0.5)):
            return "logits"
        if _same(here, loss(rows * 0.5)):
            return "probabilities"
    return "numbers" if target.size == np.prod(shape) else None


def are_probabilities(outputs: np.ndarray) -> bool:
    """Whether each row of outputs of shape (N, ..., K) is a distribution; with K of 1, whether all lie in [0, 1]."""
    if not np.isfinite(outputs).all():
        return False
    if outputs.shape[-1] == 1:
        return bool(
            (outputs >= 0).all() and (outputs <= 1).all() and outputs.any()
        )  # a head of zeros gives logits of 0
    return bool((outputs >= 0).all() and np.allclose(outputs.sum(-1), 1, atol=1e-3))


def labels_of(y: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Class numbers of targets that are numbers or one-hot rows, shape (N...,)."""
    target = np.asarray(y)
    one_hot = shape[-1] > 1 and target.shape == tuple(shape)
    return (target.argmax(-1) if one_hot else target).reshape(-1).astype(int)


def predictions_of(outputs: np.ndarray, probabilities: bool) -> np.ndarray:
    """The class that outputs choose, shape (N...,): the largest of several, or one output against its middle."""
    if outputs.shape[-1] > 1:
        return outputs.argmax(-1).reshape(-1)
    return (outputs > (0.5 if probabilities else 0.0)).reshape(-1).astype(int)


def commonest_share(classes: np.ndarray) -> float:
    """The share of the class that occurs most often."""
    return float(np.unique(classes, return_counts=True)[1].max() / len(classes))


def agreement(outputs: np.ndarray, y: Any, expects: str | None, probabilities: bool) -> float | None:
    r"""How far outputs of shape (N, ..., K) follow the targets, from -1 to 1; None where they cannot be compared.

    It is the correlation $\sum (p - \bar p)(y - \bar y) / \sqrt{\sum (p - \bar p)^2 \sum (y - \bar y)^2}$ over examples
    and columns, each column around its own mean; classes count as columns of 0 and 1, and logits as the probabilities
    that they stand for. Unlike the loss it does not punish outputs that are right but too sure, and where outputs know
    nothing of the targets it is 0, but for chance of the size $1 / \sqrt N$.
    """
    if expects is None or not np.isfinite(outputs).all():
        return None
    columns = outputs.shape[-1]
    target = np.asarray(y, dtype=float)
    if target.size != outputs.size:
        target = np.eye(columns)[labels_of(y, outputs.shape)]
    given = outputs.astype("float64").reshape(-1, columns)
    given = _probabilities(given) if expects != "numbers" and not probabilities else given
    given, target = (each - each.mean(0) for each in (given, target.reshape(-1, columns)))
    size = np.sqrt((given**2).sum() * (target**2).sum())
    return float((given * target).sum() / size) if size > TINY else 0.0


def _probabilities(logits: np.ndarray) -> np.ndarray:
    """Of logits of shape (N, K): the softmax, or with K of 1 the logistic function."""
    if logits.shape[-1] == 1:
        return 0.5 * (1 + np.tanh(logits / 2))
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def baseline(loss: Loss, y: Any, shape: tuple[int, ...], expects: str | None) -> float | None:
    r"""The loss of the best constant guess: the classes' shares, or the mean or median target; None if unknown."""
    if expects is None:
        return None
    target = np.asarray(y, dtype=float)
    if target.size == np.prod(shape):
        guesses = [target.reshape(shape).mean(0), np.median(target.reshape(shape), 0)]
        if expects != "numbers":
            guesses = guesses[:1]  # the shares
    else:
        guesses = [np.bincount(labels_of(y, shape), minlength=shape[-1]) / target.size]
    return min(loss(_broadcast(_as_outputs(guess, expects), shape)) for guess in guesses)


def _as_outputs(share: np.ndarray, expects: str) -> np.ndarray:
    if expects == "numbers":
        return share
    share = np.clip(share, TINY, 1 - TINY)
    if expects == "probabilities":
        return share
    return np.log(share) if share.shape[-1] > 1 else np.log(share) - np.log1p(-share)


def _broadcast(guess: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return np.ascontiguousarray(np.broadcast_to(guess, shape)).astype("float32")


def _binary_expectation(loss: Loss, target: np.ndarray) -> str | None:
    """Compare with both forms of the binary cross-entropy, by differences: a penalty on weights falls out."""
    low, high = (np.full(target.shape, value, "float32") for value in (0.3, 0.6))
    measured = loss(high) - loss(low)
    forms = {"probabilities": _entropy_of_probabilities, "logits": _entropy_of_logits}
    for name, form in forms.items():
        if _same(measured, form(target, 0.6) - form(target, 0.3)):
            return name
    return None


def _entropy_of_probabilities(target: np.ndarray, guess: float) -> float:
    return float(-np.mean(target * np.log(guess) + (1 - target) * np.log(1 - guess)))


def _entropy_of_logits(target: np.ndarray, guess: float) -> float:
    return float(np.mean(np.log1p(np.exp(guess)) - target * guess))


def _are_flags(target: np.ndarray) -> bool:
    return bool(np.isin(target, (0, 1)).all())


def _same(left: float, right: float) -> bool:
    return bool(np.isclose(left, right, rtol=1e-3, atol=1e-5))
