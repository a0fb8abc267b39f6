"""Iris, wine and the photographs: as published, and fit for what they are for."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from dlcourse import data

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


@pytest.mark.parametrize(
    ("name", "examples", "columns", "counts"),
    [("iris", 150, 4, [50, 50, 50]), ("wine", 178, 13, [59, 71, 48])],
)
def test_a_table_has_the_published_size_and_class_counts(name: str, examples: int, columns: int, counts: list) -> None:
    table = data.load(name)
    labels = np.concatenate([table.y_train, table.y_test])
    assert len(labels) == examples
    assert table.x_train.shape[1] == len(table.feature_names) == columns
    assert np.bincount(labels).tolist() == counts


def test_a_logistic_regression_tells_the_irises_apart() -> None:
    iris = data.load("iris")
    model = LogisticRegression(max_iter=1000).fit(iris.x_train, iris.y_train)
    assert model.score(iris.x_test, iris.y_test) > 0.9


def test_scaling_the_wine_columns_lifts_nearest_neighbours_by_a_tenth_and_more() -> None:
    wine = data.load("wine")
    scaler = StandardScaler().fit(wine.x_train)
    raw = KNeighborsClassifier().fit(wine.x_train, wine.y_train).score(wine.x_test, wine.y_test)
    scaled = KNeighborsClassifier().fit(scaler.transform(wine.x_train), wine.y_train)
    assert scaled.score(scaler.transform(wine.x_test), wine.y_test) > raw + 0.1


def test_the_photographs_are_two_colour_images() -> None:
    photographs = data.load("photographs")
    assert photographs.x_train.shape == (2, 427, 640, 3)
    assert photographs.x_train.dtype == np.uint8
    assert photographs.class_names == ("temple", "flower")
    assert len(photographs.x_test) == 0


def test_a_photograph_is_smooth_neighbouring_pixels_are_far_closer_than_distant_ones() -> None:
    grey = data.load("photographs").x_train.mean(axis=-1)
    near = np.abs(np.diff(grey, axis=2)).mean()
    far = np.abs(grey[:, :, 100:] - grey[:, :, :-100]).mean()
    assert near < 0.25 * far
