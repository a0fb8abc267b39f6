"""An assignment for nbgrader: the solution notebook with nbgrader's own marks, for the folder `source/`.

nbgrader runs its tests beside the student's code, in one process: whoever wants to can read or bend them. The notebook
says so. `dlcourse grade` keeps them apart.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

from dlcourse.grading.exercise import Exercise
from dlcourse.grading.export.gradebooks import ExportError
from dlcourse.grading.seeds import hidden_seed
from dlcourse.notebook.format import NotebookNode, nbformat, v4
from dlcourse.notebook.student import SOLUTION_TAG

SCHEMA = 3
LABEL = (
    "*Graded with nbgrader: its tests run beside your code, in one process, without isolation. "
    "Each test's points are partial: every case that is right counts.*"
)
TEST = """# The tests of question {number} run here, beside your code.
### BEGIN HIDDEN TESTS
def _points_of_question():
    import base64, contextlib, io, json, zlib
    from dlcourse.checks.judge import judge
    from dlcourse.checks.outcome import observe
    from dlcourse.checks.question import Question
    record = json.loads(zlib.decompress(base64.b64decode("{record}")))
    question = Question.decoded("{number}", record)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        outcomes = [observe({expression}, case.arguments, question.probe) for case in question.cases]
    verdict = judge(question, outcomes)
    print(verdict.headline, *verdict.says, sep="\\n")
    assert verdict.points, "no point was earned"
    return verdict.points
_points_of_question()
### END HIDDEN TESTS"""


def nbgrader(exercise: Exercise, solution: NotebookNode, seed: str) -> NotebookNode:
    """The source of an assignment.

    Args:
        exercise: Its questions.
        solution: Its solution notebook, with the course's marks.
        seed: Of the hidden inputs, which are the same for every student.

    Raises:
        ExportError: If a question has no answer cell.
    """
    found = [cell.metadata["question"] for cell in solution.cells if "question" in cell.metadata]
    missing = [number for number in exercise.questions if number not in found]
    if missing:
        raise ExportError(f"question {missing[0]} has no answer cell in the solution notebook")
    cells = list(_cells(exercise, solution, seed))
    for i, cell in enumerate(cells):
        cell.id = f"cell-{i}"
    metadata = {key: solution.metadata[key] for key in ("kernelspec", "language_info") if key in solution.metadata}
    return v4.new_notebook(cells=cells, metadata=metadata)


def text_of(notebook: NotebookNode) -> str:
    """The notebook as a file's text."""
    return nbformat.writes(notebook) + "\n"


def _cells(exercise: Exercise, solution: NotebookNode, seed: str) -> Iterator[NotebookNode]:
    yield v4.new_markdown_cell(LABEL)
    given = 0
    for cell in solution.cells:
        if SOLUTION_TAG in cell.metadata.get("tags", []):
            continue
        if cell.cell_type != "code":
            yield v4.new_markdown_cell(cell.source)
        elif "question" in cell.metadata:
            number = cell.metadata["question"]
            yield _answer(number, cell.source)
            yield _test(exercise, number, seed)
        else:
            given += 1
            yield _marked(cell.source, f"given-{given}", locked=True)


def _answer(number: str, source: str) -> NotebookNode:
    """The cell to write in: nbgrader knows the marks of a solution, and none of a starter, which stays as a comment."""
    plain = re.sub(r"^(\s*)# BEGIN STARTER$", r"\1# Begin with:", source, flags=re.MULTILINE)
    plain = re.sub(r"^\s*# END STARTER\n?", "", plain, flags=re.MULTILINE)
    marked = re.sub(r"^(\s*)# (BEGIN|END) SOLUTION$", r"\1### \2 SOLUTION", plain, flags=re.MULTILINE)
    return _marked(marked.rstrip(), f"answer-{_plain(number)}", solution=True, question=number)


def _test(exercise: Exercise, number: str, seed: str) -> NotebookNode:
    question = exercise.questions[number].question(hidden_seed(seed, "nbgrader", number, exercise.digest))
    packed = base64.b64encode(zlib.compress(json.dumps(question.encoded()).encode(), 9)).decode()
    source = TEST.format(number=number, record=packed, expression=exercise.answers[number])
    return _marked(source, f"test-{_plain(number)}", grade=True, locked=True, points=exercise.points(number))


def _marked(
    source: str, grade_id: str, *, question: str = "", points: float | None = None, **marks: bool
) -> NotebookNode:
    """A code cell with nbgrader's metadata, which must not have `points` where nothing is graded."""
    flags: dict[str, Any] = {name: marks.get(name, False) for name in ("grade", "locked", "solution")}
    nbgrader = {**flags, "task": False, "grade_id": grade_id, "schema_version": SCHEMA}
    if points is not None:
        nbgrader["points"] = points
    own = {"question": question} if question else {}
    return v4.new_code_cell(source, metadata={"nbgrader": nbgrader, **own})


def _plain(number: str) -> str:
    return number.replace(".", "-")
