"""`dlcourse check`: run an exercise notebook from top to bottom and tell what its checks say."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from dlcourse.checks.verdict import Verdict

_CHECK = re.compile(r"""\bcheck\(\s*["'](\d+\.\d+)["']""")


@click.command("check")
@click.argument("exercise", metavar="EXERCISE.ipynb", type=click.Path(path_type=Path))
@click.option("--timeout", type=click.FloatRange(min=1), default=300, show_default=True, help="Seconds per cell.")
def command(exercise: Path, timeout: float) -> int:
    """Check an exercise that you have worked on; exit status 0 when every question is right.

    Runs the notebook in a fresh kernel, in its own folder, without changing it. It is your own code that runs, with
    your rights, as it does in JupyterLab.
    """
    from dlcourse.notebook.read import NotebookError, read_notebook

    try:
        notebook = read_notebook(exercise)
    except NotebookError as error:
        raise click.UsageError(str(error)) from None
    questions = asked(notebook)
    if not questions:
        raise click.UsageError(f"{exercise}: no question of the course is checked in this notebook")
    verdicts, failures = _run(notebook, exercise, timeout)
    _show(questions, verdicts, failures)
    return int(any(number not in verdicts or verdicts[number].status != "right" for number in questions))


def asked(notebook: NotebookNode) -> list[str]:
    """The numbers of the questions whose check the notebook calls, in order, once each."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return list(dict.fromkeys(number for source in code for number in _CHECK.findall(source)))


def _run(notebook: NotebookNode, exercise: Path, timeout: float) -> tuple[dict[str, Verdict], dict[str, str]]:
    """The last verdict of each question, and for questions whose check failed to run what it raised."""
    from rich.console import Console

    from dlcourse.checks.learner import VERDICTS_VARIABLE
    from dlcourse.notebook.execute import ExecutionError, execute

    stopped = ""
    with tempfile.TemporaryDirectory() as folder, Console(stderr=True).status("running the notebook ..."):
        lines = Path(folder) / "verdicts"
        environment = {VERDICTS_VARIABLE: str(lines)}
        try:
            execute(notebook, exercise.parent, timeout=timeout, environment=environment, allow_errors=True)
        except ExecutionError as error:
            stopped = str(error)
        verdicts = _read(lines)
    return verdicts, _failures(notebook, stopped)


def _read(lines: Path) -> dict[str, Verdict]:
    from dlcourse.checks.verdict import Verdict

    records = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()] if lines.exists() else []
    return {record["question"]: Verdict.from_record(record) for record in records}


def _failures(notebook: NotebookNode, stopped: str) -> dict[str, str]:
    failures = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
            told = f"{errors[0].ename}: {errors[0].evalue}".splitlines()[0] if errors else stopped
            failures.update({number: told for number in _CHECK.findall(cell.source) if told})
    return failures


def _show(questions: list[str], verdicts: dict[str, Verdict], failures: dict[str, str]) -> None:
    from rich.markup import escape

    from dlcourse.cli.console import console

    out = console()
    colours = {"right": "green", "wrong": "red", "not attempted": "dim"}
    for number in questions:
        verdict = verdicts.get(number)
        if verdict is None:
            why = failures.get(number, "its cell did not run")
            out.print(f"[red]✗ {number}: could not be checked[/]: {escape(why)}", soft_wrap=False)
            continue
        out.print(f"[{colours[verdict.status]}]{escape(verdict.headline)}[/]")
        for line in verdict.says:
            out.print(f"  {escape(line)}")
    earned = sum(verdict.points for verdict in verdicts.values())
    right = sum(verdict.status == "right" for verdict in verdicts.values())
    out.print(f"\n{right} of {len(questions)} questions right, {earned} points.")
