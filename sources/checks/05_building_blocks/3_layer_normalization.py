"""Question 5.3: layer normalization, of inputs with any number of axes."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_inputs(rng):
    def case(name, *shape, **options):
        arguments = {
            "x": np.round(rng.normal(3, 1.5, size=shape), 2),
            "gamma": np.round(rng.uniform(1.2, 2.5, size=shape[-1]), 2),
            "beta": np.round(rng.uniform(0.3, 1.5, size=shape[-1]), 2),
            "epsilon": round(float(rng.uniform(0.1, 0.3)), 2),
        }
        return Case(name, arguments, **options)

    return [
        case("one example", 1, 4),
        case("a batch", 5, 3),
        case("as many examples as features", 4, 4),
        case("sequences: examples, steps, features", 2, 3, 5, points=2),
        case("inputs left as they are", 3, 4, pure=True),
    ]


def layer_norm(x, gamma, beta, epsilon):
    mu = x.mean(axis=-1, keepdims=True)
    sigma2 = x.var(axis=-1, keepdims=True)
    return gamma * (x - mu) / np.sqrt(sigma2 + epsilon) + beta


def layer_norm_row_by_row(x, gamma, beta, epsilon):
    y = np.zeros(x.shape)
    for place in np.ndindex(x.shape[:-1]):
        row = x[place] - sum(x[place]) / len(gamma)
        y[place] = gamma * row / (row @ row / len(gamma) + epsilon) ** 0.5 + beta
    return y


def layer_norm_transposed(x, gamma, beta, epsilon):
    z = np.moveaxis(x, -1, 0)
    z = z - np.average(z, axis=0)
    z = z / np.sqrt(np.average(np.square(z), axis=0) + epsilon)
    return np.moveaxis(z, 0, -1) * gamma + beta


def _with(x, gamma, beta, epsilon, *, axis=-1, ddof=0, centred=True, divide=lambda v, e: np.sqrt(v + e)):
    """Layer normalization with one thing changed."""
    if not centred:
        return gamma * x / divide(np.mean(x**2, axis=axis, keepdims=True), epsilon) + beta
    variance = x.var(axis=axis, ddof=ddof, keepdims=True)
    return gamma * (x - x.mean(axis=axis, keepdims=True)) / divide(variance, epsilon) + beta


def layer_norm_over_batch(*arguments):
    return _with(*arguments, axis=0)


def layer_norm_second_axis(*arguments):
    return _with(*arguments, axis=1)


def layer_norm_over_everything(*arguments):
    return _with(*arguments, axis=None)


def layer_norm_over_example(*arguments):
    return _with(*arguments, axis=tuple(range(1, arguments[0].ndim)))


def layer_norm_rms(*arguments):
    return _with(*arguments, centred=False)


def layer_norm_unbiased(*arguments):
    return _with(*arguments, ddof=1)


def layer_norm_epsilon_outside(*arguments):
    return _with(*arguments, divide=lambda variance, epsilon: np.sqrt(variance) + epsilon)


def layer_norm_without_root(*arguments):
    return _with(*arguments, divide=lambda variance, epsilon: variance + epsilon)


def layer_norm_without_gamma_and_beta(x, gamma, beta, epsilon):
    return layer_norm(x, 1.0, 0.0, epsilon)


def layer_norm_scaled_last(x, gamma, beta, epsilon):
    return gamma * (layer_norm(x, 1.0, 0.0, epsilon) + beta)


def layer_norm_in_place(x, gamma, beta, epsilon):
    x -= x.mean(axis=-1, keepdims=True)
    return layer_norm(x, gamma, beta, epsilon)


def layer_norm_without_epsilon(*arguments):
    return _with(*arguments, divide=lambda variance, epsilon: np.sqrt(variance))


def layer_norm_without_gamma(x, gamma, beta, epsilon):
    return layer_norm(x, 1.0, beta, epsilon)


def layer_norm_without_beta(x, gamma, beta, epsilon):
    return layer_norm(x, gamma, 0.0, epsilon)


def layer_norm_axis_lost(x, gamma, beta, epsilon):
    return gamma * (x - x.mean(axis=-1)) / np.sqrt(x.var(axis=-1) + epsilon) + beta


QUESTION = QuestionDefinition(
    id="5.3",
    title="Layer normalization",
    draw=draw_inputs,
    reference=layer_norm,
    accepted=[layer_norm_row_by_row, layer_norm_transposed],
    mistakes=[
        Mistake(
            layer_norm_over_batch,
            "batch normalization",
            "The mean is taken over the batch: that is batch normalization. Here it is over the features of each example, the "
            "last axis.",
        ),
        Mistake(
            layer_norm_second_axis,
            "the last one",
            "Right for a batch of rows. With another axis, steps, the features are still the last one: use axis -1.",
        ),
        Mistake(
            layer_norm_over_everything,
            "one mean for all",
            "There is one mean for all numbers of the batch. Each example, and in a sequence each step, has its own.",
        ),
        Mistake(
            layer_norm_over_example,
            "each step",
            "Right for a batch of rows. In a sequence each step is normalized on its own, over the last axis alone.",
        ),
        Mistake(
            layer_norm_rms,
            "RMS normalization",
            "The mean is not subtracted: this is RMS normalization, with a shift.",
        ),
        Mistake(
            layer_norm_unbiased,
            "by the number of features",
            "The variance is divided by one less than the number of features; divide by the number of features.",
        ),
        Mistake(
            layer_norm_epsilon_outside,
            "under the root",
            "Epsilon is added to the root. It belongs under the root, to the variance.",
        ),
        Mistake(
            layer_norm_without_root, "square root", "It is divided by the variance; the deviation is its square root."
        ),
        Mistake(
            layer_norm_without_gamma_and_beta,
            "gamma",
            "Mean and deviation are right; what is missing is the end: multiply by gamma and add beta.",
        ),
        Mistake(
            layer_norm_scaled_last,
            "beta comes last",
            "Beta is multiplied by gamma, too. First times gamma; beta comes last.",
        ),
        Mistake(layer_norm_in_place, "in place"),
        Mistake(
            layer_norm_without_epsilon,
            "epsilon is missing",
            "The epsilon is missing: it is added to the variance, under the root.",
        ),
        Mistake(
            layer_norm_without_gamma, "Gamma is missing", "Gamma is missing: each feature is multiplied by its own."
        ),
        Mistake(layer_norm_without_beta, "Beta is missing", "Beta is missing: it is added at the end."),
        Mistake(
            layer_norm_axis_lost,
            "`keepdims=True`",
            "The means have lost the last axis, so that they do not meet the rows that they belong to. `keepdims=True` keeps "
            "it, with length 1.",
        ),
    ],
    hints=[
        "The formula is that of batch normalization. What differs is the axis: the mean is over the features of one example.",
        "`x.mean(axis=-1, keepdims=True)` keeps the last axis, of length 1, so that it can be subtracted from x.",
        "Epsilon is added to the variance, before the root. At the end times gamma, plus beta: one of each for every feature.",
    ],
    tolerance=SINGLE_PRECISION,
)
