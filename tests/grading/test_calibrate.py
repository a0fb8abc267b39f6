"""A threshold that the reference misses under some draw is found, and named with question, seed and score."""

import gc
import subprocess
import sys

import numpy as np
import pytest

from dlcourse import cli
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.goal import Goal
from dlcourse.checks.question import Case
from dlcourse.grading import calibrate as module
from dlcourse.grading.calibrate import calibrate

LABELS = np.arange(10) % 2


@pytest.fixture(autouse=True, scope="module")
def what_other_tests_left_is_not_searched():
    """After each seed models are forgotten and garbage is collected: seconds, where thousands of tests ran before."""
    gc.freeze()
    yield
    gc.unfreeze()


class Guesser:
    """Looks like a trained model: right in as many of ten examples as it was made for."""

    def __init__(self, right):
        self.right = right

    def count_params(self):
        return 5

    def __call__(self, unseen, training):
        return np.eye(2)[np.where(np.arange(10) < self.right, LABELS, 1 - LABELS)]


def draw(rng):
    """The seed decides how well training goes: 8 to 10 of 10."""
    hard = np.array([rng.integers(8, 11)])
    return [Case("ten", {"x": hard, "unseen": np.zeros(10)}, goal=Goal(LABELS, 0.9))]


def train(x):
    return Guesser(x[0])


def train_well(x):
    return Guesser(10)


TRAINED = QuestionDefinition("7.1", "Train", draw, train, [train_well], [Mistake(lambda x: None)], ["a"], probe="model")


def test_the_distribution_is_that_of_the_scores():
    reference, accepted = calibrate([TRAINED], range(20))
    drawn = [int(np.random.default_rng(seed).integers(8, 11)) / 10 for seed in range(20)]
    assert reference.scores == sorted(drawn)
    assert (reference.minimum, reference.median) == (0.8, np.median(drawn))
    assert reference.margin == pytest.approx(-0.1)
    assert (accepted.answer, accepted.minimum, accepted.missed) == ("train_well", 1.0, ())


def test_a_threshold_that_is_missed_is_named_with_question_seed_and_score():
    reference, _ = calibrate([TRAINED], range(20))
    missed = [seed for seed in range(20) if np.random.default_rng(seed).integers(8, 11) == 8]
    assert [each.seed for each in reference.missed] == missed
    assert reference.complaints[0] == f"7.1: reference, seed {missed[0]}: reached 0.8000, 0.9 is needed (ten)"


def test_a_budget_that_is_exceeded_is_a_miss_too():
    small = QuestionDefinition(
        "7.1",
        "Train",
        lambda rng: [Case("ten", {"x": np.array([10]), "unseen": np.zeros(10)}, goal=Goal(LABELS, 0.9, 4))],
        train,
        [],
        [],
        ["a"],
        probe="model",
    )
    (reference,) = calibrate([small], [3])
    assert reference.complaints == ["7.1: reference, seed 3: not right in 'ten'"]


def test_the_command_shows_the_distribution_in_80_columns_and_exits_with_0(checks, capsys):
    assert cli.run(["calibrate", "03", "--seeds", "3", "--checks", str(checks)]) == 0
    told = capsys.readouterr().out
    assert "3/3" in told
    assert "none misses" in told
    assert max(map(len, told.splitlines())) <= 80


LEARNED = """
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case

def predicted(x):
    import keras
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")]).predict(x, verbose=0)

def draw(rng):
    return [Case("two", {"x": rng.normal(size=(2, 2)).astype("float32")})]

QUESTIONS = [QuestionDefinition("3.1", "Predict", draw, predicted, [], [Mistake(lambda x: 0)], ["a"])]
"""


@pytest.mark.slow
def test_networks_in_an_answer_write_nothing_on_the_screen(tmp_path):
    (tmp_path / "03_own.py").write_text(LEARNED, encoding="utf-8")
    line = "from dlcourse import cli; cli.main()"
    command = [sys.executable, "-c", line, "calibrate", "03", "--seeds", "6", "--checks", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "6/6" in done.stdout
    assert done.stderr == ""


def test_the_command_refuses_what_is_missed(checks, capsys, monkeypatch):
    monkeypatch.setattr(module, "calibrate", lambda questions, seeds, on_try: calibrate([TRAINED], seeds, on_try))
    assert cli.run(["calibrate", "3", "--checks", str(checks)]) == 1
    told = capsys.readouterr()
    assert "reached 0.8000, 0.9 is needed" in told.err
    assert "-0.100" in told.out


@pytest.mark.parametrize("arguments", [["99"], ["03", "--question", "3.9"]])
def test_bad_input_is_one_line(arguments, checks, capsys):
    assert cli.run(["calibrate", *arguments, "--checks", str(checks.parent)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "there are" in told
