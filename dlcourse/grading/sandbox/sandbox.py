"""A zygote and the sessions that it forks, as the grader sees them."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile

from dlcourse.grading.sandbox import tiers
from dlcourse.grading.sandbox.limits import Limits
from dlcourse.grading.sandbox.session import Session

_START_SECONDS, _FORK_SECONDS = 180, 30


class SandboxError(RuntimeError):
    """The sandbox itself failed, which is no fault of a student's; the message says how."""


class Sandbox:
    """A zygote; each session is a fork of it.

    Args:
        limits: Of each session.
        tier: "A", "B" or "C"; without it the best that this machine has.

    Raises:
        ValueError: If there is no such tier, or this machine does not have it.
        SandboxError: If the zygote does not start.
    """

    def __init__(self, limits: Limits | None = None, tier: str | None = None) -> None:
        if tier is not None and tier not in tiers.TIERS:
            raise ValueError(f"tier must be one of {', '.join(tiers.TIERS)}, got {tier!r}")
        best = tiers.detect_tier()
        if tier is not None and tier < best.name:
            raise ValueError(f"tier {tier} is not to be had here: {best}")
        self.tier, self._limits = tier or best.name, limits or Limits()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._socket, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            self._process = subprocess.Popen(
                self._command(far.fileno()),
                pass_fds=[far.fileno()],
                env=tiers.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
            )
        self._start()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def session(self, limits: Limits | None = None) -> Session:
        """A fresh process.

        Raises:
            SandboxError: If the zygote is gone.
        """
        pairs = [socket.socketpair() for _ in range(2)]
        request = json.dumps({"limits": (limits or self._limits).encoded()}).encode()
        (data, far_data), (control, far_control) = pairs
        try:
            socket.send_fds(self._socket, [request], [far_data.fileno(), far_control.fileno()])
            self._expect(b"forked", _FORK_SECONDS)
        except (OSError, SandboxError) as error:
            data.close()
            control.close()
            raise SandboxError(f"the sandbox is gone: {self._last_line()}") from error
        finally:
            far_data.close()
            far_control.close()
        return Session(data, control, limits or self._limits, self.session)

    def close(self) -> None:
        """End the zygote and every session."""
        self._socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _command(self, number: int) -> list[str]:
        own = [sys.executable, "-m", "dlcourse.grading.sandbox.zygote", str(number)]
        return [*tiers.bubblewrap(), *own] if self.tier == "A" else own

    def _start(self) -> None:
        try:
            self._socket.sendall(json.dumps({"tier": self.tier}).encode())
            self._expect(b"ready", _START_SECONDS)
        except SandboxError:
            self.close()
            raise

    def _expect(self, word: bytes, seconds: float) -> None:
        self._socket.settimeout(seconds)
        try:
            found = self._socket.recv(64)
        except OSError:
            found = b""
        if found != word:
            raise SandboxError(f"the sandbox did not say {word.decode()!r}: {self._last_line()}")

    def _last_line(self) -> str:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - 4096))
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it gave no reason"
