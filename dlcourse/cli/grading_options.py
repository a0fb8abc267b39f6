"""What the subcommands of the grader share: the folder of results, the progress bar, the table at the end."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dlcourse.grading.classroom import Classroom, Options
    from dlcourse.grading.gradebook import Gradebook
    from dlcourse.grading.results import ClassResult, SubmissionResult

out_option = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("results"),
    show_default=True,
    help="The folder of results.",
)
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that grade."
)


def open_book(out: Path) -> Gradebook:
    """The gradebook of a folder that has one."""
    from dlcourse.grading.gradebook import Gradebook

    with refusing():
        return Gradebook(out)


def options_of(book: Gradebook) -> Options:
    """The options that the class was graded with."""
    from dlcourse.grading.classroom import Options

    record = book.setting("options")
    if record is None:
        raise click.UsageError(f"{book.path}: nothing was graded into it yet")
    return Options(**record)


@contextmanager
def refusing() -> Iterator[None]:
    """What is wrong with the input is one line and exit status 2."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from None


def grade_and_show(room: Classroom, out: Path, scale: Any) -> int:
    """Grade with a progress bar, write the files, show the table; the exit status."""
    from dlcourse.grading.files import write_class

    try:
        with refusing(), counting(len(room)) as on_done:
            room.grade(scale, on_done)
    except KeyboardInterrupt:
        write_class(room.result(interrupted=True), out)
        raise
    result = room.result()
    write_class(result, out)
    show(result, out)
    return int(bool(result.ungraded))


@contextmanager
def counting(total: int) -> Iterator[Callable[[SubmissionResult], None]]:
    """A bar on the error stream with counts by status; on what is no terminal nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    counts: Counter[str] = Counter()
    columns = (TextColumn("grading"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, TextColumn("{task.description}"), console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=total)

        def on_done(result: SubmissionResult) -> None:
            counts[result.status.partition(" at ")[0]] += 1
            told = ", ".join(f"{count} {status}" for status, count in counts.most_common())
            bar.update(task, advance=1, description=told)

        yield on_done


def show(result: ClassResult, out: Path) -> None:
    """The class as a table of at most 80 columns, and what could not be graded on the error stream."""
    from rich.markup import escape
    from rich.table import Table

    from dlcourse.cli.console import console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Student", overflow="fold", max_width=30)
    table.add_column("Points", justify="right")
    table.add_column("Late", justify="right")
    table.add_column("Status", overflow="fold")
    for each in result.results:
        late = f"-{each.penalty:.0%}" if each.penalty else "yes" if each.late_seconds else ""
        points = "-" if each.final is None else f"{each.final:g} / {result.possible:g}"
        colour = "green" if each.status == "ok" else "red" if not each.graded else "yellow"
        table.add_row(escape(each.student), points, late, f"[{colour}]{escape(each.status)}[/]")
    console().print(table)
    counts = Counter(each.status.partition(" at ")[0] for each in result.results)
    told = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    console().print(f"\n{len(result.results)} students: {told}.")
    console().print(f"Isolation: tier {result.tier or '-'}. Results: {escape(str(out))}", soft_wrap=True)
    for each in result.ungraded:
        click.echo(f"not graded: {each.student}: {each.status}: {each.message}", err=True)
