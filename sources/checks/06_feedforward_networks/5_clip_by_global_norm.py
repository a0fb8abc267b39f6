"""Question 6.5: all gradients scaled by one factor, so that their norm together is at most a limit."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_gradients(rng):
    shapes = ((3, 4), (4,), (4, 2), (2,))

    def case(name, norm, limit, **options):
        """Gradients of a layer each, which together have a given norm."""
        gradients = [rng.normal(size=shape) for shape in shapes]
        together = np.sqrt(sum(np.sum(each**2) for each in gradients))
        return Case(name, {"gradients": [norm / together * each for each in gradients], "limit": limit}, **options)

    a, b, c = (float(each) for each in rng.uniform(0.5, 2.0, size=3))
    return [
        case("a norm far above the limit", 40.0 * a, a, points=2),
        case("each tensor is below the limit, all together are above", 1.2 * b, b, points=2),
        case("a norm below the limit", 0.3 * c, c),
        case("a gradient of zero", 0.0, b),
        case("inputs left as they are", 9.0 * c, c, pure=True),
    ]


def norm_of(gradients):
    return np.sqrt(sum(np.sum(np.square(each)) for each in gradients))


def clip_global(gradients, limit):
    scale = limit / max(norm_of(gradients), limit)
    return [scale * each for each in gradients]


def clip_global_by_condition(gradients, limit):
    norm = np.linalg.norm(np.concatenate([each.ravel() for each in gradients]))
    if norm <= limit:
        return [each.copy() for each in gradients]
    return [each * (limit / norm) for each in gradients]


def clip_global_by_norms_of_norms(gradients, limit):
    norms = [np.linalg.norm(each.ravel()) for each in gradients]
    excess = max(1.0, float(np.linalg.norm(norms)) / limit)
    return tuple(np.divide(each, excess) for each in gradients)


def clip_tensor_by_tensor(gradients, limit):
    return [each * limit / max(norm_of([each]), limit) for each in gradients]


def clip_always(gradients, limit):
    norm = norm_of(gradients)
    return [each * (limit / norm if norm else 1.0) for each in gradients]


def clip_without_guard(gradients, limit):
    norm = norm_of(gradients)
    return [each / norm * min(norm, limit) for each in gradients]


def clip_always_without_guard(gradients, limit):
    return [each * (limit / norm_of(gradients)) for each in gradients]


def clip_values(gradients, limit):
    return [np.clip(each, -limit, limit) for each in gradients]


def clip_by_square(gradients, limit):
    return [each * limit / max(norm_of(gradients) ** 2, limit) for each in gradients]


def clip_by_sum_of_norms(gradients, limit):
    return [each * limit / max(sum(norm_of([one]) for one in gradients), limit) for each in gradients]


def clip_to_one(gradients, limit):
    norm = norm_of(gradients)
    return [each / norm if norm > limit else each.copy() for each in gradients]


def clip_in_place(gradients, limit):
    scale = limit / max(norm_of(gradients), limit)
    for each in gradients:
        each *= scale
    return gradients


def clip_by_absolute_values(gradients, limit):
    return [each * limit / max(sum(np.abs(one).sum() for one in gradients), limit) for each in gradients]


def clip_by_largest(gradients, limit):
    return [each * limit / max(*(np.abs(one).max() for one in gradients), limit) for each in gradients]


def clip_by_root_mean_square(gradients, limit):
    rms = np.sqrt(np.mean(np.concatenate([each.ravel() for each in gradients]) ** 2))
    return [each * limit / max(rms, limit) for each in gradients]


def clip_by_means_of_squares(gradients, limit):
    root = np.sqrt(sum(np.mean(each**2) for each in gradients))
    return [each * limit / max(root, limit) for each in gradients]


def clip_by_mean_square(gradients, limit):
    mean = np.mean(np.concatenate([each.ravel() for each in gradients]) ** 2)
    return [each * limit / max(mean, limit) for each in gradients]


def clip_by_mean_of_norms(gradients, limit):
    mean = np.mean([norm_of([each]) for each in gradients])
    return [each * limit / max(mean, limit) for each in gradients]


def clip_by_longest(gradients, limit):
    return [each * limit / max(*(norm_of([one]) for one in gradients), limit) for each in gradients]


def clip_turned_round(gradients, limit):
    return [each * max(norm_of(gradients), limit) / limit for each in gradients]


def clip_or_nothing(gradients, limit):
    return clip_global(gradients, limit) if norm_of(gradients) > limit else None


def clip_and_norm(gradients, limit):
    return clip_global(gradients, limit), norm_of(gradients)


def clip_in_one_row(gradients, limit):
    return np.concatenate([each.ravel() for each in clip_global(gradients, limit)])


MEAN_OF_SQUARES = (
    "A mean of the squares is taken, so that many numbers count no more than few. The norm is the root of their *sum*: `np.sum` in "
    "place of `np.mean`."
)
QUESTION = QuestionDefinition(
    id="6.5",
    title="Clipping by the global norm",
    draw=draw_gradients,
    reference=clip_global,
    accepted=[clip_global_by_condition, clip_global_by_norms_of_norms],
    mistakes=[
        Mistake(
            clip_tensor_by_tensor,
            "norm of its own",
            "Each tensor is clipped by a norm of its own. The global norm is that of all numbers of all tensors, and one "
            "factor scales them all: else the direction turns.",
        ),
        Mistake(
            clip_always,
            "always",
            "The gradients are always scaled to the limit. A norm below it must stay: clipping only shortens.",
        ),
        Mistake(
            clip_without_guard,
            "divided by zero",
            "Where all gradients are 0, so is their norm, and 0 is divided by zero here: the step would be nan.",
        ),
        Mistake(
            clip_always_without_guard,
            "only shortens",
            "The gradients are always scaled to the limit, and a gradient of 0 becomes nan. Clipping only shortens: a norm "
            "below the limit stays.",
        ),
        Mistake(
            clip_values,
            "number by number",
            "The gradients are clipped number by number, which turns their direction. Scale all by one factor.",
        ),
        Mistake(
            clip_by_square,
            "root",
            "The root is missing: the norm is the square root of the sum of all squares.",
        ),
        Mistake(
            clip_by_sum_of_norms,
            "norms are added",
            "The tensors' norms are added up. Their squares have to be, and then the root is taken.",
        ),
        Mistake(
            clip_to_one,
            "norm 1",
            "What is too long is scaled to norm 1. It should be scaled to `limit`.",
        ),
        Mistake(clip_in_place, "in place"),
        Mistake(
            clip_by_absolute_values,
            "absolute values",
            "The absolute values are added up. The norm is the root of the sum of the squares.",
        ),
        Mistake(
            clip_by_largest,
            "largest number",
            "The largest number is taken for the norm. The norm is the root of the sum of all squares.",
        ),
        Mistake(clip_by_root_mean_square, "root of their *sum*", MEAN_OF_SQUARES),
        Mistake(clip_by_means_of_squares, "root of their *sum*", MEAN_OF_SQUARES),
        Mistake(
            clip_by_mean_square,
            "neither divided",
            "The mean of the squares is taken for the norm. The norm is the root of their sum: it is neither divided by how many "
            "there are, nor left without a root.",
        ),
        Mistake(
            clip_by_mean_of_norms,
            "mean of the tensors' norms",
            "The mean of the tensors' norms is taken. The global norm is that of all numbers together: the root of the sum of all "
            "squares.",
        ),
        Mistake(
            clip_by_longest,
            "longest tensor",
            "The norm of the longest tensor alone is taken. The global norm is that of all numbers of all tensors.",
        ),
        Mistake(
            clip_turned_round,
            "grow longer",
            "The factor is turned round, so that long gradients grow longer: the norm is to become the limit.",
        ),
        Mistake(
            clip_or_nothing,
            "given back as they are",
            "Where the norm is below the limit it gives None. There the gradients are given back as they are.",
        ),
        Mistake(
            clip_and_norm,
            "the list alone",
            "It gives the norm besides the list. Asked for is the list alone.",
        ),
        Mistake(
            clip_in_one_row,
            "in the shapes",
            "The numbers are right, but all in one row. Give a list of arrays, in the shapes of the given ones.",
        ),
    ],
    hints=[
        "The global norm: the square root of the sum of the squares of all numbers in all tensors.",
        "One factor for all tensors: `limit / norm` where the norm is above the limit, else 1.",
        "`limit / max(norm, limit)` is both in one, and divides by zero never, since the limit is positive.",
    ],
    tolerance=SINGLE_PRECISION,
)
