import numpy as np
import pytest

from dlcourse.plot import curves

LABELS = {"title": "What to see", "x_label": "x", "y_label": "y", "alt": "Two lines that cross in the middle."}
X = np.linspace(0, 1, 5)


def test_each_line_is_drawn_with_its_values_and_named_in_the_legend():
    (axes,) = curves(X, {"up": X, "down": 1 - X}, **LABELS).figure.axes
    up, down = axes.lines
    assert np.array_equal(up.get_ydata(), X)
    assert np.array_equal(down.get_ydata(), 1 - X)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["up", "down"]
    assert up.get_linestyle() != down.get_linestyle()


def test_axes_and_title_are_labelled():
    (axes,) = curves(X, {"up": X}, **LABELS).figure.axes
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("What to see", "x", "y")


def test_one_line_needs_no_legend():
    (axes,) = curves(X, {"up": X}, **LABELS).figure.axes
    assert axes.get_legend() is None


def test_limits_and_a_logarithmic_axis_are_kept():
    (axes,) = curves(X, {"up": X + 1}, **LABELS, y_limits=(0.5, 3), log_y=True).figure.axes
    assert axes.get_ylim() == (0.5, 3)
    assert axes.get_yscale() == "log"


@pytest.mark.parametrize(
    ("lines", "words"), [({}, "at least one line"), ({"short": X[1:]}, r"'short'.*\(5,\), got \(4,\)")]
)
def test_lines_that_do_not_fit_are_named(lines, words):
    with pytest.raises(ValueError, match=words):
        curves(X, lines, **LABELS)


def test_points_are_drawn_as_dots_where_they_are():
    axes = curves(np.arange(3), {"line": np.arange(3.0)}, points=([1], [5.0]), **LABELS).figure.axes[0]
    dots = axes.lines[-1]
    assert (dots.get_linestyle(), dots.get_marker()) == ("None", "o")
    np.testing.assert_array_equal(dots.get_xydata(), [[1, 5]])
