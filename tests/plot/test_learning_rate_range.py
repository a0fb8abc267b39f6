import numpy as np
import pytest

from dlcourse.plot import learning_rate_range

LABELS = {"title": "What to see", "alt": "The loss falls, then rises steeply."}
RATES, LOSSES = np.geomspace(1e-4, 1, 5), np.array([2.0, 1.5, 1.0, 0.9, 4.0])


def test_the_losses_are_drawn_over_the_rates_and_the_suggestion_is_marked():
    (axes,) = learning_rate_range(RATES, LOSSES, suggestion=0.02, **LABELS).figure.axes
    line, mark = axes.lines
    np.testing.assert_array_equal(line.get_xydata(), np.stack([RATES, LOSSES], axis=1))
    assert set(mark.get_xdata()) == {0.02}
    assert axes.get_xscale() == "log"
    assert axes.get_legend().get_texts()[0].get_text() == "suggested: 2.0e-02"


def test_without_a_suggestion_nothing_is_marked():
    (axes,) = learning_rate_range(RATES, LOSSES, **LABELS).figure.axes
    assert len(axes.lines) == 1


@pytest.mark.parametrize(
    ("rates", "losses", "words"),
    [
        (RATES, LOSSES[1:], r"got \(5,\) and \(4,\)"),
        (RATES[:0], LOSSES[:0], "S at least 1"),
        (-RATES, LOSSES, "rates must be above 0, got -1.0"),
    ],
)
def test_what_does_not_fit_is_named(rates, losses, words):
    with pytest.raises(ValueError, match=words):
        learning_rate_range(rates, losses, **LABELS)
