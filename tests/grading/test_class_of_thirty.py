"""Thirty submissions for chapter 3 whose points are known, graded in the real sandbox by the command itself."""

import importlib.util
import json
import time
from pathlib import Path

import nbformat
import pytest

from dlcourse import cli, places
from dlcourse.checks.judge import judge
from dlcourse.checks.outcome import observe
from dlcourse.grading.exercise import load_exercise
from dlcourse.grading.files import read_class
from dlcourse.grading.seeds import hidden_seed
from dlcourse.grading.submission import read_submission

ROOT = places.checkout()
SOLUTION = ROOT / "solutions" / "03_basic_concepts.ipynb"
STUDENTS_COPY = ROOT / "exercises" / "03_basic_concepts.ipynb"
CHECKS = ROOT / "sources" / "checks" / "03_basic_concepts"
SEED = "a seed of this test"
POSSIBLE = {"3.1": 8, "3.2": 8, "3.3": 7, "3.4": 6, "3.5": 8, "3.6": 7}
HOSTILE = {
    "exits": ("3.2", "import os\nos._exit(0)"),
    "kills": ("3.2", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    "equals": (
        "3.2",
        "class Same:\n    __eq__ = lambda self, other: True\n    __array__ = lambda self, *a, **k: 1 / 0\n"
        "def softmax(logits):\n    return Same()",
    ),
    "patches": ("3.2", "np.allclose = lambda *a, **k: True\ndef softmax(logits):\n    return logits"),
    "reads": (
        "3.2",
        f"from pathlib import Path\ntext = Path({str(SOLUTION)!r}).read_text()\ndef softmax(logits):\n    exec(text)",
    ),
    "forges": ("3.6", "import dlcourse.checks.outcome as o\no.observe = lambda *a, **k: o.Outcome(1.0)\ntrain = len"),
}


def solved(**answers):
    """The solution with other sources in some answer cells, `q3_2=...`."""
    book = nbformat.read(SOLUTION, 4)
    for cell in book.cells:
        number = cell.metadata.get("question", "")
        cell.source = answers.get(f"q{number.replace('.', '_')}", cell.source) if number else cell.source
    return book


def planted(number):
    """Mistakes of a question that have a name, each as a cell: the file of checks without its question."""
    (path,) = CHECKS.glob(f"{number[2:]}_*.py")
    spec = importlib.util.spec_from_file_location("planted", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    code = (
        path.read_text(encoding="utf-8").partition("QUESTION = ")[0].replace("from __future__ import annotations", "")
    )
    named = [each.answer for each in module.QUESTION.mistakes if not each.starter]
    known = [each for each in named if getattr(module, getattr(each, "__name__", ""), None) is each]
    return [(each, code) for each in known]


@pytest.fixture(scope="module")
def thirty(tmp_path_factory):
    """The folder, and each student's points by question (None: no points at all)."""
    folder, expected = tmp_path_factory.mktemp("class"), {}
    exercise = load_exercise("03")

    def add(student, book, points):
        nbformat.write(book, folder / f"{student}.ipynb")
        expected[student] = POSSIBLE | points

    for i in range(4):
        add(f"right{i}", solved(), {})
    answers = {"3.1": "perceptron_update", "3.2": "softmax", "3.3": "cross_entropy", "3.4": "smooth_labels"}
    for number, name in answers.items():
        for i, (mistake, code) in enumerate(planted(number)[:3]):
            student, key = f"wrong{number.replace('.', '')}{i}", f"q{number.replace('.', '_')}"
            book = solved(**{key: f"{code}\n{name} = {mistake.__name__}"})
            digest = read_submission(book, exercise).digest
            question = exercise.questions[number].question(hidden_seed(SEED, student, number, digest))
            verdict = judge(question, [observe(mistake, case.arguments) for case in question.cases])
            assert verdict.points < verdict.possible
            add(student, book, {number: verdict.points})
    for student, (number, source) in HOSTILE.items():
        add(student, solved(**{f"q{number.replace('.', '_')}": source}), {number: 0})
    partly = nbformat.read(STUDENTS_COPY, 4)
    for cell, done in zip(partly.cells, solved().cells[: len(partly.cells)], strict=False):
        cell.source = done.source if cell.metadata.get("question") == "3.1" else cell.source
    add("partly", partly, dict.fromkeys(POSSIBLE, 0) | {"3.1": 8})
    add("untouched", nbformat.read(STUDENTS_COPY, 4), dict.fromkeys(POSSIBLE, 0))
    add("magic", solved(q3_4="%%time\n!pip install x\n" + _source("3.4")), {})
    lost = solved()
    for cell in lost.cells:
        cell.metadata.pop("question", None)
    add("unmarked", lost, {})
    deleted = solved()
    deleted.cells = [cell for cell in deleted.cells if cell.metadata.get("question") != "3.3"]
    add("deleted", deleted, {"3.3": 0})
    for student, text in {"cutoff": '{"cells": [', "empty": "", "merge": "<<<<<<< HEAD\n{}"}.items():
        (folder / f"{student}.ipynb").write_text(text, encoding="utf-8")
        expected[student] = None
    return folder, expected


def _source(number):
    return next(cell.source for cell in solved().cells if cell.metadata.get("question") == number)


@pytest.mark.slow
def test_a_class_of_thirty_gets_exactly_its_points(thirty, tmp_path, capfd):
    folder, expected = thirty
    assert len(expected) == 30
    out = tmp_path / "out"
    arguments = ["grade", folder, "--exercise", "03", "--out", out, "--seed", SEED, "--workers", 2]
    assert cli.run([str(each) for each in arguments]) == 1
    result = read_class(out)
    found = {each.student: {one.question: one.points for one in each.questions} or None for each in result.results}
    assert found == expected
    by_student = {each.student: each for each in result.results}
    assert by_student["exits"].status == "crashed at cell 5"
    assert [each.student for each in result.ungraded] == ["cutoff", "empty", "merge"]
    assert "Shell commands were left out" in " ".join(by_student["magic"].notes)
    told = json.dumps([each.encoded() for each in result.results])
    assert SEED not in told
    assert "BEGIN SOLUTION" not in told

    began = time.perf_counter()
    assert cli.run([str(each) for each in arguments]) == 1
    assert time.perf_counter() - began < 10
    assert [each.questions for each in read_class(out).results] == [each.questions for each in result.results]
    capfd.readouterr()
    assert Path(out / "grades.csv").read_text(encoding="utf-8").count("\n") == 31
