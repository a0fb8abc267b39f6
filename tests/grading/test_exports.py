"""Grades in the columns of Canvas and Moodle, exercises for Gradescope and nbgrader."""

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import nbformat
import pytest
from fake_sandbox import make_fake
from nbformat import v4
from small_exercise import CHECKS, DOUBLE, QUADRUPLE, SOLUTIONS, STUBS, whole

from dlcourse import cli
from dlcourse.grading.exercise import load_exercise
from dlcourse.grading.export import autograder
from dlcourse.grading.export.canvas import canvas
from dlcourse.grading.export.gradebooks import ExportError, read_sheet
from dlcourse.grading.export.gradescope import write_autograder
from dlcourse.grading.export.moodle import moodle
from dlcourse.grading.export.nbgrader import nbgrader
from dlcourse.grading.files import write_class
from dlcourse.grading.results import ClassResult, QuestionResult, SubmissionResult
from tools.source import ROOT

SLUG = "03_small"
CANVAS = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Exercise 3 (77),Exercise 30 (78),Current Score
"    Points Possible",,,,,44.0,10.0,(read only)
"Lovelace, Ada",11,S1,ada,A,,5,50
"Turing, Alan",12,S2,alan,A,3,,20
"Student, Test",99,,,A,,,
"""
WORKSHEET = """Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 71,Ada Lovelace,S1,ada@example.org,Submitted,,"50,00",
Participant 72,Alan Turing,S2,alan@example.org,Submitted,,"50,00",
"""
USERS = """Username,First name,Last name,Email address
ada,Ada,Lovelace,ada@example.org
alan,Alan,Turing,alan@example.org
"""


def result(student, points=33.0, status="ok", name=""):
    questions = () if points is None else (QuestionResult("3.1", "Perceptron", "wrong", points, 44.0),)
    return SubmissionResult(student, f"{student}.ipynb", status, "", questions, name=name)


def room(*results):
    return ClassResult("03", "03_basic_concepts", "Basic concepts", results, possible=44.0)


def sheet(tmp_path, text):
    path = tmp_path / "gradebook.csv"
    path.write_text(text, encoding="utf-8")
    return read_sheet(path)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_canvas_gets_its_own_columns_and_the_assignment_that_it_has(tmp_path):
    made = canvas(room(result("ada"), result("alan", 40.25)), sheet(tmp_path, CANVAS))
    rows = rows_of(made.text)
    assert list(rows[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Exercise 3 (77)"]
    assert [row["Exercise 3 (77)"] for row in rows] == ["44", "33", "40.25", ""]
    assert (made.missing, made.ungraded) == ((), ())


def test_canvas_gets_a_new_assignment_under_another_name_and_two_of_one_name_are_refused(tmp_path):
    made = canvas(room(result("Ada Lovelace")), sheet(tmp_path, CANVAS), "Bonus")
    assert rows_of(made.text)[1]["Bonus"] == "33"
    twice = CANVAS.replace("Exercise 30 (78)", "Exercise 3 (78)")
    with pytest.raises(ExportError, match="two assignments are called 'Exercise 3'"):
        canvas(room(), sheet(tmp_path, twice))


def test_nobody_is_lost_silently_and_no_points_is_not_zero(tmp_path):
    made = canvas(room(result("ada", None, "unreadable"), result("eve")), sheet(tmp_path, CANVAS))
    assert rows_of(made.text)[1]["Exercise 3 (77)"] == ""
    assert (made.missing, made.ungraded) == (("eve",), ("ada",))


def test_moodles_worksheet_is_filled_in_on_its_own_scale_with_feedback(tmp_path):
    made = moodle(room(result("S1"), result("alan@example.org", 44.0)), sheet(tmp_path, WORKSHEET))
    first, second = rows_of(made.text)
    assert (first["Identifier"], first["Grade"], second["Grade"]) == ("Participant 71", "37,5", "50")
    assert first["Feedback comments"] == "3.1 Perceptron: wrong, 33 of 44"
    assert list(first) == WORKSHEET.splitlines()[0].split(",")


def test_moodles_list_of_users_gets_a_column_of_points(tmp_path):
    made = moodle(room(result("ada"), result("7", 1.0, name="Turing Alan")), sheet(tmp_path, USERS), "Third")
    assert [row["Third"] for row in rows_of(made.text)] == ["33", ""]
    assert made.missing == ("7",)
    with pytest.raises(ExportError, match="no list of Moodle's users"):
        moodle(room(), sheet(tmp_path, "a,b\n1,2\n"))


@pytest.mark.parametrize("system", ["canvas", "moodle"])
def test_the_commands_write_and_name_who_is_missing(system, tmp_path, capsys):
    write_class(room(result("ada"), result("eve")), tmp_path / "results")
    text = CANVAS if system == "canvas" else USERS
    sheet(tmp_path, text)
    arguments = ["export", system, str(tmp_path / "results"), "--gradebook", str(tmp_path / "gradebook.csv")]
    assert cli.run([*arguments, "--to", str(tmp_path / "out.csv")]) == 1
    assert "33" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "eve: the gradebook has no such student" in capsys.readouterr().err
    (tmp_path / "gradebook.csv").write_text("")
    assert cli.run([*arguments, "--to", str(tmp_path / "out.csv")]) == 2
    assert cli.run(["export", system, str(tmp_path), *arguments[3:], "--to", str(tmp_path / "out.csv")]) == 2
    assert capsys.readouterr().err.count("\n") == 2


@pytest.fixture
def course(tmp_path):
    """A repository with one small exercise and the real package."""
    root = tmp_path / "course"
    for folder in ("sources/checks", "exercises", "solutions"):
        (root / folder).mkdir(parents=True)
    (root / "sources" / "checks" / f"{SLUG}.py").write_text(CHECKS, encoding="utf-8")
    nbformat.write(whole(*STUBS.values()), root / "exercises" / f"{SLUG}.ipynb")
    nbformat.write(whole(*SOLUTIONS.values()), root / "solutions" / f"{SLUG}.ipynb")
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copyfile(ROOT / name, root / name)
    (root / "dlcourse").mkdir()
    (root / "dlcourse" / "__init__.py").write_text("")
    return root


@pytest.fixture
def small(course):
    return load_exercise("03", course / "sources" / "checks")


@pytest.fixture
def gradescope(course, small, tmp_path):
    """Gradescope's folder, with the autograder unpacked and nothing handed in yet."""
    write_autograder(course, small, tmp_path / "autograder.zip", "seed")
    base = tmp_path / "autograder"
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        archive.extractall(base / "source")
    (base / "submission").mkdir()
    return base


def hand_in(base, *sources):
    nbformat.write(whole(*sources), base / "submission" / "mine.ipynb")
    status = autograder.run(base, make_fake)
    return status, json.loads((base / "results" / "results.json").read_text())


def test_the_autograder_holds_its_scripts_executable_and_what_it_needs(gradescope, tmp_path):
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        modes = {member.filename: member.external_attr >> 16 & 0o777 for member in archive.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert {"requirements.txt", "requirements.lock", f"sources/checks/{SLUG}.py", "dlcourse/__init__.py"} <= set(modes)
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(gradescope / "source" / script)], check=True)
        assert (gradescope / "source" / script).read_text().startswith("#!/usr/bin/env bash\n")
    assert "pip install" not in (gradescope / "source" / "run_autograder").read_text()


def test_gradescope_gets_one_test_a_question_and_the_tier(gradescope):
    status, record = hand_in(gradescope, DOUBLE, "def quadruple(x):\n    return 4 * x if x < 50 else 0 * x")
    assert status == 0
    assert record["score"] == 5
    assert record["extra_data"]["tier"] == "A"
    assert "Tier A" in record["output"]
    first, second = record["tests"]
    assert (first["number"], first["score"], first["max_score"], first["status"]) == ("3.1", 4, 4, "passed")
    assert (second["score"], second["status"], second["visibility"]) == (1, "failed", "visible")
    assert "wrong: large (0 of 3)" in second["output"]
    known = {"number", "name", "score", "max_score", "status", "output", "output_format", "visibility"}
    assert set(first) == known
    assert {first["output_format"], record["output_format"]} <= {"text", "html", "simple_format", "md", "ansi"}


def test_what_cannot_be_read_is_told_to_the_student(gradescope):
    assert hand_in(gradescope, DOUBLE, QUADRUPLE)[1]["score"] == 8
    (gradescope / "submission" / "mine.ipynb").write_text('{"cells": [')
    assert autograder.run(gradescope, make_fake) == 0
    record = json.loads((gradescope / "results" / "results.json").read_text())
    assert (record["score"], record["tests"]) == (0, [])
    assert "unreadable" in record["output"]
    assert "Hand in a notebook again" in record["output"]
    (gradescope / "submission" / "mine.ipynb").unlink()
    assert autograder.run(gradescope, make_fake) == 0


def test_an_error_of_the_grader_is_no_score_at_all(gradescope, monkeypatch, capsys):
    failed = SubmissionResult("", "", "grader error", "no sandbox")
    monkeypatch.setattr(autograder, "_graded", lambda *_: failed)
    assert autograder.run(gradescope, make_fake) == 1
    assert not (gradescope / "results" / "results.json").exists()
    assert "no sandbox" in capsys.readouterr().err


def assignment(small, *sources):
    return nbgrader(small, whole(*(sources or SOLUTIONS.values())), "seed")


def marked(notebook):
    return [cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata]


def test_an_assignment_has_nbgraders_metadata_unique_ids_points_and_marks(small):
    notebook = assignment(small)
    nbformat.validate(notebook)
    marks = marked(notebook)
    ids = [each["grade_id"] for each in marks]
    assert len(set(ids)) == len(ids)
    assert {"answer-3-1", "test-3-1", "answer-3-2", "test-3-2"} <= set(ids)
    for each in marks:
        assert each["schema_version"] == 3
        assert ("points" in each) == each["grade"]
        assert each["locked"] != each["solution"]
    assert sum(each.get("points", 0) for each in marks) == small.possible()
    for cell in notebook.cells:
        kind = cell.metadata.get("nbgrader", {})
        for mark, wanted in (("SOLUTION", "solution"), ("HIDDEN TESTS", "grade")):
            expected = int(kind.get(wanted, False))
            assert cell.source.count(f"### BEGIN {mark}") == cell.source.count(f"### END {mark}") == expected
    assert "without isolation" in notebook.cells[0].source


def test_an_assignment_keeps_a_starter_as_a_comment_and_leaves_explanations_out(small):
    starter = "# BEGIN SOLUTION\ndouble = abs\n# END SOLUTION\n# BEGIN STARTER\n# double = ...\n# END STARTER"
    source = whole(starter, SOLUTIONS["3.2"])
    source.cells.append(v4.new_markdown_cell("because", metadata={"tags": ["solution"]}))
    notebook = nbgrader(small, source, "seed")
    answer = next(cell for cell in notebook.cells if "double = ..." in cell.source)
    assert answer.source.endswith("### END SOLUTION\n# Begin with:\n# double = ...")
    assert "because" not in [cell.source for cell in notebook.cells]
    with pytest.raises(ExportError, match=r"question 3\.1 has no answer cell"):
        nbgrader(small, v4.new_notebook(), "seed")


@pytest.mark.parametrize(
    ("source", "points"),
    [("def double(x):\n    return x + x", 4), ("def double(x):\n    return 2 * x if x < 50 else 0.0", 1)],
)
def test_a_hidden_test_gives_the_points_of_the_cases_that_are_right(small, source, points, capsys):
    test = next(cell for cell in assignment(small).cells if cell.metadata.get("nbgrader", {}).get("points"))
    names = {}
    exec(source, names)
    body, _, last = test.source.replace("\n### END HIDDEN TESTS", "").rpartition("\n")
    exec(body, names)
    assert eval(last, names) == points
    assert f"{points} of 4 points" in capsys.readouterr().out


def test_the_commands_for_exercises_write_their_files(course, tmp_path, monkeypatch, capsys):
    (course / "sources" / "lessons").mkdir()
    monkeypatch.setattr("dlcourse.places.checkout", lambda: course)
    assert cli.run(["export", "gradescope", "03", "--to", str(tmp_path / "a.zip"), "--visibility", "hidden"]) == 0
    assert json.loads(zipfile.ZipFile(tmp_path / "a.zip").read("autograder.json"))["visibility"] == "hidden"
    assert cli.run(["export", "nbgrader", "03", "--to", str(tmp_path / "source"), "--seed", "1"]) == 0
    assert marked(nbformat.read(tmp_path / "source" / SLUG / f"{SLUG}.ipynb", as_version=4))
    assert cli.run(["export", "nbgrader", "99"]) == 2
    assert cli.run(["export", "gradescope", "99"]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_the_module_that_gradescope_runs_can_be_run():
    code = "import dlcourse.grading.export.autograder, sys; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_class_without_points_still_exports(tmp_path):
    empty = replace(room(result("ada", None, "grader error")), possible=0.0)
    assert rows_of(moodle(empty, sheet(tmp_path, WORKSHEET)).text)[0]["Grade"] == ""
