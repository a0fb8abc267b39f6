"""Trials in processes of their own: a chief and N workers on this machine, over pipes.

A worker that dies is started again and gets the trial that it had; a trial that kills its worker twice has failed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import pickle
import time
from typing import Any

from dlcourse.runtime import quiet_stderr
from dlcourse.tuning.chief import Chief
from dlcourse.tuning.trial import Outcome, Work, run_trial

_MOST_DEATHS = 2


def run_alone(chief: Chief, work: Work) -> None:
    """Run all trials in this process, one after the other."""
    while (trial := chief.next_for("worker0")) is not None:
        chief.ended(trial, run_trial(work, *chief.given(trial)))


def run_with_workers(chief: Chief, work: Work, count: int) -> None:
    """Run all trials in that many processes.

    Raises:
        ValueError: If the space cannot be sent to another process.
    """
    try:
        pickle.dumps(work)
    except Exception as error:
        raise ValueError(
            f"with workers the space must be something that can be imported, such as a function of a module: {error}"
        ) from None
    workers = [_Worker(f"worker{k}", work) for k in range(count)]
    try:
        while True:
            for worker in workers:
                if worker.trial is None:
                    worker.give(chief)
            busy = [worker for worker in workers if worker.trial is not None]
            if not busy:
                return
            ready = multiprocessing.connection.wait([worker.pipe for worker in busy])
            for worker in busy:
                if worker.pipe in ready:
                    worker.receive(chief)
    finally:
        for worker in workers:
            worker.close()


class _Worker:
    """A process, the pipe to it, and the trial that it has."""

    def __init__(self, name: str, work: Work) -> None:
        self.name, self._work = name, work
        self.trial: Any = None
        self._deaths = 0
        self._began = 0.0
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, self._work), name=self.name, daemon=True)
        # What TensorFlow writes when it starts; what goes wrong in a trial comes back as its outcome.
        with quiet_stderr():
            self._process.start()
        far.close()

    def give(self, chief: Chief) -> None:
        trial = chief.next_for(self.name)
        if trial is None or isinstance(trial, str):
            return
        self.trial, self._deaths = trial, 0
        self._send(chief)

    def _send(self, chief: Chief) -> None:
        self._began = time.perf_counter()
        try:
            self.pipe.send(chief.given(self.trial))
        except OSError:
            self._died(chief)

    def receive(self, chief: Chief) -> None:
        try:
            outcome = self.pipe.recv()
        except (EOFError, OSError):
            self._died(chief)
            return
        trial, self.trial = self.trial, None
        chief.ended(trial, outcome)

    def _died(self, chief: Chief) -> None:
        self._deaths += 1
        self._process.join()
        code = self._process.exitcode
        self.pipe.close()
        self._start()
        if self._deaths < _MOST_DEATHS:
            self._send(chief)
            return
        trial, self.trial = self.trial, None
        seconds = time.perf_counter() - self._began
        chief.ended(trial, Outcome({}, 0, 0, seconds, f"its process ended {self._deaths} times (exit status {code})"))

    def close(self) -> None:
        self.pipe.close()
        self._process.terminate()
        self._process.join()


def _serve(pipe: Any, work: Work) -> None:
    """What a worker does: run what it is given until the pipe is closed."""
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            pipe.send(run_trial(work, *pipe.recv()))
