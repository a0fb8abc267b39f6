"""What all generators share: checked options, a seeded stream of random numbers, arrays of texts, a provenance.

Only methods of NumPy's PCG64 generator are used whose streams are the same in every supported NumPy (`random`,
`standard_normal`, `integers`, `permutation`), and values are rounded to float32 at the end, so that a set is the same
on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from dlcourse.data.dataset import Provenance

Choice = TypeVar("Choice")


def stream(seed: int, *parts: int) -> np.random.Generator:
    """A generator of random numbers for a seed; further numbers give independent streams of the same seed.

    Raises:
        ValueError: If the seed is not an integer of at least 0.
    """
    return np.random.Generator(np.random.PCG64([whole("seed", seed, 0), *parts]))


def whole(name: str, value: int, least: int, most: int | None = None) -> int:
    """The value, if it is an integer in that range.

    Raises:
        ValueError: If it is not.
    """
    integer = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not integer or value < least or (most is not None and value > most):
        rule = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be an integer {rule}, got {value!r}")
    return int(value)


def real(name: str, value: float, least: float, most: float = float("inf")) -> float:
    """The value, if it is a number in that range.

    Raises:
        ValueError: If it is not.
    """
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not least <= value <= most:
        rule = f"at least {least:g}" if most == float("inf") else f"from {least:g} to {most:g}"
        raise ValueError(f"{name} must be a number {rule}, got {value!r}")
    return float(value)


def one_of(name: str, value: str, allowed: Iterable[str]) -> str:
    """The value, if it is among those allowed.

    Raises:
        ValueError: If it is not.
    """
    allowed = tuple(allowed)
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def draw(random: np.random.Generator, weights: Sequence[float] | np.ndarray, count: int) -> np.ndarray:
    """Numbers 0, 1, ... of shape (count,), drawn with probabilities in proportion to the weights."""
    limits = np.cumsum(np.asarray(weights, "float64"))
    return np.searchsorted(limits / limits[-1], random.random(count), side="right").astype("int64")


def words(spaced: str) -> tuple[str, ...]:
    """The words of a string, for tables of words that read as lines."""
    return tuple(spaced.split())


def texts(lines: Sequence[str]) -> np.ndarray:
    """The lines as an object array of `str`, of shape (number of lines,)."""
    array = np.empty(len(lines), dtype=object)
    array[:] = list(lines)
    return array


class Picker:
    """Picks from sequences with random numbers drawn in blocks, which is many times faster than one by one.

    Args:
        random: Where the numbers come from.
        block: How many to draw at a time.
    """

    def __init__(self, random: np.random.Generator, block: int = 4096) -> None:
        self._random, self._block = random, block
        self._numbers: list[float] = []

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1, each as likely as the others."""
        if not self._numbers:
            self._numbers = self._random.random(self._block).tolist()
        return int(self._numbers.pop() * limit)

    def __call__(self, choices: Sequence[Choice]) -> Choice:
        """One of the choices, each as likely as the others."""
        return choices[self.below(len(choices))]


def halves(values: np.ndarray, train: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `train` rows and the rest."""
    return values[:train], values[train:]


def split(train: int, **arrays: np.ndarray) -> dict[str, np.ndarray]:
    """Each array cut in two, under its name with `_train` and `_test` at the end."""
    parts: dict[str, np.ndarray] = {}
    for name, values in arrays.items():
        parts[f"{name}_train"], parts[f"{name}_test"] = halves(values, train)
    return parts


def provenance(source: str, citation: str = "none needed: made by this package", licence: str = "MIT") -> Provenance:
    """The provenance of a generated set."""
    return Provenance(source=f"generated from a seed: {source}", licence=licence, citation=citation, embedded=True)
