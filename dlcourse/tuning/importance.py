"""How much each hyperparameter mattered in a search."""

from __future__ import annotations

import numpy as np
import pandas
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance

from dlcourse.tuning.results import SearchResult, results_frame

_LEAST_TRIALS = 4
_OWN = ("trial", "epoch", "parameters", "seconds", "failure")


def importance(result: SearchResult, seed: int = 0) -> pandas.Series:
    r"""The share of each hyperparameter in how scores differ, as a forest of regression trees sees it.

    A forest learns the score from the hyperparameters; the importance of one of them is how much worse the forest
    explains the scores when that column is shuffled, divided by the sum of all, so that they add up to 1. It tells of
    this search and of the ranges that it tried. Breiman (2001), Random forests, section 10; for hyperparameters:
    Hutter, Hoos and Leyton-Brown (2014), An efficient approach for assessing hyperparameter importance.

    Args:
        result: Of `search`.
        seed: Of the forest.

    Returns:
        A number for each hyperparameter that took more than one value, the largest first.

    Raises:
        ValueError: If fewer than four trials succeeded.

    Example:
        >>> shared = {"epoch": 1, "parameters": 1, "seconds": 1.0, "failure": ""}
        >>> values = [{"width": k % 4, "seed": k % 3} for k in range(24)]
        >>> trials = [{"trial": k, "score": float(each["width"]), "values": each} for k, each in enumerate(values)]
        >>> trials = [{**each, **shared} for each in trials]
        >>> importance(SearchResult("val_accuracy", "max", {}, 3.0, 1, None, trials)).index[0]
        'width'
    """
    frame = results_frame(result).dropna(subset=[result.objective])
    if len(frame) < _LEAST_TRIALS:
        raise ValueError(f"at least {_LEAST_TRIALS} trials that succeeded are needed, got {len(frame)}")
    names = [name for name in frame.columns if name not in (*_OWN, result.objective) and frame[name].nunique() > 1]
    if not names:
        return pandas.Series(dtype=float)
    columns = np.column_stack([_as_numbers(frame[name]) for name in names])
    scores = frame[result.objective].to_numpy()
    forest = RandomForestRegressor(100, random_state=seed).fit(columns, scores)
    found = permutation_importance(forest, columns, scores, n_repeats=10, random_state=seed).importances_mean
    found = np.maximum(found, 0)
    total = found.sum() or 1.0
    return pandas.Series(found / total, index=names).sort_values(ascending=False, kind="stable")


def _as_numbers(column: pandas.Series) -> np.ndarray:
    """Numbers, by their logarithm where they span decades; anything else by a code of its own, -1 for none."""
    if pandas.api.types.is_bool_dtype(column) or not pandas.api.types.is_numeric_dtype(column):
        return pandas.factorize(column.astype(str).where(column.notna()), sort=True)[0].astype(float)
    values = column.to_numpy(dtype=float)
    present = values[~np.isnan(values)]
    if (present > 0).all() and present.max() / present.min() > 50:
        values = np.log10(values)
    return np.where(np.isnan(values), np.nanmin(values) - 1, values)
