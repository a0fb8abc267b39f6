"""A CSV that Canvas imports (Grades, Import), made of the one that it exports."""

from __future__ import annotations

import re

from dlcourse.grading.export.gradebooks import Exported, ExportError, Sheet, by_row, exported, number
from dlcourse.grading.results import ClassResult

WHO = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")


def canvas(result: ClassResult, sheet: Sheet, column: str = "") -> Exported:
    """The points in Canvas's columns.

    Args:
        result: What grading gave.
        sheet: What Canvas exported.
        column: The assignment's name; one that Canvas has, `Exercise 3 (1234)`, is found by its beginning, any other
            makes a new assignment. Empty for `Exercise` and the exercise's number.

    Raises:
        ExportError: If the columns `Student` and `ID` are missing, or two assignments are called so.
    """
    if not {"Student", "ID"} <= set(sheet.columns):
        raise ExportError("no gradebook of Canvas: the columns `Student` and `ID` are missing")
    assignment = _assignment(sheet, column or f"Exercise {result.exercise.lstrip('0')}")
    found = by_row(result, [{} if _about_points(row) else row for row in sheet.rows])
    rows = []
    for i, row in enumerate(sheet.rows):
        points = result.possible if _about_points(row) else found[i].final if i in found else None
        rows.append({**row, assignment: number(points)})
    who = [name for name in WHO if name in sheet.columns]
    return exported(result, [*who, assignment], rows, found.values())


def _assignment(sheet: Sheet, name: str) -> str:
    own = [each for each in sheet.columns if each == name or re.fullmatch(re.escape(name) + r" \(\d+\)", each)]
    if len(own) > 1:
        raise ExportError(f"two assignments are called {name!r}: {', '.join(own)}; name one whole")
    return own[0] if own else name


def _about_points(row: object) -> bool:
    """Whether this is Canvas's second line, which tells the points that can be earned."""
    return isinstance(row, dict) and row["Student"].strip().startswith("Points Possible")
