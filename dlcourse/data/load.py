"""One call for every data set, and two profiles behind it.

In the quick profile everything is offline and always there: a real set's stand-in has its shapes, types and class
names, so that no later line changes. In the full profile a real set is the real set, or an error that says
how to get it.
"""

from __future__ import annotations

import inspect
from typing import Any

from dlcourse import runtime
from dlcourse.data import registry
from dlcourse.data.dataset import Dataset


def load(name: str, *, profile: str | None = None, **options: Any) -> Dataset:
    """The data set of that name.

    Args:
        name: One of `names()`, `"digits"` for one.
        profile: `"quick"` or `"full"` for this one call; without it, the profile in force (`dlcourse.runtime.profile`).
            It matters to the real sets alone: quick gives their stand-in, full the set itself.
        **options: What the set's generator takes: sizes, noise, seed.

    Raises:
        ValueError: If there is no data set of that name, it has no such option, or the profile is neither of the two.
        DataUnavailableError: If a real set is wanted and can neither be found in the cache nor downloaded; the message
            names the file, the mirrors tried, the cache folder and the command that fetches it.
        DataFormatError: If a file in the cache is truncated, altered or wrongly encoded.

    Example:
        >>> load("digits")
        digits: 1347 training and 450 test examples of shape (8, 8), 10 classes
    """
    entry = registry.find(name)
    _refuse_unknown(options, entry)
    if entry.stand_in is not None and _chosen(profile) == "quick":
        return entry.stand_in()
    return entry.loader(**options)


def names() -> tuple[str, ...]:
    """The names that `load` takes."""
    return tuple(registry.entries())


def _chosen(profile: str | None) -> str:
    if profile is not None and profile not in runtime.PROFILES:
        raise ValueError(f"profile must be 'quick' or 'full', got {profile!r}")
    return profile or runtime.profile()


def _refuse_unknown(options: dict[str, Any], entry: registry.Entry) -> None:
    known = inspect.signature(entry.loader).parameters
    for option in options:
        if option not in known:
            told = f"one of {', '.join(known)}" if known else "absent: this set has none"
            raise ValueError(f"an option of {entry.name} must be {told}, got {option!r}")
