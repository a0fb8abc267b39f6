"""`dlcourse start`: the learner's own copies in a folder of their choice."""

from __future__ import annotations

from pathlib import Path

import click

from dlcourse import places


@click.command("start")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Put working copies of all lessons and exercises into FOLDER.

    A copy that is there already is never overwritten.
    """
    try:
        made = places.make_working_copies(folder)
    except OSError as error:
        raise click.UsageError(f"{folder}: cannot be written: {error.strerror}") from None
    click.echo(f"{len(made)} new files in {folder}; open them with: dlcourse lab --folder {folder}")
