"""The progress bar of a download, on a terminal or in a notebook; elsewhere one line on stderr when it begins."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dlcourse.data.cache import File
from dlcourse.data.download import Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


def say(line: str) -> None:
    """One line on stderr."""
    from rich.console import Console

    Console(stderr=True).print(line, highlight=False, markup=False, soft_wrap=True)


@contextlib.contextmanager
def bar(name: str, files: Sequence[File]) -> Iterator[Report]:
    """Show how far the download of some files is; what is yielded wants a file and its number of bytes so far."""
    from rich.console import Console

    console = Console(stderr=True)
    if not _can_move(console):
        say(f"downloading {name}: {_size(files)}")
        yield lambda file, there: None
        return
    with _columns(console) as progress:
        task = progress.add_task(name, total=sum(file.size for file in files) or None)
        so_far: dict[str, int] = {}

        def report(file: File, there: int) -> None:
            so_far[file.path] = there
            progress.update(task, completed=sum(so_far.values()))

        yield report


def _can_move(console: Console) -> bool:
    """Whether there is a terminal, or a notebook with the widgets that rich needs in one."""
    return importlib.util.find_spec("ipywidgets") is not None if console.is_jupyter else console.is_terminal


def _columns(console: Console) -> Progress:
    from rich import progress

    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _size(files: Sequence[File]) -> str:
    total = sum(file.size for file in files)
    return f"{len(files)} file{'s' * (len(files) > 1)}" + (f", {in_words(total)}" if total else "")


def in_words(size: int) -> str:
    """A number of bytes as people say it."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
