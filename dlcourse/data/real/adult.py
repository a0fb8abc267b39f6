"""Adult (census income): does a person earn more than 50,000 dollars a year? 14 columns, 48,842 people, 1994."""

from __future__ import annotations

import csv

import numpy as np

from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real import table
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import github
from dlcourse.data.real.table import Column

CLASSES = ("<=50K", ">50K")
WORK = (
    "Federal-gov",
    "Local-gov",
    "Never-worked",
    "Private",
    "Self-emp-inc",
    "Self-emp-not-inc",
    "State-gov",
    "Without-pay",
)
EDUCATION = (
    "Preschool",
    "1st-4th",
    "5th-6th",
    "7th-8th",
    "9th",
    "10th",
    "11th",
    "12th",
    "HS-grad",
    "Some-college",
    "Assoc-voc",
    "Assoc-acdm",
    "Bachelors",
    "Masters",
    "Prof-school",
    "Doctorate",
)
MARRIAGE = (
    "Divorced",
    "Married-AF-spouse",
    "Married-civ-spouse",
    "Married-spouse-absent",
    "Never-married",
    "Separated",
    "Widowed",
)
OCCUPATION = (
    "Adm-clerical",
    "Armed-Forces",
    "Craft-repair",
    "Exec-managerial",
    "Farming-fishing",
    "Handlers-cleaners",
    "Machine-op-inspct",
    "Other-service",
    "Priv-house-serv",
    "Prof-specialty",
    "Protective-serv",
    "Sales",
    "Tech-support",
    "Transport-moving",
)
RELATIONSHIP = ("Husband", "Not-in-family", "Other-relative", "Own-child", "Unmarried", "Wife")
RACE = ("Amer-Indian-Eskimo", "Asian-Pac-Islander", "Black", "Other", "White")
# fmt: off
COUNTRY = (
    "Cambodia", "Canada", "China", "Columbia", "Cuba", "Dominican-Republic", "Ecuador", "El-Salvador", "England",
    "France", "Germany", "Greece", "Guatemala", "Haiti", "Holand-Netherlands", "Honduras", "Hong", "Hungary", "India",
    "Iran", "Ireland", "Italy", "Jamaica", "Japan", "Laos", "Mexico", "Nicaragua", "Outlying-US(Guam-USVI-etc)",
    "Peru", "Philippines", "Poland", "Portugal", "Puerto-Rico", "Scotland", "South", "Taiwan", "Thailand",
    "Trinadad&Tobago", "United-States", "Vietnam", "Yugoslavia",
)
# fmt: on
COLUMNS = (
    Column("age"),
    Column("workclass", WORK),
    Column("fnlwgt"),
    Column("education", EDUCATION),
    Column("education_num"),
    Column("marital_status", MARRIAGE),
    Column("occupation", OCCUPATION),
    Column("relationship", RELATIONSHIP),
    Column("race", RACE),
    Column("sex", ("Female", "Male")),
    Column("capital_gain"),
    Column("capital_loss"),
    Column("hours_per_week"),
    Column("native_country", COUNTRY),
)
PROVENANCE = Provenance(
    source="UCI's Adult: extract of the US census of 1994, 32,561 training and 16,281 test rows",
    licence="CC BY 4.0",
    citation="Becker and Kohavi (1996), Adult, UCI Machine Learning Repository",
    embedded=False,
)
UCI = "https://archive.ics.uci.edu/ml/machine-learning-databases/adult/"
COPY = ("jbrownlee/Datasets", "d20fcb6402ae34e653d4513b00f39257bb37ed7f")
TRAIN = File(
    "adult/adult.data",
    3_974_305,
    "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
    (f"{UCI}adult.data", *github(*COPY, "adult-train.csv")),
    keras=("adult.data",),
)
TEST = File(
    "adult/adult.test",
    2_003_153,
    "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05",
    (f"{UCI}adult.test",),
    keras=("adult.test",),
)
TEST_COPY = File(
    "adult/adult-test.csv",
    2_003_132,
    "72567b94f5c1a6f8501377dd80f93892c3848ff071cf91ba47e00b0785a28074",
    github(*COPY, "adult-test.csv"),
)


def read(train: Content, test: Content) -> Dataset:
    """The set from its two files; the test file may begin with a comment, and its labels end in a full stop."""
    x_train, y_train = _part(train)
    x_test, y_test = _part(test)
    return dataset(x_train, y_train, x_test, y_test, PROVENANCE)


def dataset(
    x_train: np.ndarray, y_train: np.ndarray, x_test: np.ndarray, y_test: np.ndarray, provenance: Provenance
) -> Dataset:
    """The set, real or standing in, with its columns' names and categories."""
    return Dataset(
        "adult",
        x_train,
        y_train,
        x_test,
        y_test,
        table.names(COLUMNS),
        CLASSES,
        provenance,
        categories=table.categories(COLUMNS),
    )


def _part(content: Content) -> tuple[np.ndarray, np.ndarray]:
    lines = [line for line in content.text("utf-8").splitlines() if not line.startswith("|")]
    rows = table.same_length(content, csv.reader(lines, skipinitialspace=True), len(COLUMNS) + 1)
    labels = [row[-1].strip().rstrip(".") for row in rows]
    unknown = set(labels) - set(CLASSES)
    if unknown:
        raise DataFormatError(content.path, f"must have the labels {' and '.join(CLASSES)}, has {sorted(unknown)[0]!r}")
    y = np.array([CLASSES.index(label) for label in labels], dtype="int64")
    return table.encode(content, rows, COLUMNS), y


SOURCES = (Source((TRAIN, TEST), read), Source((TRAIN, TEST_COPY), read))

ENTRIES = (
    real(
        "adult",
        "Income from census columns: mixed numbers and categories, missing values, unequal groups.",
        PROVENANCE,
        SOURCES,
    ),
)
