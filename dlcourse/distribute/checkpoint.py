"""The state of training in one file, replaced in one piece: weights, the optimizer's state, losses so far."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np


def save(model: keras.Model, file: Path | None, losses: list[float], engine: Any) -> None:
    """Write the state, in worker 0 alone; a kill at any moment leaves the old file or the new one."""
    if file is None:
        return
    arrays = {f"variable{k}": engine.value(variable) for k, variable in enumerate(_variables(model))}
    if engine.cluster.index:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new.npz")
    with new.open("wb") as handle:
        np.savez(handle, losses=np.array(losses), **arrays)
        handle.flush()
        os.fsync(handle.fileno())
    new.replace(file)


def restored(model: keras.Model, file: Path | None, engine: Any) -> list[float]:
    """Set the state from the file, where there is one; returns the losses of the epochs that are done.

    Raises:
        ValueError: If the file is of another model, or is damaged.
    """
    if file is None or not file.is_file():
        return []
    try:
        with file.open("rb") as handle, np.load(handle) as kept:
            arrays, losses = [kept[f"variable{k}"] for k in range(len(kept.files) - 1)], kept["losses"].tolist()
    except Exception as error:
        raise ValueError(f"{file}: not a checkpoint that can be read ({type(error).__name__}); remove it") from None
    variables = _variables(model)
    if [array.shape for array in arrays] != [tuple(variable.shape) for variable in variables]:
        raise ValueError(f"{file}: a checkpoint of another model; choose another folder")
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
    return losses


def _variables(model: keras.Model) -> list[Any]:
    return [*model.weights, *model.optimizer.variables]
