"""What students get, made of a course's repository by a list of steps, the last of which prove that it is right.

A release holds the package with lessons and exercises inside, as a wheel does, and what installs it: no sources, no
solutions, no checks' reference code, no tests. It appears under its name when every step has succeeded, or not at all.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlcourse.grading.exercise import Exercise, load_exercise
from dlcourse.grading.runner import Graded, Task, grade_submission
from dlcourse.grading.seeds import new_seed
from dlcourse.grading.submission import read_submission
from dlcourse.notebook.format import NotebookNode
from dlcourse.notebook.read import read_notebook
from dlcourse.notebook.student import strip_marks, strip_solution

PROJECT_FILES = ("pyproject.toml", "requirements.lock", "LICENSE")
LEFT_OUT = ("__pycache__", "*.pyc", "_course", ".ipynb_checkpoints")
SECRET_FOLDERS = ("sources", "solutions", "tests", "results")
MARKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN STARTER")
INSIDE = Path("dlcourse", "_course")
README = """# dlcourse

A deep-learning course. You need Python 3.11, 3.12 or 3.13.

```sh
python -m venv .venv && . .venv/bin/activate      # on Windows: .venv\\Scripts\\activate
pip install -c requirements.lock .
dlcourse lab
```

`dlcourse lab` opens the lessons, and your own copies of the exercises, in JupyterLab.
"""


class ReleaseError(ValueError):
    """There is nothing that a release could be made of, or nowhere to put it."""


class ProofError(RuntimeError):
    """A release was made and is not right: it gives something away, or an exercise does not score as it must."""


@dataclass
class Release:
    """A release in the making.

    Attributes:
        root: The course's repository.
        out: Where it is made.
        exercises: Those whose exercises are in it.
        sandbox: Where stubs and solutions are run.
        told: What each exercise scored, in words.
    """

    root: Path
    out: Path
    exercises: tuple[Exercise, ...]
    sandbox: Any = None
    told: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The names of the exercises."""
        return {exercise.slug for exercise in self.exercises}


def release(root: Path, out: Path, exercises: tuple[str, ...], sandbox: Callable[[], Any], tell: Callable) -> list[str]:
    """Make a release and prove it.

    Args:
        root: The course's repository.
        out: A folder that does not exist yet, or is empty.
        exercises: Numbers or names; every exercise with checks where empty.
        sandbox: Gives a sandbox, as a context manager, in which stubs and solutions are run.
        tell: Called with the name of each step before it is done.

    Returns:
        What each exercise scored, in words.

    Raises:
        ReleaseError: If there is no repository, or `out` is not empty.
        ExerciseError: If there is no such exercise.
        ProofError: If the release gives something away, or a stub or a solution does not score as it must.
    """
    checks = root / "sources" / "checks"
    if not checks.is_dir():
        raise ReleaseError(f"{root}: a release is made of the course's repository; there is no {checks}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ReleaseError(f"{out}: there is something already; name a new or empty folder")
    names = exercises or tuple(path.stem for path in sorted(checks.glob("[0-9]*.py")))
    made = Release(root, out.with_name(out.name + ".partial"), tuple(load_exercise(name, checks) for name in names))
    shutil.rmtree(made.out, ignore_errors=True)
    made.out.mkdir(parents=True)
    try:
        with sandbox() as made.sandbox:
            for name, step in STEPS:
                tell(name)
                step(made)
        if out.exists():
            out.rmdir()
        made.out.rename(out)
    finally:
        shutil.rmtree(made.out, ignore_errors=True)
    return made.told


def copy_package(made: Release) -> None:
    """The package, with the case files of released exercises alone."""
    shutil.copytree(made.root / "dlcourse", made.out / "dlcourse", ignore=shutil.ignore_patterns(*LEFT_OUT))
    for path in (made.out / "dlcourse" / "checks" / "cases").glob("*.json"):
        if path.stem not in made.names:
            path.unlink()


def copy_notebooks(made: Release) -> None:
    """Lessons and the students' copies of exercises, where the installed package looks for them."""
    for kind in ("notebooks", "exercises"):
        (made.out / INSIDE / kind).mkdir(parents=True)
        for path in sorted((made.root / kind).glob("*.ipynb")):
            if kind == "notebooks" or path.stem in made.names:
                shutil.copyfile(path, made.out / INSIDE / kind / path.name)


def write_project(made: Release) -> None:
    """What `pip install .` needs: the lessons lie inside the package already, so nothing is put there."""
    for name in PROJECT_FILES:
        shutil.copyfile(made.root / name, made.out / name)
    path = made.out / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\[tool\.hatch\.build\.targets\.wheel\.force-include\]\n(?:[^\[\n].*\n|\n)*", "", text)
    tomllib.loads(text)
    path.write_text(text, encoding="utf-8")
    (made.out / "README.md").write_text(README, encoding="utf-8")


def require_no_secret(made: Release) -> None:
    """No folder that students must not have, no mark, and no line that only a solution has."""
    for path in made.out.rglob("*"):
        if path.is_symlink() or (path.is_dir() and path.name in SECRET_FOLDERS):
            raise ProofError(f"{path.relative_to(made.out)} must not be in a release")
    for exercise in made.exercises:
        path = made.out / INSIDE / "exercises" / f"{exercise.slug}.ipynb"
        given = "\n".join(cell.source for cell in read_notebook(path).cells)
        marks = [mark for mark in MARKS if mark in given]
        solution = read_notebook(made.root / "solutions" / path.name)
        told = marks or sorted(_solution_lines(solution) & _lines(given))
        if told:
            raise ProofError(f"exercise {exercise.number} gives a solution away: {told[0]!r}")


def require_stubs(made: Release) -> None:
    """The released copy of every exercise, as it is, scores 0, and every question counts as not attempted."""
    for exercise in made.exercises:
        graded = _graded(made, exercise, made.out / INSIDE / "exercises")
        for each in graded.questions:
            if each.status != "not attempted" or each.points != 0:
                raise ProofError(
                    f"the stub of question {each.question} must score 0 as not attempted, it is {each.status} with "
                    f"{each.points} points: {' '.join(each.says)}"
                )


def require_solutions(made: Release) -> None:
    """The solution of every exercise has full marks on inputs that are drawn for it."""
    for exercise in made.exercises:
        graded = _graded(made, exercise, made.root / "solutions")
        for each in graded.questions:
            if each.status != "right" or each.points != each.possible:
                raise ProofError(
                    f"the solution of question {each.question} must have full marks, it is {each.status} with "
                    f"{each.points} of {each.possible} points: {' '.join(each.says)}"
                )
        points = sum(each.possible for each in graded.questions)
        made.told.append(
            f"exercise {exercise.number}: the stub scores 0 of {points:g}, not attempted; the solution {points:g} of "
            f"{points:g} (tier {graded.tier})"
        )


STEPS: tuple[tuple[str, Callable[[Release], None]], ...] = (
    ("the package", copy_package),
    ("lessons and exercises", copy_notebooks),
    ("what installs it", write_project),
    ("nothing is given away", require_no_secret),
    ("stubs score 0", require_stubs),
    ("solutions have full marks", require_solutions),
)


def _graded(made: Release, exercise: Exercise, folder: Path) -> Graded:
    submission = read_submission(read_notebook(folder / f"{exercise.slug}.ipynb"), exercise)
    return grade_submission(Task("release", submission, new_seed()), exercise, made.sandbox, lambda result: None)


def _solution_lines(solution: NotebookNode) -> set[str]:
    """The lines, long enough to tell something, that a solution notebook has and its student's copy has not."""
    answers = [cell for cell in solution.cells if "question" in cell.metadata]
    given = [cell.source for cell in solution.cells if "question" not in cell.metadata]
    given += [strip_solution(cell.source, cell.metadata["question"]) for cell in answers]
    return set().union(*(_lines(strip_marks(cell.source)) for cell in answers)) - set().union(*map(_lines, given))


def _lines(text: str) -> set[str]:
    stripped = {line.strip() for line in text.splitlines()}
    return {line for line in stripped if len(line) > 12 and not line.startswith(("#", "def "))}
