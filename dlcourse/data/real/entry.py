"""The entry of a real set in the table of all data sets."""

from __future__ import annotations

import importlib

from dlcourse.data.cache import Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.registry import Entry


def real(name: str, purpose: str, provenance: Provenance, sources: tuple[Source, ...]) -> Entry:
    """A real set, whose stand-in is what `stand_in` gives in the module of the same name in `dlcourse.data.standins`.

    The network's libraries and the stand-in are imported when they are needed.
    """

    def load() -> Dataset:
        from dlcourse.data import obtain

        return obtain.load(name, sources)

    def stand_in() -> Dataset:
        dataset: Dataset = importlib.import_module(f"dlcourse.data.standins.{name}").stand_in()
        return dataset

    return Entry(name, "real", purpose, provenance, load, stand_in, sources)
