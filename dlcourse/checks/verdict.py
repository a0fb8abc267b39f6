"""A check's answer, in words and colour: not attempted, wrong (what is wrong) or right, and the points of each case."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STATUSES = ("not attempted", "wrong", "right")
_COLOUR = {"not attempted": "#7F7F7F", "wrong": "#D55E00", "right": "#009E73"}
_SIGN = {"not attempted": "○", "wrong": "✗", "right": "✓"}


@dataclass(frozen=True)
class CaseResult:
    """Whether one case was right, and its points."""

    name: str
    right: bool
    points: int
    possible: int


@dataclass(frozen=True)
class Verdict:
    """What a check says of one answer."""

    question: str
    title: str
    status: str
    says: tuple[str, ...]
    cases: tuple[CaseResult, ...]
    note: str = ""

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(case.points for case in self.cases)

    @property
    def possible(self) -> int:
        """Points that can be earned."""
        return sum(case.possible for case in self.cases)

    @property
    def headline(self) -> str:
        """Sign, question, status and points in one line."""
        return (
            f"{_SIGN[self.status]} {self.question} {self.title}: {self.status}, {self.points} of {self.possible} points"
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said below the headline."""
        if self.status == "not attempted":
            lines: tuple[str, ...] = (
                *self.says,
                f'Write your answer above, run its cell, then this one. `hint("{self.question}")` helps.',
            )
        elif self.status == "wrong":
            lines = (*self.says, self._cases_right(), f'Stuck? `hint("{self.question}")` helps.')
        else:
            lines = ()
        return (*lines, *([self.note] if self.note else []))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Verdict:
        """The verdict whose `dataclasses.asdict`, perhaps by way of JSON, this is."""
        cases = tuple(CaseResult(**case) for case in record["cases"])
        return cls(**{**record, "cases": cases, "says": tuple(record["says"])})

    def _cases_right(self) -> str:
        right = [case.name for case in self.cases if case.right]
        return f"Right so far: {', '.join(right)}." if right else "No case is right yet."

    def __repr__(self) -> str:
        return "\n".join([self.headline, *(f"  {line}" for line in self.lines)])

    def _repr_html_(self) -> str:
        colour = _COLOUR[self.status]
        body = "".join(f"<div>{inline(line)}</div>" for line in self.lines)
        return (
            f'<div style="border-left: 5px solid {colour}; padding: 0.3em 0.8em">'
            f'<strong style="color: {colour}">{html.escape(self.headline)}</strong>{body}</div>'
        )


def inline(line: str) -> str:
    """Text as HTML, with `code` in backquotes."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line))
