"""One trial: build the model of some hyperparameters, train it, say how it did."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np

Data = tuple[tuple[Any, Any], tuple[Any, Any]]


@dataclass(frozen=True)
class Work:
    """What every trial of a search shares.

    Attributes:
        space: The builder.
        data: Training and validation data.
        objective: The metric that decides, of `History`.
        direction: "min" or "max".
        epochs: Of one trial, where the method does not say.
        batch_size: Of training.
        seed: Trial k begins from seed + k.
        weights: Where trained weights are kept for trials that go on from them; None where no method does.
        callbacks: Makes the callbacks of one trial.
    """

    space: Any
    data: Data
    objective: str
    direction: str
    epochs: int
    batch_size: int
    seed: int
    weights: Path | None = None
    callbacks: Any = None


@dataclass(frozen=True)
class Outcome:
    """How a trial did: its metrics at the best epoch, counted from 1; or why it failed."""

    metrics: dict[str, float]
    epoch: int
    parameters: int
    seconds: float
    failure: str = ""

    def encoded(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def run_trial(work: Work, number: int, space: dict[str, Any], values: dict[str, Any]) -> Outcome:
    """Train the model of these values; what goes wrong in a model is an outcome, not an exception.

    Args:
        work: What trials share.
        number: The trial's, from 0.
        space: The hyperparameters' configuration, as `HyperParameters.get_config` gives it.
        values: What was chosen.
    """
    began = time.perf_counter()
    hp = keras_tuner.HyperParameters.from_config({**space, "values": values})
    try:
        keras.backend.clear_session()
        keras.utils.set_random_seed(work.seed + number)
        model = work.space(hp)
        return _trained(work, number, hp, model, began)
    except Exception as error:
        first = str(error).strip().splitlines()[:1]
        told = f"{type(error).__name__}: {first[0] if first else ''}"
        return Outcome({}, 0, 0, time.perf_counter() - began, told)


def _trained(work: Work, number: int, hp: Any, model: keras.Model, began: float) -> Outcome:
    (x, y), validation = work.data
    if "tuner/trial_id" in hp.values and work.weights is not None:
        model.load_weights(_weights_of(work.weights, int(hp.values["tuner/trial_id"])))
    history = model.fit(
        x,
        y,
        validation_data=validation,
        batch_size=work.batch_size,
        initial_epoch=int(hp.values.get("tuner/initial_epoch", 0)),
        epochs=int(hp.values.get("tuner/epochs", work.epochs)),
        callbacks=work.callbacks() if work.callbacks else None,
        verbose=0,
    )
    if work.weights is not None:
        model.save_weights(_weights_of(work.weights, number))
    best = best_epoch(history.history, work.objective, work.direction)
    metrics = {name: float(values[best]) for name, values in history.history.items()}
    return Outcome(metrics, history.epoch[best] + 1, model.count_params(), time.perf_counter() - began)


def best_epoch(history: dict[str, list[float]], objective: str, direction: str) -> int:
    """The position of the best epoch.

    Raises:
        ValueError: If the history does not hold the objective, or it is nowhere a number.
    """
    if objective not in history:
        raise ValueError(f"the objective {objective!r} is none of what fit reports: {', '.join(history)}")
    values = np.asarray(history[objective], dtype=float)
    if np.isnan(values).all():
        raise ValueError(f"{objective} was no number in any epoch: training diverged")
    return int(np.nanargmin(values) if direction == "min" else np.nanargmax(values))


def _weights_of(folder: Path, number: int) -> Path:
    return folder / f"trial{number:04d}.weights.h5"
