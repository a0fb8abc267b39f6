"""The gradebook: one SQLite file that holds each result from the moment it is made, corrections by hand, and settings.

Write-ahead logging makes each of them durable by itself: a kill at any moment loses nothing that was stored. A
question's result is kept under the contents that it depends on (the cells, the checks, the versions, the seed), so what
has not changed is not graded again. It holds no more about a person than results and the roster's name for them.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dlcourse.grading.results import SCHEMA, Override, QuestionResult, SubmissionResult

FILE = "gradebook.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS questions (
    key TEXT PRIMARY KEY, student TEXT NOT NULL, question TEXT NOT NULL, record TEXT NOT NULL, made TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS submissions (
    key TEXT PRIMARY KEY, student TEXT NOT NULL, record TEXT NOT NULL, made TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS overrides (
    student TEXT NOT NULL, question TEXT NOT NULL, points REAL NOT NULL, reason TEXT NOT NULL, made TEXT NOT NULL);
"""


class GradebookError(ValueError):
    """The file is no gradebook that can be used; the message says why in one line."""


def key_of(*parts: str) -> str:
    """The key of a result: a fingerprint of everything that it depends on."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class Gradebook:
    """One folder's gradebook; a context manager. Only one process writes to it.

    Raises:
        GradebookError: If there is none (and it may not be made), or it is of another version or broken.
    """

    def __init__(self, folder: Path, *, make: bool = False) -> None:
        self.path = folder / FILE
        if not make and not self.path.is_file():
            raise GradebookError(f"{folder}: no gradebook in it; `dlcourse grade` makes one")
        folder.mkdir(parents=True, exist_ok=True)
        self.database = sqlite3.connect(self.path, timeout=30)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self.database.close()
            raise GradebookError(f"{self.path}: not a gradebook: {error}") from None

    def _open(self) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self.database.execute(f"PRAGMA {pragma}")
        self.database.executescript(_TABLES)
        schema = self.setting("schema")
        if schema is None:
            self.set("schema", SCHEMA)
        elif schema != SCHEMA:
            self.database.close()
            raise GradebookError(f"{self.path}: must be of schema {SCHEMA}, got {schema}")

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def setting(self, name: str) -> Any:
        """A setting, None where it was never set."""
        found = self.database.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found else None

    def set(self, name: str, value: Any) -> None:
        """Keep a setting."""
        with self._transaction():
            self.database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))

    def questions(self, keys: Mapping[str, str]) -> dict[str, QuestionResult]:
        """The stored results among those of these keys.

        Args:
            keys: By question's number.
        """
        found = {}
        for number, key in keys.items():
            row = self.database.execute("SELECT record FROM questions WHERE key = ?", (key,)).fetchone()
            if row:
                found[number] = QuestionResult.decoded(json.loads(row[0]))
        return found

    def keep_question(self, key: str, student: str, result: QuestionResult) -> None:
        """Store a question's result now."""
        row = (key, student, result.question, json.dumps(result.encoded()), now())
        with self._transaction():
            self.database.execute("INSERT OR REPLACE INTO questions VALUES (?, ?, ?, ?, ?)", row)

    def submission(self, key: str) -> SubmissionResult | None:
        """The stored result of a whole submission."""
        row = self.database.execute("SELECT record FROM submissions WHERE key = ?", (key,)).fetchone()
        return SubmissionResult.decoded(json.loads(row[0])) if row else None

    def keep_submission(self, key: str, result: SubmissionResult) -> None:
        """Store a submission's result now, before any correction by hand."""
        row = (key, result.student, json.dumps(result.encoded()), now())
        with self._transaction():
            self.database.execute("INSERT OR REPLACE INTO submissions VALUES (?, ?, ?, ?)", row)

    def drop(self, student: str | None = None, question: str | None = None) -> int:
        """Drop stored results, so that they are graded again; corrections by hand stay. Returns how many.

        Args:
            student: Whose; None for everybody.
            question: Which; None for all.
        """
        where = "(?1 IS NULL OR student = ?1)"
        with self._transaction():
            dropped = self.database.execute(
                f"DELETE FROM questions WHERE {where} AND (?2 IS NULL OR question = ?2)", (student, question)
            ).rowcount
            self.database.execute(f"DELETE FROM submissions WHERE {where}", (student,))
        return dropped

    def override(self, override: Override) -> None:
        """Keep a correction by hand; earlier ones of the same question stay in the file."""
        row = (override.student, override.question, override.points, override.reason, override.when or now())
        with self._transaction():
            self.database.execute("INSERT INTO overrides VALUES (?, ?, ?, ?, ?)", row)

    def overrides(self, student: str) -> list[Override]:
        """A student's corrections, oldest first."""
        rows = self.database.execute(
            "SELECT student, question, points, reason, made FROM overrides WHERE student = ? ORDER BY rowid", (student,)
        )
        return [Override(who, number, points, reason, when=made) for who, number, points, reason, made in rows]

    def forget(self, student: str) -> int:
        """Delete all that is stored of a student, and overwrite where it lay. Returns how many rows that were."""
        with self._transaction():
            counts = [
                self.database.execute(f"DELETE FROM {table} WHERE student = ?", (student,)).rowcount
                for table in ("questions", "submissions", "overrides")
            ]
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.database.execute("VACUUM")
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return sum(counts)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self.database:
            yield


def now() -> str:
    """Date and time, ISO 8601, UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()
