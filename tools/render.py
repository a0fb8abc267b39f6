"""`python -m tools.render [--force] [NAME ...]`: make notebooks, solutions, case files and student's copies.

A notebook is executed when its cells differ from its source's, or were never executed, or with `--force`. Everything
else is made each time: it costs nothing and is the same bytes when nothing changed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from dlcourse.checks.definition import load_definition
from dlcourse.notebook.execute import ExecutionError, code_cells, execute
from dlcourse.notebook.format import NotebookNode, nbformat
from dlcourse.notebook.student import MarkError, student_copy
from tools import source
from tools.cases import case_file_text, same_cases

CELL_TIMEOUT = 300


def render(path: Path, folder: Path, *, force: bool = False) -> bool:
    """Render one source into `folder`, with the source's blank lines set in order; returns whether it was executed.

    Raises:
        ExecutionError: If a cell fails.
    """
    target = folder / path.with_suffix(".ipynb").name
    notebook = source.to_notebook(path.read_text(encoding="utf-8"))
    write_if_changed(path, source.to_source(notebook))
    if not force and target.exists() and _is_current(notebook, nbformat.read(target, as_version=4)):
        return False
    write_if_changed(target, notebook_text(executed(notebook)))
    return True


def executed(notebook: NotebookNode) -> NotebookNode:
    """The notebook with the outputs of a fresh kernel in an empty folder, with no learner's progress touched."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "DLCOURSE_PROGRESS": str(Path(folder) / "progress.json"),
            "DLCOURSE_PROFILE": "quick",
            "DLCOURSE_LIVE": "off",
        }
        execute(notebook, Path(folder), timeout=CELL_TIMEOUT, environment=environment)
    return source.canonical(notebook)


def notebook_text(notebook: NotebookNode) -> str:
    """The notebook as the file's text."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def make_case_file(checks: Path) -> Path:
    """Write the tracked case file of an exercise's checks, unless the one that is there says the same."""
    target = source.CASES / f"{checks.stem}.json"
    text = case_file_text(load_definition(checks))
    if not target.exists() or not same_cases(target.read_text(encoding="utf-8"), text):
        write_if_changed(target, text)
    return target


def make_student_copy(solution: Path) -> Path:
    """Write the student's copy of a rendered solution.

    Raises:
        MarkError: If the solution's marks or questions are wrong.
    """
    definition = load_definition(source.CHECKS / f"{solution.stem}.py")
    copy = student_copy(nbformat.read(solution, as_version=4), [question.id for question in definition.questions])
    target = source.STUDENTS / solution.name
    write_if_changed(target, notebook_text(source.canonical(copy)))
    return target


def write_if_changed(path: Path, text: str) -> None:
    """Write `text`, leaving an equal file untouched."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str] | None = None) -> int:
    """Render what the command line names; exit status 1 if something could not be rendered."""
    parser = argparse.ArgumentParser(prog="python -m tools.render", description="Make the notebooks from sources/.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="beginnings of source names; all without any")
    parser.add_argument("--force", action="store_true", help="execute also what did not change")
    options = parser.parse_args(arguments)
    failed = 0
    for checks in _chosen(source.CHECKS, options.names):
        make_case_file(checks)
    for folder, target in ((source.LESSONS, source.NOTEBOOKS), (source.EXERCISES, source.SOLUTIONS)):
        for path in _chosen(folder, options.names):
            try:
                done = render(path, target, force=options.force)
                if target is source.SOLUTIONS:
                    make_student_copy(target / path.with_suffix(".ipynb").name)
                print(f"{path.stem}: {'executed' if done else 'unchanged'}", flush=True)
            except (ExecutionError, MarkError) as error:
                failed += 1
                print(f"{path.relative_to(source.ROOT)}: {error}", file=sys.stderr)
    return 1 if failed else 0


def _chosen(folder: Path, names: list[str]) -> list[Path]:
    paths = sorted(folder.glob("*.py"))
    return [path for path in paths if not names or path.stem.startswith(tuple(names))]


def _is_current(fresh: NotebookNode, stored: NotebookNode) -> bool:
    return source.same_cells(fresh, stored) and all(cell.execution_count for cell in code_cells(stored))


if __name__ == "__main__":
    sys.exit(main())
