import numpy as np
import pytest

from dlcourse.plot import spread

LABELS = {
    "title": "What to see",
    "x_label": "epoch",
    "y_label": "share",
    "alt": "A line with a band that widens to the right.",
}
X = np.arange(3)
RUNS = {"slow": np.array([[0, 1, 2], [0, 3, 6]]), "fast": np.array([[1, 5, 9]])}


def test_the_line_is_the_mean_and_the_band_goes_from_the_lowest_to_the_highest_run():
    (axes,) = spread(X, RUNS, **LABELS).figure.axes
    assert axes.lines[0].get_ydata().tolist() == [0, 2, 4]
    band = axes.collections[0].get_paths()[0].vertices
    for x, low, high in ((0, 0, 0), (1, 1, 3), (2, 2, 6)):
        heights = band[band[:, 0] == x, 1]
        assert (heights.min(), heights.max()) == (low, high)


def test_experiments_are_told_apart_by_colour_dash_and_marker_and_named():
    figure = spread(X, RUNS, **LABELS).figure
    slow, fast = figure.axes[0].lines
    assert slow.get_color() != fast.get_color()
    assert slow.get_linestyle() != fast.get_linestyle()
    assert slow.get_marker() != fast.get_marker()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["slow", "fast"]


def test_axes_and_title_are_labelled():
    (axes,) = spread(X, RUNS, **LABELS).figure.axes
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("What to see", "epoch", "share")


def test_epochs_are_whole_numbers_on_the_axis():
    (axes,) = spread(X, RUNS, **LABELS).figure.axes
    assert all(tick == round(tick) for tick in axes.get_xticks())


def test_limits_and_a_logarithmic_axis_are_kept():
    (axes,) = spread(X, {"fast": RUNS["fast"]}, **LABELS, y_limits=(0.5, 20), log_y=True).figure.axes
    assert axes.get_ylim() == (0.5, 20)
    assert axes.get_yscale() == "log"


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ({}, "at least one experiment"),
        ({"flat": np.ones(3)}, r"'flat' must be of shape \(runs, 3\), got \(3,\)"),
        ({"short": np.ones((2, 2))}, r"\(runs, 3\), got \(2, 2\)"),
        ({"none": np.ones((0, 3))}, r"\(runs, 3\), got \(0, 3\)"),
    ],
)
def test_runs_that_do_not_fit_are_named(runs, words):
    with pytest.raises(ValueError, match=words):
        spread(X, runs, **LABELS)
