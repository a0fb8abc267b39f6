"""Grade one submission: run its cells in a sandbox, ask for each answer, judge outside.

What goes wrong costs as little as it can. A cell that crashes, takes too long or needs too much memory is left out, and
the rest is run again in a fresh session. An answer that is wrong and that a later question needs is replaced by the
reference for that question. A question once judged is never asked again.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dlcourse.checks.outcome import Outcome
from dlcourse.checks.question import Question
from dlcourse.grading.exercise import Exercise
from dlcourse.grading.results import QuestionResult
from dlcourse.grading.seeds import hidden_seed
from dlcourse.grading.submission import Step, Submission
from dlcourse.grading.verdicts import DEATHS, drawn, failed, judged, lost

Tell = Callable[[QuestionResult], None]


class Session(Protocol):
    """What the runner asks of a session in a sandbox (see `dlcourse.grading.sandbox`)."""

    alive: bool
    last_death: str

    def __enter__(self) -> Session: ...
    def __exit__(self, *details: object) -> None: ...
    def run_cell(self, source: str) -> Any:
        """Run a cell; gives its status and a message."""

    def observe(self, expression: str, cases: Sequence[Mapping[str, Any]], probe: str = "call") -> list[Outcome]:
        """What an answer gives in each case."""


class Sandbox(Protocol):
    """What the runner asks of a sandbox."""

    tier: str

    def session(self) -> Session:
        """A fresh session, as a context manager."""


@dataclass(frozen=True)
class Task:
    """One submission to grade: whose, what, what is known already, and which questions are asked for."""

    student: str
    submission: Submission
    seed: str
    known: tuple[QuestionResult, ...] = ()


@dataclass(frozen=True)
class Graded:
    """What grading a submission gave: one result a question, and how the whole went."""

    questions: tuple[QuestionResult, ...]
    status: str
    message: str
    tier: str


def grade_submission(task: Task, exercise: Exercise, sandbox: Sandbox, tell: Tell, budget: float = 600) -> Graded:
    """Grade what is not known yet.

    Args:
        task: The submission.
        exercise: Its exercise.
        sandbox: Where the student's code runs.
        tell: Called with each result the moment it is final.
        budget: Seconds after which nothing more of this submission is run.

    Raises:
        SandboxError: If the sandbox itself fails, which is no fault of the student's.
    """
    run = _Run(task, exercise, sandbox, tell, time.monotonic() + budget)
    run.grade()
    questions = tuple(run.results[number] for number in exercise.questions)
    status, message = _status(questions, run.deaths)
    return Graded(questions, status, message, sandbox.tier)


@dataclass
class _Death:
    status: str
    cell: int
    said: str


@dataclass
class _Run:
    task: Task
    exercise: Exercise
    sandbox: Sandbox
    tell: Tell
    deadline: float
    results: dict[str, QuestionResult] = field(default_factory=dict)
    held: dict[str, QuestionResult] = field(default_factory=dict)
    deaths: list[_Death] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)
    errors: dict[int, str] = field(default_factory=dict)
    drawn: dict[str, Question] = field(default_factory=dict)

    def grade(self) -> None:
        self.results = {each.question: each for each in self.task.known}
        for number in self._open():
            self._prepare(number)
        while self._open():
            if time.monotonic() > self.deadline:
                self._give_up()
            else:
                self._one_session()
        for number in list(self.held):
            self._carry(number)

    def _open(self) -> list[str]:
        return [number for number in self.exercise.questions if number not in self.results and number not in self.held]

    def _prepare(self, number: str) -> None:
        """Draw the hidden cases; what is not in the notebook is not attempted."""
        definition = self.exercise.questions[number]
        try:
            self.drawn[number] = drawn(definition, self._seed(number))
        except Exception as error:
            said = f"The grader could not draw its cases: {type(error).__name__}: {error}"
            self._final(failed(definition, self.exercise.points(number), said))
            return
        if number not in self.task.submission.expressions:
            self._final(self._judge(number, [Outcome(attempted=False)] * len(self.drawn[number].cases)))

    def _one_session(self) -> None:
        with self.sandbox.session() as session:
            again = []
            for step in self.task.submission.steps:
                if step.runs and step.cell not in self.left_out:
                    if not self._run_cell(session, step):
                        return
                    if "NameError" in self.errors.get(step.cell, ""):
                        again.append(step)
                for number in step.asks:
                    if number in self._open() and not self._ask(session, number, last=False):
                        return
            for step in again:
                if not self._run_cell(session, step):
                    return
            for number in self._open():
                if not self._ask(session, number, last=True):
                    return

    def _run_cell(self, session: Session, step: Step) -> bool:
        """Whether the session lives on; what a dead one's cell answered is lost, and the cell left out from now on."""
        result = session.run_cell(step.source)
        self.errors.pop(step.cell, None)
        if result.status == "error":
            self.errors[step.cell] = result.message
        if result.status not in DEATHS and session.alive:
            return True
        status = result.status if result.status in DEATHS else session.last_death or "crashed"
        self.left_out.add(step.cell)
        self.deaths.append(_Death(status, step.cell, DEATHS[status]))
        for number in step.answers:
            if number in self._open():
                self._final(lost(self.exercise.questions[number], self._seed(number), status, DEATHS[status]))
        return False

    def _ask(self, session: Session, number: str, *, last: bool) -> bool:
        """Ask for an answer; whether the session lives on. A missing name may come later, so that is asked again."""
        began = time.monotonic()
        outcomes = self._outcomes(session, number)
        result = dataclasses.replace(self._judge(number, outcomes), seconds=round(time.monotonic() - began, 3))
        if not session.alive:
            status = session.last_death or "crashed"
            self.deaths.append(_Death(status, self._cell_of(number), DEATHS[status]))
            self._final(dataclasses.replace(result, status=status))
            return False
        if last or not any("NameError" in outcome.error for outcome in outcomes):
            self._final(self._explained(number, result))
        return True

    def _outcomes(self, session: Session, number: str) -> list[Outcome]:
        question = self.drawn[number]
        cases = [dict(case.arguments) for case in question.cases]
        return session.observe(self.task.submission.expressions[number], cases, question.probe)

    def _judge(self, number: str, outcomes: Sequence[Outcome]) -> QuestionResult:
        definition = self.exercise.questions[number]
        try:
            result = judged(definition, self._seed(number), self.drawn[number], outcomes)
        except Exception as error:
            said = f"The grader could not judge it: {type(error).__name__}: {error}"
            return failed(definition, self.exercise.points(number), said)
        return dataclasses.replace(result, notes=self.task.submission.question_notes.get(number, ()))

    def _explained(self, number: str, result: QuestionResult) -> QuestionResult:
        """With the error of the answer's own cell, where there was one."""
        if result.status != "wrong":
            return result
        steps = [step for step in self.task.submission.steps if number in step.answers]
        said = [f"Its cell {step.cell} {self.errors[step.cell]}." for step in steps if step.cell in self.errors]
        return dataclasses.replace(result, says=(*said, *result.says))

    def _final(self, result: QuestionResult) -> None:
        """Keep and tell a result; one that needs an answer which is wrong waits for a try with the reference."""
        wrong = [each for each in self.exercise.needs(result.question) if self._wrong(each)]
        if wrong and result.status not in ("right", "not attempted", "grader error"):
            self.held[result.question] = result
            return
        self.results[result.question] = result
        self.tell(result)

    def _wrong(self, number: str) -> bool:
        result = self.results.get(number) or self.held.get(number)
        return number in self.exercise.solutions and (result is None or result.status != "right")

    def _carry(self, number: str) -> None:
        """Try a held question once more, with the reference in place of each wrong answer that it needs."""
        held = self.held.pop(number)
        needed = [each for each in self.exercise.needs(number) if self._wrong(each)]
        if needed and time.monotonic() < self.deadline:
            carried = self._with_references(number, needed)
            if carried is not None and (carried.points or 0) > (held.points or 0):
                named = " and ".join(needed)
                note = f"graded with the reference in place of the answer to {named}, which is not right"
                held = dataclasses.replace(carried, carried=True, notes=(*held.notes, note))
        self.results[number] = held
        self.tell(held)

    def _with_references(self, number: str, needed: Iterable[str]) -> QuestionResult | None:
        replaced = set(needed)
        with self.sandbox.session() as session:
            for step in self.task.submission.steps:
                sources = [self.exercise.solutions[each] for each in step.answers if each in replaced]
                runs = step.runs and step.cell not in self.left_out
                for source in sources or ([step.source] if runs else []):
                    session.run_cell(source)
                    if not session.alive:
                        return None
            outcomes = self._outcomes(session, number)
        return self._judge(number, outcomes)

    def _give_up(self) -> None:
        for number in self._open():
            said = "was not reached: the notebook as a whole took too long"
            self._final(lost(self.exercise.questions[number], self._seed(number), "timeout", said))
        self.deaths.append(_Death("timeout", 0, "took too long as a whole"))

    def _cell_of(self, number: str) -> int:
        return max((step.cell for step in self.task.submission.steps if number in step.answers), default=0)

    def _seed(self, number: str) -> int:
        return hidden_seed(self.task.seed, self.task.student, number, self.task.submission.digest)


def _status(questions: Sequence[QuestionResult], deaths: Sequence[_Death]) -> tuple[str, str]:
    """Status and message of a submission; without deaths that are remembered those of its questions count."""
    errors = [each for each in questions if each.status == "grader error"]
    if errors:
        return "grader error", f"question {errors[0].question}: {errors[0].says[0]}"
    if deaths:
        first = deaths[0]
        where = f"cell {first.cell}" if first.cell else "the notebook"
        status = f"crashed at cell {first.cell}" if first.status == "crashed" else first.status
        return status, f"{where} {first.said}; what does not depend on it was graded"
    fallen = [each for each in questions if each.status in DEATHS]
    if fallen:
        return fallen[0].status, f"question {fallen[0].question} {DEATHS[fallen[0].status]}; the rest was graded"
    if all(each.status == "not attempted" for each in questions):
        return "not attempted", "no question was attempted"
    return "ok", ""
