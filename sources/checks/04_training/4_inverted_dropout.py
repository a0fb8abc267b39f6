"""Question 4.4: inverted dropout, in training and at inference."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_dropouts(rng):
    def case(name, shape, rate, training=True, **options):
        size = int(np.prod(shape))
        x = rng.choice([-1, 1], size=shape) * np.round(rng.uniform(0.5, 3, size=shape), 2)
        evenly = (rng.permutation(size) + rng.uniform(0.1, 0.9)) / size  # some below and some above each rate
        arguments = {"x": x, "draws": np.round(evenly, 3).reshape(shape), "rate": rate, "training": training}
        return Case(name, arguments, **options)

    return [
        case("a quarter dropped", (10,), 0.25),
        case("a batch", (3, 5), 0.4, points=2),
        case("most are dropped", (4, 5), 0.8),
        case("at inference", (2, 6), 0.4, training=False, points=2),
        case("inputs left as they are", (2, 5), 0.3, pure=True),
    ]


def dropout(x, draws, rate, training):
    if not training:
        return x.copy()
    return np.where(draws >= rate, x / (1 - rate), 0.0)


def dropout_by_mask(x, draws, rate, training):
    mask = 1.0 * ~(draws < rate) / (1 - rate) if training else 1.0
    return mask * x


def dropout_number_by_number(x, draws, rate, training):
    y = np.array(x)
    if training:
        for place, draw in np.ndenumerate(draws):
            y[place] = 0 if draw < rate else y[place] / (1 - rate)
    return y


def dropout_unscaled(x, draws, rate, training):
    return x * (draws >= rate) if training else x.copy()


def dropout_scaled_at_inference(x, draws, rate, training):
    return x * (draws >= rate) if training else x * (1 - rate)


def dropout_always(x, draws, rate, training):
    return dropout(x, draws, rate, True)


def dropout_rate_kept(x, draws, rate, training):
    return x * (draws < rate) / rate if training else x.copy()


def dropout_other_ones(x, draws, rate, training):
    return x * (draws < rate) / (1 - rate) if training else x.copy()


def dropout_below_share_kept(x, draws, rate, training):
    return x * (draws < 1 - rate) / (1 - rate) if training else x.copy()


def dropout_by_share_that_was_kept(x, draws, rate, training):
    kept = draws >= rate
    return x * kept / kept.mean() if training else x.copy()


def dropout_divided_by_rate(x, draws, rate, training):
    return x * (draws >= rate) / rate if training else x.copy()


def dropout_multiplied(x, draws, rate, training):
    return x * (draws >= rate) * (1 - rate) if training else x.copy()


def dropout_turned(x, draws, rate, training):
    return dropout(x, draws, rate, not training)


def dropout_in_place(x, draws, rate, training):
    x[...] = dropout(x, draws, rate, training)
    return x


QUESTION = QuestionDefinition(
    id="4.4",
    title="Inverted dropout",
    draw=draw_dropouts,
    reference=dropout,
    accepted=[dropout_by_mask, dropout_number_by_number],
    mistakes=[
        Mistake(
            dropout_unscaled,
            "expectation",
            "The right ones are dropped, and inference is right. But those that are kept must be scaled up in training, or "
            "the expectation is lower than at inference.",
        ),
        Mistake(
            dropout_scaled_at_inference,
            "first papers",
            "This is the dropout of the first papers, which scales at inference. Inverted dropout scales in training, and "
            "at inference nothing is left to do.",
        ),
        Mistake(
            dropout_always,
            "inference",
            "Right in training. At inference nothing is dropped: there the numbers pass as they are.",
        ),
        Mistake(
            dropout_rate_kept,
            "share that is dropped",
            "The rate is taken as the share that is kept. It is the share that is dropped.",
        ),
        Mistake(
            dropout_other_ones,
            "wrong ones",
            "The scale is right, but the wrong ones are dropped: a number is dropped where its draw is below the rate.",
        ),
        Mistake(
            dropout_below_share_kept,
            "highest draws",
            "As many are dropped as should be, but those with the highest draws. Dropped is what has its draw below the rate.",
        ),
        Mistake(
            dropout_by_share_that_was_kept,
            "kept this time",
            "The right ones are dropped, but the others are divided by the share that was kept this time. It should be by the share "
            "kept on average, 1 - rate, whatever the draws.",
        ),
        Mistake(
            dropout_divided_by_rate,
            "share kept",
            "The right ones are dropped, but the others are divided by the rate. It should be by the share kept, 1 - rate.",
        ),
        Mistake(
            dropout_multiplied,
            "larger",
            "The right ones are dropped, but the others are multiplied by 1 - rate. They have to become larger, to make up "
            "for those that are missing: divide.",
        ),
        Mistake(
            dropout_turned,
            "turned round",
            "Training and inference are turned round: numbers are dropped in training.",
        ),
        Mistake(dropout_in_place, "in place"),
    ],
    hints=[
        "Two cases: at inference the answer is `x`, in training it is `x` with some zeros and the others larger.",
        "`draws < rate` says for each number whether it is dropped. `np.where` chooses between two arrays.",
        "So that the expectation stays, what is kept is divided by the share that is kept on average, 1 - rate.",
    ],
    tolerance=SINGLE_PRECISION,
)
