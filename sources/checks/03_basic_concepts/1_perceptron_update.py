"""Question 3.1: the perceptron's update."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_perceptron(rng):
    def case(name, y, score, rate=1.0, bias_decides=False, **options):
        weights, x = rng.normal(size=4), rng.uniform(0.5, 2.0, size=4) * rng.choice([-1, 1], size=4)
        if (weights @ x * score > 0) == bias_decides:
            weights = -weights
        if score == 0:
            weights = np.zeros(4)
        bias = score - float(weights @ x)
        return Case(name, {"weights": weights, "bias": bias, "x": x, "y": y, "learning_rate": rate}, **options)

    far = rng.uniform(0.5, 2.0, size=6)
    return [
        case("a +1 on the wrong side", 1, -far[0]),
        case("a -1 on the wrong side", -1, far[1], bias_decides=True),
        case("a +1 on the right side", 1, far[2], bias_decides=True),
        case("a -1 on the right side", -1, -far[3]),
        case("a +1 while all weights are zero", 1, 0.0),
        case("a -1 while all weights are zero", -1, 0.0),
        case("a learning rate of 0.1", 1, -2 - far[4], rate=0.1),
        case("inputs left as they are", -1, far[5], rate=0.5, pure=True),
    ]


def perceptron_update(weights, bias, x, y, learning_rate):
    if y * (weights @ x + bias) <= 0:
        weights = weights + learning_rate * y * x
        bias = bias + learning_rate * y
    return weights, bias


def perceptron_by_factor(weights, bias, x, y, learning_rate):
    step = learning_rate * y * float(y * (np.dot(x, weights) + bias) <= 0)
    return weights + step * x, bias + step


def perceptron_in_a_loop(weights, bias, x, y, learning_rate):
    score = bias
    for weight, number in zip(weights, x, strict=True):
        score += weight * number
    if (y == 1 and score > 0) or (y == -1 and score < 0):
        return weights, bias
    return [weight + learning_rate * y * number for weight, number in zip(weights, x, strict=True)], (
        bias + learning_rate * y
    )


def perceptron_always(weights, bias, x, y, learning_rate):
    return weights + learning_rate * y * x, bias + learning_rate * y


def perceptron_strict(weights, bias, x, y, learning_rate):
    wrong = y * (weights @ x + bias) < 0
    return perceptron_always(weights, bias, x, y, learning_rate) if wrong else (weights, bias)


def perceptron_step_at_zero(weights, bias, x, y, learning_rate):
    wrong = (1 if weights @ x + bias >= 0 else -1) != y
    return perceptron_always(weights, bias, x, y, learning_rate) if wrong else (weights, bias)


def perceptron_step_above_zero(weights, bias, x, y, learning_rate):
    wrong = (1 if weights @ x + bias > 0 else -1) != y
    return perceptron_always(weights, bias, x, y, learning_rate) if wrong else (weights, bias)


def perceptron_without_bias_in_score(weights, bias, x, y, learning_rate):
    wrong = y * (weights @ x) <= 0
    return perceptron_always(weights, bias, x, y, learning_rate) if wrong else (weights, bias)


def perceptron_bias_kept(weights, bias, x, y, learning_rate):
    return perceptron_update(weights, bias, x, y, learning_rate)[0], bias


def perceptron_bias_times_sum(weights, bias, x, y, learning_rate):
    new_weights, new_bias = perceptron_update(weights, bias, x, y, learning_rate)
    return new_weights, bias + (new_bias - bias) * x.sum()


def perceptron_zero_one(weights, bias, x, y, learning_rate):
    error = y - float(weights @ x + bias > 0)
    return weights + learning_rate * error * x, bias + learning_rate * error


def perceptron_twice(weights, bias, x, y, learning_rate):
    error = y - np.sign(weights @ x + bias)
    return weights + learning_rate * error * x, bias + learning_rate * error


def perceptron_by_score(weights, bias, x, y, learning_rate):
    error = y - (weights @ x + bias)
    return weights + learning_rate * error * x, bias + learning_rate * error


def perceptron_without_rate(weights, bias, x, y, learning_rate):
    return perceptron_update(weights, bias, x, y, 1.0)


def perceptron_away(weights, bias, x, y, learning_rate):
    return perceptron_update(weights, bias, x, y, -learning_rate)


def perceptron_without_label(weights, bias, x, y, learning_rate):
    wrong = y * (weights @ x + bias) <= 0
    return perceptron_always(weights, bias, x, 1, learning_rate) if wrong else (weights, bias)


def perceptron_when_right(weights, bias, x, y, learning_rate):
    wrong = y * (weights @ x + bias) > 0
    return perceptron_always(weights, bias, x, y, learning_rate) if wrong else (weights, bias)


def perceptron_until_right(weights, bias, x, y, learning_rate):
    while y * (weights @ x + bias) <= 0:
        weights, bias = perceptron_always(weights, bias, x, y, learning_rate)
    return weights, bias


def perceptron_bias_by_input(weights, bias, x, y, learning_rate):
    if y * (weights @ x + bias) <= 0:
        weights, bias = weights + learning_rate * y * x, bias + learning_rate * y * x
    return weights, bias


def perceptron_in_place(weights, bias, x, y, learning_rate):
    if y * (weights @ x + bias) <= 0:
        weights += learning_rate * y * x
        bias += learning_rate * y
    return weights, bias


def perceptron_weights_alone(weights, bias, x, y, learning_rate):
    return perceptron_update(weights, bias, x, y, learning_rate)[0]


def perceptron_swapped(weights, bias, x, y, learning_rate):
    return perceptron_update(weights, bias, x, y, learning_rate)[::-1]


def perceptron_without_return(weights, bias, x, y, learning_rate):
    weights = weights + learning_rate * y * x


BOUNDARY = (
    "Almost: look at an example exactly on the boundary, where the score is 0. It counts as a mistake too, whatever its "
    "label. With weights of zero, as at the start, every score is 0."
)
QUESTION = QuestionDefinition(
    id="3.1",
    title="The perceptron's update",
    draw=draw_perceptron,
    reference=perceptron_update,
    accepted=[perceptron_by_factor, perceptron_in_a_loop],
    mistakes=[
        Mistake(
            perceptron_always,
            "right side",
            "The step itself is right, but it is also taken for an example that is already on the right side. "
            "A perceptron learns from its mistakes alone.",
        ),
        Mistake(perceptron_strict, "boundary", BOUNDARY),
        Mistake(perceptron_step_at_zero, "boundary", BOUNDARY),
        Mistake(perceptron_step_above_zero, "boundary", BOUNDARY),
        Mistake(
            perceptron_without_bias_in_score,
            "bias",
            "The steps are right, but not always taken when they should be: the bias belongs to the score, too.",
        ),
        Mistake(
            perceptron_bias_kept,
            "bias",
            "The weights are right. The bias stays as it was, and it has to learn as well: think of it as the weight "
            "of an input that is always 1.",
        ),
        Mistake(
            perceptron_bias_times_sum,
            "input that is always 1",
            "The weights are right. The bias is moved by the inputs, but it is the weight of an input that is always 1.",
        ),
        Mistake(
            perceptron_zero_one,
            "0 and 1",
            "This is the rule for labels 0 and 1. Here the labels are -1 and +1, so `y` minus a prediction of 0 or 1 "
            "does not tell a mistake.",
        ),
        Mistake(
            perceptron_twice,
            "twice",
            "The direction is right, but the step is twice as long as it should be: the label minus the prediction is "
            "+2 or -2 when the labels are -1 and +1.",
        ),
        Mistake(
            perceptron_by_score,
            "score",
            "The step is multiplied by how far the score is from the label. That is another rule (Widrow and Hoff's); "
            "the perceptron's step does not depend on the size of the score, only on which side it is.",
        ),
        Mistake(
            perceptron_without_rate,
            "learning rate",
            "All right for a learning rate of 1, and only then: the learning rate is not used.",
        ),
        Mistake(
            perceptron_away,
            "away",
            "The right moments, but the step leads away from the example: after it the score is further on the wrong side.",
        ),
        Mistake(
            perceptron_without_label,
            "label",
            "Right for examples of +1. For those of -1 the step goes the wrong way: the label does not take part in it.",
        ),
        Mistake(
            perceptron_when_right,
            "other way round",
            "The step is right, but the condition is the other way round: it learns when it is right and rests when it "
            "is wrong.",
        ),
        Mistake(
            perceptron_until_right,
            "one step",
            "Right where one step is enough. Asked for is one step, even if the example is still on the wrong side after it.",
        ),
        Mistake(
            perceptron_bias_by_input,
            "input that is always 1",
            "The weights are right. The bias became an array, because it was moved by the inputs; it is one number, the "
            "weight of an input that is always 1.",
        ),
        Mistake(perceptron_in_place, "in place"),
        Mistake(perceptron_weights_alone, "2 values were expected"),
        Mistake(perceptron_swapped, "another order"),
        Mistake(perceptron_without_return, "None"),
    ],
    hints=[
        "Begin with the score, the same number that a neuron computes before its activation. Which sign has the label "
        "times the score when the example is on the wrong side?",
        "One `if` is enough: where the label times the score is 0 or below, weights and bias change; otherwise both are "
        "returned as they came.",
        "The step is the learning rate times the label times the input. The bias takes the same step with an input of 1. "
        "`weights + ...` makes a new array, `weights += ...` changes the caller's.",
    ],
    tolerance=SINGLE_PRECISION,
)
