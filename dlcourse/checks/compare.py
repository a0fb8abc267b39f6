"""Whether what came is what was expected, within a tolerance that allows another order of the same operations."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from dlcourse.checks.data import Data, encode

FLOAT32_RTOL = 1e-5


@dataclass(frozen=True)
class Tolerance:
    """|came - expected| <= atol + rtol |expected|; float32 answers get at least 1e-5 relative."""

    rtol: float = 1e-6
    atol: float = 1e-8


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
        if not isinstance(came, list | np.ndarray) or (np.ndim(came) == 0 and isinstance(came, np.ndarray)):
            return False
        return len(expected) == len(came) and all(same(a, b, tolerance) for a, b in zip(expected, came, strict=True))
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
    """A fingerprint of a chosen value, so that a case file can know a choice without showing it.

    Args:
        place: Question and case; the same choice elsewhere has another fingerprint.
        value: Text, a number, or lists of them; text is compared without regard to case, outer spaces and dashes.
    """
    canonical = json.dumps([place, encode(_plain(value))], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:20]


def _plain(value: Data) -> Data:
    if isinstance(value, str):
        return value.strip().lower().replace("-", "_").replace(" ", "_")
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _close(expected: np.ndarray, came: np.ndarray, tolerance: Tolerance) -> bool:
    if expected.shape != came.shape:
        return False
    rtol = tolerance.rtol
    if came.dtype.kind == "f" and came.dtype.itemsize <= 4:
        rtol = max(rtol, FLOAT32_RTOL)
    return bool(np.allclose(came, expected, rtol=rtol, atol=tolerance.atol, equal_nan=True))
