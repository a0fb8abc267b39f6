"""A figure is judged by what it shows: axes, labels, lines."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlcourse.checks.compare import Tolerance, same
from dlcourse.checks.outcome import Outcome, observe


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def drawn(x, color="red", give="figure"):
    figure, axes = plt.subplots()
    axes.plot(x, x**2, color=color, label="square")
    axes.scatter(x, -x)
    axes.set(title="Growth", xlabel="x", ylabel="y", yscale="log")
    axes.legend()
    return {"figure": figure, "axes": axes, "nothing": None}[give]


@pytest.mark.parametrize("give", ["figure", "axes", "nothing"])
def test_a_figure_comes_as_data(give):
    x = np.array([1.0, 2.0])
    outcome = observe(lambda x: drawn(x, give=give), {"x": x}, "figure")
    (shown,) = outcome.value
    assert (shown["title"], shown["xlabel"], shown["ylabel"]) == ("Growth", "x", "y")
    assert (shown["xscale"], shown["yscale"], shown["legend"]) == ("linear", "log", ["square"])
    assert shown["lines"][0]["label"] == "square"
    np.testing.assert_array_equal(shown["lines"][0]["y"], [1, 4])
    np.testing.assert_array_equal(shown["points"][0], [[1, -1], [2, -2]])
    assert plt.get_fignums() == []


def test_looks_do_not_count_and_data_do():
    x = {"x": np.array([1.0, 2.0])}
    red, blue, other = (
        observe(answer, x, "figure").value for answer in (drawn, lambda x: drawn(x, "blue"), lambda x: drawn(x + 1))
    )
    assert same(red, blue, Tolerance())
    assert not same(red, other, Tolerance())


def test_bars_are_heights():
    (shown,) = observe(lambda: plt.bar(["a", "b"], [1, 3])[0].axes, {}, "figure").value
    assert shown["bars"] == [1, 3]


@pytest.mark.parametrize("value", [3, None, "figure"])
def test_what_is_no_figure_says_so(value):
    outcome = observe(lambda: value, {}, "figure")
    assert "return the figure or its axes" in outcome.error


def test_an_unfinished_figure_is_not_attempted():
    assert observe(lambda: ..., {}, "figure") == Outcome(attempted=False)
