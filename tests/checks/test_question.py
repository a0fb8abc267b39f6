"""A question written to its case file and read back judges the same."""

import json

import numpy as np
import pytest
from sample_questions import CHOICE, MEAN

from dlcourse.checks import question as question_module
from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.outcome import Outcome
from dlcourse.checks.question import Expected, Question, public_questions


@pytest.fixture
def case_files(tmp_path, monkeypatch):
    """An empty folder in the place of the package's case files."""
    (tmp_path / "cases").mkdir()
    monkeypatch.setattr(question_module.resources, "files", lambda package: tmp_path)
    public_questions.cache_clear()
    yield tmp_path / "cases"
    public_questions.cache_clear()


@pytest.mark.parametrize("question", [MEAN, CHOICE], ids=["numbers", "choice"])
def test_a_question_written_and_read_is_the_same(question):
    record = json.loads(json.dumps(question.encoded(), allow_nan=False))
    again = Question.decoded(question.id, record)
    assert again.encoded() == question.encoded()
    assert (again.probe, again.options, again.hints) == (question.probe, question.options, question.hints)
    assert [case.pure for case in again.cases] == [case.pure for case in question.cases]


@pytest.mark.parametrize(
    ("came", "pure", "fits"),
    [
        (Outcome(1.0), True, True),
        (Outcome(1.0, changed=("x",)), False, True),
        (Outcome(1.0, changed=("x",)), True, False),
        (Outcome(2.0), False, False),
        (Outcome(error="raised ValueError: no"), False, False),
        (Outcome(attempted=False), False, False),
    ],
)
def test_what_fits_an_expected_value(came, pure, fits):
    assert Expected(Outcome(1.0)).fits(came, "3.1 a", SINGLE_PRECISION, pure=pure) is fits


@pytest.mark.parametrize(("error", "fits"), [("raised A: no", True), ("raised A: yes", False), ("", False)])
def test_an_exception_fits_the_same_words_alone(error, fits):
    assert Expected(Outcome(error="raised A: no")).fits(Outcome(error=error), "3.1 a", SINGLE_PRECISION) is fits


@pytest.mark.parametrize(
    "expected", [Expected(digests=()), Expected(Outcome(None)), Expected(Outcome(attempted=False))]
)
def test_an_unfinished_answer_fits_nothing(expected):
    assert not expected.fits(Outcome(attempted=False), "3.5 a", SINGLE_PRECISION)


def test_a_chapter_without_a_case_file_has_no_questions(case_files):
    assert public_questions("03_basic_concepts") == {}


def test_a_case_file_is_read(case_files):
    record = {"schema": 1, "exercise": "03_x", "questions": {"3.1": MEAN.encoded()}}
    (case_files / "03_x.json").write_text(json.dumps(record), encoding="utf-8")
    question = public_questions("03_x")["3.1"]
    np.testing.assert_array_equal(question.cases[1].arguments["x"], MEAN.cases[1].arguments["x"])


def test_a_case_file_of_another_schema_is_refused(case_files):
    (case_files / "03_x.json").write_text('{"schema": 2, "questions": {}}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"03_x.json must be of schema 1, got 2"):
        public_questions("03_x")
