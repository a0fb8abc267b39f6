"""Data sets by what they are for: arrays, split, typed, with their provenance."""

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.load import load, names

__all__ = ["Dataset", "Provenance", "load", "names"]
