"""Stand-in for COMPAS: made-up defendants, a risk score, and what followed.

Score and new offences depend on age and earlier offences alone, and with the same chances for everybody. The group that
has been arrested more often before has more earlier offences on record; so its members who do *not* offend again get
high scores more often. That is the pattern that ProPublica found, and here its cause is known.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real import compas
from dlcourse.data.standins.making import generator, pick

NUMBER = 5000
PROVENANCE = Provenance(
    source="made by dlcourse: random defendants with the columns of ProPublica's file and relations like those in it",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('compas') in the quick profile",
    embedded=True,
    stand_in_for="compas",
)
DECILES = np.array([20, 13, 10.4, 10.7, 9.4, 8.9, 8.2, 7.1, 7, 5.3])
RACE = np.array([51.2, 0.4, 34.0, 8.8, 0.3, 5.3])


def stand_in() -> Dataset:
    """5,000 rows, 30 % of them for testing."""
    random = generator(41)
    race = pick(random, RACE, NUMBER)
    young = race == compas.COLUMNS[2].values.index("African-American")
    arrested = np.where(young, 2.2, 1.0)
    age = np.rint(18 + np.where(young, 38, 46) * random.random(NUMBER) * random.random(NUMBER) * 1.6)
    priors = np.floor(arrested * 18 * random.random(NUMBER) * random.random(NUMBER) * random.random(NUMBER))
    juvenile = (random.random((3, NUMBER)) < 0.05 * arrested).astype(float)
    risk = 0.25 * np.minimum(priors, 12) + 0.5 * juvenile.sum(axis=0) - 0.06 * (age - 32)
    felony = random.random(NUMBER) < 0.35
    x = np.stack(
        [
            random.random(NUMBER) < 0.81,
            age,
            race,
            *juvenile,
            priors,
            _days(random),
            felony,
        ],
        axis=1,
    ).astype("float32")
    x[random.random(NUMBER) < 0.04, 7] = np.nan
    return compas.dataset(x, _deciles(random, risk), _offended(random, risk), PROVENANCE)


def _days(random: np.random.Generator) -> np.ndarray:
    """Days between screening and arrest: mostly the day before, sometimes long ago."""
    drawn = random.random(NUMBER)
    some = random.integers(-30, 30, NUMBER)
    return np.where(drawn < 0.57, -1, np.where(drawn < 0.77, 0, some))


def _deciles(random: np.random.Generator, risk: np.ndarray) -> np.ndarray:
    """The score, 1 to 10, from a noisy view of the risk; low scores are the most frequent, as in the real file."""
    seen = risk + 1.8 * (random.random((3, NUMBER)).sum(axis=0) - 1.5)
    rank = np.argsort(np.argsort(seen, kind="stable"), kind="stable")
    return 1 + np.searchsorted(np.cumsum(DECILES)[:-1], rank / NUMBER * DECILES.sum(), side="right")


def _offended(random: np.random.Generator, risk: np.ndarray) -> np.ndarray:
    return risk + 3.7 * (random.random((3, NUMBER)).sum(axis=0) - 1.5) > 0.85
