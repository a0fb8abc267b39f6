"""How a real set that nobody has split is split here: a fixed share, drawn with a fixed seed, the same every time."""

from __future__ import annotations

import numpy as np

SEED = 0


def hold_out(number: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the training and of the test part, each in ascending order; the test part has that share."""
    order = np.random.Generator(np.random.PCG64(SEED)).permutation(number)
    cut = round(number * share)
    return np.sort(order[cut:]), np.sort(order[:cut])


def shuffled(number: int) -> np.ndarray:
    """The positions in an order that mixes what the source sorts by class."""
    return np.random.Generator(np.random.PCG64(SEED)).permutation(number)


def texts(lines: list[str]) -> np.ndarray:
    """An object array of texts, which can be indexed by arrays and needs no room for the longest one."""
    array = np.empty(len(lines), dtype=object)
    array[:] = lines
    return array
