import numpy as np
import pandas as pd
import pytest

from dlcourse.plot import parallel_coordinates

LABELS = {"title": "What to see", "alt": "Trials of a search as lines over four axes."}
TRIALS = {
    "accuracy": [0.5, 0.9, 0.7],
    "rate": [1.0, 0.01, 0.1],
    "width": [16, 16, 16],
    "optimizer": ["sgd", "adam", "sgd"],
}


def crossings(axes):
    """Where each trial crosses the axes, the best one last; the axes' own lines have two points of one x."""
    return [line.get_ydata() for line in axes.lines if np.ptp(line.get_xdata()) > 0]


def test_a_trial_crosses_each_axis_at_its_value_and_the_score_comes_last():
    axes = parallel_coordinates(TRIALS, score="accuracy", log=["rate"], **LABELS).figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["rate", "width", "optimizer", "accuracy"]
    np.testing.assert_allclose(crossings(axes), [[1, 0.5, 0, 0], [0.5, 0.5, 0, 0.5], [0, 0.5, 1, 1]])


def test_without_a_logarithm_distances_are_those_of_the_numbers():
    axes = parallel_coordinates(TRIALS, score="accuracy", **LABELS).figure.axes[0]
    np.testing.assert_allclose([each[0] for each in crossings(axes)], [1, 0.09 / 0.99, 0])


@pytest.mark.parametrize(("smaller", "best"), [(False, 1.0), (True, 0.0)])
def test_the_best_trial_is_thicker(smaller, best):
    axes = parallel_coordinates(TRIALS, score="accuracy", smaller_is_better=smaller, best=1, **LABELS).figure.axes[0]
    thick = [line for line in axes.lines if line.get_linewidth() > 2]
    assert [line.get_ydata()[-1] for line in thick] == [best]


def test_ticks_are_the_values_themselves_where_they_are_few():
    axes = parallel_coordinates(TRIALS, score="accuracy", **LABELS).figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.01", "0.1", "1", "16", "sgd", "adam", "0.5", "0.7", "0.9"]


def test_many_values_have_five_ticks():
    axes = parallel_coordinates({"a": np.arange(9), "b": np.arange(9)}, score="b", **LABELS).figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["0", "2", "4", "6", "8"] * 2


def test_a_pandas_table_is_drawn_as_a_dictionary():
    one = parallel_coordinates(dict(pd.DataFrame(TRIALS)), score="accuracy", **LABELS)
    assert one.png() == parallel_coordinates(TRIALS, score="accuracy", **LABELS).png()


@pytest.mark.parametrize(
    ("columns", "keywords", "words"),
    [
        ({"a": [1.0]}, {"score": "a"}, "at least two, all of one length"),
        ({"a": [1.0], "b": [1.0, 2.0]}, {"score": "a"}, r"got \{'a': \(1,\), 'b': \(2,\)\}"),
        ({"a": [], "b": []}, {"score": "a"}, "of at least 1, got"),
        (TRIALS, {"score": "loss"}, r"must name columns \(accuracy, .*got 'loss'"),
        (TRIALS, {"score": "accuracy", "log": ["depth"]}, "got 'depth'"),
        (TRIALS, {"score": "optimizer"}, "the score must be finite numbers, got"),
        (
            {"a": [0.0, 1.0], "b": [1, 2]},
            {"score": "b", "log": ["a"]},
            r"'a' must be numbers above 0 .*got \[0.0, 1.0\]",
        ),
    ],
)
def test_trials_that_do_not_fit_are_named(columns, keywords, words):
    with pytest.raises(ValueError, match=words):
        parallel_coordinates(columns, **keywords, **LABELS)
