"""The half of a check that meets the learner's code: call it with data, and say in data what happened."""

from __future__ import annotations

import copy
import itertools
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcourse.checks.data import Data, NotDataError, as_data, decode, described, encode
from dlcourse.checks.figure import NoFigureError, figure_data

STUB_WORDS = "is yours to write"
_LONGEST_MESSAGE = 200
_BATCH = 512
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


@dataclass(frozen=True)
class Outcome:
    """What one case gave.

    Attributes:
        value: The answer's value, None where there is none.
        error: What went wrong, to be read after "it", such as the exception's type and first line; else empty.
        attempted: False where the answer is still the stub.
        changed: Names of the arguments that the answer modified in place.
    """

    value: Data = None
    error: str = ""
    attempted: bool = True
    changed: tuple[str, ...] = field(default=())

    def encoded(self) -> dict[str, Any]:
        """As JSON; what is as usual is left out."""
        record: dict[str, Any] = {"value": encode(self.value)}
        if self.error:
            record["error"] = self.error
        if not self.attempted:
            record["attempted"] = False
        if self.changed:
            record["changed"] = list(self.changed)
        return record

    @classmethod
    def decoded(cls, record: Mapping[str, Any]) -> Outcome:
        """What `encoded` made, again."""
        changed = tuple(record.get("changed", ()))
        return cls(decode(record["value"]), record.get("error", ""), record.get("attempted", True), changed)


class WrongKindError(TypeError):
    """An answer that cannot be asked at all; the message says what it is and what was expected."""


def observe(answer: object, arguments: Mapping[str, Data], probe: str = "call") -> Outcome:
    """Put one case's arguments to an answer; whatever the answer does, data come back.

    Args:
        answer: A learner's function, or a value. `...`, or a value with `...` in it, is not attempted.
        arguments: Name and value; a function gets copies, by position.
        probe: How the answer is asked: `"call"` calls it, `"item"` looks the argument up in it, `"model"` calls it
            with all arguments but the last and gives the parameters of the Keras model that comes back, its predictions
            for the last argument, an array, and, for the words of a verdict alone, what its layers are and how many
            steps its optimizer made; `"figure"` calls it and gives what the figure shows (see `figure_data`).

    Raises:
        ValueError: If there is no such probe.
    """
    if probe not in _PROBES:
        raise ValueError(f"probe must be one of {', '.join(_PROBES)}, got {probe!r}")
    given = {name: copy.deepcopy(value) for name, value in arguments.items()}
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = Ellipsis if answer is Ellipsis else _PROBES[probe](answer, list(given.values()))
            if _unfinished(value):
                return Outcome(attempted=False)
            seen = as_data(value)
            changed = tuple(name for name in given if not _identical(given[name], arguments[name]))
    except (Exception, SystemExit) as error:
        return Outcome(attempted=False) if _is_stub(error) else Outcome(error=_told(error))
    return Outcome(seen, changed=changed)


def _call(answer: object, arguments: list[Data]) -> object:
    if not callable(answer):
        raise _no_function(answer)
    return answer(*arguments)


def _no_function(answer: object) -> WrongKindError:
    return WrongKindError(
        f"is {described(answer)}, but a function was expected: give its name alone, without brackets after it"
    )


def _model(answer: object, arguments: list[Data]) -> object:
    *given, unseen = arguments
    if _is_model(answer):
        raise _no_function(answer)
    model: Any = _call(answer, given)
    if model is Ellipsis:
        return model
    if not callable(model) or not _is_model(model):
        returned = ": is there a `return model`?" if model is None else ": return the model itself"
        raise WrongKindError(f"gave {described(model)}, but a trained Keras model was expected{returned}")
    predictions = predictions_of(model, np.asarray(unseen))
    return {
        "parameters": int(model.count_params()),
        "predictions": predictions,
        "layers": _layers_of(model),
        "steps": _steps_of(model),
    }


def _is_model(value: Any) -> bool:
    return callable(getattr(value, "count_params", None)) and not isinstance(value, type)


def predictions_of(model: Callable[..., Any], inputs: np.ndarray) -> np.ndarray:
    """What a Keras model gives for the inputs, batch by batch; its `predict` would compile a function first.

    Raises:
        WrongKindError: If the model has several outputs.
    """
    batches = [model(inputs[begin : begin + _BATCH], training=False) for begin in range(0, max(len(inputs), 1), _BATCH)]
    if isinstance(batches[0], list | tuple | Mapping):
        raise WrongKindError("gave a model with several outputs, but one was expected")
    return np.concatenate([np.asarray(each) for each in batches])


def _layers_of(model: object) -> list[str]:
    """The kinds of a model's layers, those of the models inside it included; empty where none are known."""
    layers = getattr(model, "layers", None)
    kinds = [_layers_of(layer) or [type(layer).__name__] for layer in layers] if isinstance(layers, list) else []
    return list(itertools.chain.from_iterable(kinds))


def _steps_of(model: object) -> int | None:
    """How many steps a compiled model's optimizer made, None where there is none."""
    steps = getattr(getattr(model, "optimizer", None), "iterations", None)
    return None if steps is None else int(steps)


def _figure(answer: object, arguments: list[Data]) -> object:
    shown = _call(answer, arguments)
    try:
        return shown if shown is Ellipsis else figure_data(shown)
    except NoFigureError as error:
        raise WrongKindError(str(error)) from None


def _item(answer: object, arguments: list[Data]) -> object:
    if not isinstance(answer, Mapping):
        raise WrongKindError(f"is {described(answer)}, but a dict was expected")
    return answer.get(arguments[0], Ellipsis)


_PROBES: dict[str, Callable[[object, list[Data]], object]] = {
    "call": _call,
    "figure": _figure,
    "item": _item,
    "model": _model,
}


def _unfinished(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_unfinished(each) for each in value.values())
    return value is Ellipsis or (isinstance(value, list | tuple) and any(_unfinished(each) for each in value))


def _is_stub(error: BaseException) -> bool:
    """Whether this is the stub's own exception, and not one with the same name from deep inside a library."""
    if not isinstance(error, NotImplementedError):
        return False
    return not error.args or (isinstance(error.args[0], str) and STUB_WORDS in error.args[0])


def _told(error: BaseException) -> str:
    if isinstance(error, WrongKindError):
        return str(error)
    if isinstance(error, NotDataError):
        return f"gave {error}; a number, text, list, dict or array of numbers can be checked"
    try:
        line = _telling_line(_COLOUR.sub("", str(error)).strip().splitlines())
    except Exception:
        line = ""
    return f"raised {type(error).__name__}" + (f": {line[:_LONGEST_MESSAGE]}" if line else "")


def _telling_line(lines: list[str]) -> str:
    """The first line that says what is wrong.

    Of an error in a TensorFlow graph that is the one above the node's name, of one in a Keras layer the one after the
    layer's name.
    """
    while len(lines) > 1 and (not lines[0].strip() or lines[0].startswith("Exception encountered when calling")):
        lines = lines[1:]
    if lines and lines[0].startswith("Graph execution error"):
        telling = [line for line, after in itertools.pairwise(lines) if after.lstrip().startswith("[[{{")]
        return (telling or lines)[-1 if telling else 0].strip()
    return lines[0] if lines else ""


def _identical(one: Data, other: Data) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        same_kind = one.dtype == other.dtype and one.shape == other.shape
        return same_kind and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, list):
        return len(one) == len(other) and all(_identical(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_identical(one[key], other[key]) for key in one)
    return bool(one == other) or one != one
