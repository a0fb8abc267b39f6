"""`dlcourse calibrate`: whether the thresholds of an exercise can be met, under many draws."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlcourse.cli.grading_options import refusing

if TYPE_CHECKING:
    from dlcourse.checks.definition import QuestionDefinition
    from dlcourse.grading.calibrate import Distribution


@click.command("calibrate")
@click.argument("exercise")
@click.option("--seeds", type=click.IntRange(min=1), default=20, show_default=True, help="How many draws.")
@click.option("--question", "numbers", multiple=True, help="Only this one, such as 7.6; may be repeated.")
@click.option("--checks", type=click.Path(exists=True, path_type=Path), help="A file or folder of checks of your own.")
def command(exercise: str, seeds: int, numbers: tuple[str, ...], checks: Path | None) -> int:
    """Try the reference and all accepted answers of EXERCISE under many draws.

    Exit status 1 if any of them misses a threshold, or is wrong, under some draw; the question, the seed and the score
    are named. A question that trains networks takes minutes.
    """
    from dlcourse.grading.calibrate import calibrate
    from dlcourse.grading.exercise import load_exercise

    with refusing():
        chosen = _chosen(load_exercise(exercise, checks).questions, numbers)
        _start_tensorflow()
        with _progress(len(chosen), seeds) as on_try:
            found = list(calibrate(chosen, range(seeds), on_try))
    _show(found, seeds)
    complaints = [line for each in found for line in each.complaints]
    for line in complaints:
        click.echo(line, err=True)
    return int(bool(complaints))


def _start_tensorflow() -> None:
    """Here, where what it writes is not seen; later it says nothing, not even that each try traces a network anew."""
    from dlcourse.runtime import quiet_stderr

    with quiet_stderr():
        import keras
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
        keras.ops.add(1.0, 1.0)


def _chosen(questions: Mapping[str, QuestionDefinition], numbers: tuple[str, ...]) -> Sequence[QuestionDefinition]:
    unknown = [number for number in numbers if number not in questions]
    if unknown:
        raise ValueError(f"no question {unknown[0]!r}; there are {', '.join(questions)}")
    return [question for number, question in questions.items() if not numbers or number in numbers]


@contextmanager
def _progress(questions: int, seeds: int) -> Iterator[Callable[[str, int], None]]:
    """Which question and seed is tried, on the error stream; on what is no terminal nothing."""
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        if not sys.stderr.isatty():
            status.stop()
        yield lambda number, seed: status.update(f"question {number}, seed {seed} of {seeds}")


def _show(found: Sequence[Distribution], seeds: int) -> None:
    from rich.markup import escape
    from rich.table import Table

    from dlcourse.cli.console import console

    table = Table(box=None, pad_edge=False, header_style="bold")
    scored = any(each.scores for each in found)
    for title in ("Question", "Answer", "Case"):
        table.add_column(title, overflow="fold", max_width=18 if scored else 28)
    for title in ("Right", *(("Min", "Median", "Needed", "Margin") if scored else ())):
        table.add_column(title, justify="right", no_wrap=True)
    for each in _rows(found):
        right = f"{len(each.tries) - len(each.missed)}/{len(each.tries)}"
        numbers = [_shown(value) for value in (each.minimum, each.median, each.needed, each.margin)] if scored else []
        colour = "red" if each.missed else "default"
        table.add_row(each.question, escape(each.answer), escape(each.case), f"[{colour}]{right}[/]", *numbers)
    console().print(table)
    missed = sum(bool(each.missed) for each in found)
    told = "none misses" if not missed else f"{missed} miss"
    console().print(f"\n{len(found)} cases of answers under {seeds} draws: {told} what is needed.")


def _rows(found: Sequence[Distribution]) -> list[Distribution]:
    """Every case that has a threshold or was missed; the other cases of an answer are one row."""
    rows: dict[tuple[str, ...], Distribution] = {}
    for each in found:
        telling = each.needed is not None or each.missed
        rows.setdefault((each.question, each.answer, each.case if telling else ""), each if telling else _all_of(each))
    return list(rows.values())


def _all_of(each: Distribution) -> Distribution:
    from dataclasses import replace

    return replace(each, case="(no threshold)")


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
