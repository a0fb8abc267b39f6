"""What a learner calls in an exercise: `check`, `hint` and `solution`."""

from __future__ import annotations

import dataclasses
import html
import json
import os
from collections import Counter
from pathlib import Path

from dlcourse import places, progress
from dlcourse.checks.judge import judge
from dlcourse.checks.outcome import observe
from dlcourse.checks.question import Question, public_questions
from dlcourse.checks.verdict import Verdict, inline
from dlcourse.curriculum import chapter_of

VERDICTS_VARIABLE = "DLCOURSE_VERDICTS"
_hints_given: Counter[str] = Counter()
_attempted: set[str] = set()


@dataclasses.dataclass(frozen=True)
class Note:
    """A text, and perhaps code, that shows itself in a notebook."""

    text: str
    code: str = ""

    def __repr__(self) -> str:
        return f"{self.text}\n\n{self.code}" if self.code else self.text

    def _repr_html_(self) -> str:
        code = f"<pre>{html.escape(self.code)}</pre>" if self.code else ""
        return f'<div style="border-left: 5px solid #0072B2; padding: 0.3em 0.8em">{inline(self.text)}{code}</div>'


def check(number: str, answer: object) -> Verdict:
    """Check an answer to a question, on the cases that ship with the exercise.

    Args:
        number: The question's, such as `"3.2"`.
        answer: What the question asks for: a function, or a value.

    Returns:
        The verdict, which shows itself as the last line of a cell; the learner's progress has noted it.

    Raises:
        ValueError: If there is no such question.
    """
    question = _question(number)
    verdict = judge(question, [observe(answer, case.arguments, question.probe) for case in question.cases])
    _report(verdict)
    if verdict.status != "not attempted":
        _attempted.add(question.id)
    try:
        progress.record(question.id, verdict.status, verdict.points, verdict.possible)
    except progress.ProgressError as error:
        return dataclasses.replace(verdict, note=f"({error})")
    return verdict


def hint(number: str) -> Note:
    """The next hint for a question; after the last one, the last again.

    Raises:
        ValueError: If there is no such question.
    """
    question = _question(number)
    position = min(_hints_given[question.id], len(question.hints) - 1)
    _hints_given[question.id] += 1
    told = f"Hint {position + 1} of {len(question.hints)} for {question.id}: {question.hints[position]}"
    last = f' After an attempt, `solution("{question.id}")` shows a way to write it.'
    return Note(told + last if position + 1 == len(question.hints) else told)


def solution(number: str) -> Note:
    """The solution of a question, once it was attempted, where the solutions are at hand.

    Raises:
        ValueError: If there is no such question.
    """
    question = _question(number).id
    if question not in _attempted and not progress.standings().get(question, progress.Standing()).attempts:
        return Note(f"The solution of {question} opens after an attempt: write an answer and run its `check`.")
    folder = places.solutions()
    file = folder / f"{chapter_of(question).slug}.ipynb" if folder else None
    if file is None or not file.is_file():
        return Note(f"The solution of {question} is not here: this copy of the course comes without its solutions.")
    return Note(f"A solution of {question}:", _answer_in(file, question))


def _report(verdict: Verdict) -> None:
    """Hand the verdict to who runs this notebook, where somebody asked for it (`dlcourse check` does)."""
    file = os.environ.get(VERDICTS_VARIABLE)
    if file:
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(dataclasses.asdict(verdict)) + "\n")


def _answer_in(file: Path, number: str) -> str:
    from dlcourse.notebook.read import read_notebook
    from dlcourse.notebook.student import strip_marks

    cells = [cell.source for cell in read_notebook(file).cells if cell.metadata.get("question") == number]
    return "\n\n".join(strip_marks(source) for source in cells)


def _question(number: str) -> Question:
    number = str(number)
    questions = public_questions(chapter_of(number).slug)
    if number not in questions:
        known = (
            f"the chapter's questions are {', '.join(questions)}" if questions else "its chapter has no exercise yet"
        )
        raise ValueError(f"there is no question {number!r}: {known}")
    return questions[number]
