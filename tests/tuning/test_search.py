"""Searches: each method, interrupted and continued; with workers, killed or not. Most trials are formulas."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tuning_builders

from dlcourse import tuning
from dlcourse.tuning import workers
from dlcourse.tuning.journal import NAME
from dlcourse.tuning.trial import Outcome, best_epoch

X = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
Y = (X[:, 0] > X[:, 1]).astype("int64")
DATA = ((X[:48], Y[:48]), (X[48:], Y[48:]))
METHODS = ("grid", "random", "hyperband", "bayesian")


class StoppedError(Exception):
    """Stands for a kill."""


@pytest.fixture
def formula(monkeypatch):
    """Trials that are a formula: the larger the number and the nearer the rate to 0.01, the better."""
    ran = []

    def run(work, number, space, values):
        if run.left == 0:
            raise StoppedError
        run.left -= 1
        ran.append((number, dict(values)))
        score = values["number"] / 4 - abs(np.log10(values["rate"]) + 2) / 10
        return Outcome({"val_accuracy": score, "accuracy": 1.0}, 1, 6, 0.0)

    run.left, run.ran = -1, ran
    monkeypatch.setattr(workers, "run_trial", run)
    return run


def searched(method, folder=None, **options):
    options = {"trials": 6, "epochs": 3, "retrain": False, "progress": False, **options}
    return tuning.search(tuning_builders.small, DATA, method, folder=folder, **options)


def told(result):
    return [(each["trial"], each["values"], each["score"]) for each in result.trials]


@pytest.mark.parametrize("method", METHODS)
def test_stopped_after_any_trial_and_started_again_it_gives_what_it_gives_in_one(method, formula, tmp_path):
    whole = searched(method)
    count = len(formula.ran)
    formula.ran.clear()
    for stop in (1, 2):
        folder = tmp_path / str(stop)
        formula.left = stop
        with pytest.raises(StoppedError):
            searched(method, folder)
        formula.left = -1
        assert told(searched(method, folder)) == told(whole)
    assert len(formula.ran) == 2 * count, "no finished trial ran again"


@pytest.mark.parametrize("method", METHODS)
def test_a_search_that_is_over_runs_nothing_again(method, formula, tmp_path):
    first = searched(method, tmp_path)
    formula.left = 0
    assert told(searched(method, tmp_path)) == told(first)


def test_a_grid_visits_every_combination_once(formula):
    result = searched("grid", trials=100)
    assert len({tuple(each["values"].items()) for each in result.trials}) == len(result.trials) == 12
    assert result.best == {"rate": 0.01, "number": 4}


def test_more_trials_may_be_asked_for_later(formula, tmp_path):
    first = searched("random", tmp_path, trials=3)
    more = searched("random", tmp_path, trials=10)
    assert told(more)[:3] == told(first)
    assert len(formula.ran) == len(more.trials) > 3


def test_a_line_that_was_cut_off_costs_that_trial_alone(formula, tmp_path):
    whole = searched("random", tmp_path)
    file = tmp_path / NAME
    file.write_bytes(file.read_bytes()[:-7])
    formula.ran.clear()
    assert told(searched("random", tmp_path)) == told(whole)
    assert [number for number, _ in formula.ran] == [5]
    assert told(searched("random", tmp_path)) == told(whole), "what was cut off does not spoil the line after it"


def test_a_damaged_line_is_named(formula, tmp_path):
    searched("random", tmp_path)
    lines = (tmp_path / NAME).read_bytes().split(b"\n")
    lines[3] = lines[3][:10]
    (tmp_path / NAME).write_bytes(b"\n".join(lines))
    with pytest.raises(tuning.JournalError, match=r"journal\.jsonl: line 4 is damaged"):
        searched("random", tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"seed": 1}, "with seed=0, now seed=1"), ({"epochs": 4}, "with epochs=3, now epochs=4")],
)
def test_another_search_is_not_mixed_in(options, message, formula, tmp_path):
    searched("random", tmp_path)
    with pytest.raises(tuning.JournalError, match=message):
        searched("random", tmp_path, **options)


def test_a_journal_of_another_version_is_named(formula, tmp_path):
    (tmp_path / NAME).write_text('{"schema": 0}\n')
    with pytest.raises(tuning.JournalError, match="schema 1 was expected, got 0"):
        searched("random", tmp_path)


def test_a_changed_oracle_is_noticed(formula, tmp_path):
    searched("random", tmp_path)
    text = (tmp_path / NAME).read_text().splitlines()
    event = json.loads(text[1])
    event["values"]["number"] = event["values"]["number"] % 4 + 1
    (tmp_path / NAME).write_text("\n".join([text[0], json.dumps(event), *text[2:]]) + "\n")
    with pytest.raises(tuning.JournalError, match="the space was changed"):
        searched("random", tmp_path)


def test_hyperband_trains_the_best_further(formula):
    searched("hyperband", epochs=9)
    epochs = [values["tuner/epochs"] for _, values in formula.ran]
    assert min(epochs) < 9 == max(epochs)
    rungs = [values for _, values in formula.ran if "tuner/trial_id" in values]
    chosen = {dict(formula.ran)[int(values["tuner/trial_id"])]["number"] for values in rungs}
    assert rungs
    assert min(chosen) >= 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "best"}, "method must be one of grid, random, hyperband, bayesian, got 'best'"),
        ({"trials": 0}, "trials must be a positive integer, got 0"),
        ({"workers": True}, "workers must be a positive integer, got True"),
        ({"objective": "val_bleu"}, "give direction='min' or 'max'"),
        ({"direction": "up"}, "direction must be 'min' or 'max', got 'up'"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        searched(options.pop("method", "random"), **options)


def test_labels_must_fit():
    with pytest.raises(ValueError, match="got 48 examples, 47 labels"):
        tuning.search(tuning_builders.small, ((X[:48], Y[:47]), DATA[1]), progress=False)


def test_the_best_epoch_ignores_what_is_no_number():
    assert best_epoch({"loss": [0.2, float("nan"), 0.1]}, "loss", "min") == 2
    with pytest.raises(ValueError, match="diverged"):
        best_epoch({"loss": [float("nan")]}, "loss", "min")


def test_a_real_search_learns_and_gives_the_same_again(tmp_path):
    first = searched("random", tmp_path / "a", trials=2, retrain=True)
    again = searched("random", tmp_path / "b", trials=2)
    assert told(first) == told(again)
    assert first.model.evaluate(X, Y, verbose=0, return_dict=True)["accuracy"] > 0.5
    assert first.best_score == max(each["score"] for each in first.trials)


def test_hyperband_goes_on_from_weights(tmp_path):
    result = searched("hyperband", tmp_path, epochs=3)
    assert all(not each["failure"] for each in result.trials)
    assert len(list((tmp_path / "weights").glob("*.h5"))) == len(result.trials)


def test_models_that_cannot_be_built_fail_and_are_told():
    def wrong(hp):
        if hp.Int("number", 1, 2) and hp.values.get("tried"):
            raise AssertionError
        hp.Fixed("tried", 1)
        return tuning_builders.small(hp)

    with pytest.raises(tuning.SearchError, match="none of 2 trials succeeded; the last: AssertionError"):
        tuning.search(wrong, DATA, "random", trials=2, epochs=1, progress=False)


def test_a_space_that_cannot_be_sent_is_named():
    with pytest.raises(ValueError, match="something that can be imported"):
        tuning.search(lambda hp: tuning_builders.small(hp), DATA, trials=1, workers=2, progress=False)


def test_two_searches_in_one_folder_are_refused(formula, tmp_path):
    from dlcourse.data.lock import exclusive

    with exclusive(tmp_path / "lock"), pytest.raises(TimeoutError):
        searched("random", tmp_path)


@pytest.mark.slow
def test_a_killed_worker_s_trial_is_given_out_again_and_two_workers_give_what_one_gives(tmp_path, monkeypatch):
    monkeypatch.setenv(tuning_builders.FLAG, str(tmp_path / "flag"))
    monkeypatch.setenv("TUNING_TEST_CHIEF", str(os.getpid()))
    result = tuning.search(
        tuning_builders.dies_once, DATA, trials=4, epochs=1, workers=2, retrain=False, progress=False
    )
    assert (tmp_path / "flag").exists(), "a worker was killed"
    alone = searched("random", trials=4, epochs=1)
    assert [each["values"] for each in result.trials] == [each["values"] for each in alone.trials]
    assert np.allclose([each["score"] for each in result.trials], [each["score"] for each in alone.trials])


@pytest.mark.slow
def test_a_search_that_is_killed_keeps_what_was_finished(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "sys.modules.update(dict.fromkeys(('jax', 'matplotlib', 'IPython')))  # where they are, they are imported\n"
        "from test_search import searched\n"
        "from pathlib import Path\n"
        "searched('random', Path(sys.argv[1]), trials=200, epochs=1)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.DEVNULL)
    file = tmp_path / NAME
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (file.is_file() and file.read_text().count('"ended"') >= 2):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ended = file.read_text().count('"ended"')
    result = searched("random", tmp_path, trials=ended + 1, epochs=1)
    assert ended >= 2
    assert len(result.trials) == ended + 1
