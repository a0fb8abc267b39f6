"""What all stand-ins are made with: random numbers that are the same with every supported NumPy."""

from __future__ import annotations

import numpy as np


def generator(seed: int) -> np.random.Generator:
    """A stream of random numbers that depends on the seed alone."""
    return np.random.Generator(np.random.PCG64(seed))


def pick(random: np.random.Generator, shares: np.ndarray, number: int) -> np.ndarray:
    """That many category numbers, drawn with these shares."""
    limits = np.cumsum(shares / np.sum(shares))
    return np.searchsorted(limits[:-1], random.random(number), side="right")
