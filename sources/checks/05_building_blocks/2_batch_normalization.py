"""Question 5.2: batch normalization, in training and at inference."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_batches(rng):
    def case(name, examples, features, training=True, **options):
        def uniform(low, high):
            return np.round(rng.uniform(low, high, size=features), 2)

        arguments = {
            "x": np.round(rng.normal(3, 1.5, size=(examples, features)), 2),
            "gamma": uniform(1.2, 2.5),
            "beta": uniform(0.3, 1.5),
            "moving_mean": uniform(-2, -0.5),
            "moving_variance": uniform(0.3, 0.9),
            "momentum": round(float(rng.uniform(0.7, 0.95)), 2),
            "epsilon": round(float(rng.uniform(0.1, 0.3)), 2),
            "training": training,
        }
        return Case(name, arguments, **options)

    return [
        case("a batch in training", 5, 3, points=2),
        case("as many examples as features, in training", 4, 4),
        case("at inference", 6, 3, training=False),
        case("one example at inference", 1, 4, training=False),
        case("inputs left as they are", 5, 2, pure=True),
    ]


def batch_norm(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon, training):
    if not training:
        y = gamma * (x - moving_mean) / np.sqrt(moving_variance + epsilon) + beta
        return y, moving_mean.copy(), moving_variance.copy()
    mu, sigma2 = x.mean(axis=0), x.var(axis=0)
    y = gamma * (x - mu) / np.sqrt(sigma2 + epsilon) + beta
    return y, momentum * moving_mean + (1 - momentum) * mu, momentum * moving_variance + (1 - momentum) * sigma2


def batch_norm_by_steps(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon, training):
    shift, spread = moving_mean, moving_variance
    if training:
        shift = np.sum(x, axis=0) / len(x)
        spread = np.sum(x * x, axis=0) / len(x) - shift**2
        moving_mean = moving_mean - (1 - momentum) * (moving_mean - shift)
        moving_variance = moving_variance - (1 - momentum) * (moving_variance - spread)
    factor = gamma * (spread + epsilon) ** -0.5
    return [x * factor + (beta - shift * factor), moving_mean, moving_variance]


def batch_norm_feature_by_feature(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon, training):
    y, means, variances = np.empty(x.shape), list(moving_mean), list(moving_variance)
    for j, column in enumerate(x.T):
        mean = float(np.mean(column)) if training else means[j]
        variance = float(np.mean((column - mean) ** 2)) if training else variances[j]
        y[:, j] = beta[j] + gamma[j] * (column - mean) / (variance + epsilon) ** 0.5
        means[j] = momentum * means[j] + (1 - momentum) * mean
        variances[j] = momentum * variances[j] + (1 - momentum) * variance
    return y, means, variances


def _with(
    x, gamma, beta, moving_mean, moving_variance, momentum, epsilon, training, *,
    axis=0, ddof=0, moving_ddof=None, own=None, kept=None, moves=None, divide=lambda v, e: np.sqrt(v + e),
):  # fmt: skip
    """Batch normalization with one thing changed."""
    mean, variance = x.mean(axis=axis, keepdims=axis == 1), x.var(axis=axis, ddof=ddof, keepdims=axis == 1)
    own = training if own is None else own
    moves = training if moves is None else moves
    kept = momentum if kept is None else kept
    mu, sigma2 = (mean, variance) if own else (moving_mean, moving_variance)
    y = gamma * (x - mu) / divide(sigma2, epsilon) + beta
    if not moves:
        return y, moving_mean.copy(), moving_variance.copy()
    seen = variance if moving_ddof is None else x.var(axis=axis, ddof=moving_ddof)
    return y, kept * moving_mean + (1 - kept) * mean, kept * moving_variance + (1 - kept) * seen


def norm_unbiased(*arguments):
    return _with(*arguments, ddof=1)


def norm_unbiased_moving(*arguments):
    return _with(*arguments, moving_ddof=1)


def norm_momentum_turned(*arguments):
    return _with(*arguments, kept=1 - arguments[5])


def norm_batch_at_inference(*arguments):
    return _with(*arguments, own=True)


def norm_moving_in_training(*arguments):
    return _with(*arguments, own=False)


def norm_never_moved(*arguments):
    return _with(*arguments, moves=False)


def norm_moved_at_inference(*arguments):
    return _with(*arguments, moves=True)


def norm_over_features(*arguments):
    return _with(*arguments, axis=1)


def norm_over_everything(*arguments):
    return _with(*arguments, axis=None)


def norm_epsilon_outside(*arguments):
    return _with(*arguments, divide=lambda variance, epsilon: np.sqrt(variance) + epsilon)


def norm_without_root(*arguments):
    return _with(*arguments, divide=lambda variance, epsilon: variance + epsilon)


def norm_without_gamma_and_beta(x, gamma, beta, *others):
    return batch_norm(x, np.ones_like(gamma), np.zeros_like(beta), *others)


def norm_alone(*arguments):
    return batch_norm(*arguments)[0]


def norm_in_place(x, gamma, beta, moving_mean, moving_variance, *others):
    y, mean, variance = batch_norm(x, gamma, beta, moving_mean, moving_variance, *others)
    moving_mean[...], moving_variance[...] = mean, variance
    return y, moving_mean, moving_variance


def norm_by_updated(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon, training):
    _, mean, variance = batch_norm(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon, training)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, mean, variance


def norm_always_in_training(*arguments):
    return batch_norm(*arguments[:-1], True)


def norm_always_at_inference(*arguments):
    return batch_norm(*arguments[:-1], False)


def norm_moving_deviation(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon, training):
    y, mean, variance = batch_norm(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon, training)
    return y, mean, momentum * moving_variance + (1 - momentum) * x.std(axis=0) if training else variance


def norm_variance_left(x, gamma, beta, moving_mean, moving_variance, *others):
    y, mean, _ = batch_norm(x, gamma, beta, moving_mean, moving_variance, *others)
    return y, mean, moving_variance.copy()


def norm_replaced(*arguments):
    return _with(*arguments, kept=0.0)


def norm_without_epsilon(*arguments):
    return _with(*arguments, divide=lambda variance, epsilon: np.sqrt(variance))


def norm_not_centred(x, *others):
    y, mean, variance = batch_norm(x, *others)
    gamma, _, moving_mean, moving_variance, _, epsilon, training = others
    mu, sigma2 = (x.mean(axis=0), x.var(axis=0)) if training else (moving_mean, moving_variance)
    return y + gamma * mu / np.sqrt(sigma2 + epsilon), mean, variance


def norm_beta_scaled(x, gamma, beta, *others):
    return batch_norm(x, gamma, gamma * beta, *others)


def norm_moving_first(*arguments):
    y, mean, variance = batch_norm(*arguments)
    return mean, variance, y


QUESTION = QuestionDefinition(
    id="5.2",
    title="Batch normalization",
    draw=draw_batches,
    reference=batch_norm,
    accepted=[batch_norm_by_steps, batch_norm_feature_by_feature],
    mistakes=[
        Mistake(
            norm_unbiased,
            "by m, not by m - 1",
            "The variance is divided by m - 1. Batch normalization takes the variance of this batch and divides by m, not by "
            "m - 1.",
        ),
        Mistake(
            norm_unbiased_moving,
            "by m, not by m - 1",
            "The normalized numbers are right. The moving variance takes up a variance that is divided by m - 1; here it "
            "should be the batch's own, divided by m, not by m - 1.",
        ),
        Mistake(
            norm_momentum_turned,
            "the wrong way round",
            "The normalized numbers are right. The momentum is the wrong way round: it is the share of the old moving "
            "statistics that is kept.",
        ),
        Mistake(
            norm_batch_at_inference,
            "whoever else is in the batch",
            "Right in training. At inference the batch's own statistics are used; there an example is to get the same answer "
            "whoever else is in the batch, from the moving statistics.",
        ),
        Mistake(
            norm_moving_in_training,
            "the batch's own",
            "Right at inference. In training the mean and the variance are the batch's own; the moving ones are only kept "
            "up to date.",
        ),
        Mistake(
            norm_never_moved,
            "never move",
            "The normalized numbers are right. The moving statistics never move: in training each takes up a share of the "
            "batch's.",
        ),
        Mistake(
            norm_moved_at_inference,
            "stay as they are",
            "Right in training. At inference nothing is learned: the moving statistics stay as they are.",
        ),
        Mistake(
            norm_over_features,
            "over the batch",
            "The mean is taken over the features of each example, as layer normalization does. Here it is over the batch, "
            "axis 0, for each feature apart.",
        ),
        Mistake(
            norm_over_everything,
            "each feature",
            "There is one mean for all numbers. Batch normalization has one for each feature: average over the batch, axis 0.",
        ),
        Mistake(
            norm_epsilon_outside,
            "under the root",
            "Epsilon is added to the root. It belongs under the root, to the variance.",
        ),
        Mistake(
            norm_without_root,
            "square root",
            "It is divided by the variance; the deviation is its square root.",
        ),
        Mistake(
            norm_without_gamma_and_beta,
            "gamma",
            "Mean and deviation are right; what is missing is the end: multiply by gamma and add beta.",
        ),
        Mistake(norm_alone, "3 values were expected"),
        Mistake(norm_in_place, "in place"),
        Mistake(
            norm_by_updated,
            "just brought up to date",
            "Right at inference. In training it is normalized by the moving statistics, just brought up to date; there the "
            "batch's own mean and variance belong.",
        ),
        Mistake(
            norm_always_in_training,
            "whether `training` is True",
            "Right in training. At inference it does the same; ask whether `training` is True. If not, the moving statistics "
            "normalize, and stay.",
        ),
        Mistake(
            norm_always_at_inference,
            "whether `training` is True",
            "Right at inference. In training it does the same; ask whether `training` is True. If so, the batch's own mean and "
            "variance normalize, and the moving ones take them up.",
        ),
        Mistake(
            norm_moving_deviation,
            "not the deviation",
            "The normalized numbers are right. What the moving variance takes up is the batch's variance, not the deviation.",
        ),
        Mistake(
            norm_variance_left,
            "the moving variance stays",
            "The moving mean is right, but the moving variance stays where it was. It takes up the batch's variance as the mean "
            "does the mean.",
        ),
        Mistake(
            norm_replaced,
            "keep a share",
            "The normalized numbers are right. The moving statistics become the batch's own; they should keep a share of what "
            "they were, the momentum.",
        ),
        Mistake(
            norm_without_epsilon,
            "epsilon is missing",
            "The epsilon is missing: it is added to the variance, under the root.",
        ),
        Mistake(norm_not_centred, "mean is not subtracted", "The mean is not subtracted from x before it is divided."),
        Mistake(
            norm_beta_scaled, "beta comes last", "Beta is multiplied by gamma, too. First times gamma; beta comes last."
        ),
        Mistake(
            norm_moving_first,
            "in another order",
            "The right values, in another order: first the normalized batch, then the moving mean, then the moving variance.",
        ),
    ],
    hints=[
        "Two cases. In training mean and variance come from the batch, at inference they are the moving ones. The formula for "
        "y is the same.",
        "`x.mean(axis=0)` and `x.var(axis=0)` have one number for each feature, and NumPy subtracts them from every row.",
        "With a momentum of 0.9 the new moving mean is 0.9 of the old one and 0.1 of the batch's.",
    ],
    tolerance=SINGLE_PRECISION,
)
