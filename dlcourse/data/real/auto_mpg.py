"""Auto MPG: how far 398 cars of 1970 to 1982 went on a gallon."""

from __future__ import annotations

import re

import numpy as np

from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real import table
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import github
from dlcourse.data.real.splitting import hold_out, texts
from dlcourse.data.real.table import Column

TEST_SHARE = 0.2
ORIGINS = ("usa", "europe", "japan")
COLUMNS = (
    Column("cylinders"),
    Column("displacement"),
    Column("horsepower"),
    Column("weight"),
    Column("acceleration"),
    Column("model_year"),
    Column("origin", ORIGINS),
)
DISTANCE = Column("mpg")
PROVENANCE = Provenance(
    source="UCI's Auto MPG: 398 cars, horsepower missing for six; a fifth of them, drawn here, is the test part",
    licence="CC BY 4.0",
    citation="Quinlan (1993), Auto MPG, UCI Machine Learning Repository",
    embedded=False,
)
DATA = File(
    "auto-mpg/auto-mpg.data",
    30_286,
    "48b830e11feee5572525f8f1691ddb9d38d3d7b7063edcd8fca672c2a5e17d8d",
    (
        "https://archive.ics.uci.edu/ml/machine-learning-databases/auto-mpg/auto-mpg.data",
        "http://archive.ics.uci.edu/ml/machine-learning-databases/auto-mpg/auto-mpg.data",
    ),
    keras=("auto-mpg.data",),
)
TABLE = File(
    "auto-mpg/mpg.csv",
    21_222,
    "c14b8b855ea7ee86cb9736bf8caaf281c4685ca08826f3eb2acaccaaf40f0d5a",
    github("mwaskom/seaborn-data", "71e2436a092d714350de0fc409ca8a8714e7e78f", "mpg.csv"),
)
LINE = re.compile(r"((?:\S+\s+){8})\"(.*)\"\s*")


def read(content: Content) -> Dataset:
    """The set from UCI's file: eight numbers between blanks, then the car's name in quotes."""
    rows, cars = [], []
    for number, line in enumerate(content.text("utf-8").splitlines(), start=1):
        found = LINE.fullmatch(line)
        if not found:
            raise DataFormatError(
                content.path, f"must have eight numbers and a name in each line, line {number} has not"
            )
        mpg, *inputs, origin = found[1].split()
        rows.append([*inputs, _origin(content, origin), mpg])
        cars.append(found[2])
    return _read(content, rows, cars)


def read_table(content: Content) -> Dataset:
    """The set from the CSV file of seaborn."""
    columns = (*COLUMNS, DISTANCE, Column("name"))
    rows = table.rows_with_header(content, table.names(columns))
    return _read(content, [row[:-1] for row in rows], [row[-1] for row in rows])


def dataset(x: np.ndarray, y: np.ndarray, cars: list[str], provenance: Provenance) -> Dataset:
    """The set, real or standing in, split."""
    train, test = hold_out(len(x), TEST_SHARE)
    names = texts(cars)
    return Dataset(
        "auto_mpg",
        x[train],
        y[train],
        x[test],
        y[test],
        table.names(COLUMNS),
        (),
        provenance,
        {"car_train": names[train], "car_test": names[test]},
        table.categories(COLUMNS),
    )


def _read(content: Content, rows: list[list[str]], cars: list[str]) -> Dataset:
    values = table.encode(content, rows, (*COLUMNS, DISTANCE))
    return dataset(values[:, :-1], values[:, -1], cars, PROVENANCE)


def _origin(content: Content, number: str) -> str:
    if number not in ("1", "2", "3"):
        raise DataFormatError(content.path, f"must have the origin 1, 2 or 3, has {number!r}")
    return ORIGINS[int(number) - 1]


SOURCES = (Source((DATA,), read), Source((TABLE,), read_table))

ENTRIES = (
    real(
        "auto_mpg",
        "Fuel economy of some hundred cars: the first regression with a network, on few rows.",
        PROVENANCE,
        SOURCES,
    ),
)
