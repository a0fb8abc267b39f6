"""What a verdict says: planted mistakes first, one line per thing that is wrong, points per case."""

import numpy as np
import pytest
from sample_questions import CHOICE, MEAN, RIGHT, in_place, mean_of_squares

from dlcourse.checks.definition import QuestionDefinition
from dlcourse.checks.judge import judge
from dlcourse.checks.outcome import Outcome, observe
from dlcourse.checks.question import Case


def verdict_on(answer, question=MEAN):
    return judge(question, [observe(answer, case.arguments, question.probe) for case in question.cases])


def test_a_right_answer_earns_all_points_and_no_words():
    verdict = verdict_on(lambda x: (x * x).sum() / x.size)
    assert (verdict.status, verdict.points, verdict.possible, verdict.says) == ("right", 6, 6, ())


@pytest.mark.parametrize("answer", [..., lambda x: ...])
def test_a_stub_is_not_attempted(answer):
    verdict = verdict_on(answer)
    assert (verdict.status, verdict.points, verdict.says) == ("not attempted", 0, ())


def test_the_starter_given_back_is_not_attempted_and_is_told_so():
    verdict = verdict_on(lambda x: 0)
    assert (verdict.status, verdict.points) == ("not attempted", 0)
    assert verdict.says == ("It still does what the given code does.",)


def test_a_mistake_that_explains_every_case_speaks_alone():
    assert verdict_on(lambda x: x.sum() / x.size).says == ("The square is missing.",)


def test_a_mistake_without_words_leaves_them_to_the_diagnoses():
    says = verdict_on(lambda x: (x * x).sum()).says
    assert says[0].startswith("three numbers (and 1 more case): right up to a constant factor: it is 3 times")


def test_a_mistake_that_explains_half_of_what_fails_speaks_there():
    says = verdict_on(lambda x: np.mean(x) if x.ndim == 1 else np.zeros(3)).says
    assert says[0] == "three numbers (and 2 more cases): The square is missing."
    assert says[1].startswith("a table: it gave an array of shape (3,)")


def test_a_mistake_that_explains_less_is_not_believed():
    says = verdict_on(lambda x: np.mean(x) if x.ndim == 2 else x).says
    assert not any("square" in line for line in says)


def test_points_are_those_of_the_cases_that_are_right():
    verdict = verdict_on(lambda x: mean_of_squares(x) if x.ndim == 2 else None)
    assert (verdict.status, verdict.points) == ("wrong", 3)
    assert [case.right for case in verdict.cases] == [False, True, False, False]
    assert verdict.says == ("three numbers (and 2 more cases): it gave None: is there a `return`?",)


def test_working_in_place_costs_the_case_that_looks_at_it():
    verdict = verdict_on(in_place)
    assert verdict.points == 5
    assert verdict.says == ("input kept: the value is right, but it modifies its input `x` in place: work on a copy",)


def test_lines_that_differ_in_numbers_alone_are_one_line():
    assert verdict_on(lambda x: np.zeros((len(x), x.size, 2))).says == (
        "three numbers (and 3 more cases): it gave an array of shape (3, 3, 2), one number was expected: "
        "is a sum or a mean missing?",
    )


def test_at_most_four_lines_are_shown():
    rows = [Case(f"case {k}", {"k": k}) for k in range(6)]
    question = QuestionDefinition("3.1", "Words", lambda rng: rows, lambda k: 0.0, [], [], ["Think."]).question(0)
    says = verdict_on(lambda k: [None, "a", {"b": 1}, True, np.ones(2), 4.0][k], question).says
    assert len(says) == 5
    assert says[-1] == "(2 more; mend these first)"


def test_the_number_of_outcomes_must_be_that_of_the_cases():
    with pytest.raises(ValueError, match="one outcome per case is needed: 4 cases, got 1"):
        judge(MEAN, [Outcome(1.0)])


@pytest.mark.parametrize(
    "pair", [("linear", "mean_squared_error"), ("Linear", "Mean-Squared Error"), ["linear", "linear"]]
)
def test_every_accepted_choice_is_right_however_it_is_spelled(pair):
    assert verdict_on({**RIGHT, "price": pair}, CHOICE).status == "right"


@pytest.mark.parametrize(
    ("spam", "words"),
    [
        (("linear", "binary_crossentropy"), "It is not between 0 and 1."),
        (("sigmoid", "mean_squared_error"), "'sigmoid' can stay, 'mean_squared_error' does not go with it here"),
        (("mean_squared_error", "binary_crossentropy"), "'binary_crossentropy' can stay"),
        (("binary_crossentropy", "sigmoid"), "are the right words in the wrong order"),
        (("linear", "linear"), "'linear' with 'linear' is not right"),
        ("sigmoid", "'sigmoid' is one part of the answer, the other is missing"),
        (("binary_crossentropy",), "'binary_crossentropy' is one part of the answer, the other is missing"),
        ("linear", "'linear' is not right"),
        (("sigmoidal", "binary_crossentropy"), "'sigmoidal' is none of the options; did you mean 'sigmoid'?"),
        (("linear", "mse"), "'mse' is none of the options; did you mean 'mean_squared_error'?"),
        (("swish", "mse"), "'swish' is none of the options: linear, sigmoid, mean_squared_error, binary_crossentropy"),
        (3, "3 is not right"),
        (None, "None is not right"),
        (("sigmoid", ...), "not given yet, or `...` still stands in it"),
        ({1, 2}, "it gave a set; a number, text"),
        ([["sigmoid"], {"a": 1}], "is not right"),
    ],
)
def test_a_wrong_choice_is_told_from_what_is_chosen(spam, words):
    verdict = verdict_on({**RIGHT, "spam": spam}, CHOICE)
    assert (verdict.status, verdict.points) == ("wrong", 1)
    assert verdict.says[0].removeprefix("spam: ").startswith(words) or words in verdict.says[0]


def test_a_choice_may_have_a_mistake_of_its_own_in_every_case():
    verdict = verdict_on(
        {"spam": ("linear", "binary_crossentropy"), "price": ("sigmoid", "mean_squared_error")}, CHOICE
    )
    assert verdict.says == (
        "spam: It is not between 0 and 1.",
        "price: 'mean_squared_error' can stay, 'sigmoid' does not go with it here",
    )
