"""The author's side: a definition that cannot be right is refused when its cases are made."""

import numpy as np
import pytest

from dlcourse.checks.definition import (
    DefinitionError,
    Mistake,
    QuestionDefinition,
    load_definition,
    questions_in,
)
from dlcourse.checks.question import Case

QUESTION = """
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case

def double(x):
    return 2 * x

QUESTION = QuestionDefinition(
    "{number}", "Double", lambda rng: [Case("a number", {{"x": float(rng.normal())}})], double, [], [], ["Think."]
)
QUESTIONS = [QUESTION] * {times}
"""


def define(reference=lambda x: 2 * x, mistakes=(), accepted=(), **more):
    def draw(rng):
        return [Case("three numbers", {"x": rng.normal(size=3)}), Case("four numbers", {"x": rng.normal(size=4)})]

    return QuestionDefinition("3.1", "Double", draw, reference, accepted, mistakes, ["Think."], **more)


def choose(reference, accepted=(), mistakes=()):
    return QuestionDefinition(
        id="3.5",
        title="Choose",
        draw=lambda rng: [Case("spam", {"task": "spam"})],
        reference=reference,
        accepted=accepted,
        mistakes=mistakes,
        hints=["Think."],
        probe="item",
        options=["a", "b", "c"],
    )


def test_the_same_seed_draws_the_same_cases_and_another_seed_others():
    first, again, other = define().question(1), define().question(1), define().question(2)
    assert first.encoded() == again.encoded() != other.encoded()


def test_what_is_expected_is_what_the_reference_gives():
    question = define().question(0)
    for case, expected in zip(question.cases, question.expected, strict=True):
        np.testing.assert_array_equal(expected.outcome.value, 2 * case.arguments["x"])


def test_what_a_mistake_gives_is_kept_with_its_words():
    known = define(mistakes=[Mistake(lambda x: x, says="Half of it.")]).question(0).mistakes[0]
    assert (known.says, known.starter, len(known.gives)) == ("Half of it.", False, 2)


def divide_by_zero(x):
    return 1 / 0


def in_place(x):
    x *= 2
    return x


def unfinished(x):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (divide_by_zero, "the reference fails on 'three numbers': raised ZeroDivisionError: division by zero"),
        (unfinished, "the reference fails on 'three numbers': no value"),
        (in_place, "the reference modifies x: 'three numbers'"),
    ],
)
def test_a_reference_that_fails_is_refused(reference, words):
    with pytest.raises(ValueError, match=f"question 3.1: {words}"):
        define(reference).question(0)


def test_a_mistake_that_is_right_is_refused():
    with pytest.raises(ValueError, match=r"question 3.1: a planted mistake is right in every case: 'No.'"):
        define(mistakes=[Mistake(lambda x: x + x, says="No.")]).question(0)


def test_a_mistake_that_gives_nothing_is_refused():
    with pytest.raises(ValueError, match=r"question 3.1: a planted mistake must give something: 'No.'"):
        define(mistakes=[Mistake(unfinished, says="No.")]).question(0)


def test_a_mistake_may_raise():
    known = define(mistakes=[Mistake(divide_by_zero)]).question(0).mistakes[0]
    assert known.gives[0].outcome.error == "raised ZeroDivisionError: division by zero"


def test_a_choice_is_kept_as_fingerprints_of_all_that_is_accepted():
    expected = choose({"spam": "a"}, [{"spam": "b"}, {"spam": ...}, {}, ["a"]]).question(0).expected[0]
    assert expected.outcome is None
    assert len(expected.digests) == 2


def test_a_choice_that_is_accepted_cannot_be_a_mistake():
    with pytest.raises(ValueError, match="is right in every case"):
        choose({"spam": "a"}, [{"spam": "b"}], [Mistake({"spam": "B "})]).question(0)


def test_a_file_of_checks_is_loaded(tmp_path):
    (tmp_path / "03_x.py").write_text(QUESTION.format(number="3.1", times=1))
    definition = load_definition(tmp_path / "03_x.py")
    assert definition.slug == "03_x"
    assert [question.id for question in definition.questions] == ["3.1"]


def test_a_folder_of_questions_is_loaded_in_the_order_of_its_files(tmp_path):
    for name, number in (("2_b", "3.2"), ("1_a", "3.1")):
        (tmp_path / f"{name}.py").write_text(QUESTION.format(number=number, times=1))
    assert [question.id for question in questions_in(tmp_path)] == ["3.1", "3.2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must set QUESTIONS"),
        ("QUESTIONS = []", "must set QUESTIONS"),
        (QUESTION.format(number="3.1", times=2), "every question needs a number of its own"),
        (None, "a Python file with checks was expected"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, text, words):
    file = tmp_path / "03_x.py"
    if text is not None:
        file.write_text(text)
    with pytest.raises(DefinitionError, match=f"03_x.py: {words}"):
        load_definition(file)


def test_a_question_file_without_a_question_is_named(tmp_path):
    (tmp_path / "1_a.py").write_text("QUESTIONS = []")
    with pytest.raises(DefinitionError, match=r"1_a.py: must set QUESTION$"):
        questions_in(tmp_path)
