"""`python -m tools.take_back NOTEBOOK`: bring a notebook that was edited in Jupyter back to its source, one way.

The outputs stay behind; `make render` makes them anew.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dlcourse.notebook.read import NotebookError, read_notebook
from tools import source


def take_back(notebook: Path) -> Path:
    """Write the source of the lesson or exercise whose notebook this is, or a copy of; returns the source's path.

    Raises:
        NotebookError: If the notebook cannot be read, or no source has its name.
    """
    content = read_notebook(notebook)
    # A lesson and an exercise may have the same name; only an exercise asks questions.
    asks = any("question" in cell.metadata for cell in content.cells)
    folders = (source.EXERCISES, source.LESSONS) if asks else (source.LESSONS, source.EXERCISES)
    candidates = [folder / f"{notebook.stem}.py" for folder in folders]
    target = next((path for path in candidates if path.exists()), None)
    if target is None:
        raise NotebookError(f"{notebook}: no source is named {notebook.stem}.py; make an empty one to add a lesson")
    if target.parent == source.EXERCISES and not asks:
        raise NotebookError(f"{notebook}: not a solution: no cell answers a question")
    if target.parent == source.EXERCISES and not any("# BEGIN SOLUTION" in cell.source for cell in content.cells):
        raise NotebookError(f"{notebook}: a student's copy cannot become the source: its solutions are gone")
    target.write_text(source.to_source(content), encoding="utf-8", newline="\n")
    return target


def main(arguments: list[str] | None = None) -> int:
    """Take back the notebook that the command line names; exit status 2 if it cannot be."""
    parser = argparse.ArgumentParser(prog="python -m tools.take_back", description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path)
    options = parser.parse_args(arguments)
    try:
        print(take_back(options.notebook).relative_to(source.ROOT))
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
