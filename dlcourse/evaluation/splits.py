"""How data is split into training and test folds: by chance, by class, by group, by time. Lesson 11_1."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit

SCHEMES = ("k-fold", "stratified", "grouped", "stratified-grouped", "time-series")
Fold = tuple[np.ndarray, np.ndarray]


def folds(
    y: ArrayLike,
    scheme: str = "k-fold",
    *,
    count: int = 5,
    groups: ArrayLike | None = None,
    seed: int = 0,
    gap: int = 0,
) -> list[Fold]:
    r"""Positions of training and of test examples, for each of K folds.

    `"k-fold"` shuffles and cuts into K parts; each is the test set once. `"stratified"` keeps the shares of the
    classes in each part; `"grouped"` keeps a group (a patient, a speaker) together, and `"stratified-grouped"` does
    both as well as it can. `"time-series"` never shuffles: fold k trains on the first $k\,N/(K+1)$ examples and is
    tested on the next ones, so that no model has seen the future. Kohavi (1995), A study of cross-validation and
    bootstrap for accuracy estimation and model selection; the cuts are scikit-learn's.

    Groups that a scheme does not look at would be torn apart: it is refused.

    Args:
        y: The targets, shape (N, ...); labels of classes, shape (N,), for the stratified schemes.
        scheme: One of the five above.
        count: K, at least 2.
        groups: To which group each example belongs, shape (N,); with the grouped schemes only.
        seed: Of the shuffling.
        gap: How many examples are left out between training and test of a time series: at least as many as the
            inputs or the targets of two examples overlap.

    Returns:
        K pairs of whole numbers: positions to train on, shape (N - M,), and to test on, shape (M,).

    Raises:
        ValueError: If the scheme is none of these, K is out of range or there are too few examples or groups for it, a
            class has fewer than K examples, or groups or a gap are given to a scheme without use for them.

    Example:
        >>> for train, test in folds([0, 1, 2, 3, 4, 5], "time-series", count=2):
        ...     print(train.tolist(), test.tolist())
        [0, 1] [2, 3]
        [0, 1, 2, 3] [4, 5]
        >>> [test.tolist() for _, test in folds([0, 1, 0, 1], "grouped", count=2, groups=["a", "b", "b", "a"])]
        [[1, 2], [0, 3]]
    """
    targets = np.asarray(y)
    labels = None if groups is None else np.asarray(groups)
    _check(targets, scheme, count, labels, gap)
    found = [(np.sort(train), np.sort(test)) for train, test in _cut(targets, scheme, count, labels, seed, gap)]
    _check_apart(found, labels)
    return found


def _cut(y: np.ndarray, scheme: str, count: int, groups: np.ndarray | None, seed: int, gap: int) -> Iterator[Fold]:
    splitter = {
        "k-fold": lambda: KFold(count, shuffle=True, random_state=seed),
        "stratified": lambda: StratifiedKFold(count, shuffle=True, random_state=seed),
        "grouped": lambda: GroupKFold(count, shuffle=True, random_state=seed),
        "stratified-grouped": lambda: StratifiedGroupKFold(count, shuffle=True, random_state=seed),
        "time-series": lambda: TimeSeriesSplit(count, gap=gap),
    }[scheme]()
    return splitter.split(np.zeros(len(y)), y, groups)


def _check_apart(found: list[Fold], groups: np.ndarray | None) -> None:
    for train, test in found:
        assert not np.intersect1d(train, test).size
        assert groups is None or not np.intersect1d(groups[train], groups[test]).size


def _check(y: np.ndarray, scheme: str, count: int, groups: np.ndarray | None, gap: int) -> None:
    if scheme not in SCHEMES:
        raise ValueError(f"scheme must be one of {', '.join(SCHEMES)}, got {scheme!r}")
    if y.ndim == 0 or count < 2 or count > len(y):
        raise ValueError(f"count must be from 2 to the number of examples, got {count} for shape {y.shape}")
    if scheme.startswith("stratified"):
        _check_classes(y, count)
    if scheme.endswith("grouped") != (groups is not None):
        verb = "needs" if groups is None else "would tear apart"
        raise ValueError(f"groups must come with a grouped scheme and only with it: {scheme!r} {verb} groups")
    if groups is not None and (groups.shape != (len(y),) or len(np.unique(groups)) < count):
        raise ValueError(
            f"groups must be one for each of {len(y)} examples, at least {count} different ones, "
            f"got shape {groups.shape} with {len(np.unique(groups))} different ones"
        )
    if gap < 0 or (gap and scheme != "time-series"):
        raise ValueError(f"gap must be at least 0, and 0 but for a time series, got {gap} for {scheme!r}")
    if scheme == "time-series" and len(y) - gap - count * (len(y) // (count + 1)) <= 0:
        raise ValueError(f"{len(y)} examples are too few for {count} folds in time with a gap of {gap}")


def _check_classes(y: np.ndarray, count: int) -> None:
    if y.ndim != 1 or y.dtype.kind == "f":
        raise ValueError(f"a stratified scheme needs labels of classes of shape (N,), got {y.dtype} of shape {y.shape}")
    labels, counts = np.unique(y, return_counts=True)
    if counts.min() < count:
        rare = labels[counts.argmin()].item()
        raise ValueError(f"each class must have at least {count} examples, got {counts.min()} of {rare!r}")
