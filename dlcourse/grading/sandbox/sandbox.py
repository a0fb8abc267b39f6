"""A zygote and the sessions that it forks, as the grader sees them."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import tempfile

from dlcourse.grading.sandbox import tiers
from dlcourse.grading.sandbox.entrance import Entrance, SandboxError
from dlcourse.grading.sandbox.limits import Limits


class Sandbox(Entrance):
    """A zygote; each session is a fork of it, for this process or for others that have a way in.

    Args:
        limits: Of each session.
        tier: "A", "B" or "C"; without it the best that this machine has.
        wait: Whether to wait until the zygote is ready. Where only others use it, they wait themselves.

    Raises:
        ValueError: If there is no such tier, or this machine does not have it.
        SandboxError: If the zygote does not start.
    """

    def __init__(self, limits: Limits | None = None, tier: str | None = None, wait: bool = True) -> None:
        if tier is not None and tier not in tiers.TIERS:
            raise ValueError(f"tier must be one of {', '.join(tiers.TIERS)}, got {tier!r}")
        best = tiers.detect_tier()
        if tier is not None and tier < best.name:
            raise ValueError(f"tier {tier} is not to be had here: {best}")
        self._errors_file = tempfile.NamedTemporaryFile(prefix="dlcourse-")  # noqa: SIM115 - closed by close()
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(near, tier or best.name, limits or Limits(), self._errors_file.name)
        with far:
            self._process = subprocess.Popen(
                self._command(far.fileno()),
                pass_fds=[far.fileno()],
                env=tiers.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors_file,
                start_new_session=True,
            )
        try:
            self._socket.sendall(json.dumps({"tier": self.tier}).encode())
            if wait:
                self.wait()
        except (OSError, SandboxError):
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether the zygote is there."""
        return self._process.poll() is None

    def __enter__(self) -> Sandbox:
        return self

    def close(self) -> None:
        """End the zygote and every session."""
        super().close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._errors_file.close()

    def _command(self, number: int) -> list[str]:
        own = [sys.executable, "-m", "dlcourse.grading.sandbox.zygote", str(number)]
        return [*tiers.bubblewrap(), *own] if self.tier == "A" else own
