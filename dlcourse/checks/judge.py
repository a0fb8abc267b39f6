"""The half of a check that decides, on data alone: a question and what an answer gave in each case make a verdict."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from dlcourse.checks.data import Data
from dlcourse.checks.diagnose import diagnose
from dlcourse.checks.outcome import Outcome
from dlcourse.checks.question import Case, Expected, KnownMistake, Question
from dlcourse.checks.verdict import CaseResult, Verdict


def judge(question: Question, outcomes: Sequence[Outcome]) -> Verdict:
    """Not attempted, wrong or right; points per case; and what is wrong, in words.

    A planted mistake that explains every case speaks first, then one that explains a single case, then the general
    diagnoses.

    Args:
        question: For the draw of arguments that the answer was asked with.
        outcomes: What the answer gave, one per case.

    Raises:
        ValueError: If there are not as many outcomes as cases.
    """
    if len(outcomes) != len(question.cases):
        raise ValueError(f"one outcome per case is needed: {len(question.cases)} cases, got {len(outcomes)}")
    if not any(outcome.attempted for outcome in outcomes):
        return _verdict(question, "not attempted", [False] * len(outcomes), [])
    right = [_fits(question, expected, i, outcomes[i]) for i, expected in enumerate(question.expected)]
    if all(right):
        return _verdict(question, "right", right, [])
    mistake = _explaining_all(question, outcomes)
    if mistake and mistake.starter:
        return _verdict(question, "not attempted", [False] * len(outcomes), [])
    if mistake and mistake.says:
        return _verdict(question, "wrong", right, [mistake.says])
    failing = [i for i, each in enumerate(right) if not each]
    told = [_about_case(question, i, outcomes[i]) for i in failing]
    return _verdict(question, "wrong", right, _first_of_each(told))


def _fits(question: Question, expected: Expected, i: int, outcome: Outcome) -> bool:
    return expected.fits(outcome, question.place(question.cases[i]), question.tolerance) and outcome.attempted


def _explaining_all(question: Question, outcomes: Sequence[Outcome]) -> KnownMistake | None:
    for mistake in question.mistakes:
        if all(_fits(question, given, i, outcomes[i]) for i, given in enumerate(mistake.gives)):
            return mistake
    return None


def _about_case(question: Question, i: int, outcome: Outcome) -> tuple[str, str]:
    case, expected = question.cases[i], question.expected[i]
    if not outcome.attempted:
        return case.name, "nothing is given yet"
    for mistake in question.mistakes:
        known = mistake.gives[i]
        if mistake.says and known != expected and _fits(question, known, i, outcome):
            return case.name, mistake.says
    if expected.outcome is None:
        return case.name, _about_choice(question, case, outcome)
    return case.name, diagnose(expected.outcome.value, outcome, case.arguments, question.tolerance)


def _about_choice(question: Question, case: Case, outcome: Outcome) -> str:
    if outcome.error:
        return f"it {outcome.error}"
    for word in _words(outcome.value):
        if question.options and word not in question.options:
            near = difflib.get_close_matches(word, question.options, n=1)
            return f"{word!r} is none of the options" + (f"; did you mean {near[0]!r}?" if near else "")
    return f"{_shown(outcome.value)} is not right"


def _words(value: Data) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [word for each in value for word in _words(each)] if isinstance(value, list) else []


def _shown(value: Data) -> str:
    return " with ".join(repr(each) for each in value) if isinstance(value, list) else repr(value)


def _first_of_each(told: list[tuple[str, str]]) -> list[str]:
    """One line per thing that is wrong, naming the first case in which it shows."""
    lines: dict[str, str] = {}
    for name, said in told:
        lines.setdefault(said, name)
    return [f"{name}: {said}" for said, name in lines.items()]


def _verdict(question: Question, status: str, right: list[bool], says: list[str]) -> Verdict:
    cases = tuple(
        CaseResult(case.name, good, case.points if good else 0, case.points)
        for case, good in zip(question.cases, right, strict=True)
    )
    return Verdict(question.id, question.title, status, tuple(says), cases)
