"""One session as the grader sees it: requests with a deadline, replies that are claims, and how it ended."""

from __future__ import annotations

import json
import secrets
import select
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.checks.outcome import Outcome
from dlcourse.grading.sandbox import wire
from dlcourse.grading.sandbox.limits import Limits

_LONGEST = 300
_GRACE, _LAST_WORDS = 5.0, 0.2
_ENDS = {"memory": "memory", "timeout": "timeout"}
DEATHS = {
    "timeout": "took longer than {seconds:g} s",
    "memory": "ran out of memory",
    "crashed": "ended its process",
}


@dataclass(frozen=True)
class CellResult:
    """How a cell went.

    Attributes:
        status: "ok", "error" (it raised; the session goes on), or how the session died: "timeout", "memory", "crashed".
        message: What it raised, on one line.
    """

    status: str
    message: str = ""


class Session:
    """A process of student code, to be used as a context manager.

    Args:
        data: The socket to it.
        control: The socket to its supervisor; closing it kills all.
        limits: Of this session.
        another: Makes a session without student code, in which the models of this one are rebuilt.
    """

    def __init__(
        self, data: socket.socket, control: socket.socket, limits: Limits, another: Callable[[], Session]
    ) -> None:
        self._data, self._control, self._limits, self._another = data, control, limits, another
        self.alive, self.last_death = True, ""
        self._clean: Session | None = None
        self._awaited = ""

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session and all that it started."""
        if self._clean:
            self._clean._hang_up()  # the two end side by side
        if self.alive:
            self.alive = False
            self._end(0)
        if self._clean:
            self._clean.close()
        self._data.close()
        self._control.close()

    def _hang_up(self) -> None:
        """Have the supervisor end it, without waiting."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)

    def run_cell(self, source: str) -> CellResult:
        """Run code in the session's namespace."""
        reply = self._ask({"do": "cell", "source": source}, self._limits.cell_seconds)
        if reply is None:
            return CellResult(self.last_death, self._death(self._limits.cell_seconds))
        error = _line(reply.get("error"))
        return CellResult("error", error) if error else CellResult("ok")

    def define(self, name: str, source: str) -> CellResult:
        """Put trusted code that defines a name into the session."""
        result = self.run_cell(source)
        return result if result.status != "ok" else CellResult("ok", name)

    def observe(self, expression: str, cases: Sequence[Mapping[str, Any]], probe: str = "call") -> list[Outcome]:
        """What an answer gives for each case's arguments; after a death, that case and the rest say so."""
        return [self._case(expression, case, probe) for case in cases]

    def _case(self, expression: str, case: Mapping[str, Any], probe: str) -> Outcome:
        seconds = self._limits.cell_seconds if probe == "model" else self._limits.call_seconds
        if not self.alive:
            return Outcome(error=self._death(seconds))
        request = {"expression": expression, "arguments": dict(case), "probe": probe}
        if probe == "model":
            return self._trained({"do": "model", **request}, case, seconds)
        reply = self._ask({"do": "case", **request}, seconds)
        if reply is None:
            return Outcome(error=self._death(seconds))
        return _outcome(reply, case)

    def _trained(self, request: dict[str, Any], case: Mapping[str, Any], seconds: float) -> Outcome:
        """Train in this session, count and predict in another: nothing of it is the student's word."""
        self._without_student_code(seconds)  # it starts while this one trains
        reply = self._ask(request, seconds)
        if reply is None:
            return Outcome(error=self._death(seconds))
        model = reply.get("model")
        if not isinstance(model, dict):
            return _outcome(reply, case)
        weights, unseen = model.get("weights"), list(case.values())[-1]
        if not isinstance(weights, list) or not all(isinstance(each, np.ndarray) for each in weights):
            return Outcome(error="gave a model whose weights are no arrays")
        rebuild = {"do": "rebuild", "config": model.get("config"), "weights": weights, "inputs": unseen}
        clean = self._without_student_code(seconds)
        found = clean._ask(rebuild, seconds)
        if found is None:
            return Outcome(error=f"gave a model that could not be rebuilt: it {clean._death(seconds)}")
        if "refused" in found:
            return Outcome(error=_line(found["refused"]))
        if "error" in found:
            return Outcome(error=f"gave a model that could not be rebuilt: {_line(found['error'])}")
        value = {"parameters": int(found["parameters"]), "predictions": found["predictions"]}
        return Outcome(value, changed=_names(reply.get("changed"), case))

    def _without_student_code(self, seconds: float) -> Session:
        """One for all models of this session, since TensorFlow takes its time to start; after a death another."""
        if self._clean is None or not self._clean._is_ready(seconds):
            if self._clean:
                self._clean.close()
            self._clean = self._another()
            self._clean._begin({"do": "warm up"}, seconds)
        return self._clean

    def _is_ready(self, seconds: float) -> bool:
        """Whether it lives and has done what was begun."""
        return self.alive and (not self._awaited or self._reply(seconds) is not None)

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """The reply, or None when the session has died of it."""
        return self._reply(seconds) if self._begin(request, seconds) else None

    def _begin(self, request: dict[str, Any], seconds: float) -> bool:
        """Send a request whose reply is read later, while something else goes on; False when the session has died."""
        if not self._is_ready(seconds):
            return False
        self._awaited = secrets.token_hex(16)
        try:
            self._data.settimeout(seconds)
            wire.send(self._data, {**request, "nonce": self._awaited})
        except TimeoutError:
            self._die("timeout")
        except (wire.WireError, OSError):
            self._die("crashed")
        return self.alive

    def _reply(self, seconds: float) -> dict[str, Any] | None:
        """The reply to what was begun, or None when the session has died of it."""
        awaited, self._awaited = self._awaited, ""
        try:
            reply = wire.receive(self._data, self._limits.reply_bytes, seconds)
        except (wire.WireTimeoutError, TimeoutError):
            self._die("timeout")
            return None
        except (wire.WireError, OSError):
            self._die("crashed")
            return None
        if not isinstance(reply, dict) or reply.get("nonce") != awaited:
            self._die("crashed")
            return None
        return reply

    def _die(self, how: str) -> None:
        self.alive = False
        ended = self._end(_LAST_WORDS)
        self.last_death = how if how == "timeout" else _ENDS.get(ended, how)

    def _end(self, patience: float) -> str:
        """What the supervisor says of the end, which it is told to make when it does not come by itself."""
        try:
            if not select.select([self._control], [], [], patience)[0]:
                self._hang_up()
            self._control.settimeout(_GRACE)
            return str(json.loads(self._control.recv(4096) or b"{}").get("end", ""))
        except (OSError, ValueError):
            return ""

    def _death(self, seconds: float) -> str:
        return DEATHS[self.last_death or "crashed"].format(seconds=seconds)


def _outcome(reply: Mapping[str, Any], case: Mapping[str, Any]) -> Outcome:
    error = _line(reply.get("error"))
    if error:
        return Outcome(error=error)
    if reply.get("attempted") is False:
        return Outcome(attempted=False)
    return Outcome(reply.get("value"), changed=_names(reply.get("changed"), case))


def _names(value: Any, case: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in case if isinstance(value, list) and name in value)


def _line(value: Any) -> str:
    """Text on one line, of printable signs, not too long; anything else is none."""
    if not isinstance(value, str):
        return ""
    return "".join(sign if sign.isprintable() else " " for sign in value[:_LONGEST]).strip()
