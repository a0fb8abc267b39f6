"""The student's copy: nothing of a solution stays, everything else does, and a mark that is wrong is an error."""

import copy

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.checks.outcome import STUB_WORDS, Outcome, observe
from dlcourse.notebook.student import MarkError, strip_marks, strip_solution, student_copy

SOLVED = """def add(a, b):
    # BEGIN SOLUTION
    total = a + b
    return total
    # END SOLUTION
"""
STARTED = """def add(a, b):
    # BEGIN SOLUTION
    return a + b
    # END SOLUTION
    # BEGIN STARTER
    # if a:
    #     return a - b
    #
    # return 0
    # END STARTER
    # done
"""
TWO = """# BEGIN SOLUTION
x = 1
# END SOLUTION
y = 2
    # BEGIN SOLUTION
    z = 3
    # END SOLUTION
# BEGIN SOLUTION
a = 4
# END SOLUTION
# BEGIN STARTER
# a = ...
# END STARTER"""


def code(source, question=None, tags=(), **rest):
    metadata = ({"question": question} if question else {}) | ({"tags": list(tags)} if tags else {})
    return nbformat.v4.new_code_cell(source, metadata=metadata, **rest)


def solution():
    printed = nbformat.v4.new_output("stream", text="3\n")
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Exercise"),
            code("import numpy as np", execution_count=1),
            code(SOLVED, "3.1", execution_count=2, outputs=[printed]),
            code('check("3.1", add)', execution_count=3, outputs=[printed]),
            nbformat.v4.new_markdown_cell("because", metadata={"tags": ["solution"]}),
            code("add(1, 2)", tags=["solution"], execution_count=4),
            code("z = 1", tags=["nbval-ignore-output"], execution_count=5),
        ]
    )


def test_the_solution_gives_way_to_a_stub_at_its_place():
    stub = f'    raise NotImplementedError("question 3.1 {STUB_WORDS}")'
    assert strip_solution(SOLVED, "3.1") == f"def add(a, b):\n{stub}\n"


def test_the_stub_counts_as_not_attempted():
    namespace = {}
    exec(strip_solution(SOLVED, "3.1"), namespace)
    assert observe(namespace["add"], {"a": 1, "b": 2}) == Outcome(attempted=False)


def test_a_starter_is_given_instead_of_the_stub():
    given_code = "def add(a, b):\n    if a:\n        return a - b\n\n    return 0\n    # done\n"
    assert strip_solution(STARTED, "3.1") == given_code


def test_each_of_several_solutions_has_a_stub_of_its_own():
    stub = f'raise NotImplementedError("question 3.1 {STUB_WORDS}")'
    assert strip_solution(TWO, "3.1") == f"{stub}\ny = 2\n    {stub}\na = ..."


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        (SOLVED, "def add(a, b):\n    total = a + b\n    return total\n"),
        (STARTED, "def add(a, b):\n    return a + b\n    # done\n"),
        (TWO, "x = 1\ny = 2\n    z = 3\na = 4"),
        ("no marks\n", "no marks\n"),
    ],
)
def test_the_other_side_of_the_marks_is_the_solution(source, kept):
    assert strip_marks(source) == kept


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("# BEGIN SOLUTION\nx\n", "BEGIN SOLUTION is never ended"),
        ("# BEGIN SOLUTION\nx\n# END STARTER", "line 3: END STARTER without its BEGIN"),
        ("x\n# END SOLUTION", "line 2: END SOLUTION without its BEGIN"),
        ("# BEGIN SOLUTION\nx\n# BEGIN SOLUTION\n# END SOLUTION", "line 3: BEGIN SOLUTION inside an open SOLUTION"),
        ("# BEGIN SOLUTION\nx\n# BEGIN STARTER\n# END STARTER", "line 3: BEGIN STARTER inside an open SOLUTION"),
        ("# BEGIN SOLUTION\n\n# END SOLUTION", "line 3: nothing between BEGIN and END SOLUTION"),
        ("x = 1", "no BEGIN SOLUTION in its cell"),
        ("# BEGIN STARTER\n# x\n# END STARTER", "line 1: a STARTER follows its SOLUTION directly"),
        (
            "# BEGIN SOLUTION\nx\n# END SOLUTION\n\n# BEGIN STARTER\n# x\n# END STARTER",
            "line 5: a STARTER follows its SOLUTION directly",
        ),
        (
            "# BEGIN SOLUTION\nx\n# END SOLUTION\n# BEGIN STARTER\nx\n# END STARTER",
            "line 5: every line of a STARTER is",
        ),
        ("# BEGIN SOLUTION\nx\n    # END SOLUTION", "line 3: END SOLUTION is not indented as its BEGIN"),
        (
            "    # BEGIN SOLUTION\nx\n    # END SOLUTION\n    # BEGIN STARTER\n# x\n    # END STARTER",
            "line 5: every line",
        ),
    ],
)
def test_marks_that_are_not_balanced_are_an_error(source, words):
    with pytest.raises(MarkError) as error:
        strip_solution(source, "3.1")
    assert words in str(error.value)


@pytest.mark.parametrize(
    "mark",
    [
        "### BEGIN SOLUTION",
        "#BEGIN SOLUTION",
        "# begin solution",
        "# BEGIN SOLUTION:",
        "# BEGIN SOLUTIONS",
        "# BEGIN  SOLUTION",
        "# BEGIN-SOLUTION",
        "# END OF SOLUTION",
        "# -- END STARTER --",
        "BEGIN SOLUTION",
    ],
)
@pytest.mark.parametrize("question", ["3.1", None])
def test_what_looks_like_a_mark_and_is_none_is_an_error(mark, question):
    with pytest.raises(MarkError, match="a mark is written `# BEGIN SOLUTION`"):
        strip_solution(f"x = 1\n{mark}\ny = 2", question)


@pytest.mark.parametrize("line", ["# the solution begins here", "solution = 1  # BEGIN", "# starter", "begin = end"])
def test_what_only_speaks_of_solutions_is_no_mark(line):
    assert strip_solution(line, None) == line


def test_a_mark_in_a_cell_without_a_question_is_an_error():
    with pytest.raises(MarkError, match="line 2: BEGIN SOLUTION in a cell without a question"):
        strip_solution(SOLVED, None)


def test_a_students_copy_of_a_notebook():
    student = student_copy(solution(), ["3.1"])
    assert [cell.source.splitlines()[0] for cell in student.cells] == [
        "# Exercise",
        "import numpy as np",
        "def add(a, b):",
        'check("3.1", add)',
        "z = 1",
    ]
    assert "total" not in nbformat.writes(student)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in student.cells[1:])
    assert student.cells[2].metadata == {"question": "3.1"}


def test_the_solution_is_left_as_it_is():
    original = solution()
    before = copy.deepcopy(original)
    student_copy(original, ["3.1"])
    assert original == before


def test_the_copy_of_a_copy_needs_no_solution_to_be_refused():
    with pytest.raises(MarkError, match=r"question 3.1: no BEGIN SOLUTION in its cell"):
        student_copy(student_copy(solution(), ["3.1"]), ["3.1"])


def spoiled(position, **changes):
    notebook = solution()
    for name, value in changes.items():
        setattr(notebook.cells[position], name, value)
    return notebook


@pytest.mark.parametrize(
    ("notebook", "questions", "words"),
    [
        (solution(), ["3.1", "3.2"], "the answer cells are for ['3.1'], the checks for ['3.1', '3.2']"),
        (solution(), [], "the answer cells are for ['3.1'], the checks for []"),
        (spoiled(3, source='check("3.2", add)'), ["3.1"], "the calls of check are for ['3.2']"),
        (spoiled(3, source="add(1, 2)"), ["3.1"], "the calls of check are for []"),
        (spoiled(2, cell_type="markdown"), ["3.1"], "the answer cell of question 3.1 is markdown, not code"),
        (
            spoiled(2, metadata={"question": "3.1", "tags": ["solution"]}),
            ["3.1"],
            "the answer cell of question 3.1 must not be tagged 'solution'",
        ),
        (spoiled(0, source="# Text\n# BEGIN SOLUTION"), ["3.1"], "line 2: a mark stands in a cell that is not code"),
    ],
)
def test_a_notebook_that_does_not_fit_its_checks_is_an_error(notebook, questions, words):
    with pytest.raises(MarkError) as error:
        student_copy(notebook, questions)
    assert words in str(error.value)


lines = st.text(st.characters(blacklist_characters="\n")).filter(lambda line: "solution" not in line.lower())
blocks = st.lists(lines.filter(lambda line: "starter" not in line.lower()), max_size=4)


@given(blocks)
def test_a_cell_without_marks_is_kept_to_the_last_character(block):
    assert strip_solution("\n".join(block), None) == "\n".join(block)


@given(blocks, st.lists(st.integers(0, 9).map(lambda k: f"secret_{k} = {k}"), min_size=1), blocks, st.integers(0, 3))
def test_nothing_of_a_solution_is_kept_and_nothing_else_is_lost(before, secret, after, depth):
    indent = "    " * depth
    marked = [*before, f"{indent}# BEGIN SOLUTION", *secret, f"{indent}# END SOLUTION", *after]
    given_code = strip_solution("\n".join(marked), "3.1").split("\n")
    stub = f'{indent}raise NotImplementedError("question 3.1 {STUB_WORDS}")'
    assert given_code == [*before, stub, *after]
