"""Stand-in for Adult: made-up people with the census's columns, shares and relations.

Married people, the educated, the middle-aged and those who work long hours earn more than 50,000 dollars more often;
since far more men than women are married in the real extract, and here, income differs by sex even before sex enters
directly. Sex and race enter directly, too, a little.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real import adult
from dlcourse.data.standins.making import generator, pick

TRAIN, TEST = 6000, 3000
PROVENANCE = Provenance(
    source="made by dlcourse: random people with the columns of UCI's Adult and relations like those in it",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('adult') in the quick profile",
    embedded=True,
    stand_in_for="adult",
)
# Shares in the real set, in the order of the categories.
EDUCATION = np.array([0.2, 0.5, 1, 2, 1.6, 2.9, 3.6, 1.3, 32.3, 22.4, 4.2, 3.3, 16.4, 5.3, 1.8, 1.2])
WORK = np.array([3.1, 6.8, 0.02, 73.9, 3.6, 8.3, 4.2, 0.08])
RACE = np.array([1.0, 3.2, 9.6, 0.8, 85.4])
MANUAL = np.array([9, 0.03, 18, 6, 5, 7, 11, 15, 0.8, 1.5, 2.5, 11, 2.2, 8])
OFFICE = np.array([14, 0.03, 6, 21, 1.5, 1.5, 2, 4, 0.1, 30, 2, 13, 4, 1.5])
GAINS = np.array([2174, 3103, 4386, 5178, 7298, 7688, 15024, 99999])
UNDERPAID = [adult.RACE.index(race) for race in ("Amer-Indian-Eskimo", "Black", "Other")]
LOSSES = np.array([1408, 1485, 1602, 1672, 1740, 1848, 1887, 1902, 1977])


def stand_in() -> Dataset:
    """6,000 training and 3,000 test rows."""
    x_train, y_train = _people(TRAIN, seed=31)
    x_test, y_test = _people(TEST, seed=32)
    return adult.dataset(x_train, y_train, x_test, y_test, PROVENANCE)


def _people(number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = generator(seed)
    male = random.random(number) < 0.67
    age = np.rint(17 + 40 * random.random(number) + 28 * np.clip(random.random(number) - 0.8, 0, None) / 0.2)
    education = pick(random, EDUCATION, number)
    married, marital = _marriage(random, male, age)
    columns = {
        "age": age,
        "workclass": pick(random, WORK, number),
        "fnlwgt": np.rint(np.clip(190_000 + 105_000 * random.standard_normal(number), 12_285, 1_484_705)),
        "education": education,
        "education_num": education + 1,
        "marital_status": marital,
        "occupation": np.where(education >= 10, pick(random, OFFICE, number), pick(random, MANUAL, number)),
        "relationship": _relationship(random, male, age, married),
        "race": pick(random, RACE, number),
        "sex": male,
        "hours_per_week": _hours(random, male),
        "native_country": _country(random, number),
    }
    y = _rich(random, columns, married)
    columns.update(_capital(random, y))
    x = np.stack([columns[column.name] for column in adult.COLUMNS], axis=1).astype("float32")
    return _with_gaps(random, x), y.astype("int64")


def _marriage(random: np.random.Generator, male: np.ndarray, age: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether married, and the marital status: the young never were, many of the old no longer are."""
    grown = np.clip((age - 18) / 14, 0, 1)
    married = random.random(len(age)) < grown * np.where(male, 0.76, 0.19)
    status = adult.MARRIAGE.index
    before = pick(random, np.array([62, 14, 4, 20]), len(age))
    parted = np.array([status(name) for name in ("Divorced", "Separated", "Married-spouse-absent", "Widowed")])[before]
    single = np.where(random.random(len(age)) < np.clip((age - 20) / 30, 0, 1), parted, status("Never-married"))
    return married, np.where(married, status("Married-civ-spouse"), single)


def _relationship(random: np.random.Generator, male: np.ndarray, age: np.ndarray, married: np.ndarray) -> np.ndarray:
    kind = adult.RELATIONSHIP.index
    drawn = random.random(len(age))
    alone = np.where(drawn < 0.93, kind("Unmarried"), kind("Other-relative"))
    alone = np.where(drawn < 0.62, kind("Not-in-family"), alone)
    alone = np.where((age < 26) & (drawn < 0.7), kind("Own-child"), alone)
    return np.where(married, np.where(male, kind("Husband"), kind("Wife")), alone)


def _hours(random: np.random.Generator, male: np.ndarray) -> np.ndarray:
    other = np.rint(np.clip(39 + 5 * male + 15 * random.standard_normal(len(male)), 1, 99))
    return np.where(random.random(len(male)) < 0.47, 40, other)


def _country(random: np.random.Generator, number: int) -> np.ndarray:
    home = adult.COUNTRY.index("United-States")
    return np.where(random.random(number) < 0.91, home, random.integers(0, len(adult.COUNTRY), number))


def _rich(random: np.random.Generator, columns: dict[str, np.ndarray], married: np.ndarray) -> np.ndarray:
    """A score of what earns money, and chance, against a threshold."""
    age = columns["age"]
    chance = random.random((3, len(age))).sum(axis=0) - 1.5
    score = (
        0.45 * (columns["education_num"] - 10)
        + 2.1 * married
        + 0.045 * np.clip(age - 25, 0, 25)
        - 0.05 * np.clip(age - 58, 0, None)
        + 0.045 * (columns["hours_per_week"] - 40)
        + 0.2 * columns["sex"]
        - 0.6 * np.isin(columns["race"], UNDERPAID)
        + 2.6 * chance
    )
    return score > 3.4


def _capital(random: np.random.Generator, rich: np.ndarray) -> dict[str, np.ndarray]:
    """Few have gains or losses; the rich have them more often, and larger ones."""
    number = len(rich)
    gain = GAINS[np.where(rich, random.integers(3, len(GAINS), number), random.integers(0, 4, number))]
    loss = LOSSES[random.integers(0, len(LOSSES), number)]
    gains = random.random(number) < np.where(rich, 0.21, 0.04)
    losses = ~gains & (random.random(number) < np.where(rich, 0.10, 0.03))
    return {"capital_gain": gain * gains, "capital_loss": loss * losses}


def _with_gaps(random: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """Work and occupation are missing together, the country by itself."""
    names = [column.name for column in adult.COLUMNS]
    unknown_work = random.random(len(x)) < 0.056
    x[unknown_work, names.index("workclass")] = np.nan
    x[unknown_work, names.index("occupation")] = np.nan
    x[random.random(len(x)) < 0.018, names.index("native_country")] = np.nan
    return x
