"""An exercise as the grader knows it: its questions, what each answer is called, and what the student was given.

The checks are found by path, `sources/checks/CHAPTER.py` in the course's repository, or wherever an instructor keeps a
private copy of them. The exercise's notebooks lie in the same repository, or beside the private copy.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from dlcourse import __version__, places
from dlcourse.checks.definition import DefinitionError, QuestionDefinition, load_definition
from dlcourse.curriculum import chapters
from dlcourse.notebook.student import strip_marks, strip_solution

PACKAGES = ("keras", "tensorflow", "numpy")


class ExerciseError(ValueError):
    """There is no such exercise, or its checks cannot be used; the message says why in one line."""


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes:
        slug: Its name, such as `"03_basic_concepts"`.
        path: The file of its checks.
        questions: By number, in the author's order.
        answers: What each answer is called in the exercise's notebook, `softmax` in `check("3.2", softmax)`.
        starters: The source of each answer cell as the student was given it.
        given: The sources of all code cells that the student was given.
        solutions: The source of each answer cell with its solution, where the solutions are at hand.
        digest: A fingerprint of the checks.
    """

    slug: str
    path: Path
    questions: Mapping[str, QuestionDefinition]
    answers: Mapping[str, str]
    starters: Mapping[str, str]
    given: frozenset[str]
    solutions: Mapping[str, str]
    digest: str

    @property
    def number(self) -> str:
        """`"03"` of `"03_basic_concepts"`."""
        return self.slug.partition("_")[0]

    @property
    def title(self) -> str:
        """The chapter's title, the slug where the curriculum knows none."""
        return next((chapter.title for chapter in chapters() if chapter.slug == self.slug), self.slug)

    def needs(self, number: str) -> tuple[str, ...]:
        """The earlier questions whose answers this one uses, and those that they use, in order."""
        direct = self.questions[number].needs
        found = {each for one in direct for each in (one, *self.needs(one))}
        return tuple(each for each in self.questions if each in found)

    def possible(self) -> float:
        """Points that can be earned."""
        return sum(self.points(number) for number in self.questions)

    def points(self, number: str) -> float:
        """Points that one question has, whatever is drawn."""
        return sum(case.points for case in self.questions[number].draw(np.random.default_rng(0)))

    def versions(self) -> dict[str, str]:
        """Of the exercise, its checks, this package and what it stands on: what a grade depends on."""
        given = hashlib.sha256("\0".join(sorted(self.given)).encode()).hexdigest()[:12]
        packages = {name: metadata.version(name) for name in PACKAGES}
        return {"exercise": given, "checks": self.digest, "dlcourse": __version__, **packages}


def find_checks(exercise: str, checks: Path | None = None) -> Path:
    """The file of an exercise's checks.

    Args:
        exercise: Its number (`"03"`, `"3"`) or name (`"03_basic_concepts"`).
        checks: A file of checks, or a folder of them; without it the course's repository.

    Raises:
        ExerciseError: If there is none.
    """
    if checks is not None and checks.is_file():
        return checks
    root = places.checkout()
    folder = checks or (root / "sources" / "checks" if root else None)
    if folder is None or not folder.is_dir():
        told = f"{folder}: no such folder" if folder else "this copy of the course comes without its checks"
        raise ExerciseError(f"{told}; point --checks at a file of checks or a folder of them")
    known = sorted(folder.glob("[0-9]*.py"))
    wanted = exercise.removesuffix(".py").removesuffix(".ipynb")
    number = f"{int(wanted):02}" if wanted.isdecimal() else wanted
    found = [path for path in known if number in (path.stem, path.stem.partition("_")[0])]
    if len(found) != 1:
        names = ", ".join(path.stem for path in known) or "none"
        raise ExerciseError(f"no exercise {exercise!r} in {folder}; there are: {names}")
    return found[0]


def load_exercise(exercise: str, checks: Path | None = None) -> Exercise:
    """An exercise from its checks and its notebooks.

    Raises:
        ExerciseError: If there is none, its checks cannot be used, or a question needs one that is not before it.
    """
    path = find_checks(exercise, checks)
    try:
        questions = {question.id: question for question in load_definition(path).questions}
    except DefinitionError as error:
        raise ExerciseError(str(error)) from None
    except Exception as error:
        raise ExerciseError(f"{path}: {type(error).__name__}: {error}") from None
    _require_order(path, questions)
    solved = _code(path, "solutions")
    cells = _code(path, "exercises") or solved
    return Exercise(
        slug=path.stem,
        path=path,
        questions=questions,
        answers=dict(checked for cell in cells for checked in checks_in(cell.source)),
        starters=_by_question(cells, starter=True),
        given=frozenset(_starter(cell) for cell in cells),
        solutions=_by_question(solved, starter=False),
        digest=_digest(path),
    )


def checks_in(source: str) -> list[tuple[str, str]]:
    """Question and expression of each `check("3.2", softmax)` in a cell, in order; none where it is no Python."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "check"]
    return [
        (str(call.args[0].value), ast.unparse(call.args[1]))
        for call in named
        if len(call.args) == 2 and isinstance(call.args[0], ast.Constant)
    ]


def _require_order(path: Path, questions: Mapping[str, QuestionDefinition]) -> None:
    before: set[str] = set()
    for number, question in questions.items():
        missing = [each for each in question.needs if each not in before]
        if missing:
            raise ExerciseError(f"{path}: question {number} needs {missing[0]}, which is not a question before it")
        before.add(number)


@dataclass(frozen=True)
class _Cell:
    source: str
    question: str | None


def _code(checks: Path, kind: str) -> list[_Cell]:
    """The code cells of the exercise or solution that belongs to a file of checks: in its repository, or beside it.

    These are the course's own notebooks, which need neither validation nor an upgrade, so they are read as JSON:
    importing nbformat takes seconds, and every worker would.
    """
    root = places.checkout()
    folders = [*checks.parents[2:3], checks.parent, *([root] if root else [])]
    files = [folder / kind / f"{checks.stem}.ipynb" for folder in folders]
    file = next((each for each in files if each.is_file()), None)
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"] if file else []
    return [
        _Cell("".join(cell["source"]), cell["metadata"].get("question"))
        for cell in cells
        if cell["cell_type"] == "code"
    ]


def _by_question(cells: Sequence[_Cell], *, starter: bool) -> dict[str, str]:
    return {cell.question: _starter(cell) if starter else strip_marks(cell.source) for cell in cells if cell.question}


def _starter(cell: _Cell) -> str:
    """What the student was given in this cell, be it of the student's copy or of the solution."""
    solved = cell.question and "BEGIN SOLUTION" in cell.source
    return strip_solution(cell.source, cell.question) if solved else cell.source


def _digest(path: Path) -> str:
    """A fingerprint of a file of checks and of the folder of the same name beside it."""
    files = [path, *sorted(path.with_suffix("").rglob("*.py"))]
    contents = [f"{file.relative_to(path.parent).as_posix()}\0{file.read_text(encoding='utf-8')}" for file in files]
    return hashlib.sha256("\0".join(contents).encode()).hexdigest()[:12]
