"""`dlcourse similarity`: which submissions of a class are alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlcourse.cli.grading_options import refusing

if TYPE_CHECKING:
    from dlcourse.grading.exercise import Exercise
    from dlcourse.grading.similarity import Document, Pair

MOST_SHOWN = 20


@click.command("similarity")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--exercise", required=True, help="The exercise's number or name, such as 03.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("similarity"),
    show_default=True,
    help="The folder of the report.",
)
@click.option(
    "--at-least",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="The containment from which on a pair is told.",
)
@click.option("--roster", type=click.Path(path_type=Path), help="A CSV that says who is in the class.")
@click.option("--checks", type=click.Path(exists=True, path_type=Path), help="A file or folder of checks of your own.")
def command(
    submissions: Path, exercise: str, out: Path, at_least: float, roster: Path | None, checks: Path | None
) -> int:
    """Compare what a class handed in, each with each: a table, and a page with both sides.

    SUBMISSIONS is what `dlcourse grade` takes. Nothing is run, and nothing leaves this machine. A high number is a
    reason to read both, never a proof.
    """
    from dlcourse.grading.exercise import load_exercise
    from dlcourse.grading.report.similarity import PAGE, write_similarity
    from dlcourse.grading.similarity import similar_pairs

    with refusing():
        known = load_exercise(exercise, checks)
        documents, skipped = _documents(submissions, known, roster)
        pairs = similar_pairs(documents, known.given, at_least)
        write_similarity(pairs, known.number, len(documents), out)
    _show(pairs, len(documents))
    for line in skipped:
        click.echo(f"not compared: {line}", err=True)
    click.echo(str(out / PAGE))
    return int(bool(skipped))


def _documents(submissions: Path, exercise: Exercise, roster: Path | None) -> tuple[list[Document], list[str]]:
    """The last submission of each student, and what cannot be read."""
    from dlcourse.grading.intake import handed_in
    from dlcourse.grading.roster import Roster, read_roster
    from dlcourse.grading.similarity import document
    from dlcourse.notebook.read import NotebookError, read_content

    known = read_roster(roster) if roster else Roster()
    found: dict[str, Document] = {}
    skipped = []
    for each in sorted(handed_in(submissions), key=lambda each: (each.attempt, each.source)):
        student = known.find(each.keys)
        name = student.id if student else each.keys[0]
        try:
            if each.problem:
                raise NotebookError(f"{each.source}: {each.problem}")
            notebook = read_content(Path(each.source), each.content)
        except NotebookError as error:
            skipped.append(str(error))
            continue
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        given = {source.strip() for source in exercise.given}
        found[name] = document(name, [cell for cell in cells if cell.strip() and cell.strip() not in given])
    return [found[name] for name in sorted(found)], skipped


def _show(pairs: Sequence[Pair], students: int) -> None:
    from rich.markup import escape
    from rich.table import Table

    from dlcourse.cli.console import console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Student", overflow="fold", max_width=22)
    table.add_column("Student", overflow="fold", max_width=22)
    for title in ("Containment", "Jaccard", "Shared"):
        table.add_column(title, justify="right", no_wrap=True)
    for each in pairs[:MOST_SHOWN]:
        names = [escape(each.first.student), escape(each.second.student)]
        table.add_row(*names, f"{each.containment:.0%}", f"{each.jaccard:.0%}", str(each.shared))
    if pairs:
        console().print(table)
    more = f", the first {MOST_SHOWN} shown here" if len(pairs) > MOST_SHOWN else ""
    console().print(f"\n{students} submissions compared; pairs that are alike: {len(pairs)}{more}.")
