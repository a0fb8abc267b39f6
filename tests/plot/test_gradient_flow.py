import numpy as np
import pytest

from dlcourse.plot import gradient_flow

LABELS = {"title": "What to see", "alt": "The first layer's gradient is the smallest."}
STEPS = np.array([0, 10, 20])
NORMS = {"first": np.array([1e-6, 1e-5, 0.0]), "last": np.array([1.0, 0.5, 0.4])}


def test_each_layer_is_a_line_and_a_norm_of_zero_stays_on_the_axis():
    figure = gradient_flow(STEPS, NORMS, **LABELS).figure
    (axes,) = figure.axes
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1e-6, 1e-5, 1e-30])
    np.testing.assert_allclose(axes.lines[1].get_ydata(), NORMS["last"])
    assert axes.get_yscale() == "log"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["first", "last"]
    assert tuple(axes.lines[0].get_color()) != tuple(axes.lines[1].get_color())


@pytest.mark.parametrize(
    ("steps", "norms", "words"),
    [
        (STEPS, {}, "at least one layer and step, got 0 and 3"),
        (STEPS[:0], NORMS, "at least one layer and step, got 2 and 0"),
        (STEPS[1:], NORMS, r"norms of 'first' must have the shape of the steps, \(2,\), got \(3,\)"),
    ],
)
def test_what_does_not_fit_is_named(steps, norms, words):
    with pytest.raises(ValueError, match=words):
        gradient_flow(steps, norms, **LABELS)
