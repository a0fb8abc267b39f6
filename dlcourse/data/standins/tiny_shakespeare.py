"""Stand-in for Tiny Shakespeare: English prose that the installed packages carry, by people, though not in verse."""

from __future__ import annotations

from dataclasses import replace

from dlcourse.data.dataset import Dataset
from dlcourse.data.load import load


def stand_in() -> Dataset:
    """One long text for training, one for testing."""
    prose = load("english")
    provenance = replace(prose.provenance, stand_in_for="tiny_shakespeare")
    return replace(prose, name="tiny_shakespeare", provenance=provenance)
