"""What a lesson gets when it asks for data: four arrays and where they come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Provenance:
    """Where a data set comes from and what may be done with it."""

    source: str
    licence: str
    citation: str
    embedded: bool


@dataclass(frozen=True)
class Dataset:
    """A data set, split into a training and a test part.

    Attributes:
        name: What it was asked for by.
        x_train: Inputs to learn from, of shape (number of examples, ...).
        y_train: Their targets: class numbers (int64) or values (float32).
        x_test: Inputs held back.
        y_test: Their targets.
        feature_names: One name per column, empty where the columns are pixels.
        class_names: One name per class, empty for regression.
        provenance: Source, licence, citation; whether it is embedded in a dependency or the real set.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    provenance: Provenance

    def __repr__(self) -> str:
        kind = f"{len(self.class_names)} classes" if self.class_names else "regression"
        return (
            f"{self.name}: {len(self.x_train)} training and {len(self.x_test)} test examples "
            f"of shape {self.x_train.shape[1:]}, {kind}"
        )
