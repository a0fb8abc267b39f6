"""Monthly sunspot numbers from 1749 to 1983: a series with a cycle of about eleven years."""

from __future__ import annotations

import re

import numpy as np

from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real import table
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import github

TEST_SHARE = 0.2
PROVENANCE = Provenance(
    source="monthly mean sunspot numbers, Zurich and Brussels, 1749 to 1983, in the scale used before 2015; the last "
    "fifth is the test part",
    licence="none stated; SILSO's own numbers are CC BY-NC 4.0",
    citation="SILSO World Data Center, Royal Observatory of Belgium, International Sunspot Number",
    embedded=False,
)
FILE = File(
    "sunspots/monthly-sunspots.csv",
    45_039,
    "c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3",
    (
        *github("jbrownlee/Datasets", "d20fcb6402ae34e653d4513b00f39257bb37ed7f", "monthly-sunspots.csv"),
        "https://raw.githubusercontent.com/jbrownlee/Datasets/master/monthly-sunspots.csv",
    ),
    encoding="utf-8",
)
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def read(content: Content) -> Dataset:
    """The set from its file.

    Raises:
        DataFormatError: If a month is missing, repeated or out of order.
    """
    rows = table.rows_with_header(content, ("Month", "Sunspots"))
    values = table.encode(content, [[row[1]] for row in rows], (table.Column("Sunspots"),))
    months = [MONTH.fullmatch(row[0]) for row in rows]
    counted = np.array([12 * int(month[1]) + int(month[2]) - 1 if month else -1 for month in months])
    if (counted < 0).any() or (np.diff(counted) != 1).any():
        raise DataFormatError(content.path, "must have one line for each month, in order")
    return dataset(counted, values[:, 0], PROVENANCE)


def dataset(months: np.ndarray, values: np.ndarray, provenance: Provenance) -> Dataset:
    """The series, real or standing in: inputs are the middles of the months in years, the test part comes last.

    Args:
        months: Twelve times the year plus the month, January being 0.
        values: The series.
        provenance: Where it comes from.
    """
    cut = len(values) - round(len(values) * TEST_SHARE)
    years = ((months + 0.5) / 12).astype("float32")[:, None]
    y = values.astype("float32")
    return Dataset("sunspots", years[:cut], y[:cut], years[cut:], y[cut:], ("year",), (), provenance)


SOURCES = (Source((FILE,), read),)

ENTRIES = (
    real(
        "sunspots",
        "A long series whose cycle is neither exact nor even: windows, forecasts, honest baselines.",
        PROVENANCE,
        SOURCES,
    ),
)
