"""What the subcommands share: a console that keeps to 80 columns when piped, and lessons by name."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from dlcourse import places
from dlcourse.curriculum import Lesson, UnknownLessonError, find_lesson, lessons

NARROW = 80


def console() -> Console:
    """A console on standard output: colours on a terminal, plain text of 80 columns when piped."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else NARROW)


def written() -> dict[Lesson, Path]:
    """The lessons that exist, and their notebooks."""
    folder = places.notebooks()
    files = {lesson: folder / f"{lesson.slug}.ipynb" for lesson in lessons()}
    return {lesson: file for lesson, file in files.items() if file.is_file()}


def chosen(names: tuple[str, ...]) -> dict[Lesson, Path]:
    """The lessons of these names, all without any.

    Raises:
        click.UsageError: If a name fits no lesson or several, or the lesson is not written yet.
    """
    there = written()
    if not names:
        return there
    try:
        wanted = [find_lesson(name) for name in names]
    except UnknownLessonError as error:
        raise click.UsageError(str(error)) from None
    for lesson in wanted:
        if lesson not in there:
            raise click.UsageError(f"lesson {lesson.slug} is not written yet (`dlcourse list` shows those that are)")
    return {lesson: there[lesson] for lesson in wanted}
