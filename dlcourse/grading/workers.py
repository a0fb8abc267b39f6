"""Several processes that grade, sharing one sandbox; this process alone keeps what they find.

A worker that dies is replaced and its submission graded once more, from what was kept of it; the second time it is the
grader's error. When this process goes, for whatever reason, the workers find their end of the pipe closed and go too.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import connection
from pathlib import Path
from typing import Any

from dlcourse.grading.results import QuestionResult
from dlcourse.grading.runner import Graded, Task

TRIES = 2
OnQuestion = Callable[[str, QuestionResult], None]


class GraderError(RuntimeError):
    """The grader could not do its work; no fault of the student's."""


@dataclass(frozen=True)
class Setup:
    """What a worker needs to begin: the exercise, the isolation it must have, and what makes its sandbox.

    Attributes:
        exercise: Number or name.
        checks: The file of checks.
        require_tier: The least isolation, empty for any.
        sandbox: Gives a sandbox, as a context manager; a function at the top level of a module.
    """

    exercise: str
    checks: Path
    require_tier: str
    sandbox: Callable[[str], Any]


def make_sandbox(require_tier: str, wait: bool = True) -> Any:
    """The best sandbox that this machine has, ready unless it is not waited for.

    Raises:
        GraderError: If its isolation is less than required.
    """
    from dlcourse.grading.sandbox import Sandbox

    sandbox = Sandbox(wait=wait)
    if require_tier and sandbox.tier > require_tier:
        sandbox.close()
        raise GraderError(f"tier {require_tier} of isolation is required, this machine gives {sandbox.tier}")
    return sandbox


def grade_all(
    tasks: Iterable[tuple[str, Task]], setup: Setup, workers: int, on_question: OnQuestion
) -> Generator[tuple[str, Graded | str], None, None]:
    """Grade every task; results come as they are made, in no order.

    Args:
        tasks: With a name each.
        setup: How each worker begins.
        workers: How many processes.
        on_question: Called in this process with the name and each question's result as soon as it is known.

    Yields:
        The name, and what grading gave, or in words why it could not be done.
    """
    with _Pool(setup, workers) as pool:
        yield from pool.grade(deque((name, task, 1) for name, task in tasks), on_question)


class _Pool:
    def __init__(self, setup: Setup, workers: int) -> None:
        self.setup = setup
        self.workers = workers
        self.busy: dict[connection.Connection, tuple[Any, tuple[str, Task, int] | None]] = {}
        self.sandbox: Any = None

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *details: object) -> None:
        for pipe, (process, _) in self.busy.items():
            pipe.close()
            if details[0] is not None:
                process.terminate()
        for process, _ in self.busy.values():
            process.join(10)
            if process.is_alive():
                process.kill()
                process.join()
        self.busy.clear()
        if self.sandbox is not None:
            self.sandbox.close()

    def grade(
        self, waiting: deque[tuple[str, Task, int]], on_question: OnQuestion
    ) -> Generator[tuple[str, Graded | str], None, None]:
        self._feed(waiting)
        while any(job for _, job in self.busy.values()):
            ready = connection.wait([pipe for pipe, (_, job) in self.busy.items() if job])
            for pipe in ready:
                if isinstance(pipe, connection.Connection):
                    yield from self._heard(pipe, waiting, on_question)
            self._feed(waiting)

    def _feed(self, waiting: deque[tuple[str, Task, int]]) -> None:
        for pipe, (process, job) in list(self.busy.items()):
            if waiting and job is None:
                self._give(pipe, process, waiting.popleft())
        while waiting and len(self.busy) < self.workers:
            pipe, process = self._start()
            self._give(pipe, process, waiting.popleft())

    def _give(self, pipe: connection.Connection, process: Any, job: tuple[str, Task, int]) -> None:
        self.busy[pipe] = (process, job)
        with suppress(OSError):
            pipe.send(job[1])

    def _start(self) -> tuple[connection.Connection, Any]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        entrance = self._entrance()
        process = context.Process(target=_work, args=(theirs, self.setup, entrance), name="dlcourse-grader")
        process.start()
        theirs.close()
        if entrance is not None:
            entrance.close()
        return ours, process

    def _entrance(self) -> Any:
        """A worker's way into the sandbox that all share, a new one where the last is gone; none into another kind."""
        if self.setup.sandbox is not make_sandbox:
            return None
        if self.sandbox is not None and not self.sandbox.alive:
            self.sandbox.close()
            self.sandbox = None
        if self.sandbox is None:
            self.sandbox = make_sandbox(self.setup.require_tier, wait=False)
        try:
            return self.sandbox.another()
        except OSError:  # it has died since: the worker makes one of its own, or says why it cannot
            return None

    def _heard(
        self, pipe: connection.Connection, waiting: deque[tuple[str, Task, int]], on_question: OnQuestion
    ) -> Generator[tuple[str, Graded | str], None, None]:
        process, job = self.busy[pipe]
        if job is None:
            return
        name, task, tries = job
        try:
            heard = pipe.recv()
        except (EOFError, OSError):
            heard = "its worker died"
        if isinstance(heard, QuestionResult):
            on_question(name, heard)
            self.busy[pipe] = (process, (name, replace(task, known=(*task.known, heard)), tries))
        elif isinstance(heard, Graded):
            self.busy[pipe] = (process, None)
            yield name, heard
        else:
            self._replace(pipe, process)
            if tries < TRIES:
                waiting.appendleft((name, task, tries + 1))
            else:
                yield name, f"tried {TRIES} times: {heard}"

    def _replace(self, pipe: connection.Connection, process: Any) -> None:
        del self.busy[pipe]
        pipe.close()
        process.join(10)
        if process.is_alive():
            process.kill()
            process.join()


def _work(pipe: connection.Connection, setup: Setup, entrance: Any) -> None:
    """A worker's life: take a task, tell each question's result, tell the whole, until the pipe is closed."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        try:
            _serve(pipe, setup, entrance)
        except Exception as error:
            if isinstance(error, EOFError | OSError):
                raise
            pipe.send(f"{type(error).__name__}: {error}")


def _serve(pipe: connection.Connection, setup: Setup, entrance: Any) -> None:
    from dlcourse.grading.exercise import load_exercise
    from dlcourse.grading.runner import grade_submission

    exercise = load_exercise(setup.exercise, setup.checks)
    with entrance or setup.sandbox(setup.require_tier) as sandbox:
        while True:
            pipe.send(grade_submission(pipe.recv(), exercise, sandbox, pipe.send))
