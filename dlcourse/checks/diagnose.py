"""What is wrong with an answer, in words, when no planted mistake explains it.

Each diagnosis is a small function of what was expected, what came and the case's arguments; the first that knows
something speaks. They go from the plain (nothing came back) to the subtle (right up to a constant factor).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from dlcourse.checks.compare import Tolerance, as_numbers, same
from dlcourse.checks.data import Data
from dlcourse.checks.outcome import Outcome

Arguments = Mapping[str, Data]


def diagnose(expected: Data, outcome: Outcome, arguments: Arguments, tolerance: Tolerance) -> str:
    """One sentence on why this outcome is not the expected value."""
    if outcome.error:
        return f"it {outcome.error}"
    if same(expected, outcome.value, tolerance) and outcome.changed:
        names = " and ".join(f"`{name}`" for name in outcome.changed)
        return f"the value is right, but it modifies its input {names} in place: work on a copy"
    return _about(expected, outcome.value, arguments, tolerance)


def _about(expected: Data, came: Data, arguments: Arguments, tolerance: Tolerance) -> str:
    if came is None:
        return "it gave None: is there a `return`?"
    if isinstance(expected, list):
        return _about_parts(expected, came, arguments, tolerance)
    if isinstance(expected, dict):
        return _about_keys(expected, came, arguments, tolerance)
    if isinstance(expected, str | bool) or expected is None:
        return f"it gave {came!r}, which is not right"
    numbers = as_numbers(came)
    if numbers is None:
        return f"it gave {_kind(came)}, {_kind(expected)} was expected"
    return _about_numbers(np.asarray(expected), numbers, arguments, tolerance)


def _about_parts(expected: list, came: Data, arguments: Arguments, tolerance: Tolerance) -> str:
    if not isinstance(came, list | np.ndarray) or (np.ndim(came) == 0 and isinstance(came, np.ndarray)):
        return f"it gave {_kind(came)}, {len(expected)} values were expected (`return a, b`)"
    if len(came) != len(expected):
        return f"it gave {len(came)} values, {len(expected)} were expected"
    parts = zip(expected, came, strict=True)
    wrong = [(i, a, b) for i, (a, b) in enumerate(parts, start=1) if not same(a, b, tolerance)]
    position, part_expected, part_came = wrong[0]
    return f"value {position} of {len(expected)}: {_about(part_expected, part_came, arguments, tolerance)}"


def _about_keys(expected: dict, came: Data, arguments: Arguments, tolerance: Tolerance) -> str:
    if not isinstance(came, dict):
        return f"it gave {_kind(came)}, a dict was expected"
    if expected.keys() != came.keys():
        return f"its keys are {sorted(came)}, {sorted(expected)} were expected"
    key = next(key for key in expected if not same(expected[key], came[key], tolerance))
    return f"under {key!r}: {_about(expected[key], came[key], arguments, tolerance)}"


def _about_numbers(expected: np.ndarray, came: np.ndarray, arguments: Arguments, tolerance: Tolerance) -> str:
    for diagnosis in (*_SHAPE_DIAGNOSES, *_VALUE_DIAGNOSES):
        said = diagnosis(expected, came, arguments, tolerance)
        if said:
            return said
    return _first_difference(expected, came)


def _transposed(expected: np.ndarray, came: np.ndarray, _: Arguments, tolerance: Tolerance) -> str:
    if expected.ndim == 2 and same(expected, came.T, tolerance):
        return f"right values, but transposed: shape {came.shape} came, {expected.shape} was expected"
    return ""


def _wrong_shape(expected: np.ndarray, came: np.ndarray, _: Arguments, tolerance: Tolerance) -> str:
    if expected.shape == came.shape:
        return ""
    told = f"its shape is {came.shape}, {expected.shape} was expected"
    if came.size == expected.size and same(expected, came.reshape(expected.shape), tolerance):
        return f"right values in another shape: {told}"
    if expected.ndim == 0:
        return f"{told}: one number, so a sum or a mean is missing"
    if expected.ndim == 1 and came.shape == expected.shape * 2:
        return f"{told}: an array of shape (n, 1) met one of shape (n,), and broadcasting made a square of them"
    return told


def _not_finite(expected: np.ndarray, came: np.ndarray, _: Arguments, __: Tolerance) -> str:
    bad = ~np.isfinite(came)
    if not bad.any() or not np.isfinite(expected).all():
        return ""
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    return (
        f"it gave {came[place]}{_at(place)}, where {_number(expected[place])} was expected: "
        "somewhere a number became too large, or zero was divided by or its logarithm taken"
    )


def _sign(expected: np.ndarray, came: np.ndarray, _: Arguments, tolerance: Tolerance) -> str:
    return "right up to the sign: every value is negated" if same(expected, -1.0 * came, tolerance) else ""


def _factor(expected: np.ndarray, came: np.ndarray, arguments: Arguments, tolerance: Tolerance) -> str:
    used = np.abs(expected) > tolerance.atol
    if not used.any():
        return ""
    ratio = float(np.median(came[used] / expected[used]))
    if ratio == 0 or not same(expected * ratio, came, tolerance):
        return ""
    return f"right up to a constant factor: {_number(ratio)} times what was expected{_factor_named(ratio, arguments)}"


def _factor_named(ratio: float, arguments: Arguments) -> str:
    for name, value in arguments.items():
        for axis, size in enumerate(np.shape(value) if isinstance(value, np.ndarray) else ()):
            if size > 1 and np.isclose(ratio, size):
                return f" ({size} is the length of axis {axis} of `{name}`: a sum where a mean is asked?)"
            if size > 1 and np.isclose(ratio, 1 / size):
                return (
                    f" ({size} is the length of axis {axis} of `{name}`: a mean where a sum is asked, or one too many?)"
                )
    return ""


def _offset(expected: np.ndarray, came: np.ndarray, _: Arguments, tolerance: Tolerance) -> str:
    if expected.size < 2:
        return ""
    shift = float(np.median(came - expected))
    if not same(expected + shift, came, tolerance):
        return ""
    return f"right up to a constant: every value is {_number(abs(shift))} too {'large' if shift > 0 else 'small'}"


def _normalised(expected: np.ndarray, came: np.ndarray, _: Arguments, __: Tolerance) -> str:
    if expected.ndim == 0 or expected.shape[-1] < 2 or not np.allclose(expected.sum(axis=-1), 1):
        return ""
    sums = came.sum(axis=-1)
    if np.allclose(sums, 1, rtol=1e-4):
        return ""
    if expected.ndim > 1 and np.allclose(came.sum(axis=0), 1, rtol=1e-4):
        return "wrong axis: it sums to 1 over the first axis, but should over the last"
    return f"not normalised: along the last axis it sums to {_number(float(sums.ravel()[0]))}, it should to 1"


def _first_difference(expected: np.ndarray, came: np.ndarray) -> str:
    gap = np.abs(came - expected.astype("float64"))
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(gap)), gap.shape))
    few = "" if gap.size == 1 else f"; {int((gap > 1e-6).sum())} of {gap.size} values differ"
    return f"it gave {_number(came[place])}{_at(place)}, {_number(expected[place])} was expected{few}"


Diagnosis = Callable[[np.ndarray, np.ndarray, Arguments, Tolerance], str]
_SHAPE_DIAGNOSES: tuple[Diagnosis, ...] = (_transposed, _wrong_shape)
_VALUE_DIAGNOSES: tuple[Diagnosis, ...] = (_not_finite, _sign, _factor, _offset, _normalised)


def _at(place: tuple[int, ...]) -> str:
    return f" at [{', '.join(str(i) for i in place)}]" if place else ""


def _number(value: float | np.ndarray) -> str:
    return f"{float(value):.4g}"


def _kind(value: Data) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    names = {bool: "True or False", int: "a number", float: "a number", str: "text", list: "a list", dict: "a dict"}
    return names.get(type(value), f"a {type(value).__name__}")
