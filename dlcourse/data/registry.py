"""The table of all data sets: what each is called, what it is for, where it comes from and what loads it.

A module that has data sets lists them in `ENTRIES`, a tuple of `Entry`. Every module of the packages `embedded`,
`generated` and `real` is asked for its own, when the table is first needed. They import NumPy alone; whatever is
heavier waits inside the loaders.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlcourse.data.dataset import Dataset, Provenance

if TYPE_CHECKING:
    from dlcourse.data.cache import Source

KINDS = ("embedded", "generated", "real")
PACKAGES = ("dlcourse.data.embedded", "dlcourse.data.generated", "dlcourse.data.real")


@dataclass(frozen=True)
class Entry:
    """One data set.

    Attributes:
        name: What `data.load` calls it: lower case, words joined by underscores.
        kind: `"embedded"` (inside a dependency), `"generated"` (made from a seed) or `"real"` (from cache or network).
        purpose: One sentence: what a learner uses it for.
        provenance: Source, licence, citation.
        loader: Gives the data set; keyword arguments with defaults are the options that `data.load` passes on.
        stand_in: For a real set, what gives the same shapes and types offline in the quick profile.
        sources: For a real set, the ways to have it: files and what reads them, the preferred way first.
    """

    name: str
    kind: str
    purpose: str
    provenance: Provenance
    loader: Callable[..., Dataset]
    stand_in: Callable[[], Dataset] | None = None
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")


@functools.cache
def entries() -> dict[str, Entry]:
    """All data sets by name, in alphabetical order.

    Raises:
        ValueError: If two of them have the same name.
    """
    table: dict[str, Entry] = {}
    for entry in _collected():
        if entry.name in table:
            raise ValueError(f"each data set needs a name of its own, got {entry.name!r} twice")
        table[entry.name] = entry
    return dict(sorted(table.items()))


def find(name: str) -> Entry:
    """The data set of that name.

    Raises:
        ValueError: If there is none; the message lists all names and the nearest one.
    """
    table = entries()
    if name not in table:
        near = difflib.get_close_matches(str(name), table, n=1)
        told = f", did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"name must be one of {', '.join(table)}, got {name!r}{told}")
    return table[name]


def _collected() -> Iterator[Entry]:
    for package in PACKAGES:
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            yield from getattr(importlib.import_module(module.name), "ENTRIES", ())
