"""Whether thresholds can be met: the reference and the other accepted answers, tried under many draws.

A score that the reference sometimes misses fails honest students by chance. A question without a threshold is tried,
too: an accepted answer that is wrong under some draw would fail them in the same way.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.checks.definition import QuestionDefinition
from dlcourse.checks.goal import Goal
from dlcourse.checks.judge import judge
from dlcourse.checks.outcome import Outcome, observe
from dlcourse.checks.question import Case

OnTry = Callable[[str, int], None]


@dataclass(frozen=True)
class Try:
    """One case of one answer under one seed: the score where there is one, and whether it was right."""

    seed: int
    score: float | None
    right: bool


@dataclass(frozen=True)
class Distribution:
    """What an answer gave in one case over all seeds.

    Attributes:
        question: Its number.
        answer: The answer's name; `"reference"` for the one that defines what is right.
        case: The case's name.
        needed: The threshold, None where the case has none.
        tries: One a seed.
    """

    question: str
    answer: str
    case: str
    needed: float | None
    tries: tuple[Try, ...]

    @property
    def scores(self) -> list[float]:
        """The scores, lowest first."""
        return sorted(each.score for each in self.tries if each.score is not None)

    @property
    def minimum(self) -> float | None:
        """The lowest score."""
        return self.scores[0] if self.scores else None

    @property
    def median(self) -> float | None:
        """The score in the middle."""
        return statistics.median(self.scores) if self.scores else None

    @property
    def margin(self) -> float | None:
        """By how much the lowest score is above the threshold; negative where it is missed."""
        return None if self.minimum is None or self.needed is None else self.minimum - self.needed

    @property
    def missed(self) -> tuple[Try, ...]:
        """The tries that were not right."""
        return tuple(each for each in self.tries if not each.right)

    @property
    def complaints(self) -> list[str]:
        """One line for each seed under which the case was missed."""
        return [f"{self.question}: {self.answer}, seed {each.seed}: {self._told(each)}" for each in self.missed]

    def _told(self, missed: Try) -> str:
        if missed.score is None or self.needed is None or missed.score >= self.needed:
            return f"not right in {self.case!r}"
        return f"reached {missed.score:.4f}, {self.needed:g} is needed ({self.case})"


def calibrate(
    questions: Sequence[QuestionDefinition], seeds: Sequence[int], on_try: OnTry = lambda question, seed: None
) -> Iterator[Distribution]:
    """Try the reference and the accepted answers of each question under each seed.

    Args:
        questions: As their author wrote them.
        seeds: Of the draws.
        on_try: Called before each try with the question's number and the seed.

    Yields:
        One distribution for each question, answer and case.
    """
    for definition in questions:
        for name, answer in _answers(definition):
            yield from _distributions(definition, name, answer, seeds, on_try)


def _answers(definition: QuestionDefinition) -> Iterator[tuple[str, Any]]:
    yield "reference", definition.reference
    for i, answer in enumerate(definition.accepted, start=1):
        name = getattr(answer, "__name__", "")
        yield (name if name.isidentifier() else f"accepted answer {i}"), answer


def _distributions(
    definition: QuestionDefinition, name: str, answer: Any, seeds: Sequence[int], on_try: OnTry
) -> Iterator[Distribution]:
    tried: dict[str, list[Try]] = {}
    needed: dict[str, float | None] = {}
    for seed in seeds:
        on_try(definition.id, seed)
        drawn = definition.draw(np.random.default_rng(seed))
        for case, came in zip(drawn, _tries(definition, answer, seed, drawn), strict=True):
            tried.setdefault(case.name, []).append(came)
            needed[case.name] = case.goal.at_least if case.goal else None
        _forget_models()
    for case_name, tries in tried.items():
        yield Distribution(definition.id, name, case_name, needed[case_name], tuple(tries))


def _forget_models() -> None:
    """Keras keeps what it made of each model, and a try takes longer the more there is."""
    if "keras" in sys.modules:
        sys.modules["keras"].utils.clear_session()


def _tries(definition: QuestionDefinition, answer: Any, seed: int, drawn: Sequence[Case]) -> list[Try]:
    question = dataclasses.replace(definition, mistakes=()).question(seed)
    outcomes = [observe(answer, case.arguments, question.probe) for case in question.cases]
    verdict = judge(question, outcomes)
    return [
        Try(seed, _score(case.goal, outcome), result.right)
        for case, outcome, result in zip(drawn, outcomes, verdict.cases, strict=True)
    ]


def _score(goal: Goal | None, outcome: Outcome) -> float | None:
    return None if goal is None or outcome.error else goal.score(outcome)
