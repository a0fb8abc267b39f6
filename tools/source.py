"""Sources are Python files in percent format; a notebook and its source hold the same cells."""

from __future__ import annotations

from pathlib import Path

import jupytext

from dlcourse.notebook.format import NotebookNode, nbformat

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "sources" / "lessons"
EXERCISES = ROOT / "sources" / "exercises"
CHECKS = ROOT / "sources" / "checks"
NOTEBOOKS = ROOT / "notebooks"
SOLUTIONS = ROOT / "solutions"
STUDENTS = ROOT / "exercises"
CASES = ROOT / "dlcourse" / "checks" / "cases"

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = ("question", "tags")


def to_notebook(text: str) -> NotebookNode:
    """The cells of a source as a notebook that was never executed, with the course's metadata and ids by position."""
    return canonical(jupytext.reads(text, fmt="py:percent"))


def to_source(notebook: NotebookNode) -> str:
    """The source that gives this notebook's cells; outputs are left behind."""
    bare = canonical(notebook)
    bare.metadata = {"jupytext": {"notebook_metadata_filter": "-all", "cell_metadata_filter": ",".join(CELL_METADATA)}}
    for cell in bare.cells:
        cell.pop("id", None)
    return jupytext.writes(bare, fmt="py:percent").lstrip("\n")


def canonical(notebook: NotebookNode) -> NotebookNode:
    """The same notebook with the course's metadata alone and cell ids by position: equal content is equal bytes."""
    result = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": METADATA, "cells": []})
    for position, cell in enumerate(notebook.cells, start=1):
        made = nbformat.from_dict(
            {
                "id": f"cell-{position:02d}",
                "cell_type": cell.cell_type,
                "metadata": {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata},
                "source": cell.source,
            }
        )
        if cell.cell_type == "code":
            made.execution_count = cell.get("execution_count")
            made.outputs = [_output(each) for each in cell.get("outputs", [])]
        result.cells.append(made)
    return result


def same_cells(one: NotebookNode, other: NotebookNode) -> bool:
    """Whether two notebooks hold the same cells: kind, text, tags and question, whatever their outputs are."""
    return _identity(one) == _identity(other)


def _identity(notebook: NotebookNode) -> list[tuple]:
    return [
        (cell.cell_type, cell.source, *(cell.metadata.get(key) for key in CELL_METADATA)) for cell in notebook.cells
    ]


def _output(output: NotebookNode) -> NotebookNode:
    kept = {key: value for key, value in output.items() if key != "transient"}
    return NotebookNode(kept)
