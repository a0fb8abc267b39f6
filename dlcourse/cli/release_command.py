"""`dlcourse release`: make what students get, and prove that it is right."""

from __future__ import annotations

from pathlib import Path

import click

from dlcourse.cli.grading_options import refusing


@click.command("release")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--exercise", "exercises", multiple=True, help="Only this one, such as 03; may be repeated.")
@click.option("--require-tier", default="", type=click.Choice(["", "A", "B", "C"]), help="The least isolation.")
def command(out: Path, exercises: tuple[str, ...], require_tier: str) -> int:
    """Make what students get in the new folder OUT.

    It holds the package, lessons and exercises, without sources, solutions, reference code and tests. The stub of every
    exercise is proven to score 0 as not attempted, its solution to have full marks. Exit status 1, and no folder, if
    they do not.
    """
    from dlcourse import places
    from dlcourse.grading.release import ReleaseError, release
    from dlcourse.grading.workers import make_sandbox

    root = places.checkout()
    try:
        with refusing():
            if root is None:
                raise ReleaseError("a release is made of the course's repository; this is an installed copy")
            told = release(
                root, out, exercises, lambda: make_sandbox(require_tier), lambda step: click.echo(f"… {step}")
            )
    except RuntimeError as error:  # no proof, or no sandbox to prove it in
        click.echo(f"not released: {error}", err=True)
        return 1
    for line in told:
        click.echo(line)
    click.echo(f"released into {out}")
    return 0
