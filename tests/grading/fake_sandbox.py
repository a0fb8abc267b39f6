"""A sandbox that isolates nothing: runs cells in this process. `die("timeout")` in a cell stands for a death."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dlcourse.checks.outcome import Outcome, observe

SAID = {"timeout": "took longer than 10 s", "memory": "ran out of memory", "crashed": "ended its process"}


class Death(BaseException):
    pass


@dataclass
class CellResult:
    status: str
    message: str = ""


def die(how):
    raise Death(how)


class FakeSession:
    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.alive = True
        self.last_death = ""
        self.names = {"die": die, "os": os}

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.alive = False

    def run_cell(self, source):
        self.sandbox.cells.append(source)
        try:
            exec(compile(source, "cell", "exec"), self.names)
        except Death as death:
            return CellResult(self._dead(death))
        except BaseException as error:
            return CellResult("error", f"{type(error).__name__}: {error}")
        return CellResult("ok")

    def observe(self, expression, cases, probe="call"):
        outcomes = []
        for case in cases:
            if not self.alive:
                outcomes.append(Outcome(error=SAID[self.last_death]))
                continue
            self.sandbox.asked.append(expression)
            try:
                outcomes.append(observe(eval(expression, self.names), case, probe))
            except Death as death:
                outcomes.append(Outcome(error=SAID[self._dead(death)]))
            except Exception as error:
                outcomes.append(Outcome(error=f"raised {type(error).__name__}: {error}"))
        return outcomes

    def _dead(self, death):
        self.alive = False
        self.last_death = str(death)
        return self.last_death


class FakeSandbox:
    tier = "A"

    def __init__(self, wait=True):
        self.cells, self.asked, self.sessions = [], [], 0

    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass

    def session(self):
        self.sessions += 1
        return FakeSession(self)


class FakeZygote:
    """Gives a way in to one worker, then is gone."""

    made: ClassVar[list] = []

    def __init__(self):
        self.alive, self.closed = True, False
        self.made.append(self)

    def another(self):
        self.alive = False
        return FakeEntrance()

    def close(self):
        self.closed = True


class FakeEntrance(FakeSandbox):
    def close(self):
        pass


def make_zygote(require_tier, wait=True):
    return FakeZygote()


def make_fake(require_tier):
    return FakeSandbox()


def crash_once(require_tier):
    """A sandbox whose process dies the first time that it is made."""
    mark = Path(os.environ["CRASH_MARK"])
    if not mark.exists():
        mark.touch()
        os._exit(1)
    return FakeSandbox()


def crash_always(require_tier):
    os._exit(1)
