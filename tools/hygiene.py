"""What a rendered notebook must hold, told without executing it: each rule is a function that yields complaints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dlcourse.notebook.format import NotebookNode, nbformat
from tools.source import CELL_METADATA, METADATA

NOT_COMPARED = {"nbval-ignore-output", "nbval-skip"}
RAISES = {"raises-exception", "nbval-raises-exception"}
LARGEST = 400_000
_PLACE = re.compile(r"(?<![\w.])/(?:home|root|tmp|Users|var|work|opt|usr)/\S+|\b[A-Z]:\\\\?\w+|site-packages")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")

Rule = Callable[[NotebookNode], Iterator[str]]


def complaints(notebook: NotebookNode) -> list[str]:
    """Everything that is wrong with an executed notebook; empty when it is clean."""
    return [complaint for rule in RULES for complaint in rule(notebook)]


def code(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> set[str]:
    """The cell's tags."""
    return set(cell.metadata.get("tags", []))


def counted_in_order(notebook: NotebookNode) -> Iterator[str]:
    """Execution counts are 1, 2, ..., n: every cell was run once, from top to bottom."""
    counts = [cell.execution_count for cell in code(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts must be 1 to {len(counts)}, got {counts}"


def silent_on_stderr(notebook: NotebookNode) -> Iterator[str]:
    """No cell writes to the error stream."""
    for cell, output in _outputs(notebook):
        if output.output_type == "stream" and output.name == "stderr":
            yield f"{cell.id} writes to stderr: {output.text[:60]!r}"


def errors_only_where_meant(notebook: NotebookNode) -> Iterator[str]:
    """A cell raises if and only if it is tagged so."""
    for cell in code(notebook):
        raised = any(output.output_type == "error" for output in cell.outputs)
        if raised != bool(tags(cell) & RAISES):
            yield f"{cell.id} {'raises without' if raised else 'does not raise in spite of'} its tag"


def figures_described(notebook: NotebookNode) -> Iterator[str]:
    """Figures are PNG, never SVG, and carry alternative text."""
    for cell, output in _outputs(notebook):
        data = output.get("data", {})
        if "image/svg+xml" in data:
            yield f"{cell.id} holds an SVG"
        alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
        if "image/png" in data and len(alt) < 20:
            yield f"{cell.id} holds a figure without alternative text"


def no_places(notebook: NotebookNode) -> Iterator[str]:
    """No path of the machine that made it, and no address of an object."""
    for cell, text in _texts(notebook):
        for pattern in (_PLACE, _ADDRESS):
            found = pattern.search(text)
            if found:
                yield f"{cell.id} holds {found.group(0)!r}"


def small(notebook: NotebookNode) -> Iterator[str]:
    """At most 400 KB."""
    size = len(nbformat.writes(notebook).encode())
    if size > LARGEST:
        yield f"{size / 1000:.0f} KB, at most {LARGEST // 1000} are allowed"


def mostly_compared(notebook: NotebookNode) -> Iterator[str]:
    """At most one code cell in ten is not compared."""
    cells = code(notebook)
    free = [cell for cell in cells if tags(cell) & NOT_COMPARED]
    if len(free) > max(1, len(cells) / 10):
        yield f"{len(free)} of {len(cells)} code cells are not compared, at most one in ten is allowed"


def known_metadata(notebook: NotebookNode) -> Iterator[str]:
    """The course's metadata alone, and ids by position."""
    if notebook.metadata != METADATA:
        yield f"the notebook's metadata must be {METADATA}, got {dict(notebook.metadata)}"
    for position, cell in enumerate(notebook.cells, start=1):
        if cell.id != f"cell-{position:02d}":
            yield f"cell {position} must have the id cell-{position:02d}, got {cell.id}"
        extra = set(cell.metadata) - set(CELL_METADATA)
        if extra:
            yield f"{cell.id} has metadata that is not allowed: {sorted(extra)}"


RULES: tuple[Rule, ...] = (
    counted_in_order,
    silent_on_stderr,
    errors_only_where_meant,
    figures_described,
    no_places,
    small,
    mostly_compared,
    known_metadata,
)


def _outputs(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    for cell in code(notebook):
        for output in cell.outputs:
            yield cell, output


def _texts(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    for cell in notebook.cells:
        yield cell, cell.source
    for cell, output in _outputs(notebook):
        if output.output_type == "stream":
            yield cell, output.text
        for kind, text in output.get("data", {}).items():
            if kind.startswith("text/"):
                yield cell, text
