"""The roster: a CSV that says who is in the class, and by which names each system calls them.

One column identifies a student (`student`, or what Canvas, Moodle and Gradescope export: `ID`, `SID`, `ID number`), one
may hold the name; every other column is one more name by which a submission may call the student. Names are compared
without regard to case, spaces and signs, a name's words in any order: Canvas writes `Ada Lovelace` as `lovelaceada`.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_IDENTIFIERS = ("student", "sis login id", "sid", "id number", "login", "username", "id", "email", "email address")
_NAMES = ("name", "full name", "student name")


class RosterError(ValueError):
    """The file is no roster that can be used; the message says why in one line."""


@dataclass(frozen=True)
class Student:
    """One row: the identifier under which results are kept, the name as the roster has it, and the whole row."""

    id: str
    name: str
    row: Mapping[str, str]


class Roster:
    """Students by each name that the roster has for them; empty without a file."""

    def __init__(self, students: Iterable[Student] = ()) -> None:
        self.students = tuple(students)
        self._by_key: dict[str, list[Student]] = {}
        for student in self.students:
            values = {student.id, student.name, *student.row.values()}
            for key in {key for value in values for key in _keys(value)}:
                self._by_key.setdefault(key, []).append(student)

    def find(self, keys: Iterable[str]) -> Student | None:
        """The one student that one of these names belongs to; a name that several have tells nothing."""
        for key in keys:
            found = self._by_key.get(_plain(key), [])
            if len(found) == 1:
                return found[0]
        return None


def read_roster(path: Path) -> Roster:
    """The roster in a CSV file, with a header.

    Raises:
        RosterError: If it cannot be read, no column identifies a student, or two rows have the same identifier.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RosterError(
            f"{path}: cannot be read: {getattr(error, 'strerror', None) or 'not text in UTF-8'}"
        ) from None
    rows = [
        {str(key).strip(): (value or "").strip() for key, value in row.items() if key and isinstance(value, str)}
        for row in csv.DictReader(text.splitlines())
    ]
    columns = {name.casefold(): name for name in (rows[0] if rows else {})}
    by_canvas = "student" in columns and "id" in columns
    identifier = columns.get("sis login id" if "sis login id" in columns else "id") if by_canvas else None
    identifier = identifier or next((columns[name] for name in _IDENTIFIERS if name in columns), None)
    if identifier is None:
        raise RosterError(f"{path}: needs a column `student` (or one of: {', '.join(_IDENTIFIERS[1:])})")
    named = columns["student"] if by_canvas else next((columns[name] for name in _NAMES if name in columns), "")
    students = [Student(row[identifier], row.get(named, ""), row) for row in rows if row.get(identifier)]
    numbers = [student.id for student in students]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is not None:
        raise RosterError(f"{path}: {twice!r} stands in two rows; each student needs one")
    return Roster(students)


def _keys(value: str) -> set[str]:
    """How a value may be written: as it is, and its words in each order that systems use."""
    words = [word for part in value.split(",") for word in part.split()]
    rotated = [" ".join(words[i:] + words[:i]) for i in range(len(words))]
    account = [value.partition("@")[0]] if "@" in value else []
    return {_plain(each) for each in (value, *rotated, *account)} - {""}


def _plain(value: str) -> str:
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())
