"""Rules that arguments of several layers share; a `ValueError` states the rule and what was received."""

from __future__ import annotations

from typing import Any


def positive_integer(name: str, value: Any) -> int:
    """The value, if it is an integer of at least 1; True is not an integer."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be a positive integer, got {value!r}")
    return value


def positive_number(name: str, value: Any) -> float:
    """The value as a float, if it is finite and above 0."""
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be a positive number, got {value!r}")
    return float(value)


def share(name: str, value: Any) -> float:
    """The value as a float, if it is at least 0 and below 1."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {value!r}")
    return float(value)


def one_of(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """The value, if it is one of the names allowed."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def rank(name: str, shape: Any, letters: str) -> tuple[Any, ...]:
    """The shape as a tuple, if it has as many axes as letters (`"BTD"`) and its last size is known."""
    shape = tuple(shape)
    if len(shape) != len(letters) or shape[-1] is None:
        raise ValueError(f"{name} must have shape ({', '.join(letters)}) with a known {letters[-1]}, got {shape}")
    return shape


def known_features(shape: Any) -> int:
    """The last size of a shape, if it is known."""
    if len(shape) < 2 or shape[-1] is None:
        raise ValueError(f"inputs must have shape (..., D) with a known D, got {tuple(shape)}")
    return shape[-1]


def even_features(shape: Any) -> int:
    """The last size of a shape (..., T, D), if it is known and even."""
    shape = tuple(shape)
    if len(shape) < 2 or shape[-1] is None or shape[-1] % 2:
        raise ValueError(f"inputs must have shape (..., T, D) with an even D, got {shape}")
    return shape[-1]
