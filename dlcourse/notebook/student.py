"""The student's copy of a solution notebook: a pure function, strict about its marks.

In a solution, what the student is to write stands between two comment lines:

    # BEGIN SOLUTION
    return x + 1
    # END SOLUTION

In the student's copy one line that raises `NotImplementedError` stands there, at the same indentation, unless a block

    # BEGIN STARTER
    # return x
    # END STARTER

follows: its lines, without the comment sign, are what the student is given instead. A cell that answers no question and
is tagged `solution` is left out. Outputs and execution counts are removed.

A solution that slips through is a leak, so whatever looks like a mark and is none is an error.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

SOLUTION_TAG = "solution"
_MARK = re.compile(r"^(\s*)# (BEGIN|END) (SOLUTION|STARTER)\s*$")
_MARK_LIKE = re.compile(r"^\s*#*\W*(BEGIN|END)\W*(OF\W*)?(SOLUTION|STARTER)", re.IGNORECASE)
_CHECK = re.compile(r"""^check\(\s*["']([\d.]+)["']""", re.MULTILINE)


class MarkError(ValueError):
    """A solution notebook's marks are not balanced, nested, misplaced, or its questions do not fit the checks."""


def student_copy(solution: NotebookNode, questions: Collection[str]) -> NotebookNode:
    """What the student gets.

    Args:
        solution: The solution notebook; it is left as it is.
        questions: The numbers of the exercise's checked questions.

    Raises:
        MarkError: If marks are unbalanced, nested, misplaced or misspelled; if a cell with a question is not code, is
            tagged as solution, or has nothing for the student to write; if the notebook's questions or its calls of
            `check` are not exactly `questions`.
    """
    _require_questions(solution, questions)
    student = copy.deepcopy(solution)
    student.cells = [cell for cell in student.cells if not _left_out(cell)]
    for cell in student.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.source = strip_solution(cell.source, cell.metadata.get("question"))
        else:
            _require_no_marks(cell.source)
    return student


def strip_solution(source: str, question: str | None) -> str:
    """The source with each solution replaced by its starter, or by a line that raises `NotImplementedError`.

    Args:
        source: A code cell's text.
        question: The number of the question that the cell answers, None where it answers none.

    Raises:
        MarkError: If the marks are not balanced, or stand in a cell without a question, or are missing in one with it.
    """
    kept: list[str] = []
    state = _Marks(question)
    for number, line in enumerate(source.split("\n"), start=1):
        mark = _mark_in(line, number)
        if mark:
            kept.extend(state.take(mark, number))
        elif state.open_block == "STARTER":
            kept.append(state.uncommented(line, number))
        elif state.open_block == "SOLUTION":
            state.solved |= bool(line.strip())
        else:
            kept.extend([*state.flush(), line])
    kept.extend(state.finish())
    return "\n".join(kept)


def strip_marks(source: str) -> str:
    """The solution's side of the source: without marks and starters. The marks must be balanced."""
    kept = []
    open_block = None
    for number, line in enumerate(source.split("\n"), start=1):
        mark = _mark_in(line, number)
        if mark:
            open_block = mark[3] if mark[2] == "BEGIN" else None
        elif open_block != "STARTER":
            kept.append(line)
    return "\n".join(kept)


class _Marks:
    """Which block is open, and the stub that is owed when a solution had no starter after it."""

    def __init__(self, question: str | None) -> None:
        self.question = question
        self.open_block: str | None = None
        self.indent = ""
        self.owed: str | None = None
        self.solved = False
        self.solutions = 0

    def take(self, mark: re.Match, number: int) -> list[str]:
        indent, side, block = mark.groups()
        if self.question is None:
            raise MarkError(f"line {number}: {side} {block} in a cell without a question")
        if side == "END" and self.open_block == block and indent != self.indent:
            raise MarkError(f"line {number}: END {block} is not indented as its BEGIN (question {self.question})")
        return self._begin(block, indent, number) if side == "BEGIN" else self._end(block, number)

    def _begin(self, block: str, indent: str, number: int) -> list[str]:
        if self.open_block is not None:
            raise MarkError(f"line {number}: BEGIN {block} inside an open {self.open_block} (question {self.question})")
        if block == "STARTER" and self.owed is None:
            raise MarkError(f"line {number}: a STARTER follows its SOLUTION directly (question {self.question})")
        before = self.flush() if block == "SOLUTION" else []
        self.open_block, self.indent, self.solved = block, indent, False
        return before

    def _end(self, block: str, number: int) -> list[str]:
        if self.open_block != block:
            raise MarkError(f"line {number}: END {block} without its BEGIN (question {self.question})")
        self.open_block = None
        if block == "SOLUTION" and not self.solved:
            raise MarkError(f"line {number}: nothing between BEGIN and END SOLUTION (question {self.question})")
        if block == "SOLUTION":
            self.solutions += 1
            self.owed = f'{self.indent}raise NotImplementedError("question {self.question} is yours to write")'
        else:
            self.owed = None
        return []

    def uncommented(self, line: str, number: int) -> str:
        if not line.strip():
            return ""
        if not line.startswith(f"{self.indent}#"):
            raise MarkError(f"line {number}: every line of a STARTER is a comment, indented as its mark, got {line!r}")
        return (self.indent + line.removeprefix(f"{self.indent}#").removeprefix(" ")).rstrip()

    def flush(self) -> list[str]:
        owed, self.owed = self.owed, None
        return [] if owed is None else [owed]

    def finish(self) -> list[str]:
        if self.open_block is not None:
            raise MarkError(f"BEGIN {self.open_block} is never ended (question {self.question})")
        if self.question is not None and not self.solutions:
            raise MarkError(f"question {self.question}: no BEGIN SOLUTION in its cell")
        return self.flush()


def _mark_in(line: str, number: int) -> re.Match | None:
    mark = _MARK.match(line)
    if mark is None and _MARK_LIKE.match(line):
        raise MarkError(f"line {number}: a mark is written `# BEGIN SOLUTION` (END, STARTER), got {line.strip()!r}")
    return mark


def _left_out(cell: NotebookNode) -> bool:
    if SOLUTION_TAG not in cell.metadata.get("tags", []):
        return False
    if "question" in cell.metadata:
        raise MarkError(f"the answer cell of question {cell.metadata['question']} must not be tagged {SOLUTION_TAG!r}")
    return True


def _require_no_marks(text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if _MARK_LIKE.match(line):
            raise MarkError(f"line {number}: a mark stands in a cell that is not code: {line.strip()!r}")


def _require_questions(solution: NotebookNode, questions: Collection[str]) -> None:
    answers = [cell for cell in solution.cells if "question" in cell.metadata]
    for cell in answers:
        if cell.cell_type != "code":
            raise MarkError(f"the answer cell of question {cell.metadata['question']} is {cell.cell_type}, not code")
    answered = [cell.metadata["question"] for cell in answers]
    checked = [number for cell in solution.cells if cell.cell_type == "code" for number in _CHECK.findall(cell.source)]
    for found, what in ((answered, "answer cells"), (checked, "calls of check")):
        if sorted(found) != sorted(questions):
            raise MarkError(f"the {what} are for {sorted(found)}, the checks for {sorted(questions)}")
