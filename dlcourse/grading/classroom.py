"""Grade a whole class: who handed in what, what of it is graded already, grade the rest, keep and write everything."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlcourse.grading.exercise import load_exercise
from dlcourse.grading.gradebook import Gradebook, key_of, now
from dlcourse.grading.intake import Handed, handed_in
from dlcourse.grading.late import LatePolicy, late_policy
from dlcourse.grading.results import ClassResult, QuestionResult, SubmissionResult
from dlcourse.grading.roster import Roster, Student, read_roster
from dlcourse.grading.runner import Graded, Task
from dlcourse.grading.seeds import new_seed, seed_id
from dlcourse.grading.submission import Submission, read_submission
from dlcourse.grading.verdicts import failed
from dlcourse.grading.workers import Setup, grade_all, make_sandbox

OnDone = Callable[[SubmissionResult], None]


@dataclass(frozen=True)
class Options:
    """How a class is graded; kept in the gradebook, so that it can be graded again in the same way.

    Attributes:
        submissions: A folder, a zip or a notebook.
        exercise: Number or name.
        checks: A file or folder of checks, empty for the course's own.
        roster: A CSV, empty without one.
        deadline: ISO 8601, empty without one.
        late: The late policy, as typed.
        keep: Which of several submissions counts: `"last"` or `"best"`.
        require_tier: The least isolation, empty for any.
    """

    submissions: str
    exercise: str
    checks: str = ""
    roster: str = ""
    deadline: str = ""
    late: str = "none"
    keep: str = "last"
    require_tier: str = ""


@dataclass(frozen=True)
class Scale:
    """Where the work is done: processes of this machine, or a Dask cluster (`"local"` or an address)."""

    workers: int = 1
    cluster: str = ""
    sandbox: Callable[[str], Any] = make_sandbox


@dataclass(frozen=True)
class _Entry:
    """One submission of one student, ready to be graded or already known not to be readable."""

    handed: Handed
    student: Student
    submission: Submission | None
    problem: str
    notes: tuple[str, ...]
    keys: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


class Classroom:
    """A class, its exercise and its gradebook.

    Raises:
        ExerciseError: If there is no such exercise.
        IntakeError: If the submissions cannot be read.
        RosterError: If the roster cannot.
        ValueError: If the deadline or the late policy cannot be understood.
    """

    def __init__(self, options: Options, book: Gradebook, seed: str | None = None) -> None:
        self.options = options
        self.book = book
        self.exercise = load_exercise(options.exercise, Path(options.checks) if options.checks else None)
        self.policy: LatePolicy = late_policy(options.late, options.deadline)
        self.roster = read_roster(Path(options.roster)) if options.roster else Roster()
        self.versions = self.exercise.versions()
        handed = handed_in(Path(options.submissions))
        self.seed = seed or book.setting("seed") or new_seed()
        self.entries = [self._entry(each) for each in self._counting(handed)]
        self.started = now()

    def __len__(self) -> int:
        return len(self.entries)

    def keep_settings(self) -> None:
        """Keep options and seed in the gradebook."""
        self.book.set("options", dataclasses.asdict(self.options))
        self.book.set("seed", self.seed)

    def grade(self, scale: Scale, on_done: OnDone = lambda result: None) -> None:
        """Grade what is not graded yet, with these entries' results kept as they are made.

        Raises:
            ValueError: If this machine isolates less than is required, or no scheduler answers.
        """
        if not scale.cluster:
            _require_tier(self.options.require_tier)
        waiting = {}
        for entry in self.entries:
            kept = self.book.submission(entry.key)
            if entry.submission is None or kept:
                on_done(kept or self._unreadable(entry))
            else:
                waiting[entry.key] = entry
        with closing(self._graded(waiting, scale)) as graded:
            for key, result in graded:
                self.book.keep_submission(key, result)
                on_done(result)

    def result(self, *, interrupted: bool = False) -> ClassResult:
        """The class as the gradebook knows it now, with corrections by hand and what being late costs."""
        found: dict[str, list[SubmissionResult]] = {}
        for entry in self.entries:
            result = self._unreadable(entry) if entry.submission is None else self.book.submission(entry.key)
            if result:
                found.setdefault(entry.student.id, []).append(self._final(result, entry))
        results = [_best(several) for several in found.values()]
        handed = {entry.student.id for entry in self.entries}
        results += [self._missing(student) for student in self.roster.students if student.id not in handed]
        return ClassResult(
            exercise=self.exercise.number,
            slug=self.exercise.slug,
            title=self.exercise.title,
            results=tuple(sorted(results, key=lambda result: result.student)),
            versions=self.versions,
            tier=max((result.tier for result in results), default=""),
            started=self.started,
            possible=self._possible(results),
            interrupted=interrupted,
        )

    def _possible(self, results: Iterable[SubmissionResult]) -> float:
        """Points of the exercise, as the workers found them: drawing its cases here imports what its checks do."""
        graded = (result for result in results if len(result.questions) == len(self.exercise.questions))
        return next((result.possible for result in graded), None) or self.exercise.possible()

    def _counting(self, handed: Iterable[Handed]) -> Iterator[tuple[Handed, Student, tuple[str, ...]]]:
        """The submissions that count, each with its student and what is to be noted."""
        by_student: dict[str, list[tuple[Handed, Student, tuple[str, ...]]]] = {}
        for each in handed:
            student = self.roster.find(each.keys)
            notes = ("Not on the roster.",) if student is None and self.roster.students else ()
            student = student or Student(each.keys[0], "", {})
            by_student.setdefault(student.id, []).append((each, student, notes))
        for several in by_student.values():
            several.sort(key=lambda one: (self._about_it(one[0]), one[0].attempt, _moment(one[0]), one[0].source))
            yield from several if self.options.keep == "best" else several[-1:]

    def _about_it(self, handed: Handed) -> bool:
        """Whether the notebook is about this exercise at all: a folder may hold others."""
        marks = [f'"{number}"'.encode() for number in self.exercise.questions]
        return any(mark in handed.content or mark.replace(b'"', b'\\"') in handed.content for mark in marks)

    def _entry(self, counting: tuple[Handed, Student, tuple[str, ...]]) -> _Entry:
        from dlcourse.notebook.read import NotebookError, read_content

        handed, student, notes = counting
        try:
            if handed.problem:
                raise NotebookError(handed.problem)
            notebook = read_content(Path(handed.source), handed.content)
        except NotebookError as error:
            problem = str(error).removeprefix(f"{Path(handed.source)}: ")
            return _Entry(handed, student, None, problem, notes, key=key_of(student.id, handed.source))
        submission = read_submission(notebook, self.exercise)
        versions = [f"{name}={version}" for name, version in self.versions.items()]
        base = (student.id, submission.digest, *versions, seed_id(self.seed))
        keys = {number: key_of(*base, number) for number in self.exercise.questions}
        handed = dataclasses.replace(handed, content=b"")
        return _Entry(handed, student, submission, "", notes, keys, key_of(*base, handed.source))

    def _graded(
        self, waiting: Mapping[str, _Entry], scale: Scale
    ) -> Generator[tuple[str, SubmissionResult], None, None]:
        def keep(key: str, result: QuestionResult) -> None:
            if result.status != "grader error":
                entry = waiting[key]
                self.book.keep_question(entry.keys[result.question], entry.student.id, result)

        if not waiting:
            return
        setup = Setup(self.exercise.slug, self.exercise.path, self.options.require_tier, scale.sandbox)
        tasks = [(key, self._task(entry)) for key, entry in waiting.items()]
        if scale.cluster:
            from dlcourse.grading.cluster import grade_on_cluster

            graded = grade_on_cluster(tasks, setup, scale.cluster, scale.workers, keep)
        else:
            graded = grade_all(tasks, setup, scale.workers, keep)
        for key, what in graded:
            yield key, self._submission_result(waiting[key], what)

    def _task(self, entry: _Entry) -> Task:
        assert entry.submission is not None
        known = tuple(self.book.questions(entry.keys).values())
        return Task(entry.student.id, entry.submission, self.seed, known)

    def _submission_result(self, entry: _Entry, graded: Graded | str) -> SubmissionResult:
        if isinstance(graded, str):
            said = f"The grader could not grade it: {graded}"
            known = self.book.questions(entry.keys)
            questions = [
                known.get(number) or failed(question, self.exercise.points(number), said)
                for number, question in self.exercise.questions.items()
            ]
            graded = Graded(tuple(questions), "grader error", said, "")
        notes = (*entry.notes, *(entry.submission.notes if entry.submission else ()))
        return dataclasses.replace(
            self._blank(entry, graded.status, graded.message, notes), questions=graded.questions, tier=graded.tier
        )

    def _unreadable(self, entry: _Entry) -> SubmissionResult:
        return self._blank(entry, "unreadable", entry.problem, entry.notes)

    def _blank(self, entry: _Entry, status: str, message: str, notes: tuple[str, ...]) -> SubmissionResult:
        return SubmissionResult(
            student=entry.student.id,
            source=entry.handed.source,
            status=status,
            message=message,
            notes=notes,
            name=entry.student.name,
            seed_id=seed_id(self.seed),
            versions=self.versions,
        )

    def _missing(self, student: Student) -> SubmissionResult:
        questions = tuple(
            QuestionResult(number, question.title, "not attempted", 0, self.exercise.points(number))
            for number, question in self.exercise.questions.items()
        )
        message = "nothing was handed in"
        return SubmissionResult(student.id, "", "not attempted", message, questions, name=student.name)

    def _final(self, result: SubmissionResult, entry: _Entry) -> SubmissionResult:
        """With corrections by hand, and what being late costs."""
        handed = entry.handed
        late = self.policy.seconds_late(handed.submitted, handed.late)
        questions = {each.question: each for each in result.questions}
        overrides = self.book.overrides(result.student)
        for number, question in self.exercise.questions.items() if overrides else ():
            blank = failed(question, self.exercise.points(number), "It could not be graded.")
            questions.setdefault(number, blank)
        for override in overrides:
            if override.question in questions:
                questions[override.question] = questions[override.question].corrected(override)
        ordered = tuple(questions[number] for number in self.exercise.questions if number in questions)
        submitted = handed.submitted.isoformat() if handed.submitted else ""
        penalty = self.policy.penalty(late)
        return dataclasses.replace(
            result,
            questions=ordered,
            name=entry.student.name,
            submitted=submitted,
            late_seconds=late,
            penalty=penalty,
        )


def _require_tier(required: str) -> None:
    from dlcourse.grading.sandbox import detect_tier

    if required and detect_tier().name > required:
        raise ValueError(f"tier {required} of isolation is required, this machine has {detect_tier()}")


def _best(several: list[SubmissionResult]) -> SubmissionResult:
    best = max(several, key=lambda result: -1.0 if result.final is None else result.final)
    if len(several) == 1:
        return best
    note = f"The best of {len(several)} submissions counts."
    return dataclasses.replace(best, notes=(*best.notes, note))


def _moment(handed: Handed) -> float:
    return handed.submitted.timestamp() if handed.submitted else 0.0
