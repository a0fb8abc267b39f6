"""Two small questions, one of numbers and one of choices, that several tests judge."""

import numpy as np

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def mean_of_squares(x):
    return np.mean(x**2)


def in_place(x):
    x **= 2
    return x.mean()


def draw(rng):
    return [
        Case("three numbers", {"x": rng.uniform(1, 2, size=3)}),
        Case("a table", {"x": rng.uniform(1, 2, size=(2, 4))}, points=3),
        Case("one number", {"x": rng.uniform(1, 2, size=1)}),
        Case("input kept", {"x": rng.uniform(1, 2, size=5)}, pure=True),
    ]


MEAN = QuestionDefinition(
    id="3.1",
    title="A mean",
    draw=draw,
    reference=mean_of_squares,
    accepted=[],
    mistakes=[
        Mistake(lambda x: np.mean(x), "square", "The square is missing."),
        Mistake(lambda x: np.sum(x**2)),
        Mistake(lambda x: np.mean(x**2) if x.size == 1 else np.mean(x**2) / x.ndim, "axes", "Divided by the axes."),
        Mistake(lambda x: 0.0, starter=True),
    ],
    hints=["Square first."],
).question(seed=0)

OPTIONS = ("linear", "sigmoid", "mean_squared_error", "binary_crossentropy")
RIGHT = {"spam": ("sigmoid", "binary_crossentropy"), "price": ("linear", "mean_squared_error")}
CHOICE = QuestionDefinition(
    id="3.5",
    title="A choice",
    draw=lambda rng: [Case("spam", {"task": "spam"}), Case("price", {"task": "price"})],
    reference=RIGHT,
    accepted=[{**RIGHT, "price": ("linear", "linear")}],
    mistakes=[Mistake({**RIGHT, "spam": ("linear", "binary_crossentropy")}, "between", "It is not between 0 and 1.")],
    hints=["Think."],
    probe="item",
    options=OPTIONS,
).question(seed=0)
