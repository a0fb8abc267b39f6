import numpy as np
import pytest

from dlcourse.plot import activation_histograms

LABELS = {"title": "What to see", "alt": "Histograms of each layer's numbers."}
RUNS = {"small": {"one": [-1.0, 1.0], "two": [0.1, 0.3]}, "large": {"one": [[0.0, 0.0]], "two": [9.0, -9.0]}}


def shares(axes):
    (stairs,) = axes.patches
    return stairs.get_data().values


def test_runs_are_columns_and_layers_rows():
    figure = activation_histograms(RUNS, bins=4, **LABELS).figure
    assert [axes.get_title(loc="left") for axes in figure.axes[:2]] == ["small", "large"]
    assert [figure.axes[row].get_ylabel() for row in (0, 2)] == ["one", "two"]
    assert [axes.get_xlabel() for axes in figure.axes] == ["", "", "activation", "activation"]
    np.testing.assert_allclose(shares(figure.axes[0]), [0, 0.5, 0.5, 0])
    np.testing.assert_allclose(shares(figure.axes[3]), [0.5, 0, 0, 0.5])


def test_all_panels_share_one_axis():
    figure = activation_histograms(RUNS, **LABELS).figure
    assert {axes.get_xlim() for axes in figure.axes} == {(-9, 9)}


def test_what_lies_beyond_the_limits_is_in_the_outermost_bars():
    figure = activation_histograms(RUNS, bins=2, limits=(-1, 1), **LABELS).figure
    np.testing.assert_allclose(shares(figure.axes[3]), [0.5, 0.5])


def test_each_panel_tells_mean_and_deviation():
    figure = activation_histograms(RUNS, **LABELS).figure
    told = [axes.texts[0].get_text() for axes in figure.axes]
    assert told == ["mean 0, std 1", "mean 0, std 0", "mean 0.2, std 0.1", "mean 0, std 9"]


def test_a_layer_that_is_all_one_number_is_drawn():
    (axes,) = activation_histograms({"run": {"dead": np.zeros(5)}}, **LABELS).figure.axes
    assert shares(axes).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ({}, r"same layers, at least one, got \[\]"),
        ({"a": {}}, r"at least one, got \[\[\]\]"),
        ({"a": {"x": [1]}, "b": {"y": [1]}}, r"got \[\['x'\], \['y'\]\]"),
        ({"a": {"x": []}}, r"'x' of 'a' must hold finite numbers, at least one, got \[\]"),
        ({"a": {"x": [np.inf]}}, r"'x' of 'a' must hold finite numbers, at least one, got \[inf\]"),
    ],
)
def test_runs_that_do_not_fit_are_named(runs, words):
    with pytest.raises(ValueError, match=words):
        activation_histograms(runs, **LABELS)
