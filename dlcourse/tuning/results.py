"""What a search gives: its trials as a table, and the best of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas


@dataclass(frozen=True)
class SearchResult:
    """The outcome of a search.

    Attributes:
        objective: The metric that decided.
        direction: "max" or "min".
        best: The best trial's hyperparameters.
        best_score: Its objective, at its best epoch.
        best_epoch: That epoch, counted from 1.
        model: The best model, trained again; None where that was not asked for.
        trials: One record a trial, in the order in which they began.
    """

    objective: str
    direction: str
    best: dict[str, Any]
    best_score: float
    best_epoch: int
    model: Any
    trials: list[dict[str, Any]] = field(repr=False)


def results_frame(result: SearchResult) -> pandas.DataFrame:
    """The trials as a table, the best first and those that failed last.

    Args:
        result: Of `search`.

    Returns:
        Columns `trial`, the objective, one for each hyperparameter (empty where it was not in use), `epoch` (the best,
        counted from 1), `parameters`, `seconds`, `failure`.

    Example:
        >>> shared = {"parameters": 9, "seconds": 1.0, "failure": ""}
        >>> trials = [
        ...     {"trial": 0, "score": 0.7, "values": {"width": 4}, "epoch": 2, **shared},
        ...     {"trial": 1, "score": 0.9, "values": {"width": 8}, "epoch": 3, **shared},
        ... ]
        >>> result = SearchResult("val_accuracy", "max", {"width": 8}, 0.9, 3, None, trials)
        >>> results_frame(result)[["trial", "val_accuracy", "width"]].to_dict("list")
        {'trial': [1, 0], 'val_accuracy': [0.9, 0.7], 'width': [8, 4]}
    """
    rows = [
        {
            "trial": each["trial"],
            result.objective: each["score"],
            **each["values"],
            **{name: each[name] for name in ("epoch", "parameters", "seconds", "failure")},
        }
        for each in result.trials
    ]
    frame = pandas.DataFrame(rows)
    ascending = result.direction == "min"
    return frame.sort_values(
        result.objective, ascending=ascending, na_position="last", kind="stable", ignore_index=True
    )


def own_values(values: dict[str, Any]) -> dict[str, Any]:
    """The hyperparameters that are the space's, without what Hyperband adds."""
    return {name: value for name, value in values.items() if not name.startswith("tuner/")}
