"""What the exports to Canvas and Moodle share: the system's own CSV, and whose row a result belongs to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading.results import ClassResult, SubmissionResult
from dlcourse.grading.roster import Roster, Student


class ExportError(ValueError):
    """What was given cannot be exported into; the message says why in one line."""


@dataclass(frozen=True)
class Exported:
    """A CSV to import, and what is not in it.

    Attributes:
        text: The CSV.
        missing: Students of the results that the system's file has no row for.
        ungraded: Students whose points are left empty because the grader gave none.
    """

    text: str
    missing: tuple[str, ...]
    ungraded: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """The CSV that a system gave out: its columns and its rows, both in their order."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


def read_sheet(path: Path) -> Sheet:
    """A CSV with a header.

    Raises:
        ExportError: If it cannot be read or has no rows.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "not text in UTF-8"
        raise ExportError(f"{path}: cannot be read: {told}") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    rows = tuple({key: value or "" for key, value in row.items() if isinstance(key, str)} for row in reader)
    if not reader.fieldnames or not rows:
        raise ExportError(f"{path}: a CSV with a header and a row for each student was expected")
    return Sheet(tuple(reader.fieldnames), rows)


def by_row(result: ClassResult, rows: Sequence[Mapping[str, str]]) -> dict[int, SubmissionResult]:
    """Each row's result, where it has one; a result is matched by the student's identifier, then by the name."""
    roster = Roster(Student(_mark(i), "", row) for i, row in enumerate(rows))
    found = {}
    for each in result.results:
        student = roster.find(key for key in (each.student, each.name) if key)
        if student is not None:
            found[int(student.id.removeprefix(_mark("")))] = each
    return found


def exported(
    result: ClassResult, columns: Iterable[str], rows: Iterable[Mapping[str, str]], found: Iterable[SubmissionResult]
) -> Exported:
    """The CSV of these columns and rows, and who is not in it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    there = {each.student for each in found}
    missing = tuple(each.student for each in result.results if each.student not in there)
    return Exported(text.getvalue(), missing, tuple(each.student for each in result.ungraded))


def feedback(result: SubmissionResult) -> str:
    """Status and points of each question, in one line, without anything that a student wrote.

    >>> from dlcourse.grading.results import QuestionResult
    >>> feedback(SubmissionResult("ada", "", "ok", questions=(QuestionResult("3.2", "Softmax", "wrong", 1, 3),)))
    '3.2 Softmax: wrong, 1 of 3'
    """
    told = [
        f"{each.question} {each.title}: {each.status}, {number(each.points)} of {number(each.possible)}"
        for each in result.questions
    ]
    late = [f"late: {result.penalty:.0%} taken off"] if result.penalty else []
    return "; ".join([*told, *late]) or result.status


def number(value: float | None) -> str:
    """Points with two decimals at most; nothing where there are none."""
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _mark(row: object) -> str:
    return f"dlcourse gradebook row {row}"
