import numpy as np
import pytest

from dlcourse.plot import loss_slices, loss_surface

LABELS = {"title": "What to see", "alt": "Contours of a loss over two parameters."}
X, Y = np.linspace(-2, 2, 9), np.linspace(-1, 1, 5)
BOWL = 1 + X[None, :] ** 2 + 3 * Y[:, None] ** 2
WAYS = {"descent": np.array([[2.0, 1.0], [1.0, 0.5], [0.0, 0.0]]), "momentum": np.array([[2.0, 1.0], [-1.0, 0.0]])}


def ways(axes):
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def test_each_trajectory_is_a_line_with_its_own_look_and_a_large_start():
    axes = loss_surface(X, Y, BOWL, trajectories=WAYS, **LABELS).figure.axes[0]
    for name, line in ways(axes).items():
        np.testing.assert_array_equal(line.get_xydata(), WAYS[name])
    assert len({(line.get_color(), line.get_marker(), line.get_linestyle()) for line in ways(axes).values()}) == 2
    starts = [line.get_xydata().tolist() for line in axes.lines if line.get_label().startswith("_")]
    assert starts == [[[2.0, 1.0]]] * 2


def test_the_minimum_is_marked_and_named():
    figure = loss_surface(X, Y, BOWL, minimum=(0.0, 0.0), **LABELS).figure
    assert ways(figure.axes[0])["minimum"].get_xydata().tolist() == [[0, 0]]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["minimum"]


@pytest.mark.parametrize("log", [False, True])
def test_levels_reach_from_the_lowest_to_the_highest_loss(log):
    figure = loss_surface(X, Y, BOWL, log=log, levels=4, **LABELS).figure
    levels = figure.axes[0].collections[0].levels
    np.testing.assert_allclose(levels, np.geomspace(1, 8, 4) if log else np.linspace(1, 8, 4))
    assert figure.axes[1].get_ylabel() == ("loss (logarithmic)" if log else "loss")


def test_axes_end_where_the_parameters_do():
    axes = loss_surface(X, Y, BOWL, trajectories={"far": np.array([[99.0, 99.0]])}, **LABELS).figure.axes[0]
    assert axes.get_xlim() == (-2, 2)
    assert axes.get_ylim() == (-1, 1)


@pytest.mark.parametrize(
    ("arguments", "keywords", "words"),
    [
        ((X, Y, BOWL.T), {}, r"\(len\(y\), len\(x\)\) = \(5, 9\), got \(9, 5\)"),
        ((X[::-1], Y, BOWL), {}, "x must be at least two rising numbers"),
        ((X, Y[:1], BOWL[:1]), {}, r"y must be at least two rising numbers, got shape \(1,\)"),
        ((X, Y, BOWL * np.nan), {}, "losses must be finite, got 45 that are not"),
        ((X, Y, BOWL - 1), {"log": True}, "above 0 for a logarithmic scale, got 0.0"),
        ((X, Y, BOWL), {"trajectories": {"sgd": np.ones((3, 3))}}, r"'sgd' must have shape \(steps, 2\).*got \(3, 3\)"),
    ],
)
def test_a_surface_that_does_not_fit_is_named(arguments, keywords, words):
    with pytest.raises(ValueError, match=words):
        loss_surface(*arguments, **keywords, **LABELS)


def test_slices_are_lines_over_the_positions():
    axes = loss_slices(X, {"wide": X**2, "sharp": 9 * X**2}, log_y=True, **LABELS).figure.axes[0]
    np.testing.assert_array_equal(ways(axes)["sharp"].get_xydata(), np.stack([X, 9 * X**2], axis=1))
    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "loss"


@pytest.mark.parametrize(
    ("slices", "words"), [({}, "at least one, got none"), ({"a": X[1:]}, r"'a'.*\(9,\), got \(8,\)")]
)
def test_slices_that_do_not_fit_are_named(slices, words):
    with pytest.raises(ValueError, match=words):
        loss_slices(X, slices, **LABELS)
