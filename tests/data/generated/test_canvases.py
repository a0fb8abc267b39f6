"""Canvases: boxes fit the ink, masks say which digit, and what a box holds can be read."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from dlcourse.data import Dataset, generated


@pytest.fixture(scope="module")
def canvases(made) -> Dataset:
    return made("digit_canvases")


def boxed(canvases: Dataset, part: str) -> list[tuple[int, np.ndarray, int]]:
    boxes, digits = canvases.extra[f"boxes_{part}"].astype(int), canvases.extra[f"digits_{part}"]
    return [(canvas, boxes[canvas, slot], digits[canvas, slot]) for canvas, slot in np.argwhere(digits >= 0)]


def crops(canvases: Dataset, part: str) -> tuple[np.ndarray, np.ndarray]:
    """What the boxes hold, sampled at 8 x 8 points, and the digits."""
    images = getattr(canvases, f"x_{part}")[..., 0]
    found, labels = [], []
    for canvas, (left, top, right, bottom), digit in boxed(canvases, part):
        rows = np.linspace(top, bottom - 1, 8).round().astype(int)
        columns = np.linspace(left, right - 1, 8).round().astype(int)
        found.append(images[canvas][np.ix_(rows, columns)].ravel())
        labels.append(digit)
    return np.array(found), np.array(labels)


def test_the_boxes_hold_all_ink_of_their_digit_and_touch_it_on_every_side(canvases: Dataset) -> None:
    left_over = canvases.y_train.copy()
    for canvas, (left, top, right, bottom), digit in boxed(canvases, "train"):
        ink = left_over[canvas, top:bottom, left:right]
        assert set(np.unique(ink)) <= {0, 1 + digit}
        assert all(side.any() for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))
        ink[...] = 0
    assert not left_over.any()


def test_every_canvas_has_one_to_three_digits_with_empty_boxes_last(canvases: Dataset) -> None:
    there = canvases.extra["digits_train"] >= 0
    assert set(there.sum(axis=1)) == {1, 2, 3}
    assert np.all(there[:, :-1] >= there[:, 1:])
    assert not canvases.extra["boxes_train"][~there].any()


def test_what_the_boxes_hold_can_be_read_by_nearest_neighbours(canvases: Dataset) -> None:
    reader = KNeighborsClassifier(3).fit(*crops(canvases, "train"))
    assert reader.score(*crops(canvases, "test")) > 0.9


def test_no_one_threshold_of_brightness_finds_the_ink(canvases: Dataset) -> None:
    """Dice coefficients of all thresholds; a small U-Net reaches 0.87 in eight epochs."""
    images, ink = canvases.x_test[..., 0], canvases.y_test > 0
    found = [images > threshold for threshold in np.arange(0.2, 0.8, 0.05)]
    assert max(2 * (each & ink).sum() / (each.sum() + ink.sum()) for each in found) < 0.8


def test_a_digit_is_brighter_than_the_ground_around_it(canvases: Dataset) -> None:
    images, ink = canvases.x_train[..., 0], canvases.y_train > 0
    apart = [image[mask].mean() - np.median(image[~mask]) for image, mask in zip(images, ink, strict=True)]
    assert min(apart) > 0.1


def test_clutter_brightens_the_ground_and_has_no_box(canvases: Dataset) -> None:
    bare = generated.digit_canvases(train=300, test=1, clutter=0)
    grounds = [each.x_train[..., 0][each.y_train == 0].mean() for each in (canvases, bare)]
    assert grounds[0] > grounds[1] + 0.005


def test_digits_stand_everywhere_at_many_sizes(canvases: Dataset) -> None:
    where = (canvases.y_train > 0).mean(axis=0)
    boxes = np.array([box for _, box, _ in boxed(canvases, "train")])
    assert where[8:-8, 8:-8].min() > 0.05
    assert np.ptp(boxes[:, 3] - boxes[:, 1]) >= 6


def test_larger_canvases_and_more_digits_can_be_had() -> None:
    canvases = generated.digit_canvases(train=20, test=5, side=96, most=6)
    assert canvases.x_train.shape == (20, 96, 96, 1)
    assert canvases.extra["boxes_test"].shape == (5, 6, 4)


def test_a_side_too_small_for_a_digit_is_refused() -> None:
    with pytest.raises(ValueError, match="side must be an integer at least 24, got 16"):
        generated.digit_canvases(side=16)
