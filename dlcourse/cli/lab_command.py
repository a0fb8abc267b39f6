"""`dlcourse lab`: working copies, opened in JupyterLab."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from dlcourse import places

# The course works offline: JupyterLab shall not ask the network for news or updates.
SETTINGS = Path(__file__).resolve().parent / "lab_settings"


@click.command("lab")
@click.argument("lesson", required=False)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where your working copies are.")
@click.option("--browser/--no-browser", default=None, help="Open a browser; without a display none is opened.")
@click.option("--port", type=click.IntRange(0, 65535), default=8888, show_default=True, help="Where to serve.")
def command(lesson: str | None, folder: Path | None, browser: bool | None, port: int) -> int:
    """Open the course, or one LESSON, in JupyterLab.

    You work on copies of your own, made where they are missing and never overwritten. Without a display or a terminal
    the address is printed and the course served. Ctrl-C ends it.
    """
    from dlcourse.cli.console import chosen

    page = f"notebooks/{next(iter(chosen((lesson,)))).slug}.ipynb" if lesson else ""
    home = (folder or places.work()).resolve()
    try:
        made = places.make_working_copies(home)
    except OSError as error:
        raise click.UsageError(f"{home}: cannot be written: {error.strerror}") from None
    click.echo(f"Your copies are in {home} ({len(made)} new).")
    open_browser = has_screen() if browser is None else browser
    if not open_browser:
        click.echo("Open the address with the token below in a browser; Ctrl-C ends.")
    return serve(home, page, open_browser=open_browser, port=port)


def has_screen() -> bool:
    """Whether a person sits here with a screen: a terminal, and on Linux a display."""
    display = sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return sys.stdout.isatty() and display


def serve(home: Path, page: str, *, open_browser: bool, port: int) -> int:
    """Become JupyterLab, serving on this machine's loopback until it is ended; returns its exit status.

    Where the system can, this process turns into the server, so that whatever ends the one ends the other.
    """
    arguments = server_arguments(home, page, open_browser=open_browser, port=port)
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(sys.executable, arguments)
    process = subprocess.Popen(arguments)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return process.wait()


def server_arguments(home: Path, page: str, *, open_browser: bool, port: int) -> list[str]:
    """The command line of the server: on loopback, in the learner's folder, at the page if one is named."""
    arguments = [sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1", f"--port={port}"]
    arguments += [f"--ServerApp.root_dir={home}", f"--LabApp.app_settings_dir={SETTINGS}"]
    arguments += [f"--LabApp.default_url=/lab/tree/{page}"] if page else []
    arguments += [] if open_browser else ["--no-browser"]
    arguments += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return arguments
