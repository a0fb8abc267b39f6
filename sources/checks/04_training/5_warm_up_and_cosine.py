"""Question 4.5: a learning rate that rises in a line and falls along a cosine."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_schedules(rng):
    def case(name, at, warm_up=None, **options):
        """`at` is 0 to 1 in the warm-up, 1 to 2 while the rate falls, above 2 after the end."""
        warm_up = 20 * int(rng.integers(2, 6)) if warm_up is None else warm_up
        falling = 20 * int(rng.integers(10, 20))
        step = at * warm_up if at < 1 else warm_up + (at - 1) * falling
        peak = round(float(rng.uniform(0.1, 0.9)), 3)
        arguments = {"step": round(step), "peak": peak, "warm_up": warm_up, "total": warm_up + falling}
        return Case(name, arguments, **options)

    return [
        case("the first step", 0.0),
        case("in the warm-up", 0.4),
        case("the end of the warm-up", 1.0),
        case("a quarter of the way down", 1.25, points=2),
        case("near the end", 1.9),
        case("after the end", 2.6),
        case("no warm-up", 1.4, warm_up=0),
    ]


def rate(step, peak, warm_up, total):
    if step < warm_up:
        return peak * step / warm_up
    share = min(1.0, (step - warm_up) / (total - warm_up))
    return peak * (1 + math.cos(math.pi * share)) / 2


def rate_by_half_angle(step, peak, warm_up, total):
    if step >= total:
        return 0.0
    if step < warm_up:
        return step * (peak / warm_up)
    return peak * np.cos(np.pi / 2 * (step - warm_up) / (total - warm_up)) ** 2


def rate_by_interpolation(step, peak, warm_up, total):
    angle = np.interp(step, [warm_up, total], [0.0, np.pi])
    rising = min(step / warm_up, 1.0) if warm_up else 1.0
    return peak * rising * (0.5 + 0.5 * np.cos(angle))


def falling(share_of):
    """A schedule that falls in another way, from the share of the way down."""

    def rate_otherwise(step, peak, warm_up, total):
        return peak * (step / warm_up if step < warm_up else share_of(step, warm_up, total))

    return rate_otherwise


def cosine(share):
    return (1 + math.cos(math.pi * share)) / 2


def rate_without_warm_up(step, peak, warm_up, total):
    return rate(max(step, warm_up), peak, warm_up, total)


def rate_warm_up_from_one(step, peak, warm_up, total):
    return peak * (step + 1) / warm_up if step < warm_up else rate(step, peak, warm_up, total)


def rate_in_percent_of_total(step, peak, warm_up, total):
    return peak * step / total if step < warm_up else rate(step, peak, warm_up, total)


def rate_without_peak(step, peak, warm_up, total):
    return rate(step, 1.0, warm_up, total)


QUESTION = QuestionDefinition(
    id="4.5",
    title="Warm-up and cosine",
    draw=draw_schedules,
    reference=rate,
    accepted=[rate_by_half_angle, rate_by_interpolation],
    mistakes=[
        Mistake(
            falling(lambda step, warm_up, total: cosine(min(1, step / total))),
            "counted from the end of the warm-up",
            "The warm-up is right. The cosine begins at step 0, so that the rate jumps; its way is to be counted from the end of "
            "the warm-up.",
        ),
        Mistake(
            falling(lambda step, warm_up, total: cosine((step - warm_up) / (total - warm_up))),
            "rises again",
            "Right until the last step. After it the cosine rises again; the rate should stay at 0.",
        ),
        Mistake(
            falling(lambda step, warm_up, total: cosine(min(1, (step - warm_up) / total))),
            "steps that are left",
            "The warm-up is right. The way down is divided by all steps; it has only the steps that are left after the warm-up.",
        ),
        Mistake(
            falling(lambda step, warm_up, total: max(0, 1 - (step - warm_up) / (total - warm_up))),
            "straight line",
            "The warm-up is right. The rate falls in a straight line, though; asked for is half a cosine.",
        ),
        Mistake(
            falling(lambda step, warm_up, total: math.cos(math.pi * min(1, (step - warm_up) / (total - warm_up)))),
            "below 0",
            "The cosine itself is taken: it goes below 0. Add 1 and halve.",
        ),
        Mistake(
            falling(lambda step, warm_up, total: (1 + math.cos(min(1, (step - warm_up) / (total - warm_up)))) / 2),
            "radians",
            "The factor pi is missing: the cosine takes radians, and its half wave is from 0 to pi.",
        ),
        Mistake(
            rate_without_warm_up,
            "no warm-up",
            "The way down is right, but there is no warm-up: before it the rate rises from 0 to the peak.",
        ),
        Mistake(
            rate_warm_up_from_one,
            "step 0",
            "The way down is right. The warm-up is one step ahead: at step 0 the rate is 0.",
        ),
        Mistake(
            rate_in_percent_of_total,
            "reach the peak",
            "The way down is right. The warm-up does not reach the peak: it is divided by all steps, not by those of the "
            "warm-up.",
        ),
        Mistake(rate_without_peak, "peak", "The shape is right; the peak is missing: multiply by it."),
    ],
    hints=[
        "Three parts: before `warm_up`, between `warm_up` and `total`, after `total`. Write one after the other.",
        "In the second part, first the share of the way, from 0 to 1: (step - warm_up) / (total - warm_up).",
        "Half a cosine wave from 1 to 0 is (1 + cos(pi * share)) / 2.",
    ],
    tolerance=SINGLE_PRECISION,
)
