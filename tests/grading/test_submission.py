"""A notebook of any order and shape: which cells answer what, and what is said about it."""

import pytest
from small_exercise import DOUBLE, QUADRUPLE, STUBS, answer, cell, notebook, whole

from dlcourse.grading.magics import plain_python
from dlcourse.grading.submission import names_bound, read_submission


def answers(submission):
    return {number: step.cell for step in submission.steps for number in step.answers}


def test_cells_are_known_by_their_question(exercise):
    submission = read_submission(whole(), exercise)
    assert answers(submission) == {"3.1": 1, "3.2": 3}
    assert submission.expressions == {"3.1": "double", "3.2": "quadruple"}
    assert [step.runs for step in submission.steps] == [True, False, True, False]
    assert (submission.notes, submission.question_notes) == ((), {})


def test_without_marks_the_cell_that_defines_the_name_is_taken(exercise):
    submission = read_submission(notebook(cell(DOUBLE), cell("z = 1"), cell('check("3.1", double)')), exercise)
    assert answers(submission) == {"3.1": 1}
    assert "not marked any more" in submission.question_notes["3.1"][0]
    assert "added or changed" in submission.notes[0]


def test_without_marks_and_name_the_cell_before_its_check_is_taken(exercise):
    submission = read_submission(notebook(cell("mine = lambda x: 2 * x"), cell('check("3.1", mine)')), exercise)
    assert answers(submission) == {"3.1": 1}
    assert submission.expressions["3.1"] == "mine"


def test_the_last_of_several_answers_counts(exercise):
    submission = read_submission(whole(DOUBLE, QUADRUPLE, answer("3.1", "def double(x):\n    return 0")), exercise)
    assert [step.cell for step in submission.steps if "3.1" in step.answers] == [1, 5]
    assert [step.cell for step in submission.steps if "3.1" in step.asks] == [5]
    assert "answered 2 times" in submission.question_notes["3.1"][0]


def test_a_copy_of_the_untouched_starter_does_not_undo_an_answer(exercise):
    submission = read_submission(whole(DOUBLE, QUADRUPLE, answer("3.1", STUBS["3.1"])), exercise)
    assert [step.runs for step in submission.steps] == [True, False, True, False, False]
    assert "untouched starter" in submission.question_notes["3.1"][0]


def test_a_split_answer_is_run_in_order(exercise):
    split = notebook(answer("3.1", "two = 2"), answer("3.1", "def double(x):\n    return two * x"))
    submission = read_submission(split, exercise)
    assert "split over 2 cells" in submission.question_notes["3.1"][0]
    assert [step.asks for step in submission.steps] == [(), ("3.1",)]


def test_what_was_deleted_or_moved_is_noted(exercise):
    moved = read_submission(notebook(answer("3.2", QUADRUPLE), answer("3.1", DOUBLE)), exercise)
    assert "another order" in moved.notes[0]
    deleted = read_submission(notebook(answer("3.2", QUADRUPLE)), exercise)
    assert "3.1" not in deleted.expressions
    assert "not in the notebook" in deleted.question_notes["3.1"][0]


def test_the_fingerprint_follows_what_is_run(exercise):
    one, same, other = (read_submission(whole(each), exercise).digest for each in (DOUBLE, DOUBLE, DOUBLE + "\n"))
    assert one == same != other


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("%matplotlib inline\nx = 1", "x = 1"),
        ("%%time\nx = 1\n!ls", "x = 1"),
        ("x = !ls\ny = 2", "x = []\ny = 2"),
        ("%time m = build()", "m = build()"),
        ("x = %timeit -n 3 -o f(-y)", "x = f(-y)"),
        ("if a:\n    !pip install b", "if a:\n    pass"),
        ("s = '''\n!ls\n%a\n'''", "s = '''\n!ls\n%a\n'''"),
        ("%%bash\nrm -rf /", ""),
        ("%%writefile a.py\nx = 1", ""),
        ("len?", ""),
        (">>> x = 1", "x = 1"),
        ("x = (", "x = ("),
        ("get_ipython().system('ls')\nx = 1", "x = 1"),
    ],
)
def test_commands_to_the_notebook_are_taken_out(source, plain):
    assert plain_python(source).source == plain


def test_magic_and_shell_lines_are_noted(exercise):
    submission = read_submission(whole("%matplotlib inline\n!ls\n" + DOUBLE), exercise)
    assert submission.notes == (
        "Magic commands were left out; they do nothing here.",
        "Shell commands were left out; they do nothing here.",
    )


def test_names_are_those_bound_at_the_top():
    assert names_bound("import a.b as c, d.e\nf, (g, *h) = 1\nfor i in j:\n    k = 2") == set("cdfghik")
    assert names_bound("def f(:\n  x = 1\ny = 2") == {"f", "y"}
    assert names_bound("def f():\n    x = 1") == {"f"}
