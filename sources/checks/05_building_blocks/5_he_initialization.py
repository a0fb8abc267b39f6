"""Question 5.5: He's initialization, judged by the size of a signal on its way through 30 layers of ReLUs."""

from __future__ import annotations

import itertools

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case

LAYERS = 30


def draw_stacks(rng):
    def case(name, widths, **options):
        return Case(name, {"widths": [int(width) for width in widths], "seed": int(rng.integers(1, 10**6))}, **options)

    narrow, wide = rng.integers(20, 25), rng.integers(60, 70)
    return [
        case("all layers of the same width", [wide] * (LAYERS + 1)),
        case("narrow and wide in turns", [(narrow, wide)[i % 2] for i in range(LAYERS + 1)], points=2),
        case("ever wider", np.linspace(narrow, wide, LAYERS + 1)),
        case("ever narrower", np.linspace(wide, narrow, LAYERS + 1)),
    ]


def signal_with(weights):
    """The sizes of a signal after layers 1, 10, 20 and 30, with the weights that are made of numbers from 0 to 1."""

    def signal(widths, seed):
        rng = np.random.default_rng(seed)
        a, sizes = rng.normal(size=(50, widths[0])), []
        for shape in itertools.pairwise(widths):
            a = np.maximum(a @ weights(rng.random(shape)), 0)
            sizes.append(np.sqrt(np.mean(a**2)))
        return [float(sizes[layer - 1]) for layer in (1, 10, 20, 30)]

    return signal


def between(scale, n=lambda shape: shape[0], power=0.5):
    """Weights that lie evenly between -b and b, with b = (scale / n) ** power."""
    return lambda draws: (2 * draws - 1) * (scale / n(draws.shape)) ** power


def he_signal(widths, seed):
    return signal_with(between(6))(widths, seed)


def he_signal_by_deviation(widths, seed):
    def weights(draws):
        deviation = np.sqrt(2 / len(draws))
        return np.interp(draws, [0, 1], [-deviation * np.sqrt(3), deviation * np.sqrt(3)])

    return signal_with(weights)(widths, seed)


def he_signal_standardized(widths, seed):
    def weights(draws):
        standard = (draws - 0.5) / np.sqrt(1 / 12)  # mean 0 and variance 1
        return standard * (draws.shape[0] / 2) ** -0.5

    return signal_with(weights)(widths, seed)


QUESTION = QuestionDefinition(
    id="5.5",
    title="He's initialization",
    draw=draw_stacks,
    reference=he_signal,
    accepted=[he_signal_by_deviation, he_signal_standardized],
    mistakes=[
        Mistake(
            signal_with(between(6, sum)),
            "Glorot",
            "These are Glorot's (Xavier's) weights, with 2 / (fan-in + fan-out). ReLU throws away half of the signal: He's "
            "variance is 2 / fan-in.",
        ),
        Mistake(
            signal_with(between(3)),
            "LeCun",
            "The variance is 1 / fan-in, LeCun's. For ReLU it is twice that.",
        ),
        Mistake(
            signal_with(between(2)),
            "as the bound",
            "The standard deviation is taken as the bound. Numbers that lie evenly between -b and b have the variance b² / 3, "
            "so the signal shrinks; b is √3 times the deviation.",
        ),
        Mistake(
            signal_with(between(6, lambda shape: shape[1])),
            "fan-out",
            "Right where both sides have the same width. The variance is divided by the fan-out; a unit adds up as many terms "
            "as there are inputs, the fan-in.",
        ),
        Mistake(
            signal_with(between(6, power=1)),
            "root",
            "The bound is 6 / fan-in, its root is missing: variances are squares.",
        ),
        Mistake(
            signal_with(lambda draws: draws * np.sqrt(6 / len(draws))),
            "negative",
            "The weights lie between 0 and b, so their mean is not 0. They should lie between -b and b, half of them "
            "negative.",
        ),
        Mistake(
            signal_with(lambda draws: (1 - 2 * draws) * np.sqrt(6 / len(draws))),
            "-b",
            "The variance is right, but a draw of 0 should become -b and one of 1 should become b, and here it is the other "
            "way round.",
        ),
        Mistake(
            signal_with(lambda draws: (draws - 0.5) * np.sqrt(6 / len(draws))),
            "half",
            "The weights lie between -b / 2 and b / 2, half as far as they should: from 0 to 1 is a way of 1, from -b to b one "
            "of 2b.",
        ),
        Mistake(
            signal_with(lambda draws: (draws - 0.5) * np.sqrt(2 / len(draws))),
            "variance of `draws`",
            "Draw less 0.5 times the deviation: that would be right if the variance of `draws` were 1. It is 1/12.",
        ),
        Mistake(
            signal_with(lambda draws: 2 * draws * np.sqrt(6 / len(draws))),
            "from 0 to 2b",
            "The weights lie from 0 to 2b: the way is as long as it should be, but it begins at 0 in place of -b.",
        ),
        Mistake(
            signal_with(lambda draws: draws * np.sqrt(2 / len(draws))),
            "times the deviation",
            "The draws are taken times the deviation. So they all stay positive, and their variance is not that of He: find the "
            "bound b first, then lead 0 to -b and 1 to b.",
        ),
        Mistake(
            signal_with(lambda draws: (2 * draws - 1) * 3 * np.sqrt(2 / len(draws))),
            "under the root",
            "The 3 stands outside the root. From b² / 3 = 2 / fan-in it comes under the root.",
        ),
        Mistake(
            signal_with(between(2 / 3)),
            "multiply by √3",
            "The deviation is divided by √3. Numbers between -b and b have the deviation b / √3, so to get b, multiply by √3.",
        ),
        Mistake(
            signal_with(lambda draws: ((2 * draws - 1) * np.sqrt(6 / len(draws))).T),
            "turned on their side",
            "The weights are turned on their side: they should have the shape of `draws`.",
        ),
        Mistake(
            signal_with(lambda draws: None), "`return`", "`he_uniform` gives nothing back: is there a `return` in it?"
        ),
    ],
    hints=[
        "Which variance does the lesson derive for ReLU, and which of the two axes of `draws` is the fan-in?",
        "Numbers that lie evenly between -b and b have the variance b² / 3. Which b gives 2 / fan-in?",
        "2 · draw - 1 goes from -1 to 1.",
    ],
    tolerance=SINGLE_PRECISION,
)
