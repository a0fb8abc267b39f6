"""Start N workers on this machine, watch them, and start them again from their checkpoint when one dies."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.distribute.cluster import environment

_PAUSE, _GRACE, _KEPT = 0.05, 5.0, 20


@dataclass(frozen=True)
class Launched:
    """How a launch went.

    Attributes:
        workers: How many processes there were.
        restarts: How often they were started again.
        output: What each worker printed in its last start, line by line.
    """

    workers: int
    restarts: int
    output: tuple[tuple[str, ...], ...]


class LaunchError(RuntimeError):
    """Workers kept failing; the message holds the last lines of the one that failed."""


def launch(
    script: str | Path,
    workers: int = 2,
    *,
    arguments: Sequence[str] = (),
    engine: str = "tensorflow",
    restarts: int = 3,
    timeout: float | None = None,
    echo: bool = True,
) -> Launched:
    """Run a script in N processes on this machine that train together, over loopback.

    The script calls `dlcourse.distribute.train`, whose checkpoint is what a restart goes on from: when a worker dies,
    however it dies, the others are stopped and all start again. On several machines, a cluster's own launcher takes
    this place (see docs/distribution.md).

    Args:
        script: A Python file.
        workers: N.
        arguments: For the script.
        engine: "tensorflow" or "jax".
        restarts: How often to start again, at most.
        timeout: Seconds for one start; without it, any time.
        echo: Whether to print the workers' lines, each with its number, as they come.

    Raises:
        ValueError: If an argument is not as it should be.
        FileNotFoundError: If there is no such script.
        LaunchError: If a worker failed once more than `restarts` allows, or time ran out.
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise ValueError(f"workers must be a positive integer, got {workers!r}")
    if restarts < 0:
        raise ValueError(f"restarts must not be negative, got {restarts!r}")
    file = Path(script)
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such script")
    command = [sys.executable, str(file), *arguments]
    for attempt in itertools.count():
        group = _Group(command, engine, workers, echo)
        failed = group.wait(timeout)
        if failed is None:
            break
        told = f"worker {failed} ended with status {group.status(failed)}"
        if attempt == restarts:
            last = "\n".join(list(group.lines[failed])[-_KEPT:])
            raise LaunchError(f"{told} after {restarts} restarts:\n{last}")
        if echo:
            print(f"{told}: starting all again", flush=True)
    return Launched(workers, attempt, tuple(tuple(lines) for lines in group.lines))


class _Group:
    """The processes of one start."""

    def __init__(self, command: list[str], engine: str, workers: int, echo: bool) -> None:
        addresses = [f"127.0.0.1:{port}" for port in _free_ports(workers)]
        self.lines: list[deque[str]] = [deque(maxlen=10_000) for _ in range(workers)]
        self._processes: list[subprocess.Popen[str]] = []
        self._readers: list[threading.Thread] = []
        for index in range(workers):
            variables = {**os.environ, **environment(engine, addresses, index), "PYTHONUNBUFFERED": "1"}
            process = subprocess.Popen(
                command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
            )
            reader = threading.Thread(target=self._read, args=(index, process, echo), daemon=True)
            reader.start()
            self._processes.append(process)
            self._readers.append(reader)

    def wait(self, timeout: float | None) -> int | None:
        """The number of the first worker that failed, None when all ended well; nothing is left running."""
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            while True:
                codes = [process.poll() for process in self._processes]
                failed = [index for index, code in enumerate(codes) if code not in (None, 0)]
                if failed:
                    return failed[0]
                if all(code == 0 for code in codes):
                    return None
                if deadline is not None and time.monotonic() > deadline:
                    return next(index for index, code in enumerate(codes) if code is None)
                time.sleep(_PAUSE)
        finally:
            self._stop()

    def status(self, index: int) -> int | None:
        """A worker's exit status; negative for a signal."""
        return self._processes[index].returncode

    def _stop(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
            if process.poll() is None:
                process.kill()
                process.wait()
        for reader in self._readers:
            reader.join()

    def _read(self, index: int, process: subprocess.Popen[str], echo: bool) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.lines[index].append(line.rstrip("\n"))
                if echo:
                    print(f"[{index}] {line}", end="", flush=True)


def _free_ports(count: int) -> list[int]:
    """Ports that nobody had a moment ago."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
