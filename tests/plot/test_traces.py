import numpy as np
import pytest

from dlcourse.plot import traces

LABELS = {"title": "What to see", "y_label": "loss", "alt": "The same two losses against two different axes."}
LONG, SHORT = (np.arange(5), np.arange(5) + 1), (np.arange(2), np.arange(2) + 1)


def test_lines_of_different_length_share_a_panel():
    (axes,) = traces({"updates": {"long": LONG, "short": SHORT}}, **LABELS, log_y=True).figure.axes
    assert [len(line.get_xdata()) for line in axes.lines] == [5, 2]
    assert axes.get_yscale() == "log"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("updates", "loss")


def test_panels_have_their_own_x_axis_and_one_legend():
    lines = {"long": LONG, "short": SHORT}
    figure = traces({"updates": lines, "seconds": lines}, **LABELS, log_x=True, markers=True, y_limits=(0, 9)).figure
    assert [axes.get_xlabel() for axes in figure.axes] == ["updates", "seconds"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["long", "short"]
    assert all(axes.get_xscale() == "log" and axes.get_ylim() == (0, 9) for axes in figure.axes)
    assert figure.axes[0].lines[0].get_marker() == "o"


def test_one_line_needs_no_legend():
    assert traces({"updates": {"long": LONG}}, **LABELS).figure.legends == []


@pytest.mark.parametrize(
    ("panels", "words"),
    [
        ({}, "at least one"),
        ({"a": {"long": LONG}, "b": {"short": SHORT}}, "the same lines"),
        ({"a": {"odd": (np.arange(3), np.arange(2))}}, r"'odd' must have one shape"),
    ],
)
def test_lines_that_do_not_fit_are_named(panels, words):
    with pytest.raises(ValueError, match=words):
        traces(panels, **LABELS)
