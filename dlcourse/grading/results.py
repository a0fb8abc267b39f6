"""What grading gives, as records: of a question, of a student's submission, of a class.

Records are data alone: they are stored, sent between processes and shown on pages. Points are apart from statuses:
where the grader could not do its work (an unreadable notebook, an error of the grader's own) points are None, never
zero. A record names cases, which a student may read, and holds neither a hidden input nor an expected value.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlcourse.checks.verdict import CaseResult

SCHEMA = 1
QUESTION_STATUSES = ("right", "wrong", "not attempted", "timeout", "memory", "crashed", "grader error")
UNGRADED = ("unreadable", "grader error")


@dataclass(frozen=True)
class Override:
    """Points that a person gave by hand: they count, and the reason is kept.

    Attributes:
        student: Whose.
        question: The question's number.
        points: What counts now.
        reason: Why, in the person's words.
        was: The points that grading gave, None where it gave none.
        when: Date and time, ISO 8601, UTC.
    """

    student: str
    question: str
    points: float
    reason: str
    was: float | None = None
    when: str = ""


@dataclass(frozen=True)
class QuestionResult:
    """What one question gave.

    Attributes:
        question: Its number, such as `"3.2"`.
        title: A few words.
        status: One of `QUESTION_STATUSES`.
        points: What counts, after a person's correction; None with status `"grader error"` that nobody corrected.
        possible: What can be earned.
        says: What is wrong, in sentences for the student.
        cases: Name, right or wrong, and points of each case.
        carried: Whether an earlier answer that this one needs was wrong and the reference stood in its place.
        notes: What was coped with (a duplicated answer, a cell left out), in sentences.
        seconds: How long the student's code ran for this question.
        override: The correction by hand, None where there is none.
    """

    question: str
    title: str
    status: str
    points: float | None
    possible: float
    says: tuple[str, ...] = ()
    cases: tuple[CaseResult, ...] = ()
    carried: bool = False
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    override: Override | None = None

    def encoded(self) -> dict[str, Any]:
        """As JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def decoded(cls, record: Mapping[str, Any]) -> QuestionResult:
        """What `encoded` made, perhaps by way of JSON, again."""
        override = record["override"] and Override(**record["override"])
        cases = tuple(CaseResult(**each) for each in record["cases"])
        texts = {name: tuple(record[name]) for name in ("says", "notes")}
        return cls(**{**record, **texts, "cases": cases, "override": override or None})

    def corrected(self, override: Override) -> QuestionResult:
        """This result with a person's points."""
        noted = dataclasses.replace(override, was=self.points if self.override is None else self.override.was)
        return dataclasses.replace(self, points=override.points, override=noted)


@dataclass(frozen=True)
class SubmissionResult:
    """What one student's submission gave.

    Attributes:
        student: The roster's identifier, without a roster what the file's name says.
        source: The notebook's path inside what was handed out for grading; empty where nothing was handed in.
        status: `"ok"`, `"not attempted"`, `"timeout"`, `"memory"`, `"crashed at cell K"`, `"unreadable"` or
            `"grader error"`.
        message: One sentence on the status, empty for `"ok"`.
        questions: One result a question, in the exercise's order; empty where unreadable.
        notes: What was coped with, in sentences.
        name: The roster's name, empty without one.
        tier: The isolation that the student's code ran under.
        seed_id: A fingerprint of the seed of the hidden inputs (with the seed, the same inputs are drawn again).
        versions: Of the exercise, the checks, the package and what it stands on.
        submitted: Date and time, ISO 8601, empty where nobody knows.
        late_seconds: How long after the deadline; 0 in time.
        penalty: The share of the points that is taken off for being late, from 0 to 1.
    """

    student: str
    source: str
    status: str
    message: str = ""
    questions: tuple[QuestionResult, ...] = ()
    notes: tuple[str, ...] = ()
    name: str = ""
    tier: str = ""
    seed_id: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    submitted: str = ""
    late_seconds: float = 0.0
    penalty: float = 0.0

    @property
    def graded(self) -> bool:
        """Whether there are points: False for what could not be read or graded, until a person has corrected it."""
        return self.points is not None

    @property
    def points(self) -> float | None:
        """Points earned before anything is taken off for being late; None where the grader gave none."""
        each = [question.points for question in self.questions]
        if not each and self.status in UNGRADED:
            return None
        return None if any(points is None for points in each) else sum(points for points in each if points is not None)

    @property
    def final(self) -> float | None:
        """The points that count: with what is taken off for being late, to two decimals."""
        return None if self.points is None else round(self.points * (1 - self.penalty), 2)

    @property
    def possible(self) -> float:
        """Points that can be earned in the questions of this result."""
        return sum(question.possible for question in self.questions)

    @property
    def overrides(self) -> tuple[Override, ...]:
        """Corrections by hand."""
        return tuple(question.override for question in self.questions if question.override)

    @property
    def seconds(self) -> float:
        """How long the student's code ran."""
        return sum(question.seconds for question in self.questions)

    def encoded(self) -> dict[str, Any]:
        """As JSON, with the sums and the schema's number."""
        record = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        questions = [question.encoded() for question in self.questions]
        sums = {"points": self.points, "possible": self.possible, "final": self.final}
        return {"schema": SCHEMA, **record, "versions": dict(self.versions), "questions": questions, **sums}

    @classmethod
    def decoded(cls, record: Mapping[str, Any]) -> SubmissionResult:
        """What `encoded` made, perhaps by way of JSON, again.

        Raises:
            ValueError: If the record is of another schema.
        """
        _require_schema(record)
        own = {field.name: record[field.name] for field in dataclasses.fields(cls)}
        questions = tuple(QuestionResult.decoded(each) for each in own["questions"])
        return cls(**{**own, "questions": questions, "notes": tuple(own["notes"])})


@dataclass(frozen=True)
class ClassResult:
    """What a whole class gave.

    Attributes:
        exercise: The chapter's number, such as `"03"`.
        slug: The exercise's name, such as `"03_basic_concepts"`.
        title: The chapter's title.
        results: One a student, sorted by student.
        versions: Of the exercise, the checks, the package and what it stands on.
        tier: The weakest isolation that any of them ran under.
        started: Date and time, ISO 8601, UTC.
        possible: Points that the exercise has.
        interrupted: Whether grading was stopped before everything was graded.
    """

    exercise: str
    slug: str
    title: str
    results: tuple[SubmissionResult, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    tier: str = ""
    started: str = ""
    possible: float = 0.0
    interrupted: bool = False

    @property
    def overrides(self) -> tuple[Override, ...]:
        """All corrections by hand."""
        return tuple(override for result in self.results for override in result.overrides)

    @property
    def ungraded(self) -> tuple[SubmissionResult, ...]:
        """Those without points."""
        return tuple(result for result in self.results if not result.graded)

    def with_override(self, override: Override) -> ClassResult:
        """This class with one more correction by hand.

        Raises:
            ValueError: If there is no such student or question, or there are more points than the question has.
        """
        return dataclasses.replace(self, results=tuple(self._corrected(each, override) for each in self.results))

    def _corrected(self, result: SubmissionResult, override: Override) -> SubmissionResult:
        if result.student != override.student:
            return result
        asked = {each.question: each for one in self.results for each in one.questions}
        if override.question not in asked:
            raise ValueError(f"no question {override.question!r}; there are {', '.join(asked) or 'none'}")
        model = asked[override.question]
        if override.points > model.possible:
            raise ValueError(f"question {model.question} has {model.possible:g} points, got {override.points:g}")
        own = {each.question: each for each in result.questions}
        blank = [
            QuestionResult(each.question, each.title, "grader error", None, each.possible) for each in asked.values()
        ]
        questions = [own.get(each.question, each) for each in blank]
        return dataclasses.replace(
            result,
            questions=tuple(
                each.corrected(override) if each.question == override.question else each for each in questions
            ),
        )

    def encoded(self) -> dict[str, Any]:
        """As JSON, with the schema's number."""
        record = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        results = [result.encoded() for result in self.results]
        return {"schema": SCHEMA, **record, "versions": dict(self.versions), "results": results}

    @classmethod
    def decoded(cls, record: Mapping[str, Any]) -> ClassResult:
        """What `encoded` made, perhaps by way of JSON, again.

        Raises:
            ValueError: If the record is of another schema.
        """
        _require_schema(record)
        own = {field.name: record[field.name] for field in dataclasses.fields(cls)}
        return cls(**{**own, "results": tuple(SubmissionResult.decoded(each) for each in own["results"])})


def _require_schema(record: Mapping[str, Any]) -> None:
    if record.get("schema") != SCHEMA:
        raise ValueError(f"a record must be of schema {SCHEMA}, got {record.get('schema')}")


def file_stem(student: str) -> str:
    """A name for a student's files that every file system takes; two students never share one.

    >>> file_stem("ada"), file_stem("../Ada L.")
    ('ada', 'Ada_L-9ea6abe7')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", student).strip("_-")[:60]
    if plain and plain == student.lower() == student and not re.fullmatch(r"(?i)(con|nul|aux|prn|com\d|lpt\d)", plain):
        return plain
    return f"{plain or 'student'}-{hashlib.sha256(student.encode()).hexdigest()[:8]}"
