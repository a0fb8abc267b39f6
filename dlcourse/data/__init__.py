"""Data sets by what they are for: arrays, split, typed, with their provenance.

Nothing heavy is imported here: scikit-learn, TensorFlow and Keras wait until a set or a pipeline needs them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from dlcourse.data.augmenter import augmenter
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError, DataUnavailableError
from dlcourse.data.load import load, names
from dlcourse.data.pipeline import pipeline
from dlcourse.data.spec_augment import spec_augment
from dlcourse.data.windows import Windows, windows

if TYPE_CHECKING:
    from dlcourse.data import generated

__all__ = [
    "DataFormatError",
    "DataUnavailableError",
    "Dataset",
    "Provenance",
    "Windows",
    "augmenter",
    "generated",
    "load",
    "names",
    "pipeline",
    "spec_augment",
    "windows",
]

_LAZY = {"generated": "dlcourse.data.generated"}


def __getattr__(name: str) -> Any:
    """Load a module, or a name of one, when it is first asked for (PEP 562)."""
    if name not in _LAZY:
        raise AttributeError(f"module 'dlcourse.data' has no attribute {name!r}")
    module = importlib.import_module(_LAZY[name])
    return module if _LAZY[name] == f"dlcourse.data.{name}" else getattr(module, name)
