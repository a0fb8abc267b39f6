"""KerasTuner's oracles, which choose what to try, without their files.

KerasTuner keeps an oracle's state in files that are not written in one piece, and a grid search forgets where it was.
Here the journal is the state: an oracle chooses the same again when it is told the same again.
"""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import keras_tuner
from keras_tuner.engine import base_tuner

METHODS = ("grid", "random", "hyperband", "bayesian")
_MOST_FAILURES = 10


class _Unsaved:
    """An oracle that writes no files."""

    def save(self) -> None:
        """Nothing: the journal is the state."""

    def _save_trial(self, trial: Any) -> None:
        """Nothing: the journal is the state."""


class _Grid(_Unsaved, keras_tuner.oracles.GridSearchOracle):
    pass


class _Random(_Unsaved, keras_tuner.oracles.RandomSearchOracle):
    pass


class _Hyperband(_Unsaved, keras_tuner.oracles.HyperbandOracle):
    pass


class _Bayesian(_Unsaved, keras_tuner.oracles.BayesianOptimizationOracle):
    pass


class _Explorer(base_tuner.BaseTuner):
    """Builds a space's models until each of its hyperparameters is known to the oracle."""


def oracle_of(
    method: str, space: Any, objective: str, direction: str | None, trials: int, epochs: int, seed: int
) -> Any:
    """The oracle of a method, which knows the space.

    Raises:
        ValueError: If there is no such method, or no direction can be inferred from the objective's name.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    shared: dict[str, Any] = {
        "objective": _objective(objective, direction),
        "seed": seed + 1,  # KerasTuner takes 0 for none
        "max_consecutive_failed_trials": _MOST_FAILURES,
    }
    match method:
        case "grid":
            oracle = _Grid(max_trials=trials, **shared)
        case "random":
            oracle = _Random(max_trials=trials, **shared)
        case "bayesian":
            oracle = _Bayesian(max_trials=trials, **shared)
        case _:
            oracle = _Hyperband(max_epochs=epochs, **shared)
    oracle.verbose = 0
    with quietly(), tempfile.TemporaryDirectory() as folder:
        _Explorer(oracle, space, directory=folder)
    return oracle


def _objective(name: str, direction: str | None) -> keras_tuner.Objective:
    if direction is None:
        if name.endswith("loss") or name.endswith("error"):
            direction = "min"
        elif name.endswith(("accuracy", "auc", "precision", "recall", "score")):
            direction = "max"
        else:
            raise ValueError(f"whether more of {name!r} is better cannot be told: give direction='min' or 'max'")
    if direction not in ("min", "max"):
        raise ValueError(f"direction must be 'min' or 'max', got {direction!r}")
    return keras_tuner.Objective(name, direction)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """KerasTuner asks for the current thread by names that Python no longer likes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="(currentThread|getName)", category=DeprecationWarning)
        yield
