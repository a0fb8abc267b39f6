"""`search`: what a person calls."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np

from dlcourse.tuning.chief import Chief
from dlcourse.tuning.journal import Journal
from dlcourse.tuning.oracles import oracle_of
from dlcourse.tuning.results import SearchResult, own_values
from dlcourse.tuning.trial import Data, Work
from dlcourse.tuning.workers import run_alone, run_with_workers


class SearchError(RuntimeError):
    """A search in which no trial succeeded; the message holds what the last one said."""


def search(
    space: Callable[[Any], keras.Model],
    data: Data,
    method: str = "random",
    *,
    trials: int = 20,
    epochs: int = 10,
    objective: str = "val_accuracy",
    direction: str | None = None,
    batch_size: int = 32,
    seed: int = 0,
    folder: str | Path | None = None,
    workers: int = 1,
    callbacks: Callable[[], Sequence[keras.callbacks.Callback]] | None = None,
    retrain: bool = True,
    progress: bool = True,
) -> SearchResult:
    """Search for good hyperparameters; stopped at any moment and started again, every finished trial is kept.

    Methods: "grid" tries combinations in order, "random" draws them (Bergstra and Bengio, 2012), "bayesian" fits a
    Gaussian process to the scores (Snoek, Larochelle and Adams, 2012), "hyperband" starts many with few epochs and goes
    on with the best (Li et al., 2018): it decides itself how many trials there are, and `epochs` is the most of one.
    They are KerasTuner's. Trial k begins from seed + k, so a search gives the same again; with several workers and a
    method that learns from what came before, the order in which trials end has a part in what is tried.

    Args:
        space: A builder, hyperparameters in, compiled model out, such as `mlp_space` gives.
        data: `((x, y), (x_validation, y_validation))`, arrays.
        method: "grid", "random", "bayesian" or "hyperband".
        trials: The most trials. A continued search may ask for more than before.
        epochs: Of each trial.
        objective: What `fit` reports; the best epoch of a trial counts.
        direction: "max" or "min", where the objective's name does not tell.
        batch_size: Of training.
        seed: Of everything.
        folder: Where the journal is kept. Without it nothing is written, and nothing can be continued.
        workers: Processes that run trials. One: this process.
        callbacks: Makes the callbacks of one trial.
        retrain: Whether to train the best model again, on training and validation data together, for as many epochs
            as were best.
        progress: Whether to show a progress bar (on the error stream).

    Raises:
        ValueError: If an argument is not as it should be.
        JournalError: If the folder holds another search, or a damaged journal.
        SearchError: If no trial succeeded.
        TimeoutError: If another process searches in this folder.

    Example:
        >>> import numpy as np
        >>> x, y = np.eye(4, dtype="float32")[[0, 1, 2, 3] * 8], np.array([0, 1, 0, 1] * 8)
        >>> from dlcourse.tuning import mlp_space
        >>> result = search(mlp_space(4, 2, widest=16), ((x, y), (x, y)), trials=2, epochs=1, progress=False)
        >>> len(result.trials), sorted(result.best)[:3]
        (2, ['activation', 'depth', 'dropout'])
    """
    _require(data, {"trials": trials, "epochs": epochs, "batch_size": batch_size, "workers": workers})
    oracle = oracle_of(method, space, objective, direction, trials, epochs, seed)
    settings = {
        "method": method,
        "objective": objective,
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
        "examples": [len(data[0][0]), len(data[1][0])],
        "space": oracle.get_space().get_config()["space"],
    }
    place = Path(folder) if folder is not None else None
    with _held(place), _weights(place, method) as weights, _bar(progress, oracle) as advance:
        chief = Chief(oracle, Journal(place, settings), advance)
        work = Work(space, data, objective, oracle.objective.direction, epochs, batch_size, seed, weights, callbacks)
        advance(None, len(chief.outcomes))
        if workers == 1:
            run_alone(chief, work)
        else:
            run_with_workers(chief, work, workers)
    return _result(chief, work, retrain)


def _result(chief: Chief, work: Work, retrain: bool) -> SearchResult:
    records = [
        {
            "trial": int(trial.trial_id),
            "score": outcome.metrics.get(work.objective, float("nan")),
            "values": own_values(trial.hyperparameters.values),
            **{name: getattr(outcome, name) for name in ("epoch", "parameters", "seconds", "failure")},
        }
        for trial, outcome in chief.finished()
    ]
    good = [record for record in records if not record["failure"]]
    if not good:
        raise SearchError(f"none of {len(records)} trials succeeded; the last: {records[-1]['failure']}")
    best = (min if work.direction == "min" else max)(good, key=lambda record: record["score"])
    model = _retrained(chief, work, best) if retrain else None
    return SearchResult(work.objective, work.direction, best["values"], best["score"], best["epoch"], model, records)


def _retrained(chief: Chief, work: Work, best: dict[str, Any]) -> keras.Model:
    space = chief.oracle.get_space().get_config()
    keras.utils.set_random_seed(work.seed + best["trial"])
    model = work.space(keras_tuner.HyperParameters.from_config({**space, "values": best["values"]}))
    x, y = (np.concatenate(parts) for parts in zip(*work.data, strict=True))
    model.fit(x, y, batch_size=work.batch_size, epochs=best["epoch"], verbose=0)
    return model


def _require(data: Any, numbers: dict[str, Any]) -> None:
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ValueError(f"{name} must be a positive integer, got {number!r}")
    if not (len(data) == 2 and all(isinstance(part, tuple | list) and len(part) == 2 for part in data)):
        raise ValueError("data must be ((x, y), (x_validation, y_validation))")
    for (x, y), which in zip(data, ("training", "validation"), strict=True):
        if len(x) != len(y):
            raise ValueError(f"{which} data must have a label for each example, got {len(x)} examples, {len(y)} labels")


@contextlib.contextmanager
def _held(folder: Path | None) -> Iterator[None]:
    if folder is None:
        yield
        return
    from dlcourse.data.lock import exclusive

    with exclusive(folder / "lock", patience=0):
        yield


@contextlib.contextmanager
def _weights(folder: Path | None, method: str) -> Iterator[Path | None]:
    """A folder for weights where the method trains on from them."""
    if method != "hyperband":
        yield None
    elif folder is not None:
        (folder / "weights").mkdir(parents=True, exist_ok=True)
        yield folder / "weights"
    else:
        with tempfile.TemporaryDirectory() as made:
            yield Path(made)


@contextlib.contextmanager
def _bar(wanted: bool, oracle: Any) -> Iterator[Callable[..., None]]:
    """What to call when a trial has ended: one bar for the whole search, with the best score so far."""
    if not wanted:
        yield lambda trial, done=1: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("searching", total=oracle.max_trials)

        def advance(trial: Any, done: int = 1) -> None:
            scored = [each.score for each in oracle.trials.values() if each.score is not None]
            best = (min if oracle.objective.direction == "min" else max)(scored, default=None)
            told = "searching" if best is None else f"best {oracle.objective.name} {best:.4f}"
            bar.update(task, advance=done, description=told)

        yield advance
