import numpy as np
import pytest

from dlcourse.plot import descents

LABELS = {"title": "What to see", "x_label": "w", "y_label": "J(w)", "alt": "Two walks down the same parabola."}


def test_each_panel_shows_the_function_and_the_places_visited():
    walks = {"short": np.array([1.0, 0.5]), "two": np.array([[1.0, 0.5, 0.2], [-1.0, -0.5, -0.2]])}
    short, two = descents(np.square, walks, (-2, 2), **LABELS).figure.axes
    assert np.array_equal(short.lines[1].get_xdata(), [1.0, 0.5])
    assert np.array_equal(short.lines[1].get_ydata(), [1.0, 0.25])
    assert (short.get_title(loc="left"), two.get_title(loc="left")) == ("short", "two")
    assert len(two.lines) == 1 + 2 * 2
    assert two.lines[1].get_color() != two.lines[3].get_color()


def test_a_walk_that_leaves_the_frame_does_not_widen_it():
    (axes,) = descents(np.square, {"away": np.array([1.0, -9.0, 99.0])}, (-2, 2), **LABELS).figure.axes
    assert axes.get_xlim() == (-2, 2)
    assert axes.get_ylim()[1] < 5


@pytest.mark.parametrize("walks", [{}, {"none": np.zeros(0)}])
def test_a_walk_must_visit_some_place(walks):
    with pytest.raises(ValueError, match="at least one panel and none empty"):
        descents(np.square, walks, (-2, 2), **LABELS)
