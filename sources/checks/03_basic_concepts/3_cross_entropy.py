"""Question 3.3: cross-entropy from logits."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_cross_entropy(rng):
    def case(name, examples, classes, around=0.0, **options):
        logits = np.round(rng.normal(scale=1.5, size=(examples, classes)) * 64) / 64 + around
        labels = rng.permutation(max(examples, classes))[:examples] % classes
        return Case(name, {"logits": logits, "labels": labels}, **options)

    sure = case("sure of a wrong class", 2, 3, points=2)
    labels = sure.arguments["labels"]
    sure.arguments["logits"][np.arange(2), (labels + 1) % 3] += 800
    return [
        case("three examples, four classes", 3, 4),
        case("seven examples, five classes", 7, 5),
        case("one example", 1, 3),
        case("logits of 1000", 2, 4, around=1000.0),
        sure,
        case("inputs left as they are", 4, 6, pure=True),
    ]


def log_probabilities(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def cross_entropies(logits, labels):
    return -log_probabilities(logits)[np.arange(len(labels)), labels]


def cross_entropy(logits, labels):
    return cross_entropies(logits, labels).mean()


def cross_entropy_one_hot(logits, labels):
    targets = np.eye(logits.shape[1])[labels]
    return (np.logaddexp.reduce(logits, axis=1) - (targets * logits).sum(axis=1)).mean()


def cross_entropy_in_a_loop(logits, labels):
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        total += np.log(sum(np.exp(number - max(row)) for number in row)) + max(row) - row[label]
    return total / len(labels)


def cross_entropy_of_differences(logits, labels):
    true_logits = np.take_along_axis(logits, labels[:, None], axis=1)
    return np.mean(np.logaddexp.reduce(logits - true_logits, axis=1))


def cross_entropy_in_single_precision(logits, labels):
    return float(cross_entropy(logits.astype("float32"), labels))


def cross_entropy_summed(logits, labels):
    return cross_entropies(logits, labels).sum()


def cross_entropy_mean_of_all(logits, labels):
    return -(np.eye(logits.shape[1])[labels] * log_probabilities(logits)).mean()


def cross_entropy_negated(logits, labels):
    return -cross_entropy(logits, labels)


def cross_entropy_base_two(logits, labels):
    return cross_entropy(logits, labels) / np.log(2)


def softmax(logits):
    return np.exp(log_probabilities(logits))


def cross_entropy_of_overflowing_softmax(logits, labels):
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


def cross_entropy_of_stable_softmax(logits, labels):
    return -np.log(softmax(logits)[np.arange(len(labels)), labels]).mean()


def cross_entropy_clipped_at(least):
    def cross_entropy_clipped(logits, labels):
        probabilities = np.maximum(softmax(logits)[np.arange(len(labels)), labels], least)
        return -np.log(probabilities).mean()

    return cross_entropy_clipped


def cross_entropy_square(logits, labels):
    return -log_probabilities(logits)[:, labels].mean()


def cross_entropy_of_logits(logits, labels):
    return -np.log(logits[np.arange(len(labels)), labels]).mean()


def cross_entropy_without_sum(logits, labels):
    return -logits[np.arange(len(labels)), labels].mean()


def cross_entropy_without_true_class(logits, labels):
    return np.logaddexp.reduce(logits, axis=1).mean()


def cross_entropy_without_adding_back(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=1)) - logits[np.arange(len(labels)), labels]).mean()


def cross_entropy_from_one(logits, labels):
    return cross_entropy(logits, labels - 1)


def cross_entropy_wants_one_hot(logits, labels):
    return -(labels * log_probabilities(logits)).sum(axis=1).mean()


def cross_entropy_wants_ten_classes(logits, labels):
    return -(np.eye(10)[labels] * log_probabilities(logits)).sum(axis=1).mean()


def cross_entropy_of_rows_at_labels(logits, labels):
    return -log_probabilities(logits)[labels].mean()


def cross_entropy_of_rows_summed(logits, labels):
    return -log_probabilities(logits)[labels].sum() / len(labels)


def cross_entropy_binary(logits, labels):
    targets, probabilities = np.eye(logits.shape[1])[labels], softmax(logits)
    return -(targets * np.log(probabilities) + (1 - targets) * np.log(1 - probabilities)).mean()


def cross_entropy_binary_per_example(logits, labels):
    return cross_entropy_binary(logits, labels) * logits.shape[1]


def cross_entropy_of_best(logits, labels):
    return -log_probabilities(logits).max(axis=1).mean()


def cross_entropy_first_axis(logits, labels):
    return cross_entropies(logits.T, np.zeros(logits.shape[1], dtype=int)).mean()


def cross_entropy_in_place(logits, labels):
    logits -= logits.max(axis=1, keepdims=True)
    return cross_entropy(logits, labels)


CLIPPED = (
    "Clipping the probability, or adding something small to it, hides the logarithm of zero but not the error: here a logit is 800 "
    "above the right one, and the loss should say so. Work with logarithms from the start, and never take the "
    "logarithm of a probability."
)
ROWS_AT_LABELS = (
    "`[labels]` alone picks whole rows, as if labels were numbers of examples. The labels name columns; each example has one "
    "of its own."
)
BINARY = (
    "That is the binary cross-entropy, with its second part for the 1 - p of all other classes. With one right class among "
    "several, the softmax already ties the classes together; only the right class's probability counts."
)
QUESTION = QuestionDefinition(
    id="3.3",
    title="Cross-entropy from logits",
    draw=draw_cross_entropy,
    reference=cross_entropy,
    accepted=[
        cross_entropy_one_hot,
        cross_entropy_in_a_loop,
        cross_entropy_of_differences,
        cross_entropy_in_single_precision,
    ],
    mistakes=[
        Mistake(cross_entropy_summed, "a sum where a mean"),
        Mistake(cross_entropy_mean_of_all, "length of axis 1"),
        Mistake(cross_entropy_negated, "negated"),
        Mistake(cross_entropy_base_two, "base 2"),
        Mistake(cross_entropies, "a sum or a mean"),
        Mistake(cross_entropy_of_overflowing_softmax, "too large"),
        Mistake(
            cross_entropy_of_stable_softmax,
            "rounds to 0",
            "Everything is right but for a probability that rounds to 0: its logarithm is -inf. Simplify the logarithm "
            "of the softmax on paper first; the exponential of the right class then is gone.",
        ),
        *(Mistake(cross_entropy_clipped_at(10.0**-k), "logarithm of zero", CLIPPED) for k in (7, 8, 9, 10, 12, 15)),
        Mistake(
            cross_entropy_square,
            "every label",
            "Each example is paired with every label, its own and the others': `[:, labels]` picks whole columns. One "
            "number per row is wanted, at the row's own label.",
        ),
        Mistake(
            cross_entropy_of_logits,
            "probabilit",
            "The logarithm is taken of the logits themselves. They are no probabilities yet: some are negative.",
        ),
        Mistake(
            cross_entropy_without_sum,
            "other classes",
            "That is minus the logit of the right class alone. The loss also depends on the other classes, through the "
            "sum in the softmax's denominator.",
        ),
        Mistake(
            cross_entropy_without_true_class,
            "right class",
            "That is the logarithm of the denominator. The logit of the right class is still to be subtracted.",
        ),
        Mistake(
            cross_entropy_without_adding_back,
            "added again",
            "The largest logit of each row was taken out of the sum, a good remedy, but never added again: the logarithm of the "
            "sum is too small by just that much. Add it, or take it out of the right class's logit as well.",
        ),
        Mistake(
            cross_entropy_from_one,
            "from 0",
            "The classes are counted from 1 here, but the labels count from 0: label 0 is the first column.",
        ),
        Mistake(
            cross_entropy_wants_one_hot,
            "whole numbers",
            "The labels are whole numbers, one per example, not rows of zeros and ones. Multiplying by them weighs; "
            "they should pick.",
        ),
        Mistake(
            cross_entropy_wants_ten_classes,
            "10 classes",
            "The number of classes is fixed at 10 classes here. How many there are, the second axis of the logits tells.",
        ),
        Mistake(cross_entropy_of_rows_at_labels, "columns", ROWS_AT_LABELS),
        Mistake(cross_entropy_of_rows_summed, "columns", ROWS_AT_LABELS),
        Mistake(cross_entropy_binary, "1 - p", BINARY),
        Mistake(cross_entropy_binary_per_example, "1 - p", BINARY),
        Mistake(
            cross_entropy_of_best,
            "highest",
            "It takes the class with the highest probability. The loss is about the probability of the right one.",
        ),
        Mistake(cross_entropy_first_axis, "was expected"),
        Mistake(cross_entropy_in_place, "in place"),
    ],
    hints=[
        "On paper: minus the logarithm of the softmax is the logarithm of a sum minus one logit. Which sum, which logit?",
        "The logarithm of a sum of exponentials overflows like the softmax does. The same remedy helps: take the row's "
        "maximum out, and add it again after the logarithm.",
        "`logits[np.arange(n), labels]` picks from each row the logit at its label. Then one mean over the examples.",
    ],
    tolerance=SINGLE_PRECISION,
)
