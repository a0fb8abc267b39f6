"""Tables and importance, from trials whose truth is known."""

import numpy as np
import pytest

from dlcourse import tuning


def result_of(scores, values, direction="max"):
    trials = [
        {"trial": k, "score": score, "values": each, "epoch": 1, "parameters": 1, "seconds": 0.0, "failure": ""}
        for k, (score, each) in enumerate(zip(scores, values, strict=True))
    ]
    return tuning.SearchResult(
        "val_loss" if direction == "min" else "val_accuracy", direction, {}, 0.0, 1, None, trials
    )


@pytest.mark.parametrize(("direction", "order"), [("max", [2, 0, 1]), ("min", [1, 0, 2])])
def test_the_best_comes_first_and_failures_last(direction, order):
    result = result_of([0.5, 0.2, 0.9, float("nan")], [{"a": k} for k in range(4)], direction)
    assert tuning.results_frame(result)["trial"].tolist() == [*order, 3]


def test_a_hyperparameter_that_some_trials_lack_is_empty_there():
    frame = tuning.results_frame(result_of([1.0, 0.5], [{"a": 1, "b": 2}, {"a": 1}]))
    assert np.isnan(frame["b"][1])


def test_what_decides_the_score_is_the_most_important():
    rng = np.random.default_rng(0)
    values = [
        {"rate": 10.0 ** rng.uniform(-4, -1), "kind": str(rng.choice(["x", "y"])), "idle": int(k)} for k in range(40)
    ]
    scores = [-abs(np.log10(each["rate"]) + 2) + 0.2 * (each["kind"] == "x") for each in values]
    found = tuning.importance(result_of(scores, values))
    assert found.index[0] == "rate"
    assert found.sum() == pytest.approx(1)
    assert found["rate"] > 5 * found["idle"]


def test_what_never_varied_has_no_importance():
    found = tuning.importance(result_of([0.1, 0.2, 0.3, 0.4], [{"a": k, "b": 1} for k in range(4)]))
    assert list(found.index) == ["a"]


def test_too_few_trials_are_refused():
    with pytest.raises(ValueError, match="at least 4 trials that succeeded are needed, got 1"):
        tuning.importance(result_of([0.1], [{"a": 1}]))
