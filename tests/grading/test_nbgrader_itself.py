"""nbgrader itself releases and grades an exported assignment: `make nbgrader` installs it apart and runs this."""

import os
import sqlite3
import subprocess
import sysconfig

import nbformat
import pytest
from small_exercise import DOUBLE, QUADRUPLE, SOLUTIONS, whole

from dlcourse.grading.export.nbgrader import nbgrader
from tools.source import ROOT

BIN = ROOT / "build" / "nbgrader" / "bin"
SLUG = "03_small"
EXPECTED = {
    "ada": (DOUBLE, QUADRUPLE, 8),
    "bob": ("def double(x):\n    return 2 * x if x < 50 else 0.0", "def quadruple(x):\n    return 4 * x", 5),
    "cyd": ("def double(x):\n    import warnings\n    warnings.warn('hm')\n    return 2 * x", None, 4),
    "eve": (None, None, 0),
    "mal": ("def double(x:", "def quadruple(x):\n    return 4 * x", 4),
}

pytestmark = pytest.mark.nbgrader


@pytest.fixture(scope="module")
def site():
    """This course and what it stands on, for the kernels of nbgrader's own environment."""
    assert (BIN / "nbgrader").exists(), "run `make nbgrader`"
    (folder,) = (BIN.parent / "lib").glob("python*/site-packages")
    (folder / "course.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n", encoding="utf-8")


def run(folder, *arguments):
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "JUPYTER_PLATFORM_DIRS": "1"}
    command = [str(BIN / "nbgrader"), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def classroom(site, tmp_path_factory):
    """nbgrader's folder after it released, collected and graded."""
    from small_exercise import CHECKS

    from dlcourse.grading.exercise import load_exercise

    checks = tmp_path_factory.mktemp("checks")
    (checks / f"{SLUG}.py").write_text(CHECKS, encoding="utf-8")
    for kind in ("exercises", "solutions"):
        (checks / kind).mkdir()
        nbformat.write(whole(*SOLUTIONS.values()), checks / kind / f"{SLUG}.ipynb")
    folder = tmp_path_factory.mktemp("nbgrader")
    (folder / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    source = nbgrader(load_exercise("03", checks), whole(*SOLUTIONS.values()), "seed")
    source.cells = [cell for cell in source.cells if not cell.source.startswith("check(")]
    (folder / "source" / SLUG).mkdir(parents=True)
    nbformat.write(source, folder / "source" / SLUG / f"{SLUG}.ipynb")
    run(folder, "generate_assignment", SLUG, "--create")
    for student, answers in EXPECTED.items():
        hand_in(folder, student, answers[:2])
    run(folder, "autograde", SLUG)
    return folder


def hand_in(folder, student, answers):
    notebook = nbformat.read(folder / "release" / SLUG / f"{SLUG}.ipynb", as_version=4)
    for cell in notebook.cells:
        for number, answer in zip(("3-1", "3-2"), answers, strict=True):
            if cell.metadata.get("nbgrader", {}).get("grade_id") == f"answer-{number}" and answer:
                cell.source = answer
    (folder / "submitted" / student / SLUG).mkdir(parents=True)
    nbformat.write(notebook, folder / "submitted" / student / SLUG / f"{SLUG}.ipynb")


def test_nbgrader_takes_the_assignment_and_hides_solutions_and_tests(classroom):
    text = (classroom / "release" / SLUG / f"{SLUG}.ipynb").read_text(encoding="utf-8")
    assert "YOUR CODE HERE" in text
    for secret in ("2 * x", "HIDDEN TESTS", "b64decode", "SOLUTION"):
        assert secret not in text
    run(classroom, "validate", f"source/{SLUG}/{SLUG}.ipynb")


def test_nbgrader_gives_everybody_the_points_that_they_earned(classroom):
    with sqlite3.connect(classroom / "gradebook.db") as database:
        rows = database.execute(
            "SELECT submitted_assignment.student_id, SUM(grade.auto_score) FROM grade "
            "JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id "
            "JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id "
            "GROUP BY submitted_assignment.student_id"
        ).fetchall()
    assert {student: points or 0 for student, points in rows} == {each: row[2] for each, row in EXPECTED.items()}
