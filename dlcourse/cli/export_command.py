"""`dlcourse export`: grades for Canvas and Moodle, an exercise for Gradescope and nbgrader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlcourse.cli.grading_options import refusing

if TYPE_CHECKING:
    from dlcourse.grading.export.gradebooks import Exported
    from dlcourse.grading.results import ClassResult

_FILE = click.Path(dir_okay=False, path_type=Path)
results_argument = click.argument("results", type=click.Path(path_type=Path))
gradebook_option = click.option("--gradebook", type=_FILE, required=True, help="The CSV that the system exported.")
column_option = click.option("--column", default="", help="The assignment's name; without it Exercise and its number.")
seed_option = click.option("--seed", default="", help="Of the hidden inputs; without it one is drawn.")


@click.group("export")
def command() -> None:
    """Bring grades or an exercise into another system."""


@command.command("canvas")
@results_argument
@gradebook_option
@click.option("--to", type=_FILE, default=Path("canvas.csv"), show_default=True, help="The CSV to write.")
@column_option
def canvas_command(results: Path, gradebook: Path, to: Path, column: str) -> int:
    """Write a CSV that Canvas imports, from the folder RESULTS and Canvas's exported gradebook.

    Exit status 1: somebody's points are not in it, who is named.
    """
    from dlcourse.grading.export.canvas import canvas
    from dlcourse.grading.export.gradebooks import read_sheet

    return _write(results, to, lambda result: canvas(result, read_sheet(gradebook), column))


@command.command("moodle")
@results_argument
@gradebook_option
@click.option("--to", type=_FILE, default=Path("moodle.csv"), show_default=True, help="The CSV to write.")
@column_option
def moodle_command(results: Path, gradebook: Path, to: Path, column: str) -> int:
    """Write a CSV that Moodle imports, from the folder RESULTS and Moodle's grading worksheet or list of users.

    Exit status 1: somebody's points are not in it, who is named.
    """
    from dlcourse.grading.export.gradebooks import read_sheet
    from dlcourse.grading.export.moodle import moodle

    return _write(results, to, lambda result: moodle(result, read_sheet(gradebook), column))


@command.command("gradescope")
@click.argument("exercise")
@click.option("--to", type=_FILE, default=Path("autograder.zip"), show_default=True, help="The zip to write.")
@seed_option
@click.option(
    "--visibility",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="visible",
    show_default=True,
    help="When students see each question's result.",
)
@click.option("--require-tier", type=click.Choice(["", "A", "B", "C"]), default="", help="Refuse less isolation.")
def gradescope_command(exercise: str, to: Path, seed: str, visibility: str, require_tier: str) -> int:
    """Write a zip that Gradescope takes as an autograder of EXERCISE.

    Its set-up installs online; submissions are graded offline, under the isolation that the container allows, which
    each result names. The zip holds checks and solution: it is for Gradescope alone.
    """
    from dlcourse.grading.exercise import load_exercise
    from dlcourse.grading.export.gradescope import write_autograder
    from dlcourse.grading.seeds import new_seed

    with refusing():
        write_autograder(_root(), load_exercise(exercise), to, seed or new_seed(), visibility, require_tier)
    click.echo(f"{to}: upload it as the assignment's autograder")
    return 0


@command.command("nbgrader")
@click.argument("exercise")
@click.option("--to", type=click.Path(path_type=Path), default=Path("source"), show_default=True, help="The folder.")
@seed_option
def nbgrader_command(exercise: str, to: Path, seed: str) -> int:
    """Write the source of an nbgrader assignment: TO/EXERCISE/EXERCISE.ipynb.

    nbgrader runs its tests beside student code, without isolation; the notebook says so.
    """
    from dlcourse.grading.exercise import load_exercise
    from dlcourse.grading.export.nbgrader import nbgrader, text_of
    from dlcourse.grading.seeds import new_seed
    from dlcourse.notebook.read import read_notebook

    with refusing():
        known = load_exercise(exercise)
        solution = read_notebook(_root() / "solutions" / f"{known.slug}.ipynb")
        path = to / known.slug / f"{known.slug}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(nbgrader(known, solution, seed or new_seed())), encoding="utf-8")
    click.echo(f"{path}: `nbgrader generate_assignment {known.slug}` makes the students' version of it")
    return 0


def _write(results: Path, to: Path, export: Callable[[ClassResult], Exported]) -> int:
    from dlcourse.grading.files import read_class

    with refusing():
        made = export(read_class(results))
        to.write_text(made.text, encoding="utf-8", newline="\n")
    for student in made.missing:
        click.echo(f"not in {to}: {student}: the gradebook has no such student", err=True)
    for student in made.ungraded:
        click.echo(f"left empty: {student}: could not be graded", err=True)
    click.echo(str(to))
    return int(bool(made.missing or made.ungraded))


def _root() -> Path:
    from dlcourse import places

    root = places.checkout()
    if root is None:
        raise ValueError("this is made of the course's repository; this is an installed copy")
    return root
