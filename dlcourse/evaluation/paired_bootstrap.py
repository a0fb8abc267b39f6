"""Is model B better than model A, or did the test set happen to suit it? Lesson 11_1."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

CHUNK = 2_000_000


class PairedBootstrap(NamedTuple):
    """The scores of two models on the same examples, their difference, its interval and how surprising it is.

    Example:
        >>> PairedBootstrap(0.8, 0.9, 0.1, 0.02, 0.18, 0.01).significant
        True
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    p_value: float

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out zero."""
        return not self.low <= 0 <= self.high


def paired_bootstrap(
    first: ArrayLike,
    second: ArrayLike,
    y: ArrayLike | None = None,
    *,
    score: Callable[[np.ndarray, np.ndarray], float] | None = None,
    samples: int = 10_000,
    level: float = 0.95,
    seed: int = 0,
) -> PairedBootstrap:
    r"""The second model's score minus the first one's, with an interval and a p-value from resampled test examples.

    N examples are drawn with replacement, B times, the same ones for both models, so that an example that is hard for
    both counts for neither. The interval reaches over the middle share of the B differences $d^*_b$ (percentiles); the
    p-value is that of the differences moved to a mean of zero, two-sided:

    $$p = \frac{1 + |\{b : |d^*_b - d| \ge |d|\}|}{1 + B}$$

    It speaks of other test sets of the same kind, for these two trained models: it does not cover what another seed
    would have given. Efron (1979), Bootstrap methods: another look at the jackknife; Efron and Tibshirani (1993), An
    introduction to the bootstrap, chapters 13 and 16.

    Args:
        first: For each of the N examples how well the first model did, such as 1 where it was right and 0 where it was
            not, shape (N,). With a `score`, what it predicted, shape (N, ...).
        second: The same of the second model.
        y: With a `score`, the targets, shape (N, ...).
        score: Of targets and predictions, a number that is not the mean over the examples: an F1, an area. It is
            computed 2 B times.
        samples: B.
        level: The share of the differences inside the interval.
        seed: Of the drawing.

    Returns:
        The scores, their difference, the ends of the interval and p.

    Raises:
        ValueError: If the lengths differ or are below 2, a number is not finite, `score` comes without y or y without
            it, or `samples` or `level` is out of range.

    Example:
        >>> right = np.array([0, 1] * 50)
        >>> better = np.array([0, 1, 1, 1] * 25)
        >>> result = paired_bootstrap(right, better)
        >>> result.difference, result.significant
        (0.25, True)
    """
    one, two = np.asarray(first), np.asarray(second)
    _check(one, two, y, score, samples, level)
    random = np.random.default_rng(seed)
    if score is None:
        scores = float(one.mean()), float(two.mean())
        drawn = _of_means(two.astype(float) - one, samples, random)
    else:
        targets = np.asarray(y)
        scores = float(score(targets, one)), float(score(targets, two))
        drawn = _of_scores(targets, one, two, score, samples, random)
    difference = scores[1] - scores[0]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    # a difference that equals d but for rounding is as large as d
    as_large = np.abs(drawn - difference) >= abs(difference) * (1 - 1e-12)
    return PairedBootstrap(*scores, difference, float(low), float(high), float((1 + as_large.sum()) / (1 + samples)))


def _of_means(differences: np.ndarray, samples: int, random: np.random.Generator) -> np.ndarray:
    """Means of resampled differences, shape (B,), some samples at a time."""
    count = len(differences)
    step = max(CHUNK // count, 1)
    sizes = [min(step, samples - start) for start in range(0, samples, step)]
    return np.concatenate([differences[random.integers(count, size=(size, count))].mean(axis=1) for size in sizes])


def _of_scores(
    y: np.ndarray, one: np.ndarray, two: np.ndarray, score: Callable, samples: int, random: np.random.Generator
) -> np.ndarray:
    drawn = (random.integers(len(y), size=len(y)) for _ in range(samples))
    return np.array([score(y[each], two[each]) - score(y[each], one[each]) for each in drawn], dtype=float)


def _check(
    one: np.ndarray, two: np.ndarray, y: ArrayLike | None, score: Callable | None, samples: int, level: float
) -> None:
    lengths = {len(each) if np.ndim(each) else 0 for each in (one, two, *([] if y is None else [np.asarray(y)]))}
    if len(lengths) != 1 or min(lengths) < 2:
        raise ValueError(f"both models must have met the same examples, at least 2, got {sorted(lengths)} of them")
    if (y is None) != (score is None):
        raise ValueError(f"targets and a score go together, got y={'none' if y is None else 'given'}, score={score}")
    if score is None and (one.ndim != 1 or two.ndim != 1 or not np.isfinite(two.astype(float) - one).all()):
        raise ValueError(f"each example must have one finite number, got shapes {one.shape} and {two.shape}")
    if samples < 1 or not 0 < level < 1:
        raise ValueError(f"samples must be at least 1 and level between 0 and 1, got {samples} and {level}")
