"""A way into a zygote: asks it for sessions. It can be handed to another process, so that several share one zygote."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from dlcourse.grading.sandbox.limits import Limits
from dlcourse.grading.sandbox.session import Session

_START_SECONDS, _FORK_SECONDS = 180, 30


class SandboxError(RuntimeError):
    """The sandbox itself failed, which is no fault of a student's; the message says how."""


class Entrance:
    """One process's way into a zygote, to be used as a context manager, which waits until the zygote is ready.

    Args:
        channel: The socket to the zygote.
        tier: Of its isolation.
        limits: Of each session.
        errors: The file that holds what the zygote complains of.
    """

    def __init__(self, channel: socket.socket, tier: str, limits: Limits, errors: str) -> None:
        self._socket, self.tier, self._limits, self._errors = channel, tier, limits, errors

    def __enter__(self) -> Entrance:
        self.wait()
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def wait(self) -> None:
        """Wait until the zygote has imported everything.

        Raises:
            SandboxError: If it does not start.
        """
        self._expect(b"ready", _START_SECONDS)

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

    def another(self) -> Entrance:
        """A way in for another process, which may be asked for before the zygote is ready."""
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            socket.send_fds(self._socket, [json.dumps({"entrance": True}).encode()], [far.fileno()])
        return Entrance(near, self.tier, self._limits, self._errors)

    def close(self) -> None:
        """Shut this way in; the last sessions go on until they are closed."""
        self._socket.close()

    def _expect(self, word: bytes, seconds: float) -> None:
        self._socket.settimeout(seconds)
        try:
            found = self._socket.recv(64)
        except OSError:
            found = b""
        if found != word:
            raise SandboxError(f"the sandbox did not say {word.decode()!r}: {self._last_line()}")

    def _last_line(self) -> str:
        try:
            with Path(self._errors).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
                lines = file.read().decode(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "it gave no reason"
