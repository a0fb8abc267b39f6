"""What a learner has done: a small JSON file of their own, on their machine, shown by `dlcourse list`.

It lies in the user's data folder, or where `DLCOURSE_PROGRESS` says. It holds question numbers, statuses, points and
counts of attempts; no name, no answer, no time.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

PROGRESS_VARIABLE = "DLCOURSE_PROGRESS"
SCHEMA = 1


@dataclass(frozen=True)
class Standing:
    """How a learner stands with one question: the best that was reached, and how often it was tried."""

    status: str = "not attempted"
    points: int = 0
    possible: int = 0
    attempts: int = 0


class ProgressError(OSError):
    """Progress could not be kept; the message says where and why."""


def progress_file() -> Path:
    """Where progress is kept."""
    chosen = os.environ.get(PROGRESS_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_data_path("dlcourse", appauthor=False) / "progress.json"


def standings() -> dict[str, Standing]:
    """How the learner stands, by question number; nothing where no progress is kept or it cannot be read."""
    try:
        return _understood(progress_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def record(question: str, status: str, points: int, possible: int) -> Standing:
    """Note one check of a question; what was right once stays right, and the most points stay.

    Returns:
        The standing after it.

    Raises:
        ProgressError: If the file cannot be written.
    """
    known = standings()
    before = known.get(question, Standing())
    attempts = before.attempts + (status != "not attempted")
    if before.attempts and (before.status == "right" or before.points >= points) and status != "right":
        after = Standing(before.status, before.points, before.possible, attempts)
    else:
        after = Standing(status, points, possible, attempts)
    _write({**known, question: after})
    return after


def _understood(text: str) -> dict[str, Standing]:
    """The standings in a progress file's text; ValueError where it is not one."""
    try:
        standings = {number: Standing(**each) for number, each in json.loads(text)["questions"].items()}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a progress file: {error}") from None
    for standing in standings.values():
        numbers = (standing.points, standing.possible, standing.attempts)
        if not isinstance(standing.status, str) or not all(type(number) is int for number in numbers):
            raise ValueError(f"not a standing: {standing}")
    return standings


def _write(known: dict[str, Standing]) -> None:
    file = progress_file()
    questions = {number: asdict(known[number]) for number in sorted(known)}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _keep_unreadable(file)
        _replace(file, json.dumps({"schema": SCHEMA, "questions": questions}, indent=1) + "\n")
    except OSError as error:
        raise ProgressError(f"progress is not kept: {file}: {error.strerror or error}") from None


def _replace(file: Path, text: str) -> None:
    """Put a whole new file in the place of the old one: who stops in between leaves the old one."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as new:
        new.write(text)
    try:
        Path(new.name).replace(file)
    except OSError:
        Path(new.name).unlink()
        raise


def _keep_unreadable(file: Path) -> None:
    """Set a file aside that exists and cannot be understood, instead of writing over it."""
    if not file.exists():
        return
    try:
        _understood(file.read_text(encoding="utf-8"))
    except ValueError:
        file.replace(file.with_suffix(".unreadable.json"))
