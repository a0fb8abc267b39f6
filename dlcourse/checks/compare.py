"""Whether what came is what was expected, within a tolerance that allows another order of the same operations."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from dlcourse.checks.data import Data, encode


@dataclass(frozen=True)
class Tolerance:
    """|came - expected| <= atol + rtol |expected|; float32 answers get at least 1e-5 |expected| + 1e-6."""

    rtol: float = 1e-6
    atol: float = 1e-8

    def at_least(self, other: Tolerance) -> Tolerance:
        """The looser of two, part by part."""
        return Tolerance(max(self.rtol, other.rtol), max(self.atol, other.atol))


SINGLE_PRECISION = Tolerance(rtol=1e-5, atol=1e-6)


def same(expected: Data, came: Data, tolerance: Tolerance) -> bool:
    """Whether two data are the same: numbers within the tolerance, shapes, lengths, keys and text exactly.

    A list of numbers may stand where an array is expected, an array with no axes where a number is. NaN is the same as
    NaN, infinity as infinity of the same sign.
    """
    if isinstance(expected, dict):
        return (
            isinstance(came, dict)
            and expected.keys() == came.keys()
            and all(same(expected[key], came[key], tolerance) for key in expected)
        )
    if isinstance(expected, list):
        if not isinstance(came, list) and not (isinstance(came, np.ndarray) and came.ndim):
            return False
        return len(expected) == len(came) and all(same(a, b, tolerance) for a, b in zip(expected, came, strict=True))
    if isinstance(expected, bool) and isinstance(came, np.ndarray) and came.shape == () and came.dtype.kind == "b":
        return bool(came) is expected
    if expected is None or isinstance(expected, str | bool):
        return type(came) is type(expected) and came == expected
    numbers = as_numbers(came)
    return numbers is not None and _close(np.asarray(expected), numbers, tolerance)


def as_numbers(value: Data) -> np.ndarray | None:
    """The value as an array of numbers, None where it is not one."""
    if value is None or isinstance(value, str | dict | bool):
        return None
    if isinstance(value, np.ndarray):
        return value
    try:
        array = np.array(value)
    except ValueError:
        return None
    return array if array.dtype.kind in "biuf" else None


def digest(place: str, value: Data) -> str:
    """A fingerprint of a chosen value, so that a case file knows a choice and does not show it at a glance.

    Args:
        place: Question and case; the same choice elsewhere has another fingerprint.
        value: Text (see `plain_text`), a number (1 is 1.0), or lists of them (an array is one).
    """
    canonical = json.dumps([place, encode(_plain(value))], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:20]


def plain_text(text: str) -> str:
    """Text without regard to case, outer spaces, and whether words are joined by spaces, dashes or underscores."""
    return text.strip().lower().replace("-", "_").replace(" ", "_")


def _plain(value: Data) -> Data:
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _close(expected: np.ndarray, came: np.ndarray, tolerance: Tolerance) -> bool:
    if expected.shape != came.shape:
        return False
    if came.dtype.kind == "f" and came.dtype.itemsize <= 4:
        tolerance = tolerance.at_least(SINGLE_PRECISION)
    with np.errstate(all="ignore"):
        right = expected.astype("float64")
        return bool(np.allclose(came, right, rtol=tolerance.rtol, atol=tolerance.atol, equal_nan=True))
