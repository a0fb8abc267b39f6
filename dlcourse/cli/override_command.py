"""`dlcourse override`: correct points by hand."""

from __future__ import annotations

from pathlib import Path

import click

from dlcourse.cli.grading_options import open_book, options_of, out_option, refusing


@click.command("override")
@click.argument("student")
@click.argument("question")
@click.argument("points", type=click.FloatRange(min=0))
@click.option("--reason", required=True, help="Why; it is kept, and the student reads it.")
@out_option
def command(student: str, question: str, points: float, reason: str, out: Path) -> int:
    """Correct the points of a student's question by hand, with a reason.

    The correction outlives grading again; what grading gave stays visible beside it.
    """
    from dlcourse.grading.files import read_class, write_class
    from dlcourse.grading.gradebook import now
    from dlcourse.grading.results import Override

    with open_book(out) as book, refusing():
        options_of(book)
        result = read_class(out)
        room_for = {each.student: each for each in result.results}
        if student not in room_for:
            raise click.UsageError(f"no student {student!r} in {out}")
        if not reason.strip():
            raise click.UsageError("a correction needs a reason")
        override = Override(student, question, points, reason.strip(), when=now())
        corrected = result.with_override(override)
        book.override(override)
        write_class(corrected, out)
    click.echo(f"{student}, {question}: {points:g} points ({reason.strip()})")
    return 0
