"""What a class's results are written to: a JSON record a student, one CSV, one record of the class, and the pages."""

from __future__ import annotations

import csv
import io
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dlcourse.grading.results import ClassResult, SubmissionResult, file_stem

RECORDS = "records"
TABLE = "grades.csv"
CLASS = "class.json"


def write_class(result: ClassResult, folder: Path) -> None:
    """Write everything about a class, and remove the records of students who are no longer in it."""
    records = folder / RECORDS
    records.mkdir(parents=True, exist_ok=True)
    written = {f"{file_stem(each.student)}.json": each for each in result.results}
    for name, each in written.items():
        _write(records / name, json.dumps(each.encoded(), indent=1, ensure_ascii=False) + "\n")
    for stale in records.glob("*.json"):
        if stale.name not in written:
            stale.unlink()
    _write(folder / CLASS, json.dumps({**result.encoded(), "results": sorted(written)}, indent=1) + "\n")
    _write(folder / TABLE, table_of(result))
    if find_spec("dlcourse.grading.report") is not None:
        from dlcourse.grading.report import write_pages

        write_pages(result, folder)


def read_class(folder: Path) -> ClassResult:
    """The class whose results were written to a folder.

    Raises:
        ValueError: If there are none, or they are of another schema.
    """
    try:
        record: dict[str, Any] = json.loads((folder / CLASS).read_text(encoding="utf-8"))
        results = [json.loads((folder / RECORDS / name).read_text(encoding="utf-8")) for name in record["results"]]
    except (OSError, KeyError, json.JSONDecodeError):
        raise ValueError(f"{folder}: no results in it; `dlcourse grade` makes them") from None
    return ClassResult.decoded({**record, "results": results})


def table_of(result: ClassResult) -> str:
    """One row a student: points of each question, sums, status, lateness."""
    numbers = list(dict.fromkeys(each.question for one in result.results for each in one.questions))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    sums = ["points", "possible", "late_seconds", "penalty", "final"]
    rows.writerow(["student", "name", "status", "source", *numbers, *sums, "corrected"])
    for each in result.results:
        rows.writerow(_row(each, numbers, result.possible))
    return text.getvalue()


def _row(result: SubmissionResult, numbers: list[str], possible: float) -> list[object]:
    points = {each.question: each.points for each in result.questions}
    own = [points.get(number) for number in numbers]
    late = [round(result.late_seconds), _number(result.penalty)]
    corrected = " ".join(override.question for override in result.overrides)
    first = [_inert(each) for each in (result.student, result.name, result.status, result.source)]
    sums = [_number(result.points), _number(possible), *late, _number(result.final)]
    return [*first, *map(_number, own), *sums, corrected]


def _inert(text: str) -> str:
    """Text that a spreadsheet shows and does not compute."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _number(value: float | None) -> object:
    if value is None:
        return ""
    return int(value) if float(value).is_integer() else value


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)
