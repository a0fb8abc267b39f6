"""The half of a check that meets the learner's code: call it with data, and say in data what happened."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcourse.checks.data import Data, NotDataError, as_data, decode, encode


@dataclass(frozen=True)
class Outcome:
    """What one case gave.

    Attributes:
        value: The answer's value, None where there is none.
        error: Type and first line of the exception that it raised, else empty.
        attempted: False where the answer is still the stub.
        changed: Names of the arguments that the answer modified in place.
    """

    value: Data = None
    error: str = ""
    attempted: bool = True
    changed: tuple[str, ...] = field(default=())

    def encoded(self) -> dict[str, Any]:
        """As JSON; what is as usual is left out."""
        full = {"value": encode(self.value), "error": self.error, "changed": list(self.changed)}
        return {key: each for key, each in full.items() if each not in ("", [])}

    @classmethod
    def decoded(cls, record: Mapping[str, Any]) -> Outcome:
        """What `encoded` made, again."""
        return cls(decode(record["value"]), record.get("error", ""), changed=tuple(record.get("changed", ())))


def observe(answer: object, arguments: Mapping[str, Data], probe: str = "call") -> Outcome:
    """Put one case's arguments to an answer; whatever the answer does, data come back.

    Args:
        answer: A learner's function, or a value.
        arguments: Name and value; a function gets copies, by position.
        probe: How the answer is asked: `"call"` calls it, `"item"` looks the argument up in it.

    Raises:
        ValueError: If there is no such probe.
    """
    if probe not in _PROBES:
        raise ValueError(f"probe must be one of {', '.join(_PROBES)}, got {probe!r}")
    given = {name: copy.deepcopy(value) for name, value in arguments.items()}
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = _PROBES[probe](answer, list(given.values()))
            if value is Ellipsis:
                return Outcome(attempted=False)
            seen = as_data(value)
    except NotImplementedError:
        return Outcome(attempted=False)
    except NotDataError as error:
        return Outcome(error=f"gave {error}, which is not a number, text, list, dict or array of numbers")
    except Exception as error:
        return Outcome(error=_told(error))
    return Outcome(seen, changed=tuple(name for name in given if not _identical(given[name], arguments[name])))


def _call(answer: object, arguments: list[Data]) -> object:
    if not callable(answer):
        raise TypeError(f"a function was expected, this is a {type(answer).__name__}")
    return answer(*arguments)


def _item(answer: object, arguments: list[Data]) -> object:
    if answer is Ellipsis:
        return Ellipsis
    if not isinstance(answer, Mapping):
        raise TypeError(f"a dict was expected, this is a {type(answer).__name__}")
    return answer.get(arguments[0], Ellipsis)


_PROBES: dict[str, Callable[[object, list[Data]], object]] = {"call": _call, "item": _item}


def _told(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"raised {type(error).__name__}" + (f": {lines[0]}" if lines else "")


def _identical(one: Data, other: Data) -> bool:
    if isinstance(one, np.ndarray):
        same_kind = isinstance(other, np.ndarray) and one.dtype == other.dtype and one.shape == other.shape
        return same_kind and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, list):
        return len(one) == len(other) and all(_identical(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_identical(one[key], other[key]) for key in one)
    return bool(one == other) or one != one
