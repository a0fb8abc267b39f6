"""The author's side of a check: a reference, other accepted answers, planted mistakes, and how arguments are drawn.

An exercise's definition is a Python file, `sources/checks/CHAPTER.py`, that sets `QUESTIONS`; a long one takes them
from a folder of the same name, one file a question (`questions_in`). It is found by path and never shipped to students;
`QuestionDefinition.question` turns a question into data for one draw.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.checks.compare import Tolerance, digest
from dlcourse.checks.outcome import Outcome, observe
from dlcourse.checks.question import Case, Expected, KnownMistake, Question

PUBLIC_SEED = 20_260_101


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give.

    Attributes:
        answer: The wrong answer itself.
        words: Words that the message must contain; a test holds it.
        says: What whoever made it is told; without it the general diagnoses must find the words.
        starter: The answer that the student's copy begins with: giving it back is not an attempt.
    """

    answer: Any
    words: str = ""
    says: str = ""
    starter: bool = False


@dataclass(frozen=True)
class QuestionDefinition:
    """One question, as its author writes it.

    Attributes:
        id: `CHAPTER.QUESTION`.
        title: A few words.
        draw: From a random generator to the cases.
        reference: The answer that defines what is right.
        accepted: Right answers written differently, at least two.
        mistakes: Wrong answers, at least three besides the starter.
        hints: At least one, from the first nudge to the last.
        probe: How an answer is asked (see `observe`).
        tolerance: How far apart numbers may be.
        options: For a choice: the words among which to choose. Case files then hold fingerprints, no values.
        needs: Numbers of earlier questions whose answers this one uses: the grader puts the reference in place of one
            that is wrong, so that one mistake costs once.
    """

    id: str
    title: str
    draw: Callable[[np.random.Generator], Sequence[Case]]
    reference: Any
    accepted: Sequence[Any]
    mistakes: Sequence[Mistake]
    hints: Sequence[str]
    probe: str = "call"
    tolerance: Tolerance = field(default_factory=Tolerance)
    options: Sequence[str] = ()
    needs: Sequence[str] = ()

    def question(self, seed: int) -> Question:
        """The question as data, for the arguments drawn from `seed`.

        Where cases have a goal, no answer is run: nothing needs to be trained to make the question, and the general
        diagnoses find the words for a mistake.

        Raises:
            ValueError: If the reference fails on a case or modifies its arguments, a mistake is right in all of them
                or gives nothing, or some cases have a goal and some none.
        """
        cases = tuple(self.draw(np.random.default_rng(seed)))
        if any(case.goal for case in cases):
            expected = self._goals(cases)
            mistakes: tuple[KnownMistake, ...] = ()
            cases = tuple(replace(case, goal=None) for case in cases)
        else:
            expected = tuple(self._right(case) for case in cases)
            mistakes = tuple(self._known(mistake, cases, expected) for mistake in self.mistakes)
        return Question(
            id=self.id,
            title=self.title,
            probe=self.probe,
            cases=cases,
            expected=expected,
            mistakes=mistakes,
            hints=tuple(self.hints),
            tolerance=self.tolerance,
            options=tuple(self.options),
        )

    def _goals(self, cases: tuple[Case, ...]) -> tuple[Expected, ...]:
        without = [case.name for case in cases if case.goal is None]
        if without or any(mistake.says or mistake.starter for mistake in self.mistakes):
            raise ValueError(
                f"question {self.id}: either every case has a goal or none, and then no mistake has words of its own "
                f"or is the starter; got cases without one: {without}"
            )
        return tuple(Expected(goal=case.goal) for case in cases)

    def _right(self, case: Case) -> Expected:
        outcome = observe(self.reference, case.arguments, self.probe)
        if outcome.error or not outcome.attempted:
            raise ValueError(f"question {self.id}: the reference fails on {case.name!r}: {outcome.error or 'no value'}")
        if outcome.changed:
            raise ValueError(f"question {self.id}: the reference modifies {', '.join(outcome.changed)}: {case.name!r}")
        if not self.options:
            return Expected(outcome)
        chosen = [outcome, *(observe(answer, case.arguments, self.probe) for answer in self.accepted)]
        digests = {self._digest(case, each.value) for each in chosen if each.attempted and not each.error}
        return Expected(digests=tuple(sorted(digests)))

    def _known(self, mistake: Mistake, cases: tuple[Case, ...], expected: tuple[Expected, ...]) -> KnownMistake:
        outcomes = [observe(mistake.answer, case.arguments, self.probe) for case in cases]
        right = [
            each.fits(outcome, self._place(case), self.tolerance, pure=case.pure)
            for each, outcome, case in zip(expected, outcomes, cases, strict=True)
        ]
        if all(right):
            raise ValueError(f"question {self.id}: a planted mistake is right in every case: {mistake.says!r}")
        if not self.options and not all(outcome.attempted for outcome in outcomes):
            raise ValueError(f"question {self.id}: a planted mistake must give something: {mistake.says!r}")
        gives = tuple(self._given(case, outcome) for case, outcome in zip(cases, outcomes, strict=True))
        return KnownMistake(mistake.says, gives, mistake.starter)

    def _given(self, case: Case, outcome: Outcome) -> Expected:
        if not self.options:
            return Expected(outcome)
        return Expected(digests=(self._digest(case, outcome.value),) if outcome.attempted else ())

    def _digest(self, case: Case, value: Any) -> str:
        return digest(self._place(case), value)

    def _place(self, case: Case) -> str:
        return f"{self.id} {case.name}"


@dataclass(frozen=True)
class Definition:
    """All questions of one exercise."""

    slug: str
    questions: tuple[QuestionDefinition, ...]


class DefinitionError(ValueError):
    """A file of checks that cannot be used; the message names it and what is wrong."""


def load_definition(path: Path) -> Definition:
    """The definition in a file of checks.

    Raises:
        DefinitionError: If the file does not set `QUESTIONS`, or two questions have the same number.
    """
    questions = _attribute_of(path, "QUESTIONS")
    numbers = [question.id for question in questions]
    if len(set(numbers)) < len(numbers):
        raise DefinitionError(f"{path}: every question needs a number of its own, got {numbers}")
    return Definition(path.stem, tuple(questions))


def questions_in(folder: Path) -> list[QuestionDefinition]:
    """The questions of a folder with one file each, which sets `QUESTION`, in the order of the files' names.

    Raises:
        DefinitionError: If a file does not set it.
    """
    return [_attribute_of(path, "QUESTION") for path in sorted(folder.glob("*.py"))]


def _attribute_of(path: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"checks_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise DefinitionError(f"{path}: a Python file with checks was expected")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not getattr(module, name, None):
        raise DefinitionError(f"{path}: must set {name}")
    return getattr(module, name)
