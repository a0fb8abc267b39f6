"""`dlcourse grade`: grade what a class handed in."""

from __future__ import annotations

from pathlib import Path

import click

from dlcourse.cli.grading_options import grade_and_show, out_option, refusing, workers_option


@click.command("grade")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--exercise", required=True, help="The exercise's number or name, such as 03.")
@out_option
@workers_option
@click.option("--seed", help="Of the hidden inputs; without it one is drawn and kept with the results.")
@click.option("--checks", type=click.Path(exists=True, path_type=Path), help="A file or folder of checks of your own.")
@click.option("--roster", type=click.Path(path_type=Path), help="A CSV that says who is in the class.")
@click.option("--deadline", default="", help="Date and time, such as 2026-03-31T23:59.")
@click.option("--late-policy", default="none", show_default=True, help="zero, or as 10%/day,grace=15min,max=50%.")
@click.option(
    "--keep", type=click.Choice(["last", "best"]), default="last", help="Which of several submissions counts."
)
@click.option("--require-tier", type=click.Choice(["A", "B", "C"]), help="Refuse to grade with less isolation.")
@click.option("--cluster", default="", help="local, or a Dask scheduler's address, tcp://HOST:PORT.")
@click.option("--fresh", is_flag=True, help="Grade again what was graded before.")
def command(
    submissions: Path,
    exercise: str,
    out: Path,
    workers: int,
    seed: str | None,
    checks: Path | None,
    roster: Path | None,
    deadline: str,
    late_policy: str,
    keep: str,
    require_tier: str | None,
    cluster: str,
    fresh: bool,
) -> int:
    """Grade what a class handed in; exit status 0 when everything was graded.

    SUBMISSIONS is a folder of notebooks, a folder of one folder a student, or a zip as Canvas, Moodle or Gradescope
    give it out. What was graded before and has not changed is not graded again, also after a crash. Exit status 1:
    some could not be graded. 2: bad input.
    """
    from dlcourse.grading.classroom import Classroom, Options, Scale
    from dlcourse.grading.gradebook import Gradebook

    options = Options(
        submissions=str(submissions),
        exercise=exercise,
        checks=str(checks or ""),
        roster=str(roster or ""),
        deadline=deadline,
        late=late_policy,
        keep=keep,
        require_tier=require_tier or "",
    )
    with refusing(), Gradebook(out, make=True) as book:
        room = Classroom(options, book, seed)
        room.keep_settings()
        if fresh:
            book.drop()
        return grade_and_show(room, out, Scale(workers, cluster))
