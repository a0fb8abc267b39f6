import numpy as np
import pytest

from dlcourse.plot import scatter
from dlcourse.plot.scatter import LARGEST, SMALLEST

LABELS = {"title": "What to see", "x_label": "cost", "y_label": "worth", "alt": "Three points that rise to the right."}
POINTS = {"small": (1.0, 0.5), "middle": (10.0, 0.7), "large": (100.0, 0.8)}


def test_each_point_lies_at_its_place_and_is_named_in_the_legend():
    figure = scatter(POINTS, **LABELS).figure
    found = [each.get_offsets().tolist() for each in figure.axes[0].collections]
    assert found == [[list(place)] for place in POINTS.values()]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(POINTS)


def test_points_are_told_apart_by_colour_and_by_marker():
    legend = scatter(POINTS, **LABELS).figure.axes[0].lines
    assert len({line.get_marker() for line in legend}) == 3
    assert len({line.get_color() for line in legend}) == 3


def test_axes_are_labelled_and_x_may_be_logarithmic():
    (axes,) = scatter(POINTS, **LABELS, log_x=True).figure.axes
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("What to see", "cost", "worth")
    assert axes.get_xscale() == "log"


def test_areas_grow_with_the_logarithm_of_the_sizes():
    (axes,) = scatter(POINTS, **LABELS, sizes={"small": 10, "middle": 100, "large": 1000}).figure.axes
    areas = [each.get_sizes()[0] for each in axes.collections]
    np.testing.assert_allclose(areas, [SMALLEST, (SMALLEST + LARGEST) / 2, LARGEST])


def test_equal_sizes_give_equal_points():
    (axes,) = scatter(POINTS, **LABELS, sizes=dict.fromkeys(POINTS, 7)).figure.axes
    assert {each.get_sizes()[0] for each in axes.collections} == {SMALLEST}


@pytest.mark.parametrize(
    ("points", "options", "words"),
    [
        ({}, {}, "at least one point"),
        ({"zero": (0.0, 1.0)}, {"log_x": True}, "positive on a logarithmic scale, got 0.0"),
        (POINTS, {"sizes": {"small": 1.0}}, r"for each of \['small', 'middle', 'large'\]"),
        ({"one": (1.0, 1.0)}, {"sizes": {"one": 0.0}}, "positive number"),
    ],
)
def test_what_cannot_be_drawn_is_named(points, options, words):
    with pytest.raises(ValueError, match=words):
        scatter(points, **LABELS, **options)
