"""COMPAS: who was predicted to offend again, who did within two years; 7,214 defendants of Broward County, no names.

The published file holds names, birth dates and case numbers of real people. This reader takes the columns below by name
and nothing else; no one in the arrays can be addressed.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real import table
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import github
from dlcourse.data.real.splitting import hold_out
from dlcourse.data.real.table import Column

CLASSES = ("no new offence", "new offence")
TEST_SHARE = 0.3
COLUMNS = (
    Column("sex", ("Female", "Male")),
    Column("age"),
    Column("race", ("African-American", "Asian", "Caucasian", "Hispanic", "Native American", "Other")),
    Column("juv_fel_count"),
    Column("juv_misd_count"),
    Column("juv_other_count"),
    Column("priors_count"),
    Column("days_b_screening_arrest"),
    Column("c_charge_degree", ("F", "M")),
)
SCORE = Column("decile_score")
OUTCOME = Column("two_year_recid")
PROVENANCE = Provenance(
    source="ProPublica's COMPAS analysis, two-year file without identifying columns; 30 % of the rows, drawn here, are "
    "the test part",
    licence="none stated; public records, published by ProPublica",
    citation="Angwin, Larson, Mattu and Kirchner (2016), Machine Bias, ProPublica",
    embedded=False,
)
NAMELESS = File(
    "compas/compas-two-years-no-names.csv",
    450_963,
    "47bb9dad45372aed2c09f61f4d706f981e2b15bb20f28cf0263fc8f5fbd7c4a6",
)
ORIGINAL = File(
    "compas/compas-scores-two-years.csv",
    2_546_489,
    "c451db85908b2f7fef1d83203bedf6b71ecda0d5af468d82ae62178f91d0cc7d",
    github("propublica/compas-analysis", "bafff5da3f2e45eca6c2d5055faad269defd135a", "compas-scores-two-years.csv"),
    keras=("compas-scores-two-years.csv",),
)


def read(content: Content) -> Dataset:
    """The set from ProPublica's file or one with fewer columns.

    The risk score that the court saw, 1 to 10, is no input but the prediction to be judged; it is in `extra`.
    """
    columns = (*COLUMNS, SCORE, OUTCOME)
    values = table.encode(content, table.rows_with_header(content, table.names(columns)), columns)
    return dataset(values[:, :-2], values[:, -2], values[:, -1], PROVENANCE)


def dataset(x: np.ndarray, score: np.ndarray, outcome: np.ndarray, provenance: Provenance) -> Dataset:
    """The set, real or standing in, split."""
    train, test = hold_out(len(x), TEST_SHARE)
    y, score = outcome.astype("int64"), score.astype("int64")
    return Dataset(
        "compas",
        x[train],
        y[train],
        x[test],
        y[test],
        table.names(COLUMNS),
        CLASSES,
        provenance,
        {"decile_score_train": score[train], "decile_score_test": score[test]},
        table.categories(COLUMNS),
    )


SOURCES = (Source((NAMELESS,), read), Source((ORIGINAL,), read))

ENTRIES = (
    real(
        "compas",
        "Risk scores of defendants and what followed: several notions of fairness that cannot all hold.",
        PROVENANCE,
        SOURCES,
    ),
)
