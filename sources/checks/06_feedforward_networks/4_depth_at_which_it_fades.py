"""Question 6.4: after how many sigmoid layers the bound of the gradient's factor is below a given number."""

from __future__ import annotations

import math

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_norms(rng):
    def case(name, norm, smallest, **options):
        return Case(name, {"norm": norm, "smallest": smallest}, **options)

    a, b, c = (round(float(each), 2) for each in rng.uniform([0.7, 2.2, 4.5], [1.3, 3.3, 9.0]))
    exponent = int(rng.integers(5, 12))
    return [
        case("matrices of a norm near 1", a, 1e-6, points=2),
        case("larger matrices", b, 1e-3, points=2),
        case("a bound that is met exactly on the way", 2.0, 2.0**-exponent),
        case("a limit that one layer is enough for", 0.4, round(0.11 + a / 10, 3)),
        case("matrices that make up for the sigmoid", 4.0, 1e-3),
        case("matrices that more than make up for it", c, 1e-6),
    ]


def fading_depth(norm, smallest):
    if norm >= 4:
        return 0
    layers, factor = 0, 1.0
    while factor >= smallest:
        layers, factor = layers + 1, factor * norm / 4
    return layers


def fading_depth_by_logarithm(norm, smallest):
    factor = 0.25 * norm
    if factor >= 1:
        return 0
    depth = math.log(smallest) / math.log(factor)
    return math.floor(depth + 1e-9) + 1


def fading_depth_by_search(norm, smallest):
    return next((n for n in range(1, 400) if (norm * 0.25) ** n < smallest), 0)


def _first(factor, smallest, *, ties=False):
    for layers in range(1, 400):
        if factor**layers < smallest or (ties and factor**layers == smallest):
            return layers
    return 0


def fading_without_slope(norm, smallest):
    return _first(norm, smallest)


def fading_without_weights(norm, smallest):
    return _first(0.25, smallest)


def fading_of_tanh_slope(norm, smallest):
    return _first(0.5 * norm, smallest)


def fading_one_early(norm, smallest):
    return max(fading_depth(norm, smallest) - 1, 0)


def fading_at_ties(norm, smallest):
    return _first(norm / 4, smallest, ties=True)


def fading_not_rounded(norm, smallest):
    return math.log(smallest) / math.log(norm / 4) if norm < 4 else 0


def fading_negative_depth(norm, smallest):
    if norm == 4:
        return 0
    return math.floor(math.log(smallest) / math.log(norm / 4) + 1e-9) + 1


def fading_powers_of_slope_alone(norm, smallest):
    return next((n for n in range(1, 400) if norm * 0.25**n < smallest), 0)


def fading_one_late(norm, smallest):
    return fading_depth(norm, smallest) + 1 if norm < 4 else 0


def fading_nothing(norm, smallest):
    return fading_depth(norm, smallest) or None


def fading_at_four(norm, smallest):
    return 1 if norm == 4 else fading_depth(norm, smallest)


def fading_minus_one(norm, smallest):
    return fading_depth(norm, smallest) or -1


def fading_bound(norm, smallest):
    return (norm / 4) ** fading_depth(norm, smallest)


QUESTION = QuestionDefinition(
    id="6.4",
    title="The depth at which a gradient fades",
    draw=draw_norms,
    reference=fading_depth,
    accepted=[fading_depth_by_logarithm, fading_depth_by_search],
    mistakes=[
        Mistake(
            fading_without_slope,
            "slope",
            "The sigmoid is left out. Each layer multiplies by its slope, too, which is at most a quarter.",
        ),
        Mistake(
            fading_without_weights,
            "matrix",
            "Only the sigmoid's slope counts here. Each layer also multiplies by its matrix, at most by the norm.",
        ),
        Mistake(
            fading_of_tanh_slope,
            "a quarter",
            "The sigmoid's value at 0 is a half; its slope there, the largest, is a quarter: ½ · (1 − ½).",
        ),
        Mistake(
            fading_one_early,
            "one layer too few",
            "It is one layer too few: with so many the bound is not below the limit yet.",
        ),
        Mistake(
            fading_at_ties,
            "equal",
            "Nearly: where the bound is equal to the limit it is not below it yet.",
        ),
        Mistake(
            fading_not_rounded,
            "whole number",
            "The equation is solved, but a network has a whole number of layers: the next one beyond.",
        ),
        Mistake(
            fading_negative_depth,
            "never",
            "With a norm above 4 the factor of a layer is above 1: the bound grows and is never below the limit. Give 0.",
        ),
        Mistake(
            fading_powers_of_slope_alone,
            "counted once",
            "The norm is counted once. Every layer has a matrix, so that it is to the power n, too.",
        ),
        Mistake(
            fading_one_late,
            "one layer too many",
            "It is one layer too many: with one less the bound is below the limit already.",
        ),
        Mistake(fading_nothing, "give 0", "Where the bound is never below the limit it gives None: give 0 there."),
        Mistake(
            fading_at_four,
            "exactly 4",
            "Right but for a norm of exactly 4: the factor of a layer is 1 there, so the bound stays at 1 for ever.",
        ),
        Mistake(fading_minus_one, "give 0", "Where the bound is never below the limit it gives −1: give 0 there."),
        Mistake(
            fading_bound,
            "how many layers",
            "That is the bound itself. Asked is after how many layers it is below the limit.",
        ),
    ],
    hints=[
        "A layer multiplies the gradient by at most the sigmoid's largest slope times its matrix's norm. What is that slope?",
        "Through n layers it is (norm / 4) to the power n. When is such a power never below the limit?",
        "Where norm / 4 is below 1, count layers up from 1 until the power is below `smallest`; else give 0.",
    ],
)
