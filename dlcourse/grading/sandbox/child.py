"""What a session does: run cells, ask for answers, hand over models, rebuild models. All that it says is data.

Student code runs in this very process and may do to it what it likes: nothing here is trusted. What it must not reach,
it cannot: there are no answers here, and whoever reads its replies takes them for claims.
"""

from __future__ import annotations

import linecache
import socket
import warnings
from typing import Any

import numpy as np

from dlcourse.checks.outcome import WrongKindError, observe, predictions_of
from dlcourse.grading.sandbox import wire
from dlcourse.grading.sandbox.limits import Limits
from dlcourse.grading.sandbox.models import ModelError, checked_config, exported, rebuilt

_LONGEST = 300


def serve(channel: socket.socket, limits: Limits) -> None:
    """Answer requests until the socket is closed."""
    warnings.simplefilter("ignore")
    namespace: dict[str, Any] = {"__name__": "__main__", "display": lambda *_, **__: None}
    handlers = {"cell": _cell, "case": _case, "model": _model, "warm up": _warm_up, "rebuild": _rebuild}
    while True:
        try:
            request = wire.receive(channel, 2**31)
        except wire.WireError:
            return
        wire.send(channel, {"nonce": request["nonce"], **_safely(handlers[request["do"]], request, namespace)})


def _safely(handler: Any, request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    try:
        return handler(request, namespace)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return {"error": _told(error)}


def _cell(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    source, name = request["source"], f"<cell {len(linecache.cache)}>"
    # What reads a function's source, as TensorFlow does to make a graph of it, looks here.
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec", dont_inherit=True), namespace)
    return {}


def _case(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    answer = eval(request["expression"], namespace)
    outcome = observe(answer, request["arguments"], request["probe"])
    return {
        "value": outcome.value,
        "error": outcome.error,
        "attempted": outcome.attempted,
        "changed": list(outcome.changed),
    }


def _model(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """The model that an answer gives, as its configuration and its weights."""
    answer, given, model = eval(request["expression"], namespace), dict(request["arguments"]), []

    def kept(*arguments: Any) -> Any:
        made = answer(*arguments) if callable(answer) else answer
        model.append(made)
        return made

    last = list(given)[-1]
    outcome = observe(kept if callable(answer) else answer, {**given, last: given[last][:1]}, "model")
    if outcome.error or not outcome.attempted:
        return {"error": outcome.error, "attempted": outcome.attempted}
    return {"model": exported(model[-1]), "changed": list(outcome.changed)}


def _warm_up(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """Start TensorFlow, and use what rebuilding a model uses: the first time takes ten times as long."""
    import keras

    small = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    again = rebuilt(**exported(small))
    return {"parameters": again.count_params(), "predictions": predictions_of(again, np.zeros((1, 1)))}


def _rebuild(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """A model from its configuration and weights, in a session where no student code ran."""
    try:
        config = checked_config(request["config"])
    except ModelError as error:
        return {"refused": str(error)}
    model = rebuilt(config, request["weights"])
    try:
        return {"parameters": model.count_params(), "predictions": predictions_of(model, request["inputs"])}
    except WrongKindError as error:
        return {"refused": str(error)}


def _told(error: BaseException) -> str:
    try:
        lines = str(error).strip().splitlines()
    except BaseException:
        lines = []
    return f"raised {type(error).__name__}" + (f": {lines[0][:_LONGEST]}" if lines else "")
