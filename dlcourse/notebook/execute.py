"""Execute a notebook in a fresh kernel, cell by cell, without a browser."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlcourse.notebook.format import NotebookNode

if TYPE_CHECKING:
    from traitlets.config import Config

OnCell = Callable[[int, int], None]


@dataclass
class ExecutionError(RuntimeError):
    """A cell failed, or the kernel did: which cell (code cells counted from 1), and why in one line."""

    cell: int
    reason: str

    def __str__(self) -> str:
        return f"cell {self.cell}: {self.reason}" if self.cell else self.reason


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that have something to run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def execute(
    notebook: NotebookNode,
    folder: Path,
    *,
    timeout: float = 600,
    environment: Mapping[str, str] | None = None,
    allow_errors: bool = False,
    on_cell: OnCell | None = None,
) -> NotebookNode:
    """Run every cell of `notebook` in place, in a kernel of this Python, and return it.

    Args:
        notebook: Its outputs are replaced.
        folder: The kernel's working directory.
        timeout: Seconds that one cell may take.
        environment: Variables set in the kernel besides those of this process.
        allow_errors: Go on after a cell that raises.
        on_cell: Called after each cell with (cells done, cells in all).

    Raises:
        ExecutionError: If a cell raises (unless `allow_errors`), takes too long, or the kernel dies.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    cells = code_cells(notebook)
    done = 0

    def count(cell: NotebookNode, cell_index: int, **_: object) -> None:
        nonlocal done
        if cell.cell_type == "code" and cell.source.strip():
            done += 1
            if on_cell:
                on_cell(done, len(cells))

    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        allow_errors=allow_errors,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
        on_cell_executed=count,
    )
    _use_threadless_loop()
    try:
        with _private_sockets() as config, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            client.config = config
            client.execute(env={**os.environ, **(environment or {})})
    except CellExecutionError as error:
        raise ExecutionError(done, f"{error.ename}: {_first_line(error.evalue)}") from None
    except CellTimeoutError:
        raise ExecutionError(done + 1, f"took longer than {timeout:g} s") from None
    except DeadKernelError:
        raise ExecutionError(done + 1, "the kernel died (out of memory?)") from None
    return notebook


@contextlib.contextmanager
def _private_sockets() -> Iterator[Config]:
    """Let the kernel speak through sockets in a folder of its own: TCP ports are visible to others and can collide."""
    from traitlets.config import Config

    if sys.platform == "win32":
        yield Config()
        return
    with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
        yield Config({"KernelManager": {"transport": "ipc", "ip": str(Path(folder) / "socket")}})


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0] if lines else ""


def _use_threadless_loop() -> None:
    """On Windows the default event loop cannot watch the kernel's sockets."""
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
