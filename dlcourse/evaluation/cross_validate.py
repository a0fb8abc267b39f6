"""Cross-validation of model builders: a fresh model for each fold and seed, and how scores spread. Lesson 11_1."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.evaluation.splits import Fold, folds

Builder = Callable[..., Any]
Score = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True)
class CrossValidation:
    """The scores of a cross-validation, shape (seeds, folds), and what follows from them.

    Attributes:
        scores: A score for each seed and fold.
        splits: The positions of training and test examples of each fold, the same for every seed.
        chosen: For each seed and fold the name of the builder that was chosen in it; empty without a choice.

    Example:
        >>> result = CrossValidation(np.array([[0.5, 0.7]]), [])
        >>> round(result.mean, 2), round(result.spread, 2)
        (0.6, 0.14)
        >>> result
        CrossValidation(0.600 ± 0.141 over 2 folds and 1 seeds)
    """

    scores: np.ndarray
    splits: list[Fold]
    chosen: tuple[tuple[str, ...], ...] = ()

    @property
    def mean(self) -> float:
        """The mean over seeds and folds."""
        return float(self.scores.mean())

    @property
    def spread(self) -> float:
        """The standard deviation (with a denominator of K - 1) of the folds' means over seeds; no standard error.

        The folds share their training data, so that no unbiased error of the mean follows from their scores: Bengio
        and Grandvalet (2004), No unbiased estimator of the variance of K-fold cross-validation.
        """
        return float(self.scores.mean(axis=0).std(ddof=1))

    @property
    def spread_of_seeds(self) -> float:
        """The standard deviation between seeds of the mean over folds; NaN for a single seed."""
        return float(self.scores.mean(axis=1).std(ddof=1)) if len(self.scores) > 1 else float("nan")

    def __repr__(self) -> str:
        seeds, count = self.scores.shape
        return f"CrossValidation({self.mean:.3f} ± {self.spread:.3f} over {count} folds and {seeds} seeds)"


def cross_validate(
    builder: Builder | Mapping[str, Builder],
    x: ArrayLike,
    y: ArrayLike,
    *,
    scheme: str = "k-fold",
    count: int = 5,
    score: Score | None = None,
    groups: ArrayLike | None = None,
    seeds: Sequence[int] = (0,),
    split_seed: int = 0,
    gap: int = 0,
    inner: int = 0,
    larger_is_better: bool = True,
    fit: Mapping[str, Any] | None = None,
    predict: Mapping[str, Any] | None = None,
) -> CrossValidation:
    r"""Fit a fresh model on each training fold and score it on the test fold.

    $$\bar{s} = \frac{1}{K} \sum_{k=1}^{K} s\left(y_{T_k},\, f_{-T_k}(x_{T_k})\right)$$

    $T_k$ is the k-th test fold and $f_{-T_k}$ the model that is trained without it. What is learned from data (means to
    subtract, words to count) belongs into the builder's model: what saw all of x has seen the test folds. With several
    builders by name and `inner` folds the cross-validation is nested: in each outer training set the builder with the
    best mean over inner folds of the same scheme is chosen, fitted on all of that training set, and scored on the outer
    test fold, so that the score counts the choice as well. Stone (1974), Cross-validatory choice and assessment of
    statistical predictions; Varma and Simon (2006), Bias in error estimation when using cross-validation for model
    selection.

    Args:
        builder: A function that gives a new model with `fit(x, y)` and `predict(x)`, as Keras's compiled models and
            scikit-learn's estimators are; it is called with `seed=` if it takes an argument of that name. Or several,
            by name.
        x: Inputs, shape (N, ...).
        y: Targets, shape (N, ...).
        scheme: How to split, see `folds`.
        count: K.
        score: Of the targets and what `predict` gave, a number; the accuracy without it, where rows of scores count as
            the class of the largest one (of a single number as 1 above a half).
        groups: Of the grouped schemes.
        seeds: A model is trained for each of these.
        split_seed: Of the shuffling, so that every seed and every builder meets the same folds.
        gap: Of a time series.
        inner: Inner folds to choose among several builders by; at least 2 then, 0 for a single builder.
        larger_is_better: Whether the builder of the largest score is chosen, or that of the smallest.
        fit: Arguments for `fit`, such as `{"epochs": 5, "verbose": 0}`.
        predict: Arguments for `predict`, such as `{"verbose": 0}`.

    Returns:
        The scores, shape (seeds, K), their mean and spread, the folds, and what was chosen.

    Raises:
        ValueError: If x and y differ in length, there is no seed, `inner` does not fit the builders, a builder gives
            the same model twice or one that lacks a method, a score is no finite number, `fit` holds validation data,
            which would be the same for all folds, or the folds would leak, see `folds`.

    Example:
        >>> from sklearn.linear_model import LogisticRegression
        >>> x, y = np.repeat([[0.0], [5.0]], 10, axis=0), np.repeat([0, 1], 10)
        >>> cross_validate(LogisticRegression, x, y, scheme="stratified", count=5).scores
        array([[1., 1., 1., 1., 1.]])
    """
    inputs, targets = np.asarray(x), np.asarray(y)
    builders = dict(builder) if isinstance(builder, Mapping) else {"": builder}
    labels = None if groups is None else np.asarray(groups)
    _check(inputs, targets, seeds, builders, inner, fit or {})
    outer = folds(targets, scheme, count=count, groups=labels, seed=split_seed, gap=gap)
    run = _Run(inputs, targets, score or accuracy, dict(fit or {}), dict(predict or {}))
    rows: list[list[float]] = []
    names: list[tuple[str, ...]] = []
    for seed in seeds:
        chosen = []
        for train, _ in outer:
            within = [] if not inner else _inner(targets, labels, train, scheme, inner, split_seed, gap)
            chosen.append(_best(run, builders, within, seed, larger_is_better))
        rows.append([run.score_of(builders[name], fold, seed) for name, fold in zip(chosen, outer, strict=True)])
        names.append(tuple(chosen))
    return CrossValidation(np.array(rows), outer, tuple(names) if inner else ())


def accuracy(y: np.ndarray, predicted: np.ndarray) -> float:
    """The share of targets that are met.

    The class of a row of scores is that of the largest one, the class of a single fraction is 1 above a half.

    Raises:
        ValueError: If there is not a prediction for each target.
    """
    found = np.asarray(predicted)
    if found.ndim == 2 and found.shape[1] > 1:
        found = found.argmax(axis=1)
    elif found.dtype.kind == "f" and (found != found.round()).any():
        found = (found > 0.5).astype(int)
    found, labels = found.reshape(len(found)), np.asarray(y).reshape(len(y), -1)
    labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
    if len(found) != len(labels):
        raise ValueError(f"there must be a prediction for each of {len(labels)} targets, got {len(found)}")
    return float((found == labels).mean())


@dataclass
class _Run:
    """Data, score and how to fit; the last model is kept, so that none comes twice."""

    x: np.ndarray
    y: np.ndarray
    score: Score
    fit: dict[str, Any]
    predict: dict[str, Any]
    last: Any = None

    def score_of(self, builder: Builder, fold: Fold, seed: int) -> float:
        train, test = fold
        model = self.fresh(builder, seed)
        model.fit(self.x[train], self.y[train], **self.fit)
        value = float(self.score(self.y[test], np.asarray(model.predict(self.x[test], **self.predict))))
        if not np.isfinite(value):
            raise ValueError(f"a score must be a finite number, got {value}")
        return value

    def fresh(self, builder: Builder, seed: int) -> Any:
        model = builder(seed=seed) if _takes_seed(builder) else builder()
        if not (callable(getattr(model, "fit", None)) and callable(getattr(model, "predict", None))):
            raise ValueError(f"a builder must give a model with fit and predict, got {type(model).__name__}")
        if model is self.last:
            raise ValueError("a builder must give a new model at each call, got the same one: it has seen test folds")
        self.last = model
        return model


def _takes_seed(builder: Builder) -> bool:
    return "seed" in inspect.signature(builder).parameters


def _inner(
    y: np.ndarray, groups: np.ndarray | None, train: np.ndarray, scheme: str, count: int, seed: int, gap: int
) -> list[Fold]:
    """Folds of a training set, as positions in the whole."""
    within = folds(y[train], scheme, count=count, groups=None if groups is None else groups[train], seed=seed, gap=gap)
    return [(train[one], train[other]) for one, other in within]


def _best(run: _Run, builders: dict[str, Builder], within: list[Fold], seed: int, larger: bool) -> str:
    if len(builders) == 1:
        return next(iter(builders))
    means = {name: np.mean([run.score_of(each, fold, seed) for fold in within]) for name, each in builders.items()}
    return (max if larger else min)(means, key=lambda name: means[name])


def _check(
    x: np.ndarray, y: np.ndarray, seeds: Sequence[int], builders: Mapping, inner: int, fit: Mapping[str, Any]
) -> None:
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise ValueError(f"x and y must have one row for each example, got shapes {x.shape} and {y.shape}")
    if not len(seeds):
        raise ValueError("seeds must be at least one, got none")
    if not builders or (len(builders) > 1) != (inner >= 2) or inner in (1,) or inner < 0:
        raise ValueError(
            f"several builders need inner folds, at least 2, to choose by, and one needs none, "
            f"got {len(builders)} builders and inner={inner}"
        )
    if "validation_data" in fit:
        raise ValueError("fit must hold no validation_data: the same examples for all folds leak; use validation_split")
