"""From what a student's answer gave to a question's result: judged in this process, told without hidden values."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from dlcourse.checks.definition import QuestionDefinition
from dlcourse.checks.judge import judge
from dlcourse.checks.outcome import Outcome
from dlcourse.checks.question import Question
from dlcourse.grading.results import QuestionResult

DEATHS = {
    "timeout": "took too long and was stopped",
    "memory": "needed more memory than allowed and was stopped",
    "crashed": "ended its process",
}
_VALUE = re.compile(r"(?<![\w.,(])(-?(\d[\d.]*(e[+-]?\d+)?|inf)|nan) was expected")


def drawn(definition: QuestionDefinition, seed: int) -> Question:
    """The question for a seed, without its planted mistakes: a right answer needs none of them computed."""
    return dataclasses.replace(definition, mistakes=()).question(seed)


def judged(
    definition: QuestionDefinition, seed: int, question: Question, outcomes: Sequence[Outcome]
) -> QuestionResult:
    """What an answer earned, and what is wrong with it.

    Args:
        definition: The question as its author wrote it.
        seed: The seed of the draw.
        question: What `drawn` gave for the seed.
        outcomes: What the answer gave in each case.
    """
    verdict = judge(question, outcomes)
    if verdict.status == "wrong":
        verdict = judge(definition.question(seed), outcomes)
    says = tuple(without_values(line) for line in verdict.says)
    status, points, possible = verdict.status, verdict.points, verdict.possible
    return QuestionResult(verdict.question, verdict.title, status, points, possible, says, verdict.cases)


def lost(definition: QuestionDefinition, seed: int, status: str, said: str) -> QuestionResult:
    """The result of a question that earned nothing because its code could not be run to the end."""
    question = drawn(definition, seed)
    result = judged(definition, seed, question, [Outcome(error=said)] * len(question.cases))
    return dataclasses.replace(result, status=status, says=(f"It {said}.",))


def failed(definition: QuestionDefinition, possible: float, said: str) -> QuestionResult:
    """The result of a question that the grader itself could not grade: no points, which is not zero points."""
    return QuestionResult(definition.id, definition.title, "grader error", None, possible, (said,))


def without_values(line: str) -> str:
    """What is told, without the number that a hidden case expects.

    >>> without_values("small: it gave 3.1 at [0], 2.5 was expected; 1 of 4 values differ")
    'small: it gave 3.1 at [0], another number was expected; 1 of 4 values differ'
    """
    return _VALUE.sub("another number was expected", line)
