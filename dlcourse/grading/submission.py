"""A notebook that a student handed in, as the grader runs it: its cells in order, and which of them answer what.

Cells are known by the question's number in their metadata. Where that was lost (a copy, Colab), the cell that binds the
answer's name is taken, and failing that the one before its `check`. What was added, split, duplicated, deleted or moved
is coped with and noted.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlcourse.grading.exercise import Exercise, checks_in
from dlcourse.grading.magics import plain_python

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ASKING = ("check", "hint", "solution")


@dataclass(frozen=True)
class Step:
    """A code cell: its place among the code cells (from 1), what is run, what it answers, what is asked after it."""

    cell: int
    source: str
    answers: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    runs: bool = True


@dataclass(frozen=True)
class Submission:
    """A notebook ready to be graded.

    Attributes:
        steps: The code cells in the notebook's order.
        expressions: What each question's answer is called; a question that is missing has no answer in the notebook.
        notes: What was coped with, in sentences, for the notebook as a whole.
        question_notes: The same for single questions.
        digest: A fingerprint of everything that is run and asked.
    """

    steps: tuple[Step, ...]
    expressions: dict[str, str]
    notes: tuple[str, ...] = ()
    question_notes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A fingerprint of everything that is run and asked."""
        parts = [f"{step.source}\1{step.answers}\1{step.asks}\1{step.runs}" for step in self.steps]
        return hashlib.sha256("\0".join([*parts, repr(sorted(self.expressions.items()))]).encode()).hexdigest()


def read_submission(notebook: NotebookNode, exercise: Exercise) -> Submission:
    """What is to be run and asked, from a notebook of any order and shape."""
    return _Reading(notebook, exercise).submission()


class _Reading:
    def __init__(self, notebook: NotebookNode, exercise: Exercise) -> None:
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        self.exercise = exercise
        self.plain = [plain_python(cell.source) for cell in cells]
        self.original = [cell.source for cell in cells]
        self.sources = [each.source for each in self.plain]
        self.ids = [_question_of(cell, exercise) for cell in cells]
        self.checks = [checks_in(source) for source in self.sources]
        self.bound = [names_bound(source) for source in self.sources]
        self.notes: list[str] = []
        self.question_notes: dict[str, list[str]] = {}

    def submission(self) -> Submission:
        cells = {number: self._answer_cells(number) for number in self.exercise.questions}
        left_out = self._spare_starters(cells)
        expressions = {number: self._expression(number) for number, found in cells.items() if found}
        asked = {number: max([*found, *self._checked_in(number)]) for number, found in cells.items() if found}
        self._note_all(cells)
        steps = tuple(
            Step(
                cell=i + 1,
                source=source,
                answers=tuple(number for number, found in cells.items() if i in found and i not in left_out),
                asks=tuple(number for number, place in asked.items() if place == i),
                runs=bool(source.strip()) and i not in left_out and not only_asks(source),
            )
            for i, source in enumerate(self.sources)
        )
        notes = {number: tuple(each) for number, each in self.question_notes.items()}
        return Submission(steps, expressions, tuple(self.notes), notes)

    def _answer_cells(self, number: str) -> list[int]:
        by_id = [i for i, each in enumerate(self.ids) if each == number]
        if by_id:
            return by_id
        name = self.exercise.answers.get(number, "")
        by_name = [i for i, names in enumerate(self.bound) if name in names]
        if by_name:
            self._about(number, f"its cell is not marked any more; the one that defines `{name}` was taken")
            return by_name
        return self._before_check(number)

    def _before_check(self, number: str) -> list[int]:
        for place in self._checked_in(number):
            before = [i for i in range(place, -1, -1) if self.sources[i].strip() and not only_asks(self.sources[i])]
            if before and self.ids[before[0]] is None and self.original[before[0]] not in self.exercise.given:
                self._about(number, "its cell is not marked any more; the one before its check was taken")
                return before[:1]
        self._about(number, "its cell is not in the notebook")
        return []

    def _checked_in(self, number: str) -> list[int]:
        return [i for i, found in enumerate(self.checks) if any(each == number for each, _ in found)]

    def _spare_starters(self, cells: dict[str, list[int]]) -> set[int]:
        """Copies of a question's untouched starter beside an attempt: they must not undo it."""
        spare = set()
        for number, found in cells.items():
            untouched = [i for i in found if self.original[i].strip() == self.exercise.starters.get(number, "").strip()]
            attempts = [i for i in found if i not in untouched]
            name = self.exercise.answers.get(number, "")
            if untouched and any(name in self.bound[i] for i in attempts):
                spare.update(untouched)
                self._about(number, "a copy of its untouched starter was left out")
            defining = [i for i in attempts if name in self.bound[i]]
            if len(defining) > 1:
                self._about(number, f"it is answered {len(defining)} times; the last answer counts")
            elif len(attempts) > 1:
                self._about(number, f"its answer is split over {len(attempts)} cells; they were run in order")
        return spare

    def _expression(self, number: str) -> str:
        """The exercise's own name; the submission's where the student called the answer otherwise."""
        own = self.exercise.answers.get(number, "")
        theirs = [expression for found in self.checks for each, expression in found if each == number]
        if own and (not theirs or any(own in names for names in self.bound) or not own.isidentifier()):
            return own
        if theirs and theirs[-1] != own:
            self._about(number, f"the answer is called `{theirs[-1][:60]}`, as in its check")
        return theirs[-1] if theirs else own

    def _note_all(self, cells: dict[str, list[int]]) -> None:
        first = [min(found) for found in cells.values() if found]
        if first != sorted(first):
            self.notes.append("The answers stand in another order than in the exercise.")
        answers = {i for found in cells.values() for i in found}
        given = {source.strip() for source in self.exercise.given}
        added = [i for i, each in enumerate(self.original) if each.strip() and i not in answers]
        count = sum(self.original[i].strip() not in given and not only_asks(self.sources[i]) for i in added)
        if count:
            self.notes.append(f"{count} added or changed {'cell was' if count == 1 else 'cells were'} run in order.")
        if any(each.magic for each in self.plain):
            self.notes.append("Magic commands were left out; they do nothing here.")
        if any(each.shell for each in self.plain):
            self.notes.append("Shell commands were left out; they do nothing here.")

    def _about(self, number: str, said: str) -> None:
        self.question_notes.setdefault(number, []).append(said)


def only_asks(source: str) -> bool:
    """Whether a cell does nothing but call `check`, `hint` or `solution`."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    calls = [each.value if isinstance(each, ast.Expr) else None for each in body]
    return bool(body) and all(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _ASKING for call in calls
    )


def names_bound(source: str) -> set[str]:
    """The names that a cell binds at its top level; of a cell that is no Python what looks like it."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = re.findall(r"^(?:(?:async )?def|class)\s+(\w+)|^(\w+)\s*=[^=]", source, re.MULTILINE)
        return {name for pair in found for name in pair if name}
    return _bound(body)


def _bound(body: Sequence[ast.AST]) -> set[str]:
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, ast.Lambda):
            names |= _bound(list(ast.iter_child_nodes(node)))
    return names


def _question_of(cell: NotebookNode, exercise: Exercise) -> str | None:
    number = cell.metadata.get("question")
    return number if isinstance(number, str) and number in exercise.questions else None
