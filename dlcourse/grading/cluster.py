"""Grade on a Dask cluster: on processes of this machine or on many machines, each with a sandbox of its own.

The checks travel with the work, so that a worker needs the package alone. Dask gives the work of a worker that was lost
to another one; results come back to this process, which alone keeps them, once.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from dlcourse.grading.runner import Graded, Task
from dlcourse.grading.workers import OnQuestion, Setup

LOCAL = "local"
_FOLDERS = ("exercises", "solutions")


def grade_on_cluster(
    tasks: Iterable[tuple[str, Task]], setup: Setup, address: str, workers: int, on_question: OnQuestion
) -> Generator[tuple[str, Graded | str], None, None]:
    """Grade every task; results come as they are made, in no order.

    Args:
        tasks: With a name each.
        setup: How each worker begins.
        address: `"local"`, or a scheduler's, such as `"tcp://10.0.0.5:8786"`.
        workers: How many processes a local cluster has.
        on_question: Called in this process with the name and each question's result.

    Yields:
        The name, and what grading gave, or in words why it could not be done.

    Raises:
        ValueError: If there is no scheduler at the address.
        ImportError: If Dask is not installed.
    """
    from distributed import as_completed

    with ExitStack() as stack:
        client = _client(stack, address, workers)
        files = _files(setup)
        futures = {
            client.submit(_grade, task, setup, files, key=f"{name}-{task.seed[:4]}", pure=False): name
            for name, task in tasks
        }
        for future in as_completed(list(futures)):
            name = futures[future]
            if future.status != "finished":
                yield name, f"{type(future.exception()).__name__}: {future.exception()}"
                continue
            graded = future.result()
            for result in graded.questions:
                on_question(name, result)
            yield name, graded


def _client(stack: ExitStack, address: str, workers: int) -> Any:
    from distributed import Client, LocalCluster

    if address == LOCAL:
        cluster = stack.enter_context(
            LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)
        )
        return stack.enter_context(Client(cluster))
    try:
        return stack.enter_context(Client(address, timeout=10))
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {address}: {error}") from None


def _files(setup: Setup) -> dict[str, bytes]:
    """The files that make an exercise: its checks and its notebooks, by a path that is the same everywhere."""
    checks = setup.checks
    paths = {f"checks/{path.relative_to(checks.parent).as_posix()}": path for path in _sources(checks)}
    for folder in _FOLDERS:
        for root in (checks.parents[2] if len(checks.parents) > 2 else checks.parent, checks.parent):
            if (root / folder / f"{checks.stem}.ipynb").is_file():
                paths.setdefault(f"checks/{folder}/{checks.stem}.ipynb", root / folder / f"{checks.stem}.ipynb")
    return {name: path.read_bytes() for name, path in paths.items()}


def _sources(checks: Path) -> list[Path]:
    return [checks, *sorted(checks.with_suffix("").rglob("*.py"))]


def _grade(task: Task, setup: Setup, files: Mapping[str, bytes]) -> Graded:
    """In a worker: grade one submission in this process's own sandbox, which lives as long as the process."""
    from dlcourse.grading.runner import grade_submission

    exercise, sandbox = _equipment(setup, tuple(sorted(files.items())))
    return grade_submission(task, exercise, sandbox, lambda result: None)


@functools.lru_cache(maxsize=1)
def _equipment(setup: Setup, files: tuple[tuple[str, bytes], ...]) -> tuple[Any, Any]:
    import atexit

    from dlcourse.grading.exercise import load_exercise

    folder = Path(tempfile.mkdtemp(prefix="dlcourse-checks-"))
    atexit.register(_remove, folder)
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    sandbox = setup.sandbox(setup.require_tier).__enter__()
    atexit.register(sandbox.__exit__, None, None, None)
    return load_exercise(setup.exercise, folder / "checks" / setup.checks.name), sandbox


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
