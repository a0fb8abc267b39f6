"""What a lesson gets when it asks for data: arrays for training and for testing, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Provenance:
    """Where a data set comes from and what may be done with it.

    Attributes:
        source: Who collected it and where; for a generated set, how it is made.
        licence: Under which terms, and whether they were stated or are commonly assumed.
        citation: Authors, year, title, venue.
        embedded: True for what ships inside a dependency or is generated here, False for a real set from the cache.
        stand_in_for: The name of the real set that these arrays stand in for, empty where they are what they say.
    """

    source: str
    licence: str
    citation: str
    embedded: bool
    stand_in_for: str = ""

    def __str__(self) -> str:
        kind = f"stand-in for {self.stand_in_for}" if self.stand_in_for else "embedded" if self.embedded else "real"
        return f"{kind}; source: {self.source}; licence: {self.licence}; citation: {self.citation}"


@dataclass(frozen=True)
class Dataset:
    """A data set, split into a training and a test part.

    Texts are object arrays of `str`, one text an element. A set without targets has targets of shape (number of
    examples, 0). A series has its time as the one input column and its values as targets, the test part after the
    training part.

    Attributes:
        name: What it was asked for by.
        x_train: Inputs to learn from, of shape (number of examples, ...).
        y_train: Their targets: class numbers (int64), values (float32), or texts.
        x_test: Inputs held back.
        y_test: Their targets.
        feature_names: One name per column, empty where the columns are pixels.
        class_names: One name per class, empty for regression.
        provenance: Source, licence, citation; whether it is embedded in a dependency or the real set.
        extra: What belongs to the examples besides: boxes, masks, groups, speakers, by names that end in `_train` and
            `_test` where they are split; other names hold what the whole set shares.
        categories: The values of each column that holds category numbers, by the column's name: number k in that
            column stands for the k-th value. A missing value is NaN.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    provenance: Provenance
    extra: Mapping[str, np.ndarray] = field(default_factory=dict)
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        what = "texts" if self.x_train.dtype == object else f"examples of shape {self.x_train.shape[1:]}"
        return f"{self.name}: {len(self.x_train)} training and {len(self.x_test)} test {what}, {self._task()}"

    def card(self) -> str:
        """What it is, how many examples of which shape, whether they are real, and where they come from; five lines."""
        provenance = self.provenance
        if provenance.stand_in_for:
            kind = f"stand-in for {provenance.stand_in_for}: these are not the real data"
        else:
            kind = "embedded or generated: always there" if provenance.embedded else "the real data"
        told = (f"{name}: {getattr(provenance, name)}" for name in ("source", "licence", "citation"))
        return "\n".join([repr(self), kind, *told])

    def columns(self, part: str = "train") -> dict[str, np.ndarray]:
        """The input columns by name; a column of category numbers comes as texts, empty where one is missing.

        Raises:
            ValueError: If the part is neither `"train"` nor `"test"`, or the columns have no names.
        """
        if part not in ("train", "test"):
            raise ValueError(f"part must be 'train' or 'test', got {part!r}")
        if not self.feature_names:
            raise ValueError(f"columns are for a table with named columns, got {self.name}, which is none")
        x = self.x_train if part == "train" else self.x_test
        return {name: self._decoded(name, x[:, index]) for index, name in enumerate(self.feature_names)}

    def _decoded(self, name: str, column: np.ndarray) -> np.ndarray:
        if name not in self.categories:
            return column
        values = np.array([*self.categories[name], ""], dtype=object)
        return values[np.where(np.isnan(column), -1, column).astype(int)]

    def _task(self) -> str:
        if self.class_names:
            return f"{len(self.class_names)} classes"
        if self.y_train.ndim > 1 and self.y_train.shape[1] == 0:
            return "no targets"
        return "text to text" if self.y_train.dtype == object else "regression"
