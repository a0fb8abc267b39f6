"""Stand-in for California housing: made-up districts around the state's cities, priced by income and the sea."""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real import california_housing
from dlcourse.data.standins.making import generator, pick

NUMBER = 6000
PROVENANCE = Provenance(
    source="made by dlcourse: random districts with the columns of the census of 1990 and relations like those in it",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('california_housing') in the quick profile",
    embedded=True,
    stand_in_for="california_housing",
)
# Longitude, latitude, spread in degrees, share: Los Angeles, San Diego, the Bay, Sacramento, Fresno, the coast between.
CITIES = np.array(
    [
        (-118.2, 34.0, 0.35, 42),
        (-117.1, 32.9, 0.2, 9),
        (-122.2, 37.7, 0.35, 23),
        (-121.4, 38.6, 0.35, 11),
        (-119.6, 36.6, 0.6, 11),
        (-120.7, 35.4, 0.5, 4),
    ]
)
# The coast as a line of places from the south to the north.
COAST = np.array(
    [(-117.2, 32.5), (-118.4, 33.7), (-119.3, 34.2), (-120.6, 34.6), (-121.9, 36.6), (-122.5, 37.6), (-124.2, 40.5)]
)
# Longitude, latitude and radius of where houses cost more than their district's income explains.
SOUGHT_AFTER = np.array([(-118.45, 34.05, 0.25), (-122.4, 37.75, 0.35), (-117.25, 32.85, 0.2), (-119.7, 34.45, 0.4)])
CAP, FLOOR = 500_001, 14_999
BEDROOMS = 4


def stand_in() -> Dataset:
    """6,000 rows, a fifth of them for testing; 1 % of the numbers of bedrooms are missing."""
    random = generator(51)
    place, far = _places(random)
    island = random.random(NUMBER) < 0.001
    income = _income(random)
    age = np.clip(np.rint(52 * random.random(NUMBER) + 8 * random.standard_normal(NUMBER)), 1, 52)
    households = np.rint(4 + 3000 * random.random(NUMBER) * random.random(NUMBER) * random.random(NUMBER) * 1.35)
    rooms = np.rint(households * np.clip(3.6 + 0.45 * income + 0.7 * random.standard_normal(NUMBER), 1.2, None))
    bedrooms = np.rint(np.clip(households * (1.07 + 0.08 * random.standard_normal(NUMBER)), 1, None))
    people = np.rint(households * np.clip(2.9 + 0.7 * random.standard_normal(NUMBER), 1.1, None))
    x = np.stack([*place.T, age, rooms, bedrooms, people, households, income, _nearness(place, far, island)], axis=1)
    value = 40_000 + 34_000 * income + 50_000 * np.clip(1 - far / 0.6, 0, 1) + 500 * age + _sought_after(place)
    value = np.rint(value * (1 + 0.15 * random.standard_normal(NUMBER)) / 100) * 100
    value = np.where(value >= 500_000, CAP, np.clip(value, FLOOR, None))
    x = x.astype("float32")
    x[random.random(NUMBER) < 0.01, BEDROOMS] = np.nan
    return california_housing.dataset(x, value.astype("float32"), PROVENANCE)


def _places(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude near a city, on land, and the distance to the coast in degrees."""
    city = CITIES[pick(random, CITIES[:, 3], NUMBER)]
    place = city[:, :2] + city[:, 2:3] * random.standard_normal((NUMBER, 2))
    offshore = np.clip(_beyond_the_coast(place), 0, None)
    place[:, 0] += offshore * 1.3
    place = np.round(np.clip(place, (-124.3, 32.6), (-114.4, 41.9)), 2)
    return place, np.abs(_beyond_the_coast(place))


def _beyond_the_coast(place: np.ndarray) -> np.ndarray:
    """Degrees to the west of the coast at the place's latitude, negative on land."""
    latitude = np.clip(place[:, 1], COAST[0, 1], COAST[-1, 1])
    segment = np.clip(np.searchsorted(COAST[:, 1], latitude) - 1, 0, len(COAST) - 2)
    south, north = COAST[segment], COAST[segment + 1]
    share = (latitude - south[:, 1]) / (north[:, 1] - south[:, 1])
    return south[:, 0] + share * (north[:, 0] - south[:, 0]) - place[:, 0]


def _income(random: np.random.Generator) -> np.ndarray:
    """Tens of thousands of dollars: most below five, few above ten."""
    drawn = random.random((3, NUMBER))
    return np.round(np.clip(0.5 + 4.6 * drawn[0] + 5.2 * drawn[1] * drawn[2] * drawn[1], 0.4999, 15.0001), 4)


def _sought_after(place: np.ndarray) -> np.ndarray:
    """Dollars that a district costs more because it is near one of a few places."""
    distance = ((place[:, None] - SOUGHT_AFTER[:, :2]) ** 2).sum(axis=2) / SOUGHT_AFTER[:, 2] ** 2
    return 160_000 * np.clip(1 - distance, 0, 1).max(axis=1)


def _near_bay(place: np.ndarray) -> np.ndarray:
    return ((place - (-122.2, 37.7)) ** 2).sum(axis=1) < 0.45**2


def _nearness(place: np.ndarray, far: np.ndarray, island: np.ndarray) -> np.ndarray:
    code = california_housing.COLUMNS[-1].values.index
    nearness = np.where(far < 0.15, code("NEAR OCEAN"), np.where(far < 0.75, code("<1H OCEAN"), code("INLAND")))
    nearness = np.where(_near_bay(place), code("NEAR BAY"), nearness)
    return np.where(island, code("ISLAND"), nearness)
