"""`dlcourse forget`: remove a student's data from the results."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from dlcourse.cli.grading_options import open_book, out_option, refusing


@click.command("forget")
@click.argument("student")
@out_option
def command(student: str, out: Path) -> int:
    """Remove all of a student's data from the results: gradebook, record, page, and the row in each table.

    The gradebook's file is rewritten, so that nothing can be recovered from it. What the student handed in, the roster
    and copies that you made are yours to delete.
    """
    from dlcourse.grading.files import read_class, write_class

    with open_book(out) as book, refusing():
        result = read_class(out)
        rows = book.forget(student)
        left = tuple(each for each in result.results if each.student != student)
        if not rows and len(left) == len(result.results):
            raise click.UsageError(f"nothing is stored of {student!r} in {out}")
        write_class(dataclasses.replace(result, results=left), out)
    click.echo(f"{student}: forgotten; delete what was handed in, and the roster's row, yourself")
    return 0
