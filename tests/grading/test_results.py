"""Records survive JSON; points are apart from statuses, and None where nobody could give any."""

import dataclasses
import json

import pytest

from dlcourse.checks.verdict import CaseResult
from dlcourse.grading.results import ClassResult, Override, QuestionResult, SubmissionResult, file_stem

RIGHT = QuestionResult("3.1", "Update", "right", 2, 2, cases=(CaseResult("a", True, 2, 2),), notes=("split",))
WRONG = QuestionResult("3.2", "Softmax", "wrong", 1, 4, says=("It overflows.",), carried=True, seconds=0.5)
ERROR = QuestionResult("3.3", "Loss", "grader error", None, 3)


def submission(*questions, **options):
    return SubmissionResult("ada", "ada.ipynb", "ok", questions=questions, versions={"keras": "3"}, **options)


def test_points_are_summed_and_lateness_is_taken_off_last():
    result = submission(RIGHT, WRONG, penalty=0.1, late_seconds=60)
    assert (result.points, result.possible, result.final, result.seconds) == (3, 6, 2.7, 0.5)


def test_an_error_of_the_grader_is_no_zero():
    result = submission(RIGHT, ERROR)
    assert (result.points, result.final, result.graded) == (None, None, False)
    assert SubmissionResult("bob", "b.ipynb", "unreadable").points is None
    assert SubmissionResult("eve", "", "not attempted").points == 0


def test_a_correction_counts_and_what_was_is_kept():
    first = WRONG.corrected(Override("ada", "3.2", 4, "the text was ambiguous"))
    second = first.corrected(Override("ada", "3.2", 3, "after all"))
    assert (second.points, second.override.was, second.status) == (3, 1, "wrong")
    assert submission(RIGHT, second).overrides == (second.override,)
    assert submission(ERROR.corrected(Override("ada", "3.3", 3, "by hand"))).graded


def test_records_survive_json():
    corrected = WRONG.corrected(Override("ada", "3.2", 4, "why", when="2026-01-01T00:00:00+00:00"))
    late = submission(RIGHT, corrected, ERROR, notes=("moved",), penalty=0.5)
    whole = ClassResult("03", "03_basic", "Basic", (late,), {"numpy": "2"}, "A", "2026-01-01", 9, True)
    assert ClassResult.decoded(json.loads(json.dumps(whole.encoded()))) == whole
    assert whole.overrides == (corrected.override,)
    assert whole.ungraded == (late,)


def test_a_record_of_another_schema_is_refused():
    record = submission(RIGHT).encoded()
    with pytest.raises(ValueError, match="schema 1, got 2"):
        SubmissionResult.decoded({**record, "schema": 2})


def test_records_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RIGHT.points = 5


def test_a_file_is_named_after_its_student_and_shared_with_nobody():
    students = ["ada", "Ada", "a/da", "a_da", "../../etc/passwd", "", "con", "\u00e4da", "x" * 300]
    stems = [file_stem(each) for each in students]
    assert stems[0] == "ada"
    assert len({each.lower() for each in stems}) == len(students)
    assert all(each.replace("_", "").replace("-", "").isalnum() and len(each) < 80 for each in stems)
