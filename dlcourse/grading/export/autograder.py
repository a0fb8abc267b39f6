"""Grade one submission where Gradescope runs it, and say so in Gradescope's `results.json`.

Run by the `run_autograder` of the zip that `dlcourse export gradescope` makes. Whatever isolation the container allows
is used, and named. When the grader itself fails nothing is written and the exit status is 1: Gradescope then says that
the autograder failed, which is no zero.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlcourse.grading.classroom import Classroom, Options, Scale
from dlcourse.grading.gradebook import Gradebook
from dlcourse.grading.intake import IntakeError
from dlcourse.grading.report.pages import isolation
from dlcourse.grading.results import QuestionResult, SubmissionResult
from dlcourse.grading.workers import make_sandbox

SETTINGS = "autograder.json"


def run(base: Path, sandbox: Callable[[str], Any] = make_sandbox) -> int:
    """Grade what lies in `base/submission`; the exit status.

    Args:
        base: Gradescope's folder, with `source`, `submission` and `results` in it.
        sandbox: Gives a sandbox of a tier.
    """
    settings = json.loads((base / "source" / SETTINGS).read_text(encoding="utf-8"))
    try:
        result = _graded(base, settings, sandbox)
    except IntakeError as error:
        result = SubmissionResult("", "", "unreadable", str(error).rpartition(": ")[2])
    if result.status == "grader error":
        print(f"grader error: {result.message}", file=sys.stderr)
        return 1
    target = base / "results" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    record = as_gradescope(result, settings["visibility"])
    target.write_text(json.dumps(record, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
    return 0


def as_gradescope(result: SubmissionResult, visibility: str = "visible") -> dict[str, Any]:
    """A result in the schema of Gradescope's `results.json`, one test a question.

    Args:
        result: What grading gave, no grader error.
        visibility: `"visible"`, `"after_due_date"`, `"after_published"` or `"hidden"`, of each question.
    """
    said = [f"{result.status}: {result.message}" if result.message else result.status, *result.notes]
    if result.points is None:
        said.append("Nothing was graded; Gradescope knows no missing score, so it shows 0. Hand in a notebook again.")
    return {
        "score": result.points or 0,
        "output": "\n".join([*said, isolation(result.tier)]),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"tier": result.tier, "status": result.status, "versions": dict(result.versions)},
        "tests": [_test(each, visibility) for each in result.questions],
    }


def _test(question: QuestionResult, visibility: str) -> dict[str, Any]:
    cases = [
        f"{'right' if case.right else 'wrong'}: {case.name} ({case.points} of {case.possible})"
        for case in question.cases
        if question.status != "not attempted"
    ]
    return {
        "number": question.question,
        "name": question.title,
        "score": question.points,
        "max_score": question.possible,
        "status": "passed" if question.status == "right" else "failed",
        "output": "\n".join([question.status, *question.says, *cases, *question.notes]),
        "output_format": "text",
        "visibility": visibility,
    }


def _graded(base: Path, settings: dict[str, Any], sandbox: Callable[[str], Any]) -> SubmissionResult:
    options = Options(
        submissions=str(base / "submission"),
        exercise=settings["exercise"],
        checks=str(base / "source" / "sources" / "checks" / f"{settings['exercise']}.py"),
        require_tier=settings["require_tier"],
    )
    with Gradebook(base / "results" / "work", make=True) as book:
        room = Classroom(options, book, settings["seed"])
        room.entries = room.entries[-1:]
        room.grade(Scale(1, "", sandbox))
        return room.result().results[0]


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder")))
