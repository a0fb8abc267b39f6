"""Question 1.1: how many parameters a network of dense layers has."""

from __future__ import annotations

from itertools import pairwise

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_layers(rng):
    def case(name, count, **options):
        widths = [int(width) for width in rng.choice(range(3, 60), size=count, replace=False)]
        return Case(name, {"widths": widths}, **options)

    return [
        case("inputs and one layer", 2),
        case("one hidden layer", 3, points=2),
        case("two hidden layers", 4),
        case("four hidden layers", 6),
    ]


def count_parameters(widths):
    return sum(before * units + units for before, units in pairwise(widths))


def count_with_an_extra_input(widths):
    total = 0
    for position in range(1, len(widths)):
        total += (widths[position - 1] + 1) * widths[position]
    return total


def count_weights_then_biases(widths):
    weights = sum(widths[k] * widths[k + 1] for k in range(len(widths) - 1))
    return float(weights + sum(widths[1:]))


def count_weights_alone(widths):
    return count_parameters(widths) - sum(widths[1:])


def count_biases_of_inputs(widths):
    return count_parameters(widths) + widths[0]


def count_one_bias_a_layer(widths):
    return count_weights_alone(widths) + len(widths) - 1


def count_biases_before(widths):
    return count_weights_alone(widths) + sum(widths[:-1])


def count_last_layer(widths):
    return widths[-2] * widths[-1] + widths[-1]


def count_first_layer(widths):
    """A `return` inside the loop gives this."""
    return (widths[0] + 1) * widths[1]


def count_without_first_layer(widths):
    return count_parameters(widths[1:])


def count_without_last_layer(widths):
    return count_parameters(widths[:-1])


def count_biases_of_hidden_units(widths):
    return count_weights_alone(widths) + sum(widths[1:-1])


def count_from_the_end_round(widths):
    """A loop from 0, in which `widths[-1]` stands before the inputs."""
    return count_parameters([widths[-1], *widths])


def count_units(widths):
    return sum(widths)


QUESTION = QuestionDefinition(
    id="1.1",
    title="Counting parameters",
    draw=draw_layers,
    reference=count_parameters,
    accepted=[count_with_an_extra_input, count_weights_then_biases],
    mistakes=[
        Mistake(
            count_weights_alone,
            "biases are missing",
            "The weights are all there, but the biases are missing: every unit of every layer has one.",
        ),
        Mistake(
            count_biases_of_inputs,
            "inputs have no bias",
            "The inputs have no bias: they are numbers that come in, not units. Only the layers after them have biases.",
        ),
        Mistake(
            count_one_bias_a_layer,
            "one bias for each unit",
            "Here each layer has a single bias. A layer has one bias for each unit.",
        ),
        Mistake(
            count_biases_before,
            "where the lines end",
            "The biases are counted at the units where the lines begin. They belong to the units where the lines end.",
        ),
        Mistake(
            count_last_layer,
            "all layers",
            "That is the last layer alone. Add up all layers after the inputs.",
        ),
        Mistake(
            count_first_layer,
            "first layer alone",
            "That is the first layer alone. Add up all layers; a `return` inside the loop would end it after the first.",
        ),
        Mistake(
            count_without_first_layer,
            "begin with the inputs",
            "The first layer is left out: the lines from the inputs have weights, too. The pairs begin with the inputs.",
        ),
        Mistake(
            count_without_last_layer,
            "outputs are units",
            "The last layer is left out. The outputs are units as well, with weights and biases of their own.",
        ),
        Mistake(
            count_biases_of_hidden_units,
            "output units",
            "The biases of the hidden units are there, those of the output units are missing: every unit that computes has one.",
        ),
        Mistake(
            count_from_the_end_round,
            "`widths[-1]`",
            "There is a layer too many: at 0 a loop meets `widths[-1]`, the last width, and joins the outputs to the inputs. Begin "
            "at 1.",
        ),
        Mistake(
            count_units,
            "units and not",
            "That counts the units and not what they have: a weight for each line that reaches them, and a bias.",
        ),
    ],
    hints=[
        "Draw a network of 3 inputs, 4 hidden units and 2 outputs. How many lines enter one hidden unit?",
        "A layer of U units that gets D numbers has a matrix of D rows and U columns, and U biases. Which pairs of "
        "neighbours in `widths` are D and U?",
        "`widths[layer - 1]` and `widths[layer]` are such a pair: let `layer` run from 1.",
    ],
)
