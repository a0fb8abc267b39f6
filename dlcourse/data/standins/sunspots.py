"""Stand-in for the sunspots: cycles of nine to thirteen years that rise fast, fall slowly and differ in height."""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real import sunspots
from dlcourse.data.standins.making import generator

FIRST = 12 * 1749
NUMBER = 2820
PROVENANCE = Provenance(
    source="made by dlcourse: a monthly series with irregular cycles of nine to thirteen years",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('sunspots') in the quick profile",
    embedded=True,
    stand_in_for="sunspots",
)
LONGEST = 13 * 12


def stand_in() -> Dataset:
    """2,820 months, the last fifth of them for testing."""
    random = generator(71)
    level = np.concatenate([_cycle(random) for _ in range(NUMBER // (9 * 12) + 1)])[:NUMBER]
    noise = random.standard_normal(NUMBER)
    for month in range(1, NUMBER):
        noise[month] += 0.45 * noise[month - 1]
    values = np.round(np.clip(level + noise * (2.5 + 0.15 * level), 0, None), 1)
    return sunspots.dataset(FIRST + np.arange(NUMBER), values, PROVENANCE)


def _cycle(random: np.random.Generator) -> np.ndarray:
    """One cycle: p (1 - p)^2 over its phase p, whose peak is at a third of its length."""
    length = int(random.integers(9 * 12, LONGEST + 1))
    height = 25 + 125 * random.random()
    phase = np.arange(length) / length
    return 4 + height * 6.75 * phase * (1 - phase) * (1 - phase)
