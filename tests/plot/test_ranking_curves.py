import numpy as np
import pytest
from sklearn import metrics

from dlcourse.plot import precision_recall_curve, roc_curve

LABELS = {"title": "What to see", "alt": "A curve of a classifier over all thresholds."}
RANDOM = np.random.default_rng(3)
TRUE = RANDOM.integers(0, 2, 80)
SCORES = TRUE + RANDOM.normal(size=80)
STEPS = ([0.0, 0.0, 1.0], [0.0, 0.5, 1.0])


def legend(figure):
    found = figure.legends[0] if figure.legends else figure.axes[0].get_legend()
    return [text.get_text() for text in found.get_texts()]


def test_the_roc_is_the_rates_and_its_area_is_scikit_learns():
    false, true, _ = metrics.roc_curve(TRUE, SCORES)
    figure = roc_curve({"mine": (false, true)}, **LABELS).figure
    np.testing.assert_array_equal(figure.axes[0].lines[1].get_xydata(), np.stack([false, true], axis=1))
    assert legend(figure) == ["a coin, area 0.500", f"mine, area {metrics.roc_auc_score(TRUE, SCORES):.3f}"]
    assert figure.axes[0].get_xlabel() == "false positive rate"


def test_precision_goes_over_recall_and_its_average_is_scikit_learns():
    precision, recall, _ = metrics.precision_recall_curve(TRUE, SCORES)
    figure = precision_recall_curve({"mine": (precision, recall)}, positive_share=TRUE.mean(), **LABELS).figure
    np.testing.assert_array_equal(figure.axes[0].lines[1].get_xydata(), np.stack([recall, precision], axis=1))
    average = metrics.average_precision_score(TRUE, SCORES)
    assert legend(figure) == [f"a coin, AP {TRUE.mean():.3f}", f"mine, AP {average:.3f}"]


def test_the_area_between_two_steps_is_that_on_paper():
    assert legend(roc_curve({"mine": STEPS}, **LABELS).figure)[1] == "mine, area 0.750"


def test_models_differ_in_dash_and_colour():
    _, one, two = roc_curve({"one": STEPS, "two": STEPS}, **LABELS).figure.axes[0].lines
    assert one.get_color() != two.get_color()
    assert one.get_linestyle() != two.get_linestyle()


@pytest.mark.parametrize(
    ("models", "words"),
    [
        ({}, "at least one model, got none"),
        ({"mine": ([0, 1], [0, 0.5, 1])}, r"'mine' must have two arrays .* got \(2,\) and \(3,\)"),
        ({"mine": ([0], [0])}, r"N at least 2, got \(1,\)"),
        ({"mine": ([0, 1], [0, 2])}, "from 0 to 1, got 2.0"),
        ({"mine": ([0, 1], [0, np.nan])}, "from 0 to 1, got nan"),
        ({"mine": ([1, 0], [1, 0])}, r"must not fall, got \[1.0, 0.0\]"),
    ],
)
def test_rates_that_do_not_fit_are_named(models, words):
    with pytest.raises(ValueError, match=words):
        roc_curve(models, **LABELS)


def test_recalls_that_rise_and_a_share_beyond_one_are_named():
    with pytest.raises(ValueError, match=r"recalls of 'mine' must not rise, got \[0.0, 1.0\]"):
        precision_recall_curve({"mine": ([1, 0.5], [0, 1])}, positive_share=0.5, **LABELS)
    with pytest.raises(ValueError, match="positive_share must be from 0 to 1, got 5"):
        precision_recall_curve({"mine": ([0.5, 1], [1, 0])}, positive_share=5, **LABELS)
