"""California housing: median house value of 20,640 districts in 1990, from place, rooms, people and income."""

from __future__ import annotations

import numpy as np

from dlcourse.data import archive
from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real import table
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import github
from dlcourse.data.real.splitting import hold_out
from dlcourse.data.real.table import Column

TEST_SHARE = 0.2
COLUMNS = (
    Column("longitude"),
    Column("latitude"),
    Column("housing_median_age"),
    Column("total_rooms"),
    Column("total_bedrooms"),
    Column("population"),
    Column("households"),
    Column("median_income"),
    Column("ocean_proximity", ("<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN")),
)
VALUE = Column("median_house_value")
PROVENANCE = Provenance(
    source="US census of 1990, districts of California, as prepared by Geron: 207 numbers of bedrooms taken out, "
    "nearness to the ocean put in; a fifth of the rows, drawn here, is the test part",
    licence="none stated; of public-domain origin",
    citation="Pace and Barry (1997), Sparse Spatial Autoregressions, Statistics & Probability Letters 33(3)",
    embedded=False,
)
COPY = ("ageron/data", "2ea73147454d2ff8c8a933913be4606f05b352ca")
TABLE = File(
    "california-housing/housing.csv",
    1_423_529,
    "2364609dc48bec7df3ba9dbb7041478e704ecddcee70ef1827ec3fc49d22c0cc",
    github(*COPY, "housing/housing.csv"),
    encoding="utf-8",
)
PACKED = File(
    "california-housing/housing.tgz",
    449_115,
    "354f441b3af4eb54e07818501dafc9b0865162d85a24769d754238acedc82ae1",
    (*github(*COPY, "housing.tgz"), "https://github.com/ageron/data/raw/main/housing.tgz"),
    keras=("housing.tgz",),
)


def read(content: Content) -> Dataset:
    """The set from the CSV file."""
    columns = (*COLUMNS, VALUE)
    values = table.encode(content, table.rows_with_header(content, table.names(columns)), columns)
    return dataset(values[:, :-1], values[:, -1], PROVENANCE)


def read_packed(content: Content) -> Dataset:
    """The set from the archive with the CSV file in it."""
    return read(archive.only_member(content, "*housing.csv"))


def dataset(x: np.ndarray, y: np.ndarray, provenance: Provenance) -> Dataset:
    """The set, real or standing in, split; values in dollars."""
    train, test = hold_out(len(x), TEST_SHARE)
    return Dataset(
        "california_housing",
        x[train],
        y[train],
        x[test],
        y[test],
        table.names(COLUMNS),
        (),
        provenance,
        categories=table.categories(COLUMNS),
    )


SOURCES = (Source((TABLE,), read), Source((PACKED,), read_packed))

ENTRIES = (
    real(
        "california_housing",
        "House prices by district: a regression with skewed inputs, missing values, one category and a map.",
        PROVENANCE,
        SOURCES,
    ),
)
