"""Question 6.2: the widest multilayer perceptron that a budget of parameters allows."""

from __future__ import annotations

import math
from itertools import pairwise

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def parameters(inputs, layers, classes, units):
    return (inputs + 1) * units + (layers - 1) * (units + 1) * units + (units + 1) * classes


def draw_budgets(rng):
    def case(name, layers, beyond, **options):
        """A budget that lies so many parameters beyond what some width needs."""
        inputs, classes, units = (int(rng.integers(*ends)) for ends in ((20, 90), (3, 12), (17, 60)))
        budget = parameters(inputs, layers, classes, units) + beyond
        return Case(name, {"inputs": inputs, "layers": layers, "classes": classes, "budget": budget}, **options)

    return [
        case("one hidden layer", 1, 8),
        case("two hidden layers", 2, 5, points=2),
        case("five hidden layers", 5, 3, points=2),
        case("a budget that is used up to the last parameter", 3, 0),
        case("one parameter too few", 3, -1),
    ]


def widest(inputs, layers, classes, budget):
    units = 0
    while parameters(inputs, layers, classes, units + 1) <= budget:
        units += 1
    return units


def widest_by_halving(inputs, layers, classes, budget):
    low, high = 0, budget
    while low < high:
        middle = (low + high + 1) // 2
        sizes = [inputs, *[middle] * layers, classes]
        needed = sum(before * after + after for before, after in pairwise(sizes))
        low, high = (middle, high) if needed <= budget else (low, middle - 1)
    return low


def widest_by_formula(inputs, layers, classes, budget):
    square, line, rest = layers - 1, inputs + layers + classes, classes - budget
    if square == 0:
        return -rest // line
    root = (-line + math.sqrt(line**2 - 4 * square * rest)) / (2 * square)
    return math.floor(root + 1e-9)


def _largest(needed, budget):
    units = 0
    while needed(units + 1) <= budget:
        units += 1
    return units


def widest_without_biases(inputs, layers, classes, budget):
    return _largest(lambda u: inputs * u + (layers - 1) * u * u + u * classes, budget)


def widest_one_matrix_too_many(inputs, layers, classes, budget):
    return _largest(lambda u: (inputs + 1) * u + layers * (u + 1) * u + (u + 1) * classes, budget)


def widest_one_layer(inputs, layers, classes, budget):
    return widest(inputs, 1, classes, budget)


def widest_without_outputs(inputs, layers, classes, budget):
    return _largest(lambda u: (inputs + 1) * u + (layers - 1) * (u + 1) * u, budget)


def first_too_wide(inputs, layers, classes, budget):
    return widest(inputs, layers, classes, budget) + 1


def widest_below(inputs, layers, classes, budget):
    return widest(inputs, layers, classes, budget - 1)


def narrowest_beyond(inputs, layers, classes, budget):
    return widest(inputs, layers, classes, budget - 1) + 1


def parameters_of_the_widest(inputs, layers, classes, budget):
    return parameters(inputs, layers, classes, widest(inputs, layers, classes, budget))


def widest_between_once(inputs, layers, classes, budget):
    return _largest(lambda u: (inputs + 1) * u + (layers - 1) * u + (u + 1) * classes, budget)


def widest_all_from_inputs(inputs, layers, classes, budget):
    return _largest(lambda u: layers * (inputs + 1) * u + (u + 1) * classes, budget)


def widest_one_matrix_too_few(inputs, layers, classes, budget):
    return _largest(lambda u: (inputs + 1) * u + max(layers - 2, 0) * (u + 1) * u + (u + 1) * classes, budget)


def widest_not_rounded(inputs, layers, classes, budget):
    square, line, rest = layers - 1, inputs + layers + classes, classes - budget
    return -rest / line if square == 0 else (math.sqrt(line**2 - 4 * square * rest) - line) / (2 * square)


def widest_with_an_output_more(inputs, layers, classes, budget):
    return widest(inputs, layers, classes + 1, budget)


def widest_with_biases_of_inputs(inputs, layers, classes, budget):
    return _largest(lambda u: inputs + parameters(inputs, layers, classes, u), budget)


def widest_without_output_biases(inputs, layers, classes, budget):
    return widest(inputs, layers, classes, budget + classes)


def last_that_surely_fits(inputs, layers, classes, budget):
    return widest(inputs, layers, classes, budget) - 1


def widest_only_exact(inputs, layers, classes, budget):
    units = widest(inputs, layers, classes, budget)
    return units if parameters(inputs, layers, classes, units) == budget else None


TOO_MUCH_COUNTED = (
    "One more unit would still fit: more is counted than there is. The output layer has `classes` units and not one more, so (U + 1) "
    "times `classes` parameters; and the inputs have no biases."
)
QUESTION = QuestionDefinition(
    id="6.2",
    title="A width for a budget",
    draw=draw_budgets,
    reference=widest,
    accepted=[widest_by_halving, widest_by_formula],
    mistakes=[
        Mistake(
            widest_without_biases,
            "biases",
            "The biases are not counted: every unit of the hidden layers and of the output layer has one.",
        ),
        Mistake(
            widest_one_matrix_too_many,
            "one matrix too many",
            "There is one matrix too many between hidden layers: L layers have L − 1 gaps between them.",
        ),
        Mistake(
            widest_one_layer,
            "one hidden layer",
            "That is right for one hidden layer only. With more of them there are matrices of U rows and U columns, too.",
        ),
        Mistake(
            widest_without_outputs,
            "output layer",
            "The output layer is missing: it has U weights and a bias for each class.",
        ),
        Mistake(
            first_too_wide,
            "one unit too wide",
            "It is one unit too wide: that network no longer fits the budget.",
        ),
        Mistake(
            widest_below,
            "exactly",
            "Nearly: a network that needs exactly the budget is allowed.",
        ),
        Mistake(
            narrowest_beyond,
            "narrowest",
            "That is the narrowest network with at least so many parameters. Asked is the widest with at most so many.",
        ),
        Mistake(
            parameters_of_the_widest,
            "not its width",
            "That is how many parameters the network has and not its width.",
        ),
        Mistake(
            widest_between_once,
            "U + 1 for each unit",
            "Between two hidden layers each unit is counted once. It has a weight for each of the U units below and a bias: U + 1 "
            "for each unit.",
        ),
        Mistake(
            widest_all_from_inputs,
            "the layer below",
            "Every hidden layer is counted as if it took the inputs. Only the first does; the others take the U units of the layer "
            "below.",
        ),
        Mistake(
            widest_one_matrix_too_few,
            "one matrix too few",
            "There is one matrix too few between hidden layers: L layers have L − 1 gaps between them.",
        ),
        Mistake(
            widest_not_rounded,
            "whole number",
            "The equation is solved, but the number of units is a whole number: the next one below.",
        ),
        Mistake(widest_with_an_output_more, "not one more", TOO_MUCH_COUNTED),
        Mistake(widest_with_biases_of_inputs, "inputs have no biases", TOO_MUCH_COUNTED),
        Mistake(
            widest_without_output_biases,
            "biases",
            "A network that needs slightly more than the budget is let through: a little is not counted. Do the outputs have their "
            "biases, one for each class?",
        ),
        Mistake(
            last_that_surely_fits,
            "one unit too narrow",
            "It is one unit too narrow each time: the count is right, the search ends a step too early.",
        ),
        Mistake(
            widest_only_exact,
            "need not be used up",
            "It finds only a width that needs exactly the budget. The budget need not be used up: the widest within it is asked.",
        ),
    ],
    hints=[
        "First write a function that counts: the sizes are inputs, U (L times), classes, and each layer has "
        "(numbers that come in + 1) times units.",
        "There are inputs + 1 for each unit of the first hidden layer, U + 1 for each unit of every other layer.",
        "Then let U grow from 1 as long as the count of U + 1 is within the budget.",
    ],
)
