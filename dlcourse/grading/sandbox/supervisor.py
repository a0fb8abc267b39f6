"""The process between the zygote and a session: it shuts the session in, watches it, and ends all of it.

It runs no student code. Its socket to the grader tells how the session ended; when that socket is closed, or a limit is
passed, everything that the session started is killed.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from dlcourse.grading.sandbox import kernel, landlock, seccomp, tiers
from dlcourse.grading.sandbox.limits import Limits

_PAUSE = 0.03


def supervise(data: int, control: int, limits: Limits, setup: dict[str, Any]) -> None:
    """Start a session on the socket `data`, watch it, and report on the socket `control`."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    kernel.die_with_parent()
    os.setsid()
    kernel.adopt_orphans()
    grader = socket.socket(fileno=control)
    processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    tier = setup["tier"]
    scratch = "/tmp" if tier == "A" else tempfile.mkdtemp(prefix="session-")
    if tier == "A":
        kernel.own_namespaces()
    kernel.keep_private()
    child = os.fork()
    if child == 0:
        os.close(processes)
        grader.close()
        _shut_in(data, limits, tier, scratch)
    os.close(data)
    watch = _Watch(child, processes, limits, scratch if tier != "A" else "")
    try:
        reason = watch.until_end(grader)
    finally:
        watch.kill()
        if tier != "A":
            shutil.rmtree(scratch, ignore_errors=True)
    grader.sendall(json.dumps({"end": reason}).encode())


def _shut_in(data: int, limits: Limits, tier: str, scratch: str) -> None:
    """Give up everything, and serve."""
    try:
        kernel.die_with_parent()
        os.setsid()  # a signal to the group reaches this session alone
        kernel.set_limits(limits)
        if tier == "A":
            kernel.own_mounts(limits.file_bytes)
        os.chdir(scratch)
        _silence()
        kernel.no_rights()
        kernel.keep_private()
        if tier == "B":
            landlock.restrict([*tiers.readable(), *tiers.SYSTEM_FACTS], [scratch, *tiers.DEVICES])
        if tier != "C":
            seccomp.install(shares_system=tier == "B")
        if tier != "A":
            _move_home(scratch)
        from dlcourse.grading.sandbox.child import serve

        serve(socket.socket(fileno=data), limits)
    except BaseException:
        os._exit(70)
    os._exit(0)


def _silence() -> None:
    """What is printed goes nowhere, however much it is."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as long as it lives


def _move_home(scratch: str) -> None:
    for name, value in os.environ.items():
        if value == "/tmp" or value.startswith("/tmp/"):
            os.environ[name] = scratch + value.removeprefix("/tmp")
    tempfile.tempdir = scratch


class _Watch:
    """A session's processes: how many, how much memory, how much room on the disk, and how to end them all."""

    def __init__(self, child: int, processes: int, limits: Limits, scratch: str) -> None:
        self._child, self._processes, self._limits, self._scratch = child, processes, limits, scratch
        self._deadline = time.monotonic() + limits.total_seconds
        self._shared = self._memory(str(os.getpid()))
        self._status: int | None = None

    def until_end(self, grader: socket.socket) -> str:
        """Wait; returns "ended", "memory", "processes", "disk", "timeout", "closed", or how it died."""
        while True:
            if select.select([grader], [], [], _PAUSE)[0]:
                return "closed"
            pid, status = os.waitpid(self._child, os.WNOHANG)
            if pid:
                self._status = status
                code = os.waitstatus_to_exitcode(status)
                return "ended" if code == 0 else f"signal {-code}" if code < 0 else f"status {code}"
            passed = self._passed()
            if passed:
                return passed

    def _passed(self) -> str:
        if time.monotonic() > self._deadline:
            return "timeout"
        tree = list(self._tree())
        if len(tree) > self._limits.processes:
            return "processes"
        if sum(max(0, self._memory(pid) - self._shared) for pid in tree) > self._limits.memory_bytes:
            return "memory"
        if self._scratch and _size(self._scratch) > self._limits.file_bytes:
            return "disk"
        return ""

    def kill(self) -> None:
        """Kill everything that the session started; in a namespace of processes the first takes all others along."""
        while True:
            alive = list(self._tree())
            for pid in alive:
                _signal(int(pid))
            if _nobody_left():
                return
            time.sleep(0.002)

    def _tree(self) -> Iterator[str]:
        """The processes below this one."""
        parents: dict[str, str] = {}
        for name in os.listdir(self._processes):  # noqa: PTH208 - a descriptor: the folder may be covered by now
            if name.isdigit():
                line = self._read(f"{name}/stat")
                if line:
                    parents[name] = line.rpartition(")")[2].split()[1]
        found = {str(os.getpid())}
        grown = True
        while grown:
            new = {pid for pid, parent in parents.items() if parent in found and pid not in found}
            found |= new
            grown = bool(new)
            yield from new

    def _memory(self, pid: str) -> int:
        """Bytes of memory of its own, and shared memory, that a process holds."""
        total = 0
        for line in self._read(f"{pid}/status").splitlines():
            if line.startswith(("RssAnon:", "RssShmem:", "VmSwap:")):
                total += 1024 * int(line.split()[1])
        return total

    def _read(self, path: str) -> str:
        try:
            descriptor = os.open(path, os.O_RDONLY, dir_fd=self._processes)
        except OSError:
            return ""
        try:
            return os.read(descriptor, 8192).decode(errors="replace")
        except OSError:
            return ""
        finally:
            os.close(descriptor)


def _nobody_left() -> bool:
    """Take leave of the children that have ended; whether there is none left."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return False
        except ChildProcessError:
            return True


def _signal(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _size(folder: str) -> int:
    return sum(
        os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118
        for place, _, names in os.walk(folder)
        for name in names
        if not os.path.islink(os.path.join(place, name))  # noqa: PTH114, PTH118
    )
