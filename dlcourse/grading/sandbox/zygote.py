"""The process that has imported everything and run nothing, and forks a session in milliseconds.

Run as `python -m dlcourse.grading.sandbox.zygote SOCKET`; processes that share it send a socket each through it.
One operation of TensorFlow here, and every child would hang: its threads are not in the child. So before each fork it
is seen to that there is one thread and no context.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import sys
from typing import Any

from dlcourse.grading.sandbox import kernel
from dlcourse.grading.sandbox.limits import Limits
from dlcourse.grading.sandbox.supervisor import supervise
from dlcourse.runtime import hidden, trace_steps_once

_LONGEST = 65_536
# What exercises use; a session finds it imported. None of it may run an operation when it is.
_PRELOADED = (
    "keras",
    "tensorflow",
    "sklearn",
    "matplotlib.pyplot",
    *(f"dlcourse.{part}" for part in ("checks", "data", "layers", "losses", "metrics", "models", "optimizers")),
    *(f"dlcourse.{part}" for part in ("plot", "scratch", "training", "evaluation")),
)


def main(number: int) -> None:
    """Import, say so, and fork when asked, until the socket is closed."""
    first = socket.socket(fileno=number)
    setup = json.loads(first.recv(_LONGEST))
    if setup["tier"] == "A":
        kernel.drop_root()
    else:
        kernel.no_rights()
    _import_everything()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _say(first, b"ready")
    channels = [first]
    while first in channels:
        for channel in select.select(channels, [], [])[0]:
            _answer(channel, channels, setup)


def _answer(channel: socket.socket, channels: list[socket.socket], setup: dict[str, Any]) -> None:
    """A request of a process that shares this zygote: for a session, or for a way in for another process."""
    request, descriptors = _received(channel)
    if not request:
        channels.remove(channel)
        channel.close()
        return
    if request.get("entrance"):
        channels.append(socket.socket(fileno=descriptors[0]))
        _say(channels[-1], b"ready")
        return
    _require_untouched()
    if os.fork() == 0:
        for each in channels:
            each.close()
        _session(request, descriptors, setup)
    for descriptor in descriptors:
        os.close(descriptor)
    _say(channel, b"forked")


def _received(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """A request and what came with it; nothing from a process that has gone."""
    try:
        request, descriptors, _, _ = socket.recv_fds(channel, _LONGEST, 2)
    except OSError:
        return {}, []
    return json.loads(request or b"{}"), descriptors


def _say(channel: socket.socket, word: bytes) -> None:
    """To a process that may have gone: its next request then is none."""
    with contextlib.suppress(OSError):
        channel.sendall(word)


def _session(request: dict[str, Any], descriptors: list[int], setup: dict[str, Any]) -> None:
    try:
        data, control = descriptors
        supervise(data, control, Limits(**request["limits"]), setup)
    finally:
        os._exit(0)


def _import_everything() -> None:
    with hidden("jax"):
        for name in _PRELOADED:
            importlib.import_module(name)
    import tensorflow as tf

    # Rewriting a graph pays off when it runs for long; the small networks of exercises train a fifth faster without.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    trace_steps_once()


def _require_untouched() -> None:
    """Raise a RuntimeError if a fork would not be a clean one."""
    from tensorflow.python.eager import context

    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - every fork pays for it
    if threads != 1:
        raise RuntimeError(f"one thread was expected before a fork, got {threads}")
    known = context.context_safe()
    if known is not None and known._initialized:
        raise RuntimeError("TensorFlow has run an operation before a fork")


if __name__ == "__main__":
    main(int(sys.argv[1]))
    os._exit(0)  # nothing is left to do, and taking what was imported apart takes a second
