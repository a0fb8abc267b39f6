"""Rows of text to columns of numbers: what the readers of tables share.

A column is a number, or a category whose values are known beforehand: then the k-th value becomes k, the same number in
every part and in the stand-in. A missing value becomes NaN.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dlcourse.data.cache import Content
from dlcourse.data.errors import DataFormatError

MISSING = ("", "?", "NA")


@dataclass(frozen=True)
class Column:
    """A column's name and, where it holds categories, their values."""

    name: str
    values: tuple[str, ...] = ()


def names(columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns' names."""
    return tuple(column.name for column in columns)


def categories(columns: Sequence[Column]) -> Mapping[str, tuple[str, ...]]:
    """The values of those columns that hold categories."""
    return {column.name: column.values for column in columns if column.values}


def rows_with_header(content: Content, wanted: Sequence[str]) -> list[list[str]]:
    """The wanted columns of a CSV file whose first line names all columns, in the wanted order.

    Raises:
        DataFormatError: If a column is missing, a line has another number of columns, or there are no lines.
    """
    lines = list(csv.reader(content.text("utf-8").splitlines()))
    header = lines[0] if lines else []
    missing = [name for name in wanted if name not in header]
    if missing:
        raise DataFormatError(
            content.path, f"must have the columns {', '.join(wanted)}, {', '.join(missing)} is missing"
        )
    positions = [header.index(name) for name in wanted]
    rows = same_length(content, lines[1:], len(header), first_line=2)
    return [[row[position] for position in positions] for row in rows]


def same_length(content: Content, rows: Iterable[list[str]], length: int, first_line: int = 1) -> list[list[str]]:
    """The rows, after a check that each has that many columns; empty lines are left out.

    Raises:
        DataFormatError: If one has not, or there are none.
    """
    kept = []
    for number, row in enumerate(rows, start=first_line):
        if row and len(row) != length:
            raise DataFormatError(
                content.path, f"must have {length} columns in each line, line {number} has {len(row)}"
            )
        if row:
            kept.append(row)
    if not kept:
        raise DataFormatError(content.path, "has no rows")
    return kept


def encode(content: Content, rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> np.ndarray:
    """The rows as numbers, float32 of shape (rows, columns).

    Raises:
        DataFormatError: If a value is neither a number nor one of the column's categories.
    """
    encoded = np.empty((len(rows), len(columns)), dtype="float32")
    for index, column in enumerate(columns):
        encoded[:, index] = _numbers(content, column, [row[index].strip() for row in rows])
    return encoded


def _numbers(content: Content, column: Column, cells: list[str]) -> list[float]:
    known = {value: float(number) for number, value in enumerate(column.values)}
    known.update(dict.fromkeys(MISSING, float("nan")))
    try:
        return [known[cell] for cell in cells] if column.values else [_number(cell) for cell in cells]
    except (KeyError, ValueError) as error:
        raise DataFormatError(content.path, f"has an unknown value in column {column.name}: {error}") from error


def _number(cell: str) -> float:
    return float("nan") if cell in MISSING else float(cell)
