"""A question as data: its cases, what the reference gives on them, and what each planted mistake gives.

A question is made from its definition (the author's side) for one draw of arguments. The public draw is stored in a
case file and travels with the student's copy; it holds no solution.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from dlcourse.checks.compare import Tolerance, digest, same
from dlcourse.checks.data import Data, decode, encode
from dlcourse.checks.goal import Goal
from dlcourse.checks.outcome import Outcome

SCHEMA = 1


@dataclass(frozen=True)
class Case:
    """One set of arguments, worth some points.

    Attributes:
        name: What it tries, in a few words that a learner understands.
        arguments: Name and value, in the order in which a function takes them.
        points: What it is worth.
        pure: Whether it is here that an answer must leave its arguments as they are. One case of a question is enough:
            who works in place should lose that case's points, not all.
        goal: The score that a trained model has to reach, instead of values to be equal to. A definition's `draw` sets
            it; a question keeps it with what is expected, so that its cases never show labels to an answer.
    """

    name: str
    arguments: Mapping[str, Data]
    points: int = 1
    pure: bool = False
    goal: Goal | None = None


@dataclass(frozen=True)
class Expected:
    """What a case should give, or a mistake gives: an outcome, fingerprints of the right choices, or a score."""

    outcome: Outcome | None = None
    digests: tuple[str, ...] = ()
    goal: Goal | None = None

    def fits(self, came: Outcome, place: str, tolerance: Tolerance, *, pure: bool = False) -> bool:
        """Whether what came is this; `pure` also compares which arguments were modified."""
        if not came.attempted:
            return False
        if self.goal is not None:
            return self.goal.fits(came, pure=pure)
        if self.outcome is None:
            return not came.error and digest(place, came.value) in self.digests
        if self.outcome.error or came.error:
            return self.outcome.error == came.error
        as_kept = not pure or self.outcome.changed == came.changed
        return as_kept and same(self.outcome.value, came.value, tolerance)

    def encoded(self) -> Any:
        """As JSON."""
        if self.goal is not None:
            return {"goal": self.goal.encoded()}
        return {"digests": list(self.digests)} if self.outcome is None else self.outcome.encoded()

    @classmethod
    def decoded(cls, record: Mapping[str, Any]) -> Expected:
        """What `encoded` made, again."""
        if "goal" in record:
            return cls(goal=Goal.decoded(record["goal"]))
        if "digests" in record:
            return cls(digests=tuple(record["digests"]))
        return cls(Outcome.decoded(record))


@dataclass(frozen=True)
class KnownMistake:
    """A mistake that many make: what it gives in each case, and the words for who made it."""

    says: str
    gives: tuple[Expected, ...]
    starter: bool = False


@dataclass(frozen=True)
class Question:
    """Everything that a check needs to know, for one draw of arguments.

    Attributes:
        id: `CHAPTER.QUESTION`.
        title: A few words.
        probe: How the answer is asked (see `observe`).
        cases: The arguments.
        expected: What the reference gives, case by case.
        mistakes: What each planted mistake gives.
        hints: From the first nudge to the last.
        tolerance: How far apart numbers may be.
        options: The words among which a choice is made, empty where there is no such choice.
    """

    id: str
    title: str
    probe: str
    cases: tuple[Case, ...]
    expected: tuple[Expected, ...]
    mistakes: tuple[KnownMistake, ...]
    hints: tuple[str, ...]
    tolerance: Tolerance = field(default_factory=Tolerance)
    options: tuple[str, ...] = ()

    @property
    def trained(self) -> bool:
        """Whether it is about trained models, judged by a score."""
        return any(each.goal is not None for each in self.expected)

    def place(self, case: Case) -> str:
        """What a choice's fingerprint is bound to."""
        return f"{self.id} {case.name}"

    def encoded(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "title": self.title,
            "probe": self.probe,
            "rtol": self.tolerance.rtol,
            "atol": self.tolerance.atol,
            "options": list(self.options),
            "hints": list(self.hints),
            "cases": [
                {"name": case.name, "points": case.points, "pure": case.pure}
                | {"arguments": encode(dict(case.arguments)), "expected": expected.encoded()}
                for case, expected in zip(self.cases, self.expected, strict=True)
            ],
            "mistakes": [
                {"says": each.says, "starter": each.starter, "gives": [one.encoded() for one in each.gives]}
                for each in self.mistakes
            ],
        }

    @classmethod
    def decoded(cls, number: str, record: Mapping[str, Any]) -> Question:
        """What `encoded` made, again."""
        return cls(
            id=number,
            title=record["title"],
            probe=record["probe"],
            cases=tuple(
                Case(each["name"], decode(each["arguments"]), each["points"], each["pure"]) for each in record["cases"]
            ),
            expected=tuple(Expected.decoded(each["expected"]) for each in record["cases"]),
            mistakes=tuple(
                KnownMistake(each["says"], tuple(Expected.decoded(one) for one in each["gives"]), each["starter"])
                for each in record["mistakes"]
            ),
            hints=tuple(record["hints"]),
            tolerance=Tolerance(record["rtol"], record["atol"]),
            options=tuple(record["options"]),
        )


@functools.cache
def public_questions(slug: str) -> Mapping[str, Question]:
    """The questions of an exercise, by number, from the case file that ships with the package; empty without one.

    Args:
        slug: The chapter's, such as `"03_basic_concepts"`.

    Raises:
        ValueError: If the case file is of another version of the format.
    """
    file = resources.files("dlcourse.checks").joinpath("cases", f"{slug}.json")
    if not file.is_file():
        return {}
    record = json.loads(file.read_text(encoding="utf-8"))
    if record["schema"] != SCHEMA:
        raise ValueError(f"{slug}.json must be of schema {SCHEMA}, got {record['schema']}")
    return {number: Question.decoded(number, each) for number, each in record["questions"].items()}
