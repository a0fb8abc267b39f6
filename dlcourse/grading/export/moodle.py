"""A CSV that Moodle imports: a grading worksheet, filled in, or users and their points."""

from __future__ import annotations

import contextlib

from dlcourse.grading.export.gradebooks import Exported, ExportError, Sheet, by_row, exported, feedback, number
from dlcourse.grading.results import ClassResult, SubmissionResult

WHO = ("Username", "ID number", "Email address", "First name", "Last name", "Surname", "Full name")
WORKSHEET = ("Identifier", "Grade")


def moodle(result: ClassResult, sheet: Sheet, column: str = "") -> Exported:
    """The points, and as feedback what each question gave.

    Args:
        result: What grading gave.
        sheet: What Moodle gave out: a grading worksheet (`Identifier`, `Grade`), or any list of users.
        column: For a list of users the name of the column of points. A worksheet's is `Grade`, on Moodle's own scale:
            points are converted to its `Maximum Grade`.

    Raises:
        ExportError: If no column says who a row is about.
    """
    found = by_row(result, sheet.rows)
    if set(WORKSHEET) <= set(sheet.columns):
        rows = [_filled(row, found[i], result) if i in found else row for i, row in enumerate(sheet.rows)]
        return exported(result, sheet.columns, rows, found.values())
    who = [name for name in WHO if name in sheet.columns]
    if not who:
        raise ExportError(f"no list of Moodle's users: none of the columns {', '.join(WHO)} is there")
    points = column or f"Exercise {result.exercise.lstrip('0')}"
    rows = [
        {**row, points: number(found[i].final), "Feedback": feedback(found[i])} if i in found else row
        for i, row in enumerate(sheet.rows)
    ]
    return exported(result, [*who, points, "Feedback"], rows, found.values())


def _filled(row: object, each: SubmissionResult, result: ClassResult) -> dict[str, str]:
    assert isinstance(row, dict)
    most = row.get("Maximum Grade", "")
    grade = each.final
    with contextlib.suppress(ValueError):
        if grade is not None and result.possible:
            grade = grade * float(most.replace(",", ".")) / result.possible
    written = number(grade).replace(".", "," if "," in most else ".")
    return {**row, "Grade": written, "Feedback comments": feedback(each)}
