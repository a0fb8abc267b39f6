import numpy as np
import pytest

from dlcourse.metrics import ExpectedCalibrationError
from dlcourse.plot import reliability_diagram

LABELS = {"title": "What to see", "alt": "A reliability diagram for each of two models."}
CONFIDENCE = np.array([0.95] * 4 + [0.65] * 4)
CORRECT = np.array([1, 1, 1, 0] * 2)
RANDOM = np.random.default_rng(2)
MANY = RANDOM.uniform(0.2, 1, 300)
RIGHT = RANDOM.uniform(size=300) < MANY**2


def heights(axes):
    return np.array([bar.get_height() for bar in axes.patches])


def diagram(axes):
    """Accuracy of each bin, and from where to where the gaps of the filled ones reach."""
    (gaps,) = axes.collections
    return heights(axes), np.array([segment[:, 1] for segment in gaps.get_segments()])


def test_bars_are_accuracies_and_gaps_reach_to_the_mean_confidence():
    above, below = reliability_diagram({"mine": (CONFIDENCE, CORRECT)}, **LABELS).figure.axes
    accuracy, gaps = diagram(above)
    np.testing.assert_allclose(accuracy, [0] * 6 + [0.75, 0, 0, 0.75])
    np.testing.assert_allclose(gaps, [[0.75, 0.65], [0.75, 0.95]])
    np.testing.assert_allclose(heights(below), [0] * 6 + [0.5, 0, 0, 0.5])


@pytest.mark.parametrize("bins", [5, 10, 15])
def test_what_is_drawn_adds_up_to_the_expected_calibration_error(bins):
    above, below = reliability_diagram({"mine": (MANY, RIGHT)}, bins=bins, **LABELS).figure.axes
    gaps, share = np.abs(np.diff(diagram(above)[1])[:, 0]), heights(below)
    metric = ExpectedCalibrationError(bins=bins)
    metric.update_state(np.where(RIGHT, 0, 1), np.stack([MANY, np.zeros(300)], axis=1))
    assert share.sum() == pytest.approx(1)
    assert gaps @ share[share > 0] == pytest.approx(float(metric.result()), abs=1e-6)


def test_a_bin_that_is_always_wrong_is_no_empty_bin():
    above, _ = reliability_diagram({"mine": (np.array([0.95]), np.array([False]))}, **LABELS).figure.axes
    np.testing.assert_allclose(diagram(above)[1], [[0, 0.95]])


def test_every_model_has_a_column_with_its_name_and_one_legend_serves_all():
    figure = reliability_diagram({"plain": (MANY, RIGHT), "smoothed": (CONFIDENCE, CORRECT)}, **LABELS).figure
    assert len(figure.axes) == 4
    assert [axes.get_title(loc="left") for axes in figure.axes[:2]] == ["plain", "smoothed"]
    assert figure.axes[2].get_xlabel() == "confidence"
    named = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(named) == ["accuracy", "calibrated", "gap", "mean confidence"]


def test_the_axis_of_confidence_begins_where_it_is_told():
    figure = reliability_diagram({"mine": (CONFIDENCE, CORRECT)}, lowest=0.5, **LABELS).figure
    assert {axes.get_xlim() for axes in figure.axes} == {(0.5, 1.0)}


def test_a_confidence_that_is_rounded_above_one_is_in_the_last_bin():
    _, below = reliability_diagram({"mine": (np.float32([1.0000001]), np.array([True]))}, **LABELS).figure.axes
    assert heights(below)[-1] == 1


@pytest.mark.parametrize(
    ("models", "words"),
    [
        ({}, "at least one model"),
        ({"mine": (MANY, RIGHT[1:])}, r"got \(300,\) and \(299,\)"),
        ({"mine": (MANY[:0], RIGHT[:0])}, r"N at least 1, got \(0,\) and \(0,\)"),
        ({"mine": (np.array([1.5]), np.array([True]))}, "confidence must be from 0 to 1, got 1.5"),
        ({"mine": (np.array([np.nan]), np.array([True]))}, "confidence must be from 0 to 1, got nan"),
    ],
)
def test_what_does_not_fit_is_named(models, words):
    with pytest.raises(ValueError, match=words):
        reliability_diagram(models, **LABELS)
