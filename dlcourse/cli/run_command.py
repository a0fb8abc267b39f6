"""`dlcourse run`: execute lessons headless, with a progress bar and a table at the end."""

from __future__ import annotations

import functools
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlcourse.runtime import PROFILE_VARIABLE, PROFILES

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from dlcourse.notebook.execute import OnCell


@dataclass(frozen=True)
class Result:
    """How one lesson went."""

    slug: str
    seconds: float
    failure: str


@click.command("run")
@click.argument("lessons", nargs=-1, metavar="[LESSON ...]")
@click.option("--profile", type=click.Choice(PROFILES), default="quick", show_default=True, help="Which data to use.")
@click.option("--timeout", type=click.FloatRange(min=1), default=600, show_default=True, help="Seconds per cell.")
def command(lessons: tuple[str, ...], profile: str, timeout: float) -> int:
    """Run lessons without a browser, all without a name; exit status 1 if one failed.

    LESSON is a lesson's number (03_2) or the beginning of its name. Nothing is written: the course's notebooks and
    your working copies stay as they are.
    """
    from dlcourse.cli.console import chosen

    results = run_lessons({lesson.slug: file for lesson, file in chosen(lessons).items()}, profile, timeout)
    _show(results)
    return int(any(result.failure for result in results))


def run_lessons(files: dict[str, Path], profile: str, timeout: float) -> list[Result]:
    """Run each notebook in a fresh kernel, one after the other, with a progress bar on the error stream."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    results = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for slug, file in files.items():
            task = progress.add_task(slug, total=None)
            on_cell = functools.partial(_advance, progress, task)
            results.append(_run_lesson(slug, file, profile, timeout, on_cell))
    return results


def _advance(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _run_lesson(slug: str, file: Path, profile: str, timeout: float, on_cell: OnCell) -> Result:
    from dlcourse.notebook.execute import ExecutionError, execute
    from dlcourse.notebook.read import NotebookError, read_notebook

    began, failure = time.perf_counter(), ""
    try:
        with tempfile.TemporaryDirectory() as folder:
            environment = {PROFILE_VARIABLE: profile}
            execute(read_notebook(file), Path(folder), timeout=timeout, environment=environment, on_cell=on_cell)
    except (ExecutionError, NotebookError) as error:
        failure = str(error)
    return Result(slug, time.perf_counter() - began, failure)


def _show(results: list[Result]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from dlcourse.cli.console import console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Lesson", overflow="fold")
    table.add_column("Seconds", justify="right")
    table.add_column("Outcome", overflow="fold")
    for result in results:
        outcome = f"[red]failed[/]: {escape(result.failure)}" if result.failure else "[green]passed[/]"
        table.add_row(result.slug, f"{result.seconds:.1f}", outcome)
    console().print(table)
    failed = sum(bool(result.failure) for result in results)
    console().print(f"\n{len(results) - failed} passed, {failed} failed.")
