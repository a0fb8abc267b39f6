"""A deep-learning course with Keras and TensorFlow: the package that its lessons use and that an engineer can import.

Importing the package loads nothing heavy, not even NumPy. What a lesson's first cell and an exercise's check call
(`start`, `check`, `hint`, `solution`) is found here by name and loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_LAZY = {
    "start": "dlcourse.runtime",
    "check": "dlcourse.checks",
    "hint": "dlcourse.checks",
    "solution": "dlcourse.checks",
}

__all__ = ["__version__", "check", "hint", "solution", "start"]

if TYPE_CHECKING:
    from dlcourse.checks import check, hint, solution
    from dlcourse.runtime import start


def __getattr__(name: str) -> Any:
    """Load `start`, `check`, `hint` or `solution` when it is first asked for (PEP 562)."""
    if name not in _LAZY:
        raise AttributeError(f"module 'dlcourse' has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
