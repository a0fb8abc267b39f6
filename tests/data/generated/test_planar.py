"""Points in the plane: no line parts the classes, neighbours do; the ring has its modes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from dlcourse.data import generated


@pytest.mark.parametrize(
    ("name", "line", "neighbours"), [("moons", 0.93, 0.99), ("spirals", 0.7, 0.98), ("rings", 0.65, 0.99)]
)
def test_a_line_does_not_part_the_classes_and_nearest_neighbours_do(name: str, line: float, neighbours: float) -> None:
    points = getattr(generated, name)()
    linear = LogisticRegression().fit(points.x_train, points.y_train)
    near = KNeighborsClassifier().fit(points.x_train, points.y_train)
    assert linear.score(points.x_test, points.y_test) < line
    assert near.score(points.x_test, points.y_test) > neighbours


def test_the_radius_parts_the_rings() -> None:
    rings = generated.rings(circles=3)
    radius = np.linalg.norm(rings.x_test, axis=1)
    assert np.mean(np.round(radius) - 1 == rings.y_test) > 0.99


def test_the_gaussian_ring_has_eight_equal_modes_each_round_its_centre() -> None:
    ring = generated.gaussian_ring()
    centres = ring.extra["centres"]
    away = ring.x_train - centres[ring.y_train]
    assert np.bincount(ring.y_train).tolist() == [250] * 8
    assert np.linalg.norm(centres, axis=1) == pytest.approx(np.full(8, 2.0), abs=1e-6)
    assert away.std(axis=0) == pytest.approx([0.05, 0.05], abs=0.003)
    assert np.abs(away).max() < 6 * 0.05


def test_noise_0_puts_the_points_on_their_curves() -> None:
    rings = generated.rings(noise=0)
    assert np.linalg.norm(rings.x_train, axis=1) == pytest.approx(rings.y_train + 1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("moons", {"train": 1}, "train must be an integer at least 2, got 1"),
        ("spirals", {"arms": 1}, "arms must be an integer from 2 to 10, got 1"),
        ("rings", {"noise": -1}, "noise must be a number at least 0, got -1"),
        ("gaussian_ring", {"deviation": "wide"}, "deviation must be a number at least 0, got 'wide'"),
    ],
)
def test_an_option_out_of_range_is_refused(name: str, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(generated, name)(**options)
