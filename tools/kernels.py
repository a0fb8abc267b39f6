"""Kernels forked from a process that has imported TensorFlow: a notebook starts in a tenth of a second, not in eight.

A fork finds modules imported that a fresh process would have to import, and nothing else: no variables, no seeds, no
operation that has run. `make render` and `dlcourse run` start fresh processes, as a learner does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any

from jupyter_client.provisioning import local_provisioner

_LAUNCHER, _SECONDS = "ipykernel_launcher", 120


class ForkedKernel:
    """What a kernel's manager asks of its process, which is no child of this one.

    Args:
        command: How the kernel would be started, of which only what follows the module's name is taken.
        cwd: Its working directory.
        env: Its environment.
        options: What else a process is started with, which a fork does not need.

    Raises:
        ValueError: If the command starts another kind of kernel.
        RuntimeError: If the process does not say that it lives.
    """

    stdin = stdout = stderr = None

    def __init__(
        self, command: Sequence[str], cwd: str | None = None, env: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        if _LAUNCHER not in command:
            raise ValueError(f"the command must start {_LAUNCHER}, got {list(command)}")
        arguments = list(command[command.index(_LAUNCHER) + 1 :])
        near, far = multiprocessing.Pipe(duplex=False)
        forks = multiprocessing.get_context("forkserver")
        self._process = forks.Process(target=_serve, args=(far, arguments, cwd, dict(env or os.environ)))
        self._process.start()
        far.close()
        if not near.poll(_SECONDS):
            raise RuntimeError(f"a kernel was expected to start within {_SECONDS} s, but did not")
        self.pid = near.recv()

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for its end."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def fork_from_now_on() -> None:
    """Have every kernel that this process starts forked."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["tools.imported"])
    local_provisioner.launch_kernel = ForkedKernel  # type: ignore[assignment]


def _serve(said: Connection, arguments: list[str], cwd: str | None, env: dict[str, str]) -> None:
    """Be a kernel until asked to end."""
    os.setsid()
    said.send(os.getpid())
    said.close()
    os.chdir(cwd or ".")
    os.environ.clear()
    os.environ.update(env)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    # The process that forks ignores it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = [_LAUNCHER, *arguments]
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(arguments)
