"""What happened in a search, a line of JSON each, written when it happened.

A line is on the disk before the next thing begins, and nothing is ever rewritten: whatever stops the search, at any
moment, what was finished stays. A last line that was cut off is dropped, since what it told had not been finished.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

SCHEMA = 1
NAME = "journal.jsonl"


class JournalError(ValueError):
    """A journal that cannot be continued; the message names the file, and what is wrong with it."""


class Journal:
    """The journal of one search, in a folder or, without one, in memory alone.

    Args:
        folder: Made where it is missing.
        settings: What must be the same for a search to be continued.

    Raises:
        JournalError: If the folder holds a journal of other settings, or one that was altered.
    """

    def __init__(self, folder: Path | None, settings: dict[str, Any]) -> None:
        self.path = folder / NAME if folder else None
        self.events: list[dict[str, Any]] = []
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = self._lines()
        if lines:
            self._require_same(lines[0], settings)
            self.events = lines[1:]
        else:
            self._append({"schema": SCHEMA, "settings": settings})

    def write(self, event: dict[str, Any]) -> None:
        """Keep an event."""
        self.events.append(event)
        if self.path is not None:
            self._append(event)

    def _append(self, record: dict[str, Any]) -> None:
        assert self.path is not None
        with self.path.open("ab") as file:
            file.write(json.dumps(record, allow_nan=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _lines(self) -> list[dict[str, Any]]:
        assert self.path is not None
        if not self.path.is_file():
            return []
        whole, _, cut = self.path.read_bytes().rpartition(b"\n")
        if cut:
            with self.path.open("r+b") as file:
                file.truncate(len(whole) + bool(whole))
        return [self._parsed(number, line) for number, line in enumerate(whole.split(b"\n"), start=1) if whole]

    def _parsed(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise JournalError(f"{self.path}: line {number} is damaged; mend it, or search in another folder")
        return record

    def _require_same(self, head: dict[str, Any], settings: dict[str, Any]) -> None:
        if head.get("schema") != SCHEMA:
            raise JournalError(f"{self.path}: a journal of schema {SCHEMA} was expected, got {head.get('schema')!r}")
        kept, asked = head.get("settings", {}), json.loads(json.dumps(settings))
        other = [name for name in {**kept, **asked} if kept.get(name) != asked.get(name)]
        if other:
            name = other[0]
            raise JournalError(
                f"{self.path}: holds a search with {name}={kept.get(name)!r}, now {name}={asked.get(name)!r} is "
                "asked for; choose another folder, or the same settings"
            )
