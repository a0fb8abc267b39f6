"""A lock between processes, so that two that want the same file download it once.

The operating system holds the lock (`flock` on Linux and macOS, `msvcrt.locking` on Windows) for as long as the process
has the lock file open. A process that dies, however it dies, gives it up; nothing stale can block anyone. The lock file
itself is left where it is: removing it would let two processes lock two different files of the same name. On a file
system that knows no locks (some clusters' shared folders) the block runs without one.
"""

from __future__ import annotations

import contextlib
import errno
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

PAUSE = 0.05
NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK)


@contextlib.contextmanager
def exclusive(path: Path, patience: float = 3600.0, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock while the block runs; wait for whoever has it.

    Args:
        path: The lock file, made where it is missing.
        patience: Seconds to wait.
        on_wait: Called once if somebody else has the lock.

    Raises:
        TimeoutError: If another process has it for all that time.
        OSError: If the lock file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as handle:
        if not _taken(handle):
            if on_wait is not None:
                on_wait()
            _wait(handle, path, patience)
        try:
            yield
        finally:
            _release(handle)


def _wait(handle: IO[bytes], path: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not _taken(handle):
        if time.monotonic() > deadline:
            raise TimeoutError(f"another process has held {path} for {patience:,.0f} s")
        time.sleep(PAUSE)


if sys.platform == "win32":
    import msvcrt

    def _taken(handle: IO[bytes]) -> bool:
        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _taken(handle: IO[bytes]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
        return True

    def _release(handle: IO[bytes]) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
