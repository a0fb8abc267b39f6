"""What is wrong with an answer, in words, when no planted mistake explains it.

Each diagnosis is a small function of what was expected, what came and the case's arguments; the first that knows
something speaks. They go from the plain (nothing came back) to the subtle (right up to a constant factor).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION, Tolerance, as_numbers, same
from dlcourse.checks.data import Data, described
from dlcourse.checks.explain import explained
from dlcourse.checks.outcome import Outcome

Arguments = Mapping[str, Data]
_SHAPE_ERRORS = tuple(f"raised {name}" for name in ("ValueError", "IndexError", "AxisError", "InvalidArgumentError"))
_NAMED_FACTORS = {
    1 / math.log(2): "the logarithm to base 2, where the natural one is meant?",
    1 / math.log(10): "the logarithm to base 10, where the natural one is meant?",
    2.0: "a half is missing?",
    0.5: "a half too many?",
}


def diagnose(expected: Data, outcome: Outcome, arguments: Arguments, tolerance: Tolerance) -> str:
    """One sentence on why this outcome is not the expected value."""
    if outcome.error:
        return f"it {outcome.error}{explained(outcome.error)}{_given(outcome.error, arguments)}"
    if same(expected, outcome.value, tolerance) and outcome.changed:
        names = " and ".join(f"`{name}`" for name in outcome.changed)
        return f"the value is right, but it modifies its input {names} in place: work on a copy"
    with np.errstate(all="ignore"):
        return _about(expected, outcome.value, arguments, tolerance)


def _given(error: str, arguments: Arguments) -> str:
    """The shapes that went in, where the exception is of a kind that shapes cause."""
    if not error.startswith(_SHAPE_ERRORS):
        return ""
    shapes = [f"`{name}` of shape {value.shape}" for name, value in arguments.items() if isinstance(value, np.ndarray)]
    return f" (given {', '.join(shapes)})" if shapes else ""


def _about(expected: Data, came: Data, arguments: Arguments, tolerance: Tolerance) -> str:
    if came is None:
        return "it gave None: is there a `return`?"
    if isinstance(expected, list):
        return _about_parts(expected, came, arguments, tolerance)
    if isinstance(expected, dict):
        return _about_keys(expected, came, arguments, tolerance)
    if isinstance(expected, str | bool) or expected is None:
        return f"it gave {_shown(came)}, which is not right"
    numbers = as_numbers(came)
    if numbers is None:
        return f"it gave {described(came)}, {described(expected)} was expected"
    return _about_numbers(np.asarray(expected, dtype="float64"), numbers.astype("float64"), arguments, tolerance)


def _about_parts(expected: list, came: Data, arguments: Arguments, tolerance: Tolerance) -> str:
    example = " (`return a, b`)" if len(expected) == 2 else ""
    if not isinstance(came, list | np.ndarray) or (isinstance(came, np.ndarray) and came.shape[:1] != (len(expected),)):
        return f"it gave {described(came)}, {len(expected)} values were expected{example}"
    if len(came) != len(expected):
        return f"it gave {len(came)} value{'s' if len(came) != 1 else ''}, {len(expected)} were expected"
    if same(expected[::-1], list(came), tolerance):
        return "the right values, but returned in another order"
    parts = zip(expected, came, strict=True)
    wrong = [(i, a, b) for i, (a, b) in enumerate(parts, start=1) if not same(a, b, tolerance)]
    position, part_expected, part_came = wrong[0]
    return f"value {position} of {len(expected)}: {_about(part_expected, part_came, arguments, tolerance)}"


def _about_keys(expected: dict, came: Data, arguments: Arguments, tolerance: Tolerance) -> str:
    if not isinstance(came, dict):
        return f"it gave {described(came)}, a dict was expected"
    if expected.keys() != came.keys():
        return f"its keys are {sorted(came)}, {sorted(expected)} were expected"
    key = next(key for key in expected if not same(expected[key], came[key], tolerance))
    return f"under {key!r}: {_about(expected[key], came[key], arguments, tolerance)}"


def _about_numbers(expected: np.ndarray, came: np.ndarray, arguments: Arguments, tolerance: Tolerance) -> str:
    tolerance = tolerance.at_least(SINGLE_PRECISION)
    for diagnosis in _DIAGNOSES:
        said = diagnosis(expected, came, arguments, tolerance)
        if said:
            return said
    return _first_difference(expected, came, tolerance)


def _transposed(expected: np.ndarray, came: np.ndarray, _: Arguments, tolerance: Tolerance) -> str:
    if expected.ndim != 2 or not same(expected, came.T, tolerance):
        return ""
    shapes = f": its shape is {came.shape}, {expected.shape} was expected" if came.shape != expected.shape else ""
    return f"right values, but transposed{shapes}"


def _wrong_shape(expected: np.ndarray, came: np.ndarray, _: Arguments, tolerance: Tolerance) -> str:
    if expected.shape == came.shape:
        return ""
    if expected.ndim == 0:
        return _not_one_number(expected, came, tolerance)
    if came.ndim == 0:
        return f"it gave one number, an array of shape {expected.shape} was expected"
    told = f"its shape is {came.shape}, {expected.shape} was expected"
    if came.size == expected.size and same(expected, came.reshape(expected.shape), tolerance):
        return f"right values in another shape: {told}"
    if expected.ndim == 1 and came.shape == expected.shape * 2:
        return f"{told}: an array of shape (n, 1) met one of shape (n,), and broadcasting made a square of them"
    return told


def _not_one_number(expected: np.ndarray, came: np.ndarray, tolerance: Tolerance) -> str:
    if came.size == 1 and same(expected, came.reshape(()), tolerance):
        return f"the right number, but inside an array of shape {came.shape}: one number alone was expected"
    return f"it gave an array of shape {came.shape}, one number was expected: is a sum or a mean missing?"


def _nearly(expected: np.ndarray, came: np.ndarray, _: Arguments, __: Tolerance) -> str:
    largest = float(np.max(np.abs(expected), initial=0))
    if not same(expected, came, Tolerance(rtol=1e-3, atol=1e-4 * largest)):
        return ""
    gap = float(np.nanmax(np.abs(came - expected)))
    return f"almost right, off by {gap:.0e} at most: is something small added, clipped or rounded on the way?"


def _rounded(expected: np.ndarray, came: np.ndarray, _: Arguments, __: Tolerance) -> str:
    for decimals in range(1, 7):
        if same(np.round(expected, decimals), came, Tolerance()):
            return f"it is rounded to {decimals} decimals: leave all of them"
    return ""


def _not_finite(expected: np.ndarray, came: np.ndarray, _: Arguments, __: Tolerance) -> str:
    bad = ~np.isfinite(came) & np.isfinite(expected)
    if not bad.any():
        return ""
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    return (
        f"it gave {came[place]}{_at(place)}, where {_number(expected[place])} was expected: "
        "somewhere a number became too large, or zero was divided by or its logarithm taken"
    )


def _sign(expected: np.ndarray, came: np.ndarray, _: Arguments, tolerance: Tolerance) -> str:
    return "right up to the sign: it is negated" if same(expected, -1.0 * came, tolerance) else ""


def _factor(expected: np.ndarray, came: np.ndarray, arguments: Arguments, tolerance: Tolerance) -> str:
    used = np.abs(expected) > tolerance.atol
    if not used.any():
        return ""
    ratio = float(np.median(came[used] / expected[used]))
    scaled = Tolerance(tolerance.rtol, tolerance.atol * min(1.0, abs(ratio)))
    if ratio == 0 or not math.isfinite(ratio) or not same(expected * ratio, came, scaled):
        return ""
    named = _factor_named(ratio, arguments)
    if not named and used.sum() < 2:
        return ""
    return f"right up to a constant factor: it is {_number(ratio)} times what was expected{named}"


def _factor_named(ratio: float, arguments: Arguments) -> str:
    for number, what in _lengths(arguments):
        if np.isclose(ratio, number):
            return f" ({number} is {what}: a sum where a mean is asked?)"
        if np.isclose(ratio, 1 / number):
            return f" ({number} is {what}: divided by it once too often?)"
    return next((f" ({name})" for factor, name in _NAMED_FACTORS.items() if np.isclose(ratio, factor)), "")


def _lengths(arguments: Arguments) -> list[tuple[int, str]]:
    """The numbers above 1 that a mean could have been divided by, each with what it is."""
    arrays = {name: value for name, value in arguments.items() if isinstance(value, np.ndarray)}
    axes = [
        (size, f"the length of axis {axis} of `{name}`")
        for name, value in arrays.items()
        for axis, size in enumerate(value.shape)
    ]
    sizes = [(value.size, f"how many numbers `{name}` has") for name, value in arrays.items()]
    return [(number, what) for number, what in axes + sizes if number > 1]


def _offset(expected: np.ndarray, came: np.ndarray, _: Arguments, tolerance: Tolerance) -> str:
    if expected.size < 2:
        return ""
    shift = float(np.median(came - expected))
    if not math.isfinite(shift) or not same(expected + shift, came, tolerance):
        return ""
    return f"right up to a constant: every value is {_number(abs(shift))} too {'large' if shift > 0 else 'small'}"


def _normalised(expected: np.ndarray, came: np.ndarray, _: Arguments, __: Tolerance) -> str:
    if expected.ndim == 0 or expected.shape[-1] < 2 or not np.allclose(expected.sum(axis=-1), 1):
        return ""
    sums = came.sum(axis=-1)
    if np.allclose(sums, 1, rtol=1e-4):
        return ""
    for axis in range(expected.ndim - 1):
        if np.allclose(came.sum(axis=axis), 1, rtol=1e-4):
            return f"wrong axis: it sums to 1 along axis {axis}, it should along the last one, axis {expected.ndim - 1}"
    if expected.ndim > 1 and np.isclose(came.sum(), 1, rtol=1e-4):
        return "it sums to 1 over the whole array, it should along the last axis, in each row by itself"
    worst = float(sums.ravel()[np.argmax(np.abs(sums - 1))])
    return f"not normalised: along the last axis the numbers sum to {_number(worst)}, they should sum to 1"


def _reordered(expected: np.ndarray, came: np.ndarray, _: Arguments, tolerance: Tolerance) -> str:
    together = same(np.sort(expected, axis=None), np.sort(came, axis=None), tolerance)
    return "the right values, but in the wrong places" if together else ""


def _first_difference(expected: np.ndarray, came: np.ndarray, tolerance: Tolerance) -> str:
    gap = np.abs(came - expected)
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(gap)), gap.shape))
    differ = int((~np.isclose(came, expected, rtol=tolerance.rtol, atol=tolerance.atol, equal_nan=True)).sum())
    few = "" if gap.size == 1 else f"; {differ} of {gap.size} values differ"
    return f"it gave {_number(came[place])}{_at(place)}, {_number(expected[place])} was expected{few}"


Diagnosis = Callable[[np.ndarray, np.ndarray, Arguments, Tolerance], str]
_DIAGNOSES: tuple[Diagnosis, ...] = (
    _rounded,
    _nearly,
    _transposed,
    _wrong_shape,
    _not_finite,
    _sign,
    _normalised,
    _factor,
    _offset,
    _reordered,
)


def _at(place: tuple[int, ...]) -> str:
    return f" at [{', '.join(str(i) for i in place)}]" if place else ""


def _number(value: float | np.ndarray) -> str:
    return f"{float(value):.4g}"


def _shown(value: Data) -> str:
    return repr(value) if isinstance(value, str | bool | int | float) else described(value)
