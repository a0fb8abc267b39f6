"""A small exercise of its own: two questions, the second needs the first; notebooks made of cells."""

from nbformat import v4

CHECKS = """
import numpy as np
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case

def draw(rng):
    small, large = float(rng.integers(1, 9)), float(rng.integers(100, 999))
    return [Case("small", {"x": small}), Case("large", {"x": large}, points=3)]

def double(x):
    return 2 * x

def quadruple(x):
    return 4 * x

QUESTIONS = [
    QuestionDefinition("3.1", "Double", draw, double, [lambda x: x + x, lambda x: x * 2],
        [Mistake(lambda x: 3 * x, says="three times"), Mistake(lambda x: x), Mistake(lambda x: -x)], ["a hint"]),
    QuestionDefinition("3.2", "Quadruple", draw, quadruple, [lambda x: x * 4, lambda x: x + 3 * x],
        [Mistake(lambda x: 3 * x), Mistake(lambda x: x), Mistake(lambda x: -x)], ["a hint"], needs=("3.1",)),
]
"""
DOUBLE = "def double(x):\n    return 2 * x"
QUADRUPLE = "def quadruple(x):\n    return double(double(x))"
STUBS = {
    "3.1": 'def double(x):\n    raise NotImplementedError("question 3.1 is yours to write")',
    "3.2": 'def quadruple(x):\n    raise NotImplementedError("question 3.2 is yours to write")',
}
MARKED = "    # BEGIN SOLUTION\n    return {}\n    # END SOLUTION"
SOLUTIONS = {
    "3.1": "def double(x):\n" + MARKED.format("2 * x"),
    "3.2": "def quadruple(x):\n" + MARKED.format("double(double(x))"),
}


def answer(number, source):
    return v4.new_code_cell(source, metadata={"question": number})


def cell(source):
    return v4.new_code_cell(source)


def notebook(*cells):
    return v4.new_notebook(cells=list(cells))


def whole(first=DOUBLE, second=QUADRUPLE, *more):
    return notebook(
        answer("3.1", first),
        cell('check("3.1", double)'),
        answer("3.2", second),
        cell('check("3.2", quadruple)'),
        *more,
    )
