"""A release: complete, without what students must not have, proven, and not there at all when it is not right."""

import shutil
import subprocess
import sys

import nbformat
import pytest
from fake_sandbox import FakeSandbox
from small_exercise import CHECKS, SOLUTIONS, STUBS, cell, whole

from dlcourse import cli
from dlcourse.grading import workers
from dlcourse.grading.release import LEFT_OUT, ProofError, ReleaseError, release
from tools.source import ROOT

SLUG = "03_small"


@pytest.fixture
def course(tmp_path):
    """A repository of one lesson and one exercise, with a package of two files."""
    root = tmp_path / "course"
    for folder in ("sources/checks", "sources/lessons", "exercises", "solutions", "notebooks", "tests"):
        (root / folder).mkdir(parents=True)
    (root / "sources" / "checks" / f"{SLUG}.py").write_text(CHECKS, encoding="utf-8")
    nbformat.write(whole(*STUBS.values()), root / "exercises" / f"{SLUG}.ipynb")
    nbformat.write(whole(*SOLUTIONS.values()), root / "solutions" / f"{SLUG}.ipynb")
    nbformat.write(whole(), root / "notebooks" / "03_1_lesson.ipynb")
    cases = root / "dlcourse" / "checks" / "cases"
    cases.mkdir(parents=True)
    (root / "dlcourse" / "__init__.py").write_text("", encoding="utf-8")
    for name in (SLUG, "04_other"):
        (cases / f"{name}.json").write_text("{}", encoding="utf-8")
    for name in ("pyproject.toml", "requirements.lock", "LICENSE"):
        shutil.copyfile(ROOT / name, root / name)
    return root


def released(course, out, *exercises):
    steps = []
    told = release(course, out, exercises, FakeSandbox, steps.append)
    return told, steps


def test_a_release_holds_what_students_get_and_nothing_else(course, tmp_path):
    out = tmp_path / "out"
    told, steps = released(course, out)
    assert told == ["exercise 03: the stub scores 0 of 8, not attempted; the solution 8 of 8 (tier A)"]
    assert len(steps) == 6
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    inside = "dlcourse/_course"
    assert files == {
        *("pyproject.toml", "requirements.lock", "LICENSE", "README.md"),
        *("dlcourse/__init__.py", f"dlcourse/checks/cases/{SLUG}.json"),
        *(f"{inside}/notebooks/03_1_lesson.ipynb", f"{inside}/exercises/{SLUG}.ipynb"),
    }
    assert "force-include" not in (out / "pyproject.toml").read_text()
    assert not out.with_name("out.partial").exists()


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["def double(x):\n    return x + x", STUBS["3.2"]], "must score 0 as not attempted"),
        ([STUBS["3.1"], STUBS["3.2"], cell("def helper(x):\n    return double(double(x))")], "gives a solution away"),
        ([SOLUTIONS["3.1"], STUBS["3.2"]], "gives a solution away: 'BEGIN SOLUTION'"),
    ],
)
def test_an_exercise_that_gives_something_away_is_not_released(course, tmp_path, cells, said):
    nbformat.write(whole(*cells), course / "exercises" / f"{SLUG}.ipynb")
    with pytest.raises(ProofError, match=said):
        released(course, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.partial").exists()


def test_a_solution_that_is_wrong_is_not_released(course, tmp_path):
    wrong = SOLUTIONS["3.1"].replace("2 * x", "3 * x")
    nbformat.write(whole(wrong, SOLUTIONS["3.2"]), course / "solutions" / f"{SLUG}.ipynb")
    with pytest.raises(ProofError, match=r"solution of question 3\.1 must have full marks, it is wrong with 0 of 4"):
        released(course, tmp_path / "out")


def test_a_folder_with_something_in_it_is_left_alone(course, tmp_path):
    (tmp_path / "mine").write_text("x")
    with pytest.raises(ReleaseError, match="something already"):
        released(course, tmp_path)
    with pytest.raises(ReleaseError, match=r"no .*checks"):
        released(tmp_path / "elsewhere", tmp_path / "out")


def test_the_command_tells_steps_and_scores_and_refuses_in_one_line(course, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("dlcourse.places.checkout", lambda: course)
    monkeypatch.setattr(workers, "make_sandbox", lambda tier: FakeSandbox())
    assert cli.run(["release", str(tmp_path / "out"), "--exercise", "3"]) == 0
    assert "the stub scores 0 of 8" in capsys.readouterr().out
    assert cli.run(["release", str(tmp_path / "out")]) == 2
    assert cli.run(["release", str(tmp_path / "new"), "--exercise", "9"]) == 2
    assert capsys.readouterr().err.count("\n") == 2
    wrong = SOLUTIONS["3.1"].replace("2 * x", "3 * x")
    nbformat.write(whole(wrong, SOLUTIONS["3.2"]), course / "solutions" / f"{SLUG}.ipynb")
    assert cli.run(["release", str(tmp_path / "new")]) == 1
    assert "not released: the solution of question 3.1" in capsys.readouterr().err


def test_a_released_package_finds_its_lessons(course, tmp_path):
    shutil.rmtree(course / "dlcourse")
    shutil.copytree(ROOT / "dlcourse", course / "dlcourse", ignore=shutil.ignore_patterns(*LEFT_OUT))
    released(course, tmp_path / "out")
    code = "from dlcourse import places; print(*places.notebooks().iterdir(), places.solutions())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "out", capture_output=True, text=True, check=True
    )
    assert "03_1_lesson.ipynb None" in done.stdout
