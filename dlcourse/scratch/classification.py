r"""Precision, recall and F1 of a classifier, by class and averaged. Lesson 11_1."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

AVERAGES = ("macro", "micro", "weighted", "binary", None)


class ClassificationScores(NamedTuple):
    """Numbers, or, by class, arrays with the classes in order.

    Example:
        >>> ClassificationScores(precision=0.5, recall=1.0, f1=2 / 3).recall
        1.0
    """

    precision: Any
    recall: Any
    f1: Any


def precision_recall_f1(
    y_true: ArrayLike, y_pred: ArrayLike, average: str | None = "macro", zero_division: float = 0.0
) -> ClassificationScores:
    r"""Of what was called a class, how much was right; of what is one, how much was found; and both in one.

    With the true positives TP, false positives FP and false negatives FN of a class,

    $$P = \frac{TP}{TP + FP}, \qquad R = \frac{TP}{TP + FN}, \qquad
      F_1 = \frac{2 P R}{P + R} = \frac{2\, TP}{2\, TP + FP + FN}$$

    - `"macro"`: the mean over the classes, however rare;
    - `"weighted"`: the mean weighted by how often a class occurs in `y_true`;
    - `"micro"`: from the sums of TP, FP and FN over the classes; all three are then the accuracy;
    - `"binary"`: those of class 1 alone; `None`: those of each class.

    The classes are those that occur in either. The F1 of an average is the average of the F1, as in scikit-learn.
    Van Rijsbergen (1979), Information retrieval, chapter 7.

    Args:
        y_true: Classes, whole numbers or words, shape (N,).
        y_pred: Classes, shape (N,).
        average: One of those above.
        zero_division: What stands for 0 / 0: the precision of a class that was never called, the recall of one that
            never occurs.

    Returns:
        Precision, recall and F1: three numbers, or three arrays of shape (K,) for `None`.

    Raises:
        ValueError: If the shapes differ or are not (N,) with N at least 1, `average` is another word, or there are
            other classes than 0 and 1 with `"binary"`.

    Example:
        >>> precision_recall_f1([0, 0, 1, 1], [0, 1, 1, 1], average="binary")
        ClassificationScores(precision=0.6666666666666666, recall=1.0, f1=0.8)
        >>> precision_recall_f1([0, 0, 1, 1], [0, 1, 1, 1], average=None).recall
        array([0.5, 1. ])
    """
    classes, truth, called = _one_column_a_class(y_true, y_pred, average)
    # TP, what was called the class (TP + FP), and what is one (TP + FN)
    counts = np.stack([(truth & called).sum(axis=0), called.sum(axis=0), truth.sum(axis=0)])  # (3, K)
    if average == "micro":
        counts = counts.sum(axis=1, keepdims=True)
    hits, calls, occurrences = counts
    scores = (
        _ratio(hits, calls, zero_division),
        _ratio(hits, occurrences, zero_division),
        _ratio(2 * hits, calls + occurrences, zero_division),
    )
    if average is None:
        return ClassificationScores(*scores)
    weights = {"weighted": occurrences, "binary": classes == 1}.get(average, np.ones(len(hits)))
    return ClassificationScores(*(float(np.average(score, weights=weights)) for score in scores))


def _one_column_a_class(
    y_true: ArrayLike, y_pred: ArrayLike, average: str | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The classes in order, and for both arguments a column for each that is true where the class is, (N, K)."""
    y, y_hat = np.asarray(y_true), np.asarray(y_pred)
    if y.shape != y_hat.shape or y.ndim != 1 or not y.size:
        raise ValueError(
            f"y_true and y_pred must have one shape (N,) with N at least 1, got {y.shape} and {y_hat.shape}"
        )
    if average not in AVERAGES:
        raise ValueError(f"average must be one of {', '.join(map(str, AVERAGES))}, got {average!r}")
    classes = np.unique(np.concatenate([y, y_hat]))
    if average == "binary":
        if not set(classes.tolist()) <= {0, 1}:
            raise ValueError(f"average 'binary' needs the classes 0 and 1, got {classes.tolist()}")
        classes = np.array([0, 1])
    return classes, y[:, None] == classes, y_hat[:, None] == classes


def _ratio(part: np.ndarray, whole: np.ndarray, zero_division: float) -> np.ndarray:
    return np.divide(part, whole, out=np.full(part.shape, float(zero_division)), where=whole > 0)
