"""`check`, `hint` and `solution` as a learner meets them."""

import importlib
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

import dlcourse
from dlcourse import check, hint, places, progress, solution

learner_module = importlib.import_module("dlcourse.checks.learner")


@pytest.fixture(autouse=True)
def _new_session(monkeypatch):
    """A learner who opens the exercise for the first time."""
    monkeypatch.setattr(learner_module, "_attempted", set())
    learner_module._hints_given.clear()


@pytest.fixture
def without_solutions(monkeypatch):
    monkeypatch.setattr(places, "solutions", lambda: None)


def stub(logits):
    raise NotImplementedError("question 3.2 is yours to write")


def naive_softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def test_the_three_are_found_where_a_notebook_looks_for_them():
    assert dlcourse.check is check
    assert {"check", "hint", "solution"} <= set(dir(dlcourse))


@pytest.mark.parametrize(
    ("answer", "status", "attempts"), [(stub, "not attempted", 0), (naive_softmax, "wrong", 1), (softmax, "right", 1)]
)
def test_a_check_judges_and_keeps_the_progress(answer, status, attempts):
    verdict = check("3.2", answer)
    standing = progress.standings()["3.2"]
    assert verdict.status == standing.status == status
    assert (standing.points, standing.possible) == (verdict.points, verdict.possible)
    assert standing.attempts == attempts


def test_a_check_says_what_is_wrong():
    assert "somewhere a number became too large" in repr(check("3.2", naive_softmax))


def test_what_was_right_once_stays_right():
    check("3.2", softmax)
    check("3.2", naive_softmax)
    assert progress.standings()["3.2"] == progress.Standing("right", 8, 8, attempts=2)


def test_progress_that_cannot_be_kept_is_said_and_does_not_stop_the_check(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLCOURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    verdict = check("3.2", softmax)
    assert verdict.status == "right"
    assert "progress is not kept" in verdict.note
    assert solution("3.2").code


@pytest.mark.parametrize("call", [lambda number: check(number, softmax), hint, solution])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("3.9", "there is no question '3.9': the chapter's questions are 3.1, 3.2, 3.3, 3.4, 3.5, 3.6"),
        ("99.1", "a question's number is CHAPTER.QUESTION with a chapter from 1 to"),
        ("softmax", "a question's number is CHAPTER.QUESTION"),
        (softmax, "a question's number is CHAPTER.QUESTION"),
    ],
)
def test_a_question_that_is_not_there_is_named_with_those_that_are(call, number, words):
    with pytest.raises(ValueError, match=words):
        call(number)


def test_a_chapter_without_an_exercise_says_so(monkeypatch):
    monkeypatch.setattr(learner_module, "public_questions", lambda slug: {})
    with pytest.raises(ValueError, match=r"there is no question '3.2': its chapter has no exercise yet"):
        hint("3.2")


def test_a_number_that_is_a_number_is_understood():
    assert check(3.2, softmax).status == "right"
    assert list(progress.standings()) == ["3.2"]


def test_hints_come_one_after_the_other_and_the_last_stays():
    told = [repr(hint("3.2")) for _ in range(4)]
    assert [text[:16] for text in told] == [
        "Hint 1 of 3 for ",
        "Hint 2 of 3 for ",
        "Hint 3 of 3 for ",
        "Hint 3 of 3 for ",
    ]
    assert len(set(told)) == 3
    assert 'solution("3.2")' in told[-1]
    assert repr(hint("3.1")).startswith("Hint 1 of 3 for 3.1")


@pytest.mark.parametrize("answer", [None, stub])
def test_a_solution_opens_after_an_attempt_only(answer):
    if answer:
        check("3.2", answer)
    assert repr(solution("3.2")).startswith("The solution of 3.2 opens after an attempt")
    assert not solution("3.2").code


def test_after_an_attempt_the_solution_is_shown_without_marks_and_is_right():
    check("3.2", naive_softmax)
    code = solution("3.2").code
    assert "BEGIN" not in code
    assert "END" not in code
    namespace = {"np": np}
    exec(code, namespace)
    assert check("3.2", namespace["softmax"]).status == "right"


def test_an_attempt_of_another_day_counts():
    progress.record("3.2", "wrong", 1, 8)
    assert solution("3.2").code


def test_a_solution_with_a_starter_is_shown_without_it():
    check("3.6", lambda *arguments: None)
    code = solution("3.6").code
    assert "labels[order]" in code
    assert "STARTER" not in code
    assert "# batch_labels" not in code


@pytest.mark.usefixtures("without_solutions")
def test_without_solutions_that_is_said_and_everything_else_works():
    assert check("3.2", naive_softmax).status == "wrong"
    told = "The solution of 3.2 is not here: this copy of the course comes without its solutions."
    assert repr(solution("3.2")) == told


def test_a_folder_of_solutions_without_this_one_says_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "solutions", lambda: tmp_path)
    check("3.2", naive_softmax)
    assert "is not here" in repr(solution("3.2"))


def test_a_note_is_html_in_which_nothing_is_markup():
    note = learner_module.Note("`a` < b", 'print("<b>")')
    assert "<code>a</code> &lt; b" in note._repr_html_()
    assert "<pre>print(&quot;&lt;b&gt;&quot;)</pre>" in note._repr_html_()
    assert "<pre>" not in learner_module.Note("text")._repr_html_()


def test_who_runs_the_notebook_is_handed_every_verdict(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_VERDICTS", str(tmp_path / "verdicts"))
    check("3.2", naive_softmax)
    check("3.2", softmax)
    lines = (tmp_path / "verdicts").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["status"] for line in lines] == ["wrong", "right"]


def test_checks_work_where_the_package_stands_alone(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "_course")
    shutil.copytree(places.PACKAGE, tmp_path / "dlcourse", ignore=ignored)
    lines = [
        "from dlcourse import check, hint, solution",
        "from dlcourse.places import PACKAGE",
        "verdict = check('3.5', {'spam': ('softmax', 'binary_crossentropy')})",
        "print(PACKAGE, verdict.status, verdict.says[0], hint('3.5').text, solution('3.5').text, sep='|')",
    ]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    package, status, says, first_hint, shown = told.stdout.split("|")
    assert (package, status) == (str(tmp_path / "dlcourse"), "wrong")
    assert says.startswith("spam: Over one output unit a softmax is always 1")
    assert first_hint.startswith("Hint 1")
    assert "this copy of the course comes without its solutions" in shown
