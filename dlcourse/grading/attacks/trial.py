"""Run an attack in a sandbox and say what did not hold."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dlcourse.checks.judge import judge
from dlcourse.checks.verdict import Verdict
from dlcourse.grading.attacks.attack import PRELUDE, Attack
from dlcourse.grading.attacks.made_up import HONEST, QUESTIONS
from dlcourse.grading.sandbox import Limits, Sandbox, SandboxError, Session
from dlcourse.grading.seeds import hidden_seed, new_seed
from dlcourse.grading.verdicts import drawn
from dlcourse.places import checkout

_BROKEN = ("NameError", "SyntaxError", "ImportError", "ModuleNotFoundError", "UnboundLocalError")
# The kinds that could reach a session that runs beside.
_HARMFUL = ("reading secrets", "memory bomb", "processes and threads", "ending and signals", "system calls")
_LEFT_SECONDS = 2.0


@dataclass(frozen=True)
class _Ground:
    """What an attack is after: a secret in a file and in a variable, a server, and a name to find processes by."""

    secret: str
    file: Path
    mark: str
    port: int

    def filled(self, source: str) -> str:
        """A cell with the names of what is there."""
        names = {
            "SECRET": str(self.file),
            "OUTSIDE": str(self.file.parent),
            "CANARY": self.secret[8:],
            "MARK": self.mark,
            "GRADER": str(os.getpid()),
            "PORT": str(self.port),
            "COURSE": str(checkout() or self.file.parent),
        }
        for name, value in names.items():
            source = source.replace(f"@{name}@", value)
        return source

    def listing(self) -> list[tuple[str, int, str]]:
        """Names, rights and contents of what lies there; the sockets are empty."""
        files = sorted(self.file.parent.iterdir())
        return [(each.name, each.stat().st_mode, each.read_text() if each.is_file() else "") for each in files]


def run_attack(attack: Attack, sandbox: Sandbox) -> list[str]:
    """What did not hold, in words; nothing when all held.

    Args:
        attack: The attack.
        sandbox: Where it runs; it stays usable.
    """
    with _ground() as ground, contextlib.ExitStack() as stack:
        neighbour = stack.enter_context(sandbox.session(_limits(attack))) if attack.kind in _HARMFUL else None
        before = ground.listing()
        failures = _attacked(attack, sandbox, ground)
        if ground.listing() != before:
            failures.append("a file outside of the sandbox was changed")
        left = _left(ground.mark)
        if left:
            failures.append(f"{left} processes are left")
        failures += _honest(neighbour, "a neighbour") if neighbour else []
    try:
        with sandbox.session(_limits(attack)) as following:
            return failures + _honest(following, "the next submission")
    except SandboxError as error:
        return [*failures, f"the sandbox is gone: {error}"]


def _attacked(attack: Attack, sandbox: Sandbox, ground: _Ground) -> list[str]:
    failures: list[str] = []
    with sandbox.session(_limits(attack)) as session:
        session.run_cell(HONEST)
        session.run_cell(ground.filled(PRELUDE))
        for source in attack.cells:
            said = session.run_cell(ground.filled(source)).message
            if any(f"raised {each}" in said for each in _BROKEN):
                failures.append(f"the attack itself is broken: it {said}")
            if ground.secret in said:
                failures.append("the secret was read")
        verdict, shown = _verdict(session, attack.asks)
        if verdict.points:
            failures.append(f"it gained {verdict.points} of {verdict.possible} points")
        if session.alive:
            taken = session.observe("lambda: [str(each) for each in taken]", [{}])[0].value
            failures += [f"it got {taken}"[:100]] if taken and not attack.spoils else []
            shown += str(taken)
        if ground.secret in shown:
            failures.append("the secret was read")
        if session.alive and not attack.spoils:
            failures += _honest(session, "the honest part")
        if attack.ends and session.last_death != attack.ends:
            failures.append(f"it should have ended as {attack.ends!r}, got {session.last_death!r}")
    return failures


def _verdict(session: Session, name: str) -> tuple[Verdict, str]:
    """What the answer is worth on inputs drawn anew, and all that came back."""
    seed = hidden_seed(new_seed(), "nobody", name, "")
    question = drawn(QUESTIONS[name], seed)
    outcomes = session.observe(name, [dict(case.arguments) for case in question.cases], question.probe)
    return judge(question, outcomes), " ".join(f"{each.value} {each.error}" for each in outcomes)


def _honest(session: Session, whose: str) -> list[str]:
    if whose != "the honest part":
        session.run_cell(HONEST)
    verdict, shown = _verdict(session, "softmax")
    full = verdict.points == verdict.possible
    return [] if full else [f"{whose} got {verdict.points} of {verdict.possible} points: {shown[:80]}"]


def _limits(attack: Attack) -> Limits:
    return Limits(
        cell_seconds=attack.seconds,
        call_seconds=min(attack.seconds, 5),
        total_seconds=60,
        memory_bytes=attack.memory_bytes,
        processes=48,
        file_bytes=2**24,
        reply_bytes=2**20,
    )


@contextlib.contextmanager
def _ground() -> Iterator[_Ground]:
    secret, name = secrets.token_hex(16), f"CANARY_{secrets.token_hex(4)}"
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="results-")))
        file = folder / "points.csv"
        file.write_text(secret)
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for place, kind in (("server", socket.SOCK_STREAM), ("box", socket.SOCK_DGRAM)):
            unix = stack.enter_context(socket.socket(socket.AF_UNIX, kind))
            unix.bind(str(folder / place))
            if kind == socket.SOCK_STREAM:
                unix.listen()
        os.environ[name] = secret
        stack.callback(os.environ.pop, name, None)
        yield _Ground(secret, file, f"at{secrets.token_hex(6)}", server.getsockname()[1])


def _left(mark: str) -> int:
    """How many processes of that name there are still; they have a moment to be gone."""
    deadline = time.monotonic() + _LEFT_SECONDS
    while True:
        count = sum(_name(each) == mark for each in Path("/proc").iterdir() if each.name.isdigit())
        if not count or time.monotonic() > deadline:
            return count
        time.sleep(0.01)


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""
