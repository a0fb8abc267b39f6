"""The half of a check that decides, on data alone: a question and what an answer gave in each case make a verdict."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from dlcourse.checks.compare import plain_text
from dlcourse.checks.data import Data
from dlcourse.checks.diagnose import diagnose
from dlcourse.checks.outcome import Outcome
from dlcourse.checks.question import Expected, KnownMistake, Question
from dlcourse.checks.verdict import CaseResult, Verdict

_MOST_LINES = 4
_ORDINALS = re.compile(r"(_\d+)+\b")
_NUMBERS = re.compile(r"(-?\b(\d[\d.]*(e[+-]?\d+)?|nan|inf)\b(, ?)?)+")


def judge(question: Question, outcomes: Sequence[Outcome]) -> Verdict:
    """Not attempted, wrong or right; points per case; and what is wrong, in words.

    A planted mistake that explains every case speaks first, then those that explain at least half of what fails, then
    the general diagnoses.

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
        return _verdict(question, "not attempted", [False] * len(outcomes), ["It still does what the given code does."])
    if mistake and mistake.says:
        return _verdict(question, "wrong", right, [mistake.says])
    failing = [i for i, each in enumerate(right) if not each]
    likely = _explaining_many(question, outcomes, failing)
    told = [(question.cases[i].name, _about_case(question, i, outcomes[i], likely)) for i in failing]
    return _verdict(question, "wrong", right, _grouped(told))


def _fits(question: Question, expected: Expected, i: int, outcome: Outcome) -> bool:
    case = question.cases[i]
    return expected.fits(outcome, question.place(case), question.tolerance, pure=case.pure)


def _explaining_all(question: Question, outcomes: Sequence[Outcome]) -> KnownMistake | None:
    for mistake in question.mistakes:
        if all(_fits(question, given, i, outcomes[i]) for i, given in enumerate(mistake.gives)):
            return mistake
    return None


def _explaining_many(question: Question, outcomes: Sequence[Outcome], failing: list[int]) -> list[KnownMistake]:
    """Mistakes with words that explain at least half of what fails: one case alone may look like many mistakes.

    Choices are made one by one, so there each case may have a mistake of its own.
    """
    spoken = [mistake for mistake in question.mistakes if mistake.says]
    if question.options:
        return spoken
    explained = [sum(_fits(question, mistake.gives[i], i, outcomes[i]) for i in failing) for mistake in spoken]
    return [mistake for mistake, count in zip(spoken, explained, strict=True) if 2 * count >= len(failing)]


def _about_case(question: Question, i: int, outcome: Outcome, likely: Sequence[KnownMistake]) -> str:
    case, expected = question.cases[i], question.expected[i]
    if not outcome.attempted:
        return "not given yet, or `...` still stands in it"
    for mistake in likely:
        if _fits(question, mistake.gives[i], i, outcome):
            return mistake.says
    if expected.goal is not None:
        return (
            diagnose(None, outcome, case.arguments, question.tolerance)
            if outcome.error
            else expected.goal.about(outcome)
        )
    if expected.outcome is None:
        return _about_choice(question, i, outcome)
    return diagnose(expected.outcome.value, outcome, case.arguments, question.tolerance)


def _about_choice(question: Question, i: int, outcome: Outcome) -> str:
    if outcome.error:
        return f"it {outcome.error}"
    unknown = [word for word in _words(outcome.value) if question.options and not _among(word, question.options)]
    if unknown:
        return f"{unknown[0]!r} is none of the options" + _instead(unknown[0], question.options)
    value = outcome.value if isinstance(outcome.value, list) else [outcome.value]
    if _fits(question, question.expected[i], i, Outcome(value[::-1])):
        return f"{_shown(value)} are the right words in the wrong order"
    if len(value) == 1 and (_completes(question, i, [*value, None], 1) or _completes(question, i, [None, *value], 0)):
        return f"{_shown(value)} is one part of the answer, the other is missing"
    for position, word in enumerate(value if len(value) > 1 else ()):
        if _completes(question, i, value, position):
            return f"{_shown(value[:position] + value[position + 1 :])} can stay, {word!r} does not go with it here"
    return f"{_shown(value)} is not right"


def _completes(question: Question, i: int, value: list, position: int) -> bool:
    """Whether some option in this position makes the choice right."""
    chosen = [[*value[:position], option, *value[position + 1 :]] for option in question.options]
    return any(_fits(question, question.expected[i], i, Outcome(each)) for each in chosen)


def _among(word: str, options: Sequence[str]) -> bool:
    return plain_text(word) in [plain_text(option) for option in options]


def _instead(word: str, options: Sequence[str]) -> str:
    """The option that is spelled like the word, or whose initials it is; else all of them."""
    initials = ["".join(part[:1] for part in option.split("_")) for option in options]
    near = difflib.get_close_matches(plain_text(word), options, n=1)
    near += [option for option, letters in zip(options, initials, strict=True) if letters == plain_text(word)]
    return f"; did you mean {near[0]!r}?" if near else f": {', '.join(options)}"


def _words(value: Data) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [word for each in value for word in _words(each)] if isinstance(value, list) else []


def _shown(value: list) -> str:
    return " with ".join(repr(each) for each in value)


def _grouped(told: list[tuple[str, str]]) -> list[str]:
    """One line per thing that is wrong: what differs in numbers alone is one thing; the first few."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, said in told:
        groups.setdefault(_NUMBERS.sub("#", _ORDINALS.sub("", said)), []).append((name, said))
    lines = []
    for first, *others in list(groups.values())[:_MOST_LINES]:
        more = f" (and {len(others)} more {'cases' if len(others) > 1 else 'case'})" if others else ""
        lines.append(f"{first[0]}{more}: {first[1]}")
    left = len(groups) - len(lines)
    return [*lines, f"({left} more; mend these first)"] if left else lines


def _verdict(question: Question, status: str, right: list[bool], says: list[str]) -> Verdict:
    cases = tuple(
        CaseResult(case.name, good, case.points if good else 0, case.points)
        for case, good in zip(question.cases, right, strict=True)
    )
    return Verdict(question.id, question.title, status, tuple(says), cases)
