"""`dlcourse regrade`: grade a student or a question once more."""

from __future__ import annotations

from pathlib import Path

import click

from dlcourse.cli.grading_options import grade_and_show, open_book, options_of, out_option, refusing, workers_option


@click.command("regrade")
@out_option
@click.option("--student", help="Whose submission; without it everybody's.")
@click.option("--question", help="Which question, such as 3.2; without it all of them.")
@workers_option
def command(out: Path, student: str | None, question: str | None, workers: int) -> int:
    """Grade a student or a question once more, as `grade` did; corrections by hand stay.

    The submissions must still lie where they were. Exit statuses are those of `grade`.
    """
    from dlcourse.grading.classroom import Classroom, Scale

    if student is None and question is None:
        raise click.UsageError("give --student, --question or both; `dlcourse grade --fresh` grades everything again")
    with open_book(out) as book:
        with refusing():
            room = Classroom(options_of(book), book)
        if student is not None and student not in {entry.student.id for entry in room.entries}:
            raise click.UsageError(f"no submission of {student!r} among those that were graded")
        if question is not None and question not in room.exercise.questions:
            raise click.UsageError(f"no question {question!r}; there are {', '.join(room.exercise.questions)}")
        book.drop(student, question)
        return grade_and_show(room, out, Scale(workers))
