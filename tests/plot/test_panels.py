import numpy as np
import pytest

from dlcourse.plot import panels

LABELS = {"title": "What to see", "x_label": "residual", "alt": "Two panels with two lines each."}
X = np.linspace(-1, 1, 5)
LINES = {"loss": {"square": X**2, "size": np.abs(X)}, "slope": {"square": 2 * X, "size": np.sign(X)}}


def drawn(axes):
    """The lines with a name, by it; the zero line has none."""
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def test_each_panel_draws_its_lines_with_their_values():
    for axes, lines in zip(panels(X, LINES, **LABELS).figure.axes, LINES.values(), strict=True):
        assert list(drawn(axes)) == ["square", "size"]
        for name, line in drawn(axes).items():
            np.testing.assert_array_equal(line.get_xydata(), np.stack([X, lines[name]], axis=1))


def test_a_name_looks_the_same_in_every_panel_and_unlike_the_other():
    left, right = (drawn(axes) for axes in panels(X, LINES, **LABELS).figure.axes)
    looks = [(line.get_color(), line.get_linestyle()) for side in (left, right) for line in side.values()]
    assert looks[:2] == looks[2:]
    assert looks[0][0] != looks[1][0]
    assert looks[0][1] != looks[1][1]


def test_titles_labels_and_one_common_legend_are_there():
    figure = panels(X, LINES, **LABELS).figure
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["loss", "slope"]
    assert {axes.get_xlabel() for axes in figure.axes} == {"residual"}
    assert figure.get_suptitle() == "What to see"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["square", "size"]


def test_limits_are_those_of_the_panel_that_is_named():
    left, right = panels(X, LINES, **LABELS, y_limits={"slope": (-9, 9)}).figure.axes
    assert right.get_ylim() == (-9, 9)
    assert left.get_ylim() != (-9, 9)


def test_one_line_needs_no_legend():
    assert panels(X, {"loss": {"square": X**2}}, **LABELS).figure.legends == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({}, r"at least one, got \[\]"),
        ({"loss": {}}, r"at least one, got \[\[\]\]"),
        ({"loss": {"a": X}, "slope": {"b": X}}, r"the same lines, at least one, got \[\['a'\], \['b'\]\]"),
        ({"loss": {"short": X[1:]}}, r"'short'.*\(5,\), got \(4,\)"),
    ],
)
def test_lines_that_do_not_fit_are_named(lines, words):
    with pytest.raises(ValueError, match=words):
        panels(X, lines, **LABELS)
