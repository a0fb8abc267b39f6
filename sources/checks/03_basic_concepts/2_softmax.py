"""Question 3.2: a stable softmax."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_softmax(rng):
    def logits(*shape, around=0.0):
        return np.round(rng.normal(scale=1.5, size=shape) * 64) / 64 + around  # exact also in single precision

    def whole(rows, classes):
        return np.array([rng.permutation(classes) for _ in range(rows)]) - 1

    return [
        Case("two rows", {"logits": logits(2, 3)}),
        Case("one row as a vector", {"logits": logits(5)}),
        Case("three axes", {"logits": logits(2, 3, 4)}),
        Case("whole numbers", {"logits": whole(2, 4)}),
        Case("logits of 1000", {"logits": logits(3, 4, around=1000.0)}, points=2),
        Case("a row of 1000 above one of -1000", {"logits": logits(2, 5, around=np.array([[1000.0], [-1000.0]]))}),
        Case("input left as it is", {"logits": logits(3, 5)}, pure=True),
    ]


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_by_logarithms(logits):
    return np.exp(logits - np.logaddexp.reduce(np.asarray(logits, dtype="float64"), axis=-1, keepdims=True))


def softmax_by_differences(logits):
    with np.errstate(over="ignore"):
        return 1 / np.exp(logits[..., None, :] - logits[..., :, None]).sum(axis=-1)


def softmax_row_by_row(logits):
    if logits.ndim > 1:
        return np.stack([softmax_row_by_row(row) for row in logits])
    powers = [np.exp(number - max(logits)) for number in logits]
    return np.array(powers) / sum(powers)


def softmax_in_single_precision(logits):
    return softmax(logits.astype("float32"))


def softmax_naive(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)


def softmax_first_axis(logits):
    powers = np.exp(logits - logits.max(axis=0, keepdims=True))
    return powers / powers.sum(axis=0, keepdims=True)


def softmax_axis_one(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def softmax_over_everything(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def softmax_one_maximum(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_without_keepdims(logits):
    powers = np.exp(logits - logits.max(axis=-1))
    return powers / powers.sum(axis=-1)


def softmax_sum_without_keepdims(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1)


def softmax_not_divided(logits):
    return np.exp(logits - logits.max(axis=-1, keepdims=True))


def softmax_not_shifted_below(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / np.exp(logits).sum(axis=-1, keepdims=True)


def softmax_in_place(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    powers = np.exp(logits)
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_into_whole_numbers(logits):
    result = np.zeros_like(logits)
    result[...] = softmax(logits)
    return result


def log_softmax(logits):
    return np.log(softmax_by_logarithms(logits)) if np.ptp(logits) < 700 else np.log(softmax(logits))


def softmax_clipped(logits):
    return softmax(np.clip(logits, -500, 500))


def softmax_without_exponential(logits):
    return logits / logits.sum(axis=-1, keepdims=True)


def softmax_scaled(logits):
    powers = np.exp(logits / np.abs(logits).max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


KEEPDIMS = (
    "A maximum or a sum over the last axis has one axis less, so a row's own number no longer stands beside its row. "
    "Look up `keepdims`."
)
QUESTION = QuestionDefinition(
    id="3.2",
    title="A stable softmax",
    draw=draw_softmax,
    reference=softmax,
    accepted=[softmax_by_logarithms, softmax_by_differences, softmax_row_by_row, softmax_in_single_precision],
    mistakes=[
        Mistake(softmax_naive, "too large"),
        Mistake(softmax_first_axis, "wrong axis"),
        Mistake(
            softmax_axis_one,
            "last axis",
            "Right where there are two axes. The classes lie along the last axis, however many axes there are; which "
            "number always names the last one?",
        ),
        Mistake(softmax_over_everything, "whole array"),
        Mistake(
            softmax_one_maximum,
            "row",
            "Nearly: one maximum is subtracted from the whole array. A row far below it becomes all zeros, and 0/0 is "
            "nan. Each row needs a maximum of its own.",
        ),
        Mistake(softmax_without_keepdims, "keepdims", KEEPDIMS),
        Mistake(softmax_sum_without_keepdims, "keepdims", KEEPDIMS),
        Mistake(softmax_not_divided, "not normalised"),
        Mistake(
            softmax_not_shifted_below,
            "denominator",
            "The maximum is subtracted in the numerator but not in the denominator: it only cancels when it is in both.",
        ),
        Mistake(softmax_in_place, "in place"),
        Mistake(
            softmax_into_whole_numbers,
            "cuts off",
            "Right for decimal numbers. An array made like an array of whole numbers holds whole numbers, too, and cuts "
            "off all that comes after the point.",
        ),
        Mistake(log_softmax, "logarithm", "These are the logarithms of the probabilities. One step too far!"),
        Mistake(
            softmax_clipped,
            "difference",
            "No overflow any more, but clipping makes large logits equal, and what counts is the difference between "
            "them: 1000 and 1002 are as different as 0 and 2.",
        ),
        Mistake(
            softmax_without_exponential,
            "exponential",
            "It sums to 1, but the exponential is missing: with a negative logit a share becomes negative or above 1.",
        ),
        Mistake(
            softmax_scaled,
            "subtract",
            "No overflow any more, but dividing the logits changes the result. What can you do to all logits of a row "
            "that cancels? Try to subtract something.",
        ),
        Mistake(softmax_sigmoid, "not normalised"),
    ],
    hints=[
        "Write the plain formula first and run the check: it tells which cases are left. Then ask where `np.exp` of a "
        "large number goes wrong.",
        "Softmax does not change when the same number is subtracted from all logits of a row. Which number makes sure "
        "that no exponent is above 0?",
        "`max` and `sum` both take `axis=-1` and `keepdims=True`; with them a row's number stays beside its row.",
    ],
    tolerance=SINGLE_PRECISION,
)
