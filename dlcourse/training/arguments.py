"""Rules that arguments of several training tools share; a `ValueError` states the rule and what was received."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def positive_integer(name: str, value: Any) -> int:
    """The value as an integer, if it is one of at least 1; True is not an integer."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a positive integer, got {value!r}")
    return int(value)


def positive_number(name: str, value: Any) -> float:
    """The value as a float, if it is finite and above 0."""
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be a positive number, got {value!r}")
    return float(value)


def not_negative(name: str, value: Any) -> float:
    """The value as a float, if it is finite and at least 0."""
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} must be a number of at least 0, got {value!r}")
    return float(value)


def share(name: str, value: Any) -> float:
    """The value as a float, if it is at least 0 and below 1."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {value!r}")
    return float(value)


def examples(**arrays: Any) -> int:
    """How many examples the arrays hold along their first axes, if that is the same number, at least 1, in all."""
    counts = {
        name: sorted({np.shape(part)[0] if np.shape(part) else 0 for part in keras.tree.flatten(array)})
        for name, array in arrays.items()
        if array is not None
    }
    found = sorted({count for each in counts.values() for count in each})
    if len(found) != 1 or found[0] < 1:
        raise ValueError(f"{', '.join(counts)} must hold the same number of examples, at least 1, got {counts}")
    return int(found[0])


def compiled(model: keras.Model) -> keras.Model:
    """The model, if it was compiled and is to be run as a graph on one device."""
    if not getattr(model, "compiled", False):
        raise ValueError(f"the model must be compiled, call compile(optimizer, loss) first, got {model.name!r}")
    if model.run_eagerly:
        raise ValueError("the model must be compiled without run_eagerly=True: its epochs run as one graph")
    replicas = model.distribute_strategy.num_replicas_in_sync
    if replicas > 1:
        raise ValueError(f"the model must live on one replica, got a strategy with {replicas}; use model.fit there")
    return model
