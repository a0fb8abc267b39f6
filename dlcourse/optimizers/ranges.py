"""The ranges that the optimizers' arguments must lie in."""

from __future__ import annotations


def share(name: str, value: float) -> float:
    """A number of at least 0 and below 1.

    Raises:
        ValueError: If it is not.
    """
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {value!r}")
    return float(value)


def not_negative(name: str, value: float) -> float:
    """A number of at least 0.

    Raises:
        ValueError: If it is not.
    """
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} must be a number of at least 0, got {value!r}")
    return float(value)
