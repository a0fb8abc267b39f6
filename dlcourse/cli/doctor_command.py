"""`dlcourse doctor`: what is here, what is missing, and what to type."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

NEEDED = ("tensorflow", "keras", "numpy", "scikit-learn", "matplotlib", "jupyterlab", "ipykernel", "nbclient")
USEFUL = {"nbval": "test", "pytest": "test", "playwright": "browser"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `todo` says what to type where it is not as it should be."""

    name: str
    found: str
    todo: str = ""
    needed: bool = True


@click.command("doctor")
def command() -> int:
    """Say what is installed, which devices there are, where data lie, what is missing, and what to type.

    Exit status 1 if something that the course needs is missing.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from dlcourse.cli.console import console

    with Console(stderr=True).status("looking ..."):
        findings = list(look())
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("", width=1)
    table.add_column("", no_wrap=True)
    table.add_column("", overflow="fold")
    for finding in findings:
        sign = "[green]✓[/]" if not finding.todo else "[red]✗[/]" if finding.needed else "[yellow]○[/]"
        todo = f"; type: {finding.todo}" if finding.todo else ""
        table.add_row(sign, finding.name, escape(finding.found + todo))
    console().print(table)
    return int(any(finding.todo and finding.needed for finding in findings))


def look() -> Iterator[Finding]:
    """Everything that is looked at, in the order in which it is shown."""
    from dlcourse import __version__, places

    yield Finding("dlcourse", f"{__version__}, {'checkout' if places.checkout() else 'installed package'}")
    yield Finding("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in NEEDED:
        yield _package(name, "pip install -e .", needed=True)
    for name, extra in USEFUL.items():
        yield _package(name, f"pip install -e '.[{extra}]'", needed=False)
    yield _devices()
    yield Finding("processors", str(os.cpu_count()))
    yield _folder("your copies", places.work())
    yield _data_cache()
    yield _isolation()


def _package(name: str, todo: str, *, needed: bool) -> Finding:
    try:
        return Finding(name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "missing", todo, needed)


def _devices() -> Finding:
    from dlcourse.runtime import quiet_stderr

    try:
        with quiet_stderr():
            import tensorflow as tf

            names = [device.device_type for device in tf.config.list_physical_devices()]
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        return Finding("devices", f"TensorFlow does not start: {reason[0]}", "pip install --force-reinstall tensorflow")
    counted = {kind: names.count(kind) for kind in sorted(set(names))}
    return Finding("devices", ", ".join(f"{count} {kind}" for kind, count in counted.items()))


def _folder(name: str, folder: Path) -> Finding:
    if not folder.is_dir():
        return Finding(name, f"none yet in {folder}", "dlcourse lab", needed=False)
    count = sum(1 for _ in folder.rglob("*.ipynb"))
    return Finding(name, f"{count} notebooks in {folder}")


def _data_cache() -> Finding:
    from dlcourse.data import cache

    folder = cache.folder()
    if not folder.is_dir():
        told = f"none yet ({folder}); only the full profile needs it"
        return Finding("data cache", told, "dlcourse data fetch --all", needed=False)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Finding("data cache", f"{size / 1e6:.0f} MB in {folder}")


def _isolation() -> Finding:
    """How well the grader can shut student code in; a course without grading needs none."""
    from dlcourse.grading.sandbox import detect_tier

    tier = detect_tier()
    return Finding("isolation", str(tier), "" if tier.name == "A" else "apt install bubblewrap", needed=False)
