"""Question 6.6: the gradient of a batch from those of micro-batches of unequal sizes."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_parts(rng):
    def case(name, sizes, shapes=((3, 2), (2,)), **options):
        gradients = [[np.round(rng.normal(size=shape), 2) for shape in shapes] for _ in sizes]
        return Case(name, {"gradients": gradients, "sizes": [int(size) for size in sizes]}, **options)

    size = int(rng.integers(5, 12))
    return [
        case("a last micro-batch that is smaller", (size, size, size, 2), points=2),
        case("all sizes different", rng.permutation([1, 3, 4, 9]), points=2),
        case("equal sizes", (size, size, size)),
        case("one micro-batch", (size,)),
        case("three layers", (size + 2, size), ((2, 3), (3, 1), (1,))),
        case("inputs left as they are", (size, 3), pure=True),
    ]


def accumulate(gradients, sizes):
    shares = np.array(sizes) / sum(sizes)
    return [
        sum(share * each for share, each in zip(shares, layer, strict=True)) for layer in zip(*gradients, strict=True)
    ]


def accumulate_step_by_step(gradients, sizes):
    totals, count = [np.zeros_like(each) for each in gradients[0]], 0
    for parts, size in zip(gradients, sizes, strict=True):
        count += size
        totals = [total + size * part for total, part in zip(totals, parts, strict=True)]
    return [total / count for total in totals]


def accumulate_by_average(gradients, sizes):
    layers = range(len(gradients[0]))
    return [np.average(np.stack([parts[layer] for parts in gradients]), axis=0, weights=sizes) for layer in layers]


def _weighted(gradients, shares):
    layers = zip(*gradients, strict=True)
    return [sum(share * each for share, each in zip(shares, layer, strict=True)) for layer in layers]


def accumulate_sum(gradients, sizes):
    return _weighted(gradients, [1] * len(sizes))


def accumulate_mean_of_means(gradients, sizes):
    return _weighted(gradients, [1 / len(sizes)] * len(sizes))


def accumulate_sums_of_examples(gradients, sizes):
    return _weighted(gradients, sizes)


def accumulate_over_examples_alone(gradients, sizes):
    return _weighted(gradients, [1 / sum(sizes)] * len(sizes))


def accumulate_over_parts(gradients, sizes):
    return _weighted(gradients, [size / len(sizes) for size in sizes])


def accumulate_by_first_size(gradients, sizes):
    return _weighted(gradients, [size / (sizes[0] * len(sizes)) for size in sizes])


def accumulate_last(gradients, sizes):
    return [each.copy() for each in gradients[-1]]


def accumulate_turned_round(gradients, sizes):
    inverse = [1 / size for size in sizes]
    return _weighted(gradients, [each / sum(inverse) for each in inverse])


def accumulate_in_place(gradients, sizes):
    totals = gradients[0]
    for each in totals:
        each *= sizes[0] / sum(sizes)
    for parts, size in zip(gradients[1:], sizes[1:], strict=True):
        for total, part in zip(totals, parts, strict=True):
            total += part * size / sum(sizes)
    return totals


def accumulate_divided_by_sizes(gradients, sizes):
    return _weighted(gradients, [1 / size for size in sizes])


def accumulate_mean_divided_by_sizes(gradients, sizes):
    return _weighted(gradients, [1 / size / len(sizes) for size in sizes])


def accumulate_last_weighted(gradients, sizes):
    return [each * sizes[-1] / sum(sizes) for each in gradients[-1]]


def accumulate_by_largest(gradients, sizes):
    return _weighted(gradients, [size / max(sizes) for size in sizes])


def accumulate_side_by_side(gradients, sizes):
    weighted = [[size * each / sum(sizes) for each in parts] for parts, size in zip(gradients, sizes, strict=True)]
    return [each for parts in weighted for each in parts]


def accumulate_not_summed(gradients, sizes):
    return [[size * each / sum(sizes) for each in parts] for parts, size in zip(gradients, sizes, strict=True)]


QUESTION = QuestionDefinition(
    id="6.6",
    title="Gradients of unequal micro-batches",
    draw=draw_parts,
    reference=accumulate,
    accepted=[accumulate_step_by_step, accumulate_by_average],
    mistakes=[
        Mistake(
            accumulate_sum,
            "summed up",
            "The gradients are summed up and not averaged: with four micro-batches the step would be about four times too long.",
        ),
        Mistake(
            accumulate_mean_of_means,
            "mean of means",
            "This is the mean of means: an example in a small micro-batch counts more than one in a large one. Weigh each "
            "micro-batch by its size.",
        ),
        Mistake(
            accumulate_sums_of_examples,
            "number of examples",
            "Each gradient is weighed by its size, well. What is missing is the division by the number of examples of all.",
        ),
        Mistake(
            accumulate_over_examples_alone,
            "are means already",
            "The gradients are means already: multiplied by its size each becomes a sum, and only such a sum is to be divided "
            "by the number of all examples.",
        ),
        Mistake(
            accumulate_over_parts,
            "number of micro-batches",
            "The weighted sum is divided by the number of micro-batches. Divide by the number of examples in all of them.",
        ),
        Mistake(
            accumulate_by_first_size,
            "as large as the first",
            "The number of examples is taken as if every micro-batch were as large as the first. Add the sizes up.",
        ),
        Mistake(
            accumulate_last,
            "last micro-batch",
            "That is the gradient of the last micro-batch alone. The earlier ones are overwritten.",
        ),
        Mistake(
            accumulate_turned_round,
            "turned round",
            "The weights are turned round: here a small micro-batch counts more than a large one.",
        ),
        Mistake(accumulate_in_place, "in place"),
        Mistake(
            accumulate_divided_by_sizes,
            "divided by its size once more",
            "Each gradient is divided by its size once more. It is a mean already; multiply by the size, to get the sum over the "
            "examples.",
        ),
        Mistake(
            accumulate_mean_divided_by_sizes,
            "divided by its size once more",
            "Each gradient is divided by its size once more. It is a mean already; multiply by the size, to get the sum over the "
            "examples.",
        ),
        Mistake(
            accumulate_last_weighted,
            "is overwritten",
            "Only the last micro-batch's share comes out: what the loop has so far is overwritten each time. Add to it.",
        ),
        Mistake(
            accumulate_by_largest,
            "largest micro-batch",
            "The weighted sum is divided by the size of the largest micro-batch. Divide by the number of examples in all of them.",
        ),
        Mistake(
            accumulate_side_by_side,
            "one after the other",
            "The micro-batches' arrays stand one after the other in the list: `+` joins lists. Add array to array, weight by "
            "weight, for one array each.",
        ),
        Mistake(
            accumulate_not_summed,
            "not added up",
            "The shares are right, but not added up: for each weight, add its arrays over all micro-batches.",
        ),
    ],
    hints=[
        "The gradient of a micro-batch is the mean over its examples. What is the sum over its examples?",
        "Add up those sums for all micro-batches, layer by layer, then divide by the number of examples in all.",
        "Start with `[np.zeros_like(each) for each in gradients[0]]`, and add `size * part` to each of them.",
    ],
    tolerance=SINGLE_PRECISION,
)
