"""Stand-in for Auto MPG: made-up cars; heavy ones go less far, later ones farther."""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real import auto_mpg
from dlcourse.data.standins.making import generator, pick

NUMBER = 398
MISSING = 6
PROVENANCE = Provenance(
    source="made by dlcourse: random cars with the columns of UCI's Auto MPG and relations like those in it",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('auto_mpg') in the quick profile",
    embedded=True,
    stand_in_for="auto_mpg",
)
ORIGIN = np.array([249, 70, 79])
CYLINDERS = np.array([4, 6, 8])
# Shares of 4, 6 and 8 cylinders in cars from the USA, from Europe, from Japan.
SHARES = np.array([(0.29, 0.30, 0.41), (0.94, 0.06, 0.0), (0.92, 0.08, 0.0)])


def stand_in() -> Dataset:
    """398 cars, a fifth of them for testing; horsepower is missing for six."""
    random = generator(61)
    origin = np.sort(pick(random, ORIGIN, NUMBER))[random.permutation(NUMBER)]
    drawn = random.random(NUMBER)[:, None]
    cylinders = CYLINDERS[(drawn > np.cumsum(SHARES, axis=1)[origin, :2]).sum(axis=1)]
    displacement = np.rint(np.clip(60 * cylinders - 135 + 22 * random.standard_normal(NUMBER), 68, 455))
    horsepower = np.rint(np.clip(35 + 0.36 * displacement + 13 * random.standard_normal(NUMBER), 46, 230))
    weight = np.rint(np.clip(1500 + 7.6 * displacement + 200 * random.standard_normal(NUMBER), 1613, 5140))
    acceleration = np.round(np.clip(23 - 0.072 * horsepower + 1.8 * random.standard_normal(NUMBER), 8, 24.8), 1)
    year = np.sort(random.integers(70, 83, NUMBER))
    mpg = 0.5 + 74_000 / (weight + 500) + 0.7 * (year - 76) + 1.9 * random.standard_normal(NUMBER)
    mpg = np.round(np.clip(mpg, 9, 46.6), 1)
    x = np.stack([cylinders, displacement, horsepower, weight, acceleration, year, origin], axis=1).astype("float32")
    x[random.permutation(NUMBER)[:MISSING], 2] = np.nan
    cars = [f"drawn car {number}" for number in range(1, NUMBER + 1)]
    return auto_mpg.dataset(x, mpg.astype("float32"), cars, PROVENANCE)
