"""`dlcourse list`: the table of contents, with measured seconds and what the learner has done."""

from __future__ import annotations

import json
import tomllib
from importlib import resources
from pathlib import Path

import click

from dlcourse import places
from dlcourse.curriculum import Chapter, chapters


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="Show also what is not written yet.")
def command(everything: bool) -> None:
    """Show chapters and lessons, their measured seconds, and what you have done.

    A lesson counts as run when every code cell of your working copy was run, as begun when one was.
    """
    from rich.table import Table

    from dlcourse.cli.console import console, written

    there = {lesson.slug for lesson in written()}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Lesson", no_wrap=True)
    table.add_column("", overflow="fold")
    table.add_column("Seconds", justify="right")
    table.add_column("You", no_wrap=True)
    shown = 0
    for chapter in chapters():
        rows = [row for row in _rows(chapter, there) if everything or row[3] != "not written"]
        if rows:
            table.add_row(f"[bold]{chapter.number}[/]", f"[bold]{chapter.title}[/]", "", "")
            for row in rows:
                table.add_row(*row, style="dim" if row[3] == "not written" else None)
            shown += len(rows)
    console().print(table)
    total = sum(len(chapter.lessons) for chapter in chapters())
    console().print(f"\n{len(there)} of {total} lessons are written. Open one: dlcourse lab 03_1")


def measured_seconds() -> dict[str, float]:
    """How long each lesson took to run from a cold start, by slug."""
    file = resources.files("dlcourse").joinpath("seconds.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))["lessons"] if file.is_file() else {}


def _rows(chapter: Chapter, there: set[str]) -> list[tuple[str, str, str, str]]:
    seconds = measured_seconds()
    rows = []
    for lesson in chapter.lessons:
        took = seconds.get(lesson.slug)
        state = lesson_state(places.work() / "notebooks" / f"{lesson.slug}.ipynb")
        done = state if lesson.slug in there else "not written"
        rows.append((f"  {lesson.number}", lesson.title, f"{took:.0f}" if took else "", done))
    exercise = _exercise_state(chapter)
    if exercise:
        rows.append(("  ex", f"Exercise {chapter.number}", "", exercise))
    return rows


def _exercise_state(chapter: Chapter) -> str:
    from dlcourse.checks.question import public_questions
    from dlcourse.progress import Standing, standings

    questions = public_questions(chapter.slug)
    known = standings()
    right = sum(known.get(number, Standing()).status == "right" for number in questions)
    return f"{right} of {len(questions)} right" if questions else ""


def lesson_state(copy: Path) -> str:
    """`"run"`, `"begun"` or `"-"`, by the execution counts of a working copy."""
    try:
        cells = json.loads(copy.read_text(encoding="utf-8"))["cells"]
        counts = [cell.get("execution_count") for cell in cells if cell["cell_type"] == "code" and cell["source"]]
    except (OSError, ValueError, KeyError, TypeError):
        return "-"
    if counts and all(counts):
        return "run"
    return "begun" if any(counts) else "-"
