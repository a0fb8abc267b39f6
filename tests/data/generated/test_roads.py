"""Roads: the view follows the pose, and a driver that learned from the pictures stays on a road it never saw."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from dlcourse.data import Dataset, generated
from dlcourse.data.generated.roads import HALF_WIDTH, Road


@pytest.fixture(scope="module")
def views(made) -> Dataset:
    return made("road_views")


@pytest.fixture(scope="module")
def learner(views: Dataset) -> Ridge:
    return Ridge(10.0).fit(coarse(views.x_train), views.y_train)


def coarse(pictures: np.ndarray) -> np.ndarray:
    """Means of 2 x 2 pixels, flattened."""
    return pictures.reshape(-1, 16, 2, 32, 2, 3).mean(axis=(2, 4)).reshape(len(pictures), -1)


def laps(road: Road, path: np.ndarray) -> float:
    angle = np.unwrap(np.arctan2(path[:, 1], path[:, 0]))
    return float((angle[-1] - angle[0]) / (2 * np.pi))


def test_a_linear_model_steers_like_the_expert_on_the_test_road(views: Dataset, learner: Ridge) -> None:
    assert learner.score(coarse(views.x_test), views.y_test) > 0.95


@pytest.mark.parametrize("seed", [4, 11])
def test_a_linear_model_drives_a_lap_on_a_road_it_never_saw(learner: Ridge, seed: int) -> None:
    road = Road(seed)
    path = road.drive(lambda picture: learner.predict(coarse(picture[None]))[0], steps=520, offset=1.0, turn=-0.1)
    assert len(path) == 521
    assert laps(road, path) > 1
    assert np.abs(road.offset(path[50:])).max() < 0.7


def test_who_does_not_steer_leaves_the_road() -> None:
    road = Road(4)
    path = road.drive(lambda picture: 0.0, steps=520)
    assert len(path) < 100
    assert abs(road.offset(path[-1])) > HALF_WIDTH


def test_the_expert_drives_on_the_middle() -> None:
    road = Road(4)
    position, heading = road.pose(0.0)
    offsets = []
    for _ in range(520):
        heading = heading + 8.0 * 0.1 / 2.6 * np.tan(road.steering(position, heading))
        position = position + 0.8 * np.array([np.cos(heading), np.sin(heading)])
        offsets.append(road.offset(position))
    assert np.abs(offsets).max() < 0.4


@pytest.mark.parametrize("offset", [-2.0, 0.0, 2.0])
def test_the_offset_of_a_pose_is_the_one_asked_for(offset: float) -> None:
    road = Road(1)
    position, _ = road.pose(np.linspace(0, road.length, 200), offset)
    assert road.offset(position) == pytest.approx(np.full(200, offset), abs=0.05)


def test_the_middle_is_as_long_as_the_road_says() -> None:
    road = Road(2)
    steps = np.diff(road.middle(np.linspace(0, road.length, 5000)), axis=0)
    assert np.linalg.norm(steps, axis=1).sum() == pytest.approx(road.length, rel=1e-4)


def test_left_of_the_middle_one_steers_right_and_turned_left_as_well(views: Dataset) -> None:
    offset, turn = views.extra["offset_train"], views.extra["turn_train"]
    weights = Ridge(1e-6).fit(np.stack([offset, turn], axis=1), views.y_train).coef_
    assert weights[0] < -0.05
    assert weights[1] < -0.3


def test_from_the_left_the_road_lies_to_the_right_in_the_picture() -> None:
    road = Road(3)
    asphalt = [road.view(*road.pose(50.0, offset))[24, :, 2] > 0.3 for offset in (2.0, -2.0)]
    centres = [np.flatnonzero(row).mean() for row in asphalt]
    assert centres[0] > 36 > 28 > centres[1]


def test_roads_bend_both_ways_and_differ() -> None:
    headings = np.unwrap(Road(4).pose(np.arange(0.0, 390.0))[1])
    assert np.diff(headings).min() < -0.01
    assert np.diff(headings).max() > 0.03
    assert not np.allclose(Road(0).middle(10.0), Road(1).middle(10.0), atol=0.5)


def test_one_view_and_many_views_agree() -> None:
    road = Road(0)
    position, heading = road.pose(np.array([0.0, 100.0]), 0.5, 0.1)
    both = road.view(position, heading)
    assert both.shape == (2, 32, 64, 3)
    assert np.array_equal(both[1], road.view(position[1], heading[1]))


def test_a_test_part_without_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="test must be an integer at least 1, got 0"):
        generated.road_views(test=0)
