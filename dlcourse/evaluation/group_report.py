"""How a classifier does in each group of its examples, with how sure one can be of it. Lesson 11_1."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

OF_POSITIVES = ("selected", "recall", "false_alarms", "precision")


class Rate(NamedTuple):
    """A share with its interval; NaN with the interval from 0 to 1 where there is nothing to count.

    Example:
        >>> print(Rate(0.5, 0.25, 0.75, 12))
        0.500 [0.250, 0.750]
    """

    value: float
    low: float
    high: float
    of: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


class GroupReport(NamedTuple):
    """The rates of each group, and of all examples together.

    Attributes:
        groups: For each group, in ascending order, its name and its rates by name.
        overall: The rates of all examples.
        counts: How many examples a group has.

    Example:
        >>> report = group_report([1, 0, 1, 0], [1, 0, 0, 0], ["a", "a", "b", "b"])
        >>> report.gap("accuracy")
        0.5
    """

    groups: dict[str, dict[str, Rate]]
    overall: dict[str, Rate]
    counts: dict[str, int]

    def gap(self, name: str) -> float:
        """The largest difference of a rate between two groups that have one.

        Args:
            name: Of the rate, such as `"recall"`: the gap is then that of equal opportunity.

        Raises:
            ValueError: If there is no such rate.
        """
        if name not in self.overall:
            raise ValueError(f"the rate must be one of {', '.join(self.overall)}, got {name!r}")
        values = [rates[name].value for rates in self.groups.values() if rates[name].of]
        return max(values) - min(values) if values else math.nan

    def __str__(self) -> str:
        rows = [("all", sum(self.counts.values()), self.overall)]
        rows += [(group, self.counts[group], rates) for group, rates in self.groups.items()]
        wide = max(len("group"), *(len(group) for group, _, _ in rows))
        head = f"{'group':<{wide}} {'count':>6}" + "".join(f"  {name:<20}" for name in self.overall)
        lines = [head]
        for group, count, rates in rows:
            lines.append(f"{group:<{wide}} {count:>6}" + "".join(f"  {rate!s:<20}" for rate in rates.values()))
        return "\n".join(line.rstrip() for line in lines)


def group_report(
    y: ArrayLike, predicted: ArrayLike, groups: ArrayLike, *, positive: object = 1, level: float = 0.95
) -> GroupReport:
    r"""Accuracy, share selected, recall, rate of false alarms and precision of each group, with Wilson's intervals.

    $$\frac{1}{1 + z^2 / n} \left(\hat{p} + \frac{z^2}{2n}
      \pm z \sqrt{\frac{\hat{p}(1 - \hat{p})}{n} + \frac{z^2}{4n^2}}\right)$$

    An interval of a small group is wide: whether a gap is more than chance is seen there, not in the gap. An equal
    `selected` is demographic parity, an equal `recall` equal opportunity, and with equal `false_alarms` equalized odds:
    Hardt, Price and Srebro (2016), Equality of opportunity in supervised learning. Wilson (1927), Probable inference,
    the law of succession, and statistical inference.

    Args:
        y: True classes, shape (N,).
        predicted: Predicted classes, shape (N,).
        groups: The group of each example, shape (N,).
        positive: The class that all rates but the accuracy speak of. Without it (`None`) there is only the accuracy.
        level: How sure the intervals are.

    Returns:
        The rates of each group and of all; printed, a table.

    Raises:
        ValueError: If the shapes differ or there is no example, `positive` is neither true nor predicted anywhere, or
            `level` is not between 0 and 1.

    Example:
        >>> print(group_report([1, 0, 1, 1], [1, 0, 0, 1], ["old", "old", "new", "new"], positive=None))
        group  count  accuracy
        all        4  0.750 [0.301, 0.954]
        new        2  0.500 [0.095, 0.905]
        old        2  1.000 [0.342, 1.000]
    """
    true, found, labels = np.asarray(y), np.asarray(predicted), np.asarray(groups)
    _check(true, found, labels, positive, level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    names = np.unique(labels)
    rates = {str(name): _rates(true[labels == name], found[labels == name], positive, z) for name in names}
    counts = {str(name): int((labels == name).sum()) for name in names}
    return GroupReport(rates, _rates(true, found, positive, z), counts)


def _rates(true: np.ndarray, found: np.ndarray, positive: object, z: float) -> dict[str, Rate]:
    shares = {"accuracy": (true == found, np.ones(len(true), bool))}
    if positive is not None:
        selected, wanted = found == positive, true == positive
        everyone = np.ones(len(true), bool)
        of_positives = ((selected, everyone), (selected, wanted), (selected, ~wanted), (wanted, selected))
        shares |= dict(zip(OF_POSITIVES, of_positives, strict=True))
    return {name: _wilson(int((hit & among).sum()), int(among.sum()), z) for name, (hit, among) in shares.items()}


def _wilson(hits: int, count: int, z: float) -> Rate:
    if not count:
        return Rate(math.nan, 0.0, 1.0, 0)
    p, scale = hits / count, 1 + z**2 / count
    middle = (p + z**2 / (2 * count)) / scale
    half = z * math.sqrt(p * (1 - p) / count + z**2 / (4 * count**2)) / scale
    return Rate(p, max(middle - half, 0.0), min(middle + half, 1.0), count)


def _check(true: np.ndarray, found: np.ndarray, labels: np.ndarray, positive: object, level: float) -> None:
    if true.ndim != 1 or true.size == 0 or not true.shape == found.shape == labels.shape:
        raise ValueError(
            f"y, predicted and groups must all have shape (N,) with N at least 1, "
            f"got {true.shape}, {found.shape} and {labels.shape}"
        )
    if positive is not None and not ((true == positive).any() or (found == positive).any()):
        raise ValueError(f"positive must be a class that occurs, got {positive!r}")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
