"""One submission: points, deaths that cost one question, an error that is carried forward, resumption."""

import pytest
from fake_sandbox import FakeSandbox
from small_exercise import DOUBLE, QUADRUPLE, STUBS, answer, cell, notebook, whole

from dlcourse.grading.runner import Task, grade_submission
from dlcourse.grading.submission import read_submission
from dlcourse.grading.verdicts import without_values


def graded(exercise, book, known=(), **options):
    sandbox, told = FakeSandbox(), []
    task = Task("ada", read_submission(book, exercise), "seed", known)
    result = grade_submission(task, exercise, sandbox, told.append, **options)
    assert sorted(each.question for each in told) == sorted(exercise.questions.keys() - {one.question for one in known})
    return result, sandbox


def summary(result):
    return [(each.status, each.points) for each in result.questions]


def test_a_right_notebook_gets_everything(exercise):
    result, sandbox = graded(exercise, whole())
    assert summary(result) == [("right", 4), ("right", 4)]
    assert (result.status, result.message, result.tier) == ("ok", "", "A")
    assert sandbox.sessions == 1


def test_stubs_are_not_attempted(exercise):
    result, _ = graded(exercise, whole(*STUBS.values()))
    assert summary(result) == [("not attempted", 0)] * 2
    assert result.status == "not attempted"


def test_part_of_a_question_earns_part_of_its_points(exercise):
    result, _ = graded(exercise, whole("def double(x):\n    return 2 * x if x < 50 else 7"))
    assert summary(result)[0] == ("wrong", 1)
    assert [case.right for case in result.questions[0].cases] == [True, False]
    assert "another number was expected" in result.questions[0].says[0]


def test_a_planted_mistake_is_named(exercise):
    result, _ = graded(exercise, whole("def double(x):\n    return 3 * x"))
    assert result.questions[0].says == ("three times",)


def test_an_error_costs_once_where_the_reference_can_stand_in(exercise):
    result, sandbox = graded(exercise, whole("def double(x):\n    return 3 * x"))
    assert summary(result) == [("wrong", 0), ("right", 4)]
    assert result.questions[1].carried
    assert "reference in place of the answer to 3.1" in result.questions[1].notes[0]
    assert sandbox.sessions == 2


def test_a_question_that_is_wrong_by_itself_stays_wrong(exercise):
    result, _ = graded(exercise, whole("def double(x):\n    return 3 * x", "def quadruple(x):\n    return 5 * x"))
    assert summary(result) == [("wrong", 0), ("wrong", 0)]
    assert not result.questions[1].carried


@pytest.mark.parametrize("how", ["timeout", "memory", "crashed"])
def test_the_death_of_an_answer_costs_that_question_alone(exercise, how):
    dying = f"def quadruple(x):\n    if x > 50:\n        die({how!r})\n    return 4 * x"
    result, sandbox = graded(exercise, whole(DOUBLE, dying))
    assert summary(result) == [("right", 4), (how, 1)]
    assert result.status == ("crashed at cell 3" if how == "crashed" else how)
    assert sandbox.sessions == 1


def test_the_death_of_an_answers_cell_costs_that_question_alone(exercise):
    result, sandbox = graded(exercise, whole(f"die('memory')\n{DOUBLE}", "def quadruple(x):\n    return 4 * x"))
    assert summary(result) == [("memory", 0), ("right", 4)]
    assert result.message.startswith("cell 1 needed more memory")
    assert sandbox.sessions == 2


def test_the_death_of_another_cell_costs_nothing(exercise):
    book = notebook(answer("3.1", DOUBLE), cell("die('timeout')"), answer("3.2", QUADRUPLE))
    result, sandbox = graded(exercise, book)
    assert summary(result) == [("right", 4), ("right", 4)]
    assert result.status == "timeout"
    assert sandbox.asked.count("double") == 2


def test_a_name_that_is_defined_further_down_is_found(exercise):
    result, _ = graded(exercise, notebook(answer("3.2", QUADRUPLE), answer("3.1", DOUBLE)))
    assert summary(result) == [("right", 4), ("right", 4)]
    table = notebook(answer("3.1", "numbers = [two]\ndef double(x):\n    return numbers[0] * x"), cell("two = 2"))
    assert summary(graded(exercise, table)[0])[0] == ("right", 4)


def test_an_answer_whose_cell_fails_says_why(exercise):
    result, _ = graded(exercise, whole("def double(x)\n    return 2 * x"))
    assert result.questions[0].status == "wrong"
    assert "Its cell 1 SyntaxError" in result.questions[0].says[0]


def test_what_is_missing_is_not_attempted(exercise):
    result, _ = graded(exercise, notebook(answer("3.1", DOUBLE)))
    assert summary(result) == [("right", 4), ("not attempted", 0)]


def test_what_is_known_is_not_asked_again(exercise):
    known = graded(exercise, whole())[0].questions[:1]
    result, sandbox = graded(exercise, whole(), known=known)
    assert "double" not in sandbox.asked
    assert summary(result) == [("right", 4), ("right", 4)]


def test_who_takes_too_long_altogether_is_stopped(exercise):
    result, _ = graded(exercise, whole(), budget=-1)
    assert summary(result) == [("timeout", 0), ("timeout", 0)]


def test_two_students_are_asked_with_other_inputs(exercise):
    from dlcourse.grading.seeds import hidden_seed

    seeds = {hidden_seed("s", student, "3.1", digest) for student in "ab" for digest in "cd"}
    assert len(seeds) == 4


@pytest.mark.parametrize("number", ["2.5", "-3", "1e-05", "nan", "-inf", "1.2e+10"])
def test_no_expected_number_is_told(number):
    assert number not in without_values(f"it gave 7 at [0], {number} was expected; 1 of 2 values differ")


def test_shapes_that_were_expected_are_told():
    line = "its shape is (3,), (3, 1) was expected"
    assert without_values(line) == line
