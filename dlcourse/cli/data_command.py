"""`dlcourse data`: which data sets there are, what of them is at hand, how to get the rest, and what they look like."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from dlcourse.data import Dataset
    from dlcourse.data.cache import File
    from dlcourse.data.registry import Entry
    from dlcourse.plot import Picture


NARROW = 80
DRAWABLE = ("images", "signals", "series")


class BadInputError(click.ClickException):
    """What was asked for cannot be: one line on stderr, exit status 2."""

    exit_code = 2


@click.group("data")
def command() -> None:
    """List, fetch, verify and show data sets."""


@command.command(name="list")
@click.option("--kind", type=click.Choice(["embedded", "generated", "real"]), help="Only the sets of this kind.")
def list_(kind: str | None) -> None:
    """List all data sets.

    Name, kind, size of what is downloaded, whether it is cached, licence.
    """
    from rich.table import Table

    from dlcourse.data import cache, registry

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Name", "Kind", "Size", "Cached"):
        table.add_column(title, justify="right" if title == "Size" else "left", no_wrap=True)
    table.add_column("Licence")
    for entry in registry.entries().values():
        if kind in (None, entry.kind):
            cached = cache.state(entry.sources) if entry.sources else "built in"
            table.add_row(entry.name, entry.kind, _size(entry), cached, entry.provenance.licence)
    console = _console()
    console.print(table)
    console.print(f"\nThe cache is {cache.folder()}.", soft_wrap=True)


@command.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "everything", is_flag=True, help="All real sets, some 330 MB.")
def fetch(names: Sequence[str], everything: bool) -> None:
    """Download real data sets into the cache.

    What is there already is checked and kept; a damaged file is set aside. The exit status is 1 if a set cannot be had.
    """
    from dlcourse.data import obtain
    from dlcourse.data.errors import DataUnavailableError

    console, failed = _console(), []
    for entry in _chosen(names, everything):
        if not entry.sources:
            console.print(f"{entry.name}: built in, nothing to fetch")
            continue
        try:
            source = obtain.fetch(entry.name, entry.sources)
            console.print(f"{entry.name}: in {obtain.there(source.files[0]).parent}", soft_wrap=True)
        except DataUnavailableError as error:
            failed.append(str(error))
    _fail_with(failed)


@command.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def verify(names: Sequence[str]) -> None:
    """Compare cached files with their checksums.

    Without names, those of all real sets. The exit status is 1 if a file is truncated, altered or wrongly encoded.
    """
    from dlcourse.data import cache

    console, damaged, found = _console(), 0, 0
    for file in _files(_chosen(names, everything=not names)):
        path = cache.locate(file)
        if path is not None:
            found += 1
            fault = _fault(file, path)
            damaged += bool(fault)
            console.print(f"{file.path}: {fault or 'whole'}", soft_wrap=True)
    if not found:
        console.print(f"nothing to verify in {cache.folder()}", soft_wrap=True)
    if damaged:
        _fail_with([f"{damaged} of {found} files are damaged; `dlcourse data fetch NAME` gets them anew"])


@command.command()
@click.argument("name")
@click.option("--count", type=click.IntRange(1, 100), default=6, show_default=True, help="How many samples.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a PNG of the samples here.")
@click.option("--profile", type=click.Choice(["quick", "full"]), help="quick: stand-ins; full: the real sets.")
def show(name: str, count: int, out: Path | None, profile: str | None) -> None:
    """Show where a data set comes from, and some samples.

    As text, or as a picture with --out.
    """
    from dlcourse.data import load, samples
    from dlcourse.data.errors import DataFormatError, DataUnavailableError

    entry = _found(name)
    if out is not None and not out.parent.is_dir():
        raise BadInputError(f"--out must lie in a folder that exists, got {out}")
    try:
        dataset = load(name, profile=profile)
    except (DataUnavailableError, DataFormatError, ModuleNotFoundError) as error:
        _fail_with([str(error)])
    if out is not None and samples.kind(dataset) not in DRAWABLE:
        raise BadInputError(f"--out is for images, sounds and series, got {name}; without it a table is printed")
    console = _console()
    samples.describe(console, dataset, entry.purpose)
    if out is None:
        samples.print_samples(console, dataset, count)
    else:
        console.print(f"\nsamples in {_picture(dataset, count).save(out)}", soft_wrap=True)


def _picture(dataset: Dataset, count: int) -> Picture:
    """The first training samples side by side, or the whole series."""
    from dlcourse.data.samples import kind, label
    from dlcourse.plot.contact_sheet import contact_sheet, long_series

    if kind(dataset) == "series":
        alt = f"The training part of the series {dataset.name} over time."
        return long_series(dataset.x_train[:, 0], dataset.y_train, label=dataset.feature_names[0], alt=alt)
    shown = dataset.x_train[:count]
    alt = f"The first {len(shown)} training samples of {dataset.name}, each under its label."
    return contact_sheet(shown, [label(dataset, index) for index in range(len(shown))], alt=alt)


def _console() -> Console:
    """Colours on a terminal, plain text of 80 columns when piped."""
    from rich.console import Console

    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else NARROW)


def _fail_with(messages: Sequence[str]) -> None:
    """Say what failed on stderr and exit with status 1; nothing where nothing failed."""
    for message in messages:
        click.echo(f"dlcourse: {message}", err=True)
    if messages:
        click.get_current_context().exit(1)


def _chosen(names: Sequence[str], everything: bool) -> list[Entry]:
    from dlcourse.data import registry

    if not names and not everything:
        raise BadInputError("name at least one data set, or say --all; `dlcourse data list` has their names")
    if everything:
        return [entry for entry in registry.entries().values() if entry.sources]
    return [_found(name) for name in names]


def _found(name: str) -> Entry:
    from dlcourse.data import registry

    try:
        return registry.find(name)
    except ValueError as error:
        raise BadInputError(str(error)) from error


def _size(entry: Entry) -> str:
    """Bytes of the first source whose files have known lengths, preferably one that is downloaded."""
    from dlcourse.data import progress

    downloaded = [source for source in entry.sources if all(file.mirrors for file in source.files)]
    totals = [sum(file.size for file in source.files) for source in (*downloaded, *entry.sources)]
    total = next(filter(None, totals), 0)
    return progress.in_words(total) if total else ""


def _files(entries: Sequence[Entry]) -> list[File]:
    """All files of some sets, each once."""
    every = [file for entry in entries for source in entry.sources for file in source.files]
    return list(dict.fromkeys(every))


def _fault(file: File, path: Path) -> str:
    from dlcourse.data import cache
    from dlcourse.data.errors import DataFormatError

    try:
        cache.read(file, path)
    except DataFormatError as error:
        return error.reason
    return ""
