"""Drawn shapes: area, place, and mirrored canvases."""

import numpy as np
import pytest

from dlcourse.data.standins.drawing import Canvas, union

SIZE = 40


def shapes(canvas):
    """Shapes around (20, 20) with their areas."""
    return {
        "ellipse": (canvas.ellipse(20, 20, 10, 5), np.pi * 50),
        "rectangle": (canvas.polygon((10, 15), (30, 15), (30, 25), (10, 25)), 200),
        "triangle": (canvas.polygon((20, 10), (30, 30), (10, 30)), 200),
        "line": (canvas.line((12, 20), (28, 20), 4), 16 * 4 + np.pi * 4),
        "ring": (canvas.ring(20, 20, 10, 10, 2), np.pi * (11**2 - 9**2)),
    }


@pytest.mark.parametrize("name", ["ellipse", "rectangle", "triangle", "line", "ring"])
def test_a_shape_covers_its_area_to_three_percent(name):
    mask, area = shapes(Canvas(1, SIZE))[name]
    assert mask.shape == (1, SIZE, SIZE)
    assert mask.dtype == np.float32
    assert (mask.min(), mask.max()) == (0, 1)
    assert abs(mask.sum() - area) < 0.03 * area


def test_each_image_of_a_batch_has_its_own_shape():
    mask = Canvas(2, SIZE).ellipse(np.array([10, 30]), 20, np.array([3, 6]), 4)
    centres = [(mask[image].sum(axis=0) @ np.arange(SIZE)) / mask[image].sum() for image in (0, 1)]
    assert np.allclose(centres, [10, 30], atol=0.01)
    assert mask[1].sum() > 1.8 * mask[0].sum()


def test_a_placed_canvas_is_moved_scaled_and_mirrored():
    placed = Canvas(2, SIZE).placed(np.array([20.0, 20.0]), 20, 2, np.array([False, True]))
    mask = placed.ellipse(4, 0, 2, 2)
    assert np.array_equal(mask[1][:, 1:], mask[0][:, 1:][:, ::-1])
    assert abs((mask[0].sum(axis=0) @ np.arange(SIZE)) / mask[0].sum() - 28) < 0.01


def test_a_union_covers_what_either_covers():
    canvas = Canvas(1, SIZE)
    left, right = canvas.ellipse(10, 20, 4, 4), canvas.ellipse(30, 20, 4, 4)
    assert np.array_equal(union(left, right), np.maximum(left, right))
