"""A real data set from the cache, else from the network into the cache; one sentence where neither has it."""

from __future__ import annotations

import functools
from pathlib import Path

from dlcourse.data import cache, download, lock, progress
from dlcourse.data.cache import File, Source
from dlcourse.data.dataset import Dataset
from dlcourse.data.errors import DataFormatError, DataUnavailableError


def load(name: str, sources: tuple[Source, ...]) -> Dataset:
    """The data set, from the cache or else downloaded into it.

    Raises:
        DataFormatError: If a file in the cache is damaged; nothing is deleted, `dlcourse data fetch` sets it aside.
        DataUnavailableError: If it is not there and cannot be downloaded.
    """
    try:
        found = cache.from_cache(sources)
    except DataFormatError as error:
        raise DataFormatError(error.path, f"{error.reason}; fetch it anew: {command(name)}") from error
    if found is not None:
        return found
    source = fetch(name, sources)
    return source.read(*(cache.read(file, there(file)) for file in source.files))


def fetch(name: str, sources: tuple[Source, ...]) -> Source:
    """Bring all files of one source into the cache; those that are there and whole are left alone.

    One process downloads, others that ask for the same set wait for it and find the files there.

    Returns:
        The source whose files are there now.

    Raises:
        DataUnavailableError: If no source can be had.
    """
    complete = next((source for source in sources if all(map(is_whole, source.files))), None)
    if complete is not None:
        return complete
    folder = cache.folder()
    try:
        waits = functools.partial(progress.say, f"waiting: another process is downloading {name}")
        with lock.exclusive(folder / ".locks" / f"{name}.lock", on_wait=waits):
            return _fetch_locked(name, sources, folder)
    except DataUnavailableError:
        raise
    except TimeoutError as error:
        raise DataUnavailableError(_sentence(name, str(error))) from error
    except OSError as error:
        raise DataUnavailableError(_sentence(name, f"nothing can be written there ({error})")) from error


def is_whole(file: File) -> bool:
    """Whether the file is there and has the right checksum."""
    path = cache.locate(file)
    if path is None:
        return False
    try:
        cache.read(file, path)
    except DataFormatError:
        return False
    return True


def command(name: str) -> str:
    """The command that fetches a set, as one types it."""
    return f"`dlcourse data fetch {name}`"


def _fetch_locked(name: str, sources: tuple[Source, ...], folder: Path) -> Source:
    reasons = []
    for source in sources:
        missing = [file for file in source.files if not is_whole(file)]
        if not all(file.mirrors for file in missing):
            continue
        try:
            _download_all(name, missing, folder)
            return source
        except DataUnavailableError as error:
            reasons.append(str(error))
    raise DataUnavailableError(_sentence(name, "; ".join(reasons)))


def _download_all(name: str, missing: list[File], folder: Path) -> None:
    with progress.bar(name, missing) as report:
        for file in missing:
            _set_aside(folder / file.path)
            download.fetch(file, folder, report)


def _set_aside(damaged: Path) -> None:
    """Rename a file that is not what it should be; it may be dear to somebody."""
    if damaged.exists():
        damaged.replace(damaged.with_name(f"{damaged.name}.damaged"))


def _sentence(name: str, reason: str) -> str:
    return f"{name} is not in the cache {cache.folder()}: {reason}; fetch it later with {command(name)}"


def there(file: File) -> Path:
    """Where a file that was fetched lies."""
    path = cache.locate(file)
    assert path is not None
    return path
