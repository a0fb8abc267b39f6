"""The report on submissions that are alike: a table, and a page with both sides of each pair."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from dlcourse.grading.report.templating import page, write_page
from dlcourse.grading.similarity import Document, Pair

TABLE = "similarity.csv"
PAGE = "similarity.html"
MOST_SHOWN = 50


def write_similarity(pairs: Sequence[Pair], exercise: str, students: int, folder: Path) -> None:
    """Write `similarity.csv` and `similarity.html`.

    Args:
        pairs: The most alike first; the page shows both sides of the first `MOST_SHOWN`.
        exercise: Its number.
        students: How many submissions were compared.
        folder: Where to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TABLE).write_text(table_of(pairs), encoding="utf-8", newline="\n")
    shown = [{"pair": pair, "sides": _sides(pair)} for pair in pairs[:MOST_SHOWN]]
    text = page("similarity.html", exercise=exercise, students=students, pairs=pairs, shown=shown)
    write_page(folder / PAGE, text)


def table_of(pairs: Sequence[Pair]) -> str:
    """One row a pair."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["first", "second", "containment", "jaccard", "shared"])
    for each in pairs:
        names = [_inert(each.first.student), _inert(each.second.student)]
        rows.writerow([*names, f"{each.containment:.3f}", f"{each.jaccard:.3f}", each.shared])
    return text.getvalue()


def _sides(pair: Pair) -> list[dict[str, object]]:
    return [_side(each, lines) for each, lines in zip((pair.first, pair.second), pair.lines, strict=True)]


def _side(each: Document, shared: frozenset[int]) -> dict[str, object]:
    lines = enumerate(each.text.split("\n"), start=1)
    return {"student": each.student, "lines": [(i, line, i in shared) for i, line in lines]}


def _inert(text: str) -> str:
    """Text that a spreadsheet shows and does not compute."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
