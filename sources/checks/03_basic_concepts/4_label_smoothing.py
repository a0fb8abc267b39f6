"""Question 3.4: label smoothing."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_smoothing(rng):
    def case(name, examples, classes, epsilon=None, unused=0, **options):
        labels = rng.permutation(max(examples, classes - unused))[:examples] % (classes - unused)
        epsilon = float(rng.uniform(0.15, 0.35)) if epsilon is None else epsilon
        return Case(name, {"labels": labels, "epsilon": epsilon, "num_classes": classes}, **options)

    return [
        case("three labels, five classes", 3, 5),
        case("ten classes, epsilon 0.1", 4, 10, epsilon=0.1),
        case("two classes", 5, 2),
        case("epsilon 0", 2, 3, epsilon=0.0),
        case("classes that no label names", 3, 7, unused=3),
        case("labels left as they are", 2, 4, pure=True),
    ]


def smooth_labels(labels, epsilon, num_classes):
    return (1 - epsilon) * np.eye(num_classes)[labels] + epsilon / num_classes


def smooth_labels_by_filling(labels, epsilon, num_classes):
    targets = np.full((len(labels), num_classes), epsilon / num_classes)
    targets[np.arange(len(labels)), labels] += 1 - epsilon
    return targets


def smooth_labels_by_comparing(labels, epsilon, num_classes):
    right = labels[:, None] == np.arange(num_classes)
    return np.where(right, 1 - epsilon + epsilon / num_classes, epsilon / num_classes)


def smoothed(labels, num_classes, right, other):
    return np.where(np.eye(num_classes, dtype=bool)[labels], right, other)


def smooth_to_others(labels, epsilon, num_classes):
    return smoothed(labels, num_classes, 1 - epsilon, epsilon / (num_classes - 1))


def smooth_always_nine_tenths(labels, epsilon, num_classes):
    return smoothed(labels, num_classes, 0.9, 0.1)


def smooth_ten_classes(labels, epsilon, num_classes):
    return (1 - epsilon) * np.eye(num_classes)[labels] + epsilon / 10


def smooth_right_class_short(labels, epsilon, num_classes):
    return smoothed(labels, num_classes, 1 - epsilon, epsilon / num_classes)


def smooth_right_class_full(labels, epsilon, num_classes):
    return smoothed(labels, num_classes, 1.0, epsilon / num_classes)


def smooth_not_shared(labels, epsilon, num_classes):
    return smoothed(labels, num_classes, 1 - epsilon, epsilon)


def smooth_only_right(labels, epsilon, num_classes):
    return (1 - epsilon) * np.eye(num_classes)[labels]


def smooth_not_at_all(labels, epsilon, num_classes):
    return np.eye(num_classes)[labels]


def smooth_up_to_largest(labels, epsilon, num_classes):
    return smooth_labels(labels, epsilon, labels.max() + 1)


def smooth_columns(labels, epsilon, num_classes):
    return smooth_labels(labels, epsilon, num_classes).T


def smooth_whole_numbers(labels, epsilon, num_classes):
    targets = np.eye(num_classes, dtype=int)[labels]
    targets[targets == 1] = 1 - epsilon + epsilon / num_classes
    targets[targets == 0] = epsilon / num_classes
    return targets


def smooth_swapped(labels, epsilon, num_classes):
    return smooth_labels(labels, 1 - epsilon, num_classes)


def smooth_from_one(labels, epsilon, num_classes):
    return smooth_labels(labels - 1, epsilon, num_classes)


def smooth_class_numbers(labels, epsilon, num_classes):
    return (1 - epsilon) * labels + epsilon / num_classes


def smooth_in_place(labels, epsilon, num_classes):
    targets = smooth_labels(labels, epsilon, num_classes)
    labels *= 0
    return targets


QUESTION = QuestionDefinition(
    id="3.4",
    title="Label smoothing",
    draw=draw_smoothing,
    reference=smooth_labels,
    accepted=[smooth_labels_by_filling, smooth_labels_by_comparing],
    mistakes=[
        Mistake(
            smooth_to_others,
            "the right one included",
            "Close! Here the share is given to the K - 1 other classes. In the equation all K classes get an equal part "
            "of it, the right one included.",
        ),
        Mistake(
            smooth_always_nine_tenths,
            "0.9",
            "It is always 0.9 and 0.1, whatever `epsilon` and the number of classes are. With more than two classes that "
            "does not even sum to 1.",
        ),
        Mistake(
            smooth_ten_classes,
            "10",
            "Right for 10 classes, and only then: the share is divided by 10 instead of by the number of classes.",
        ),
        Mistake(
            smooth_not_at_all,
            "epsilon",
            "These are the plain one-hot labels, a good first half. `epsilon` is not used yet.",
        ),
        Mistake(
            smooth_only_right,
            "other classes",
            "The right class gives its share away, and nobody gets it: the other classes stay at 0. A row should sum to 1.",
        ),
        Mistake(
            smooth_swapped,
            "other way round",
            "`epsilon` and 1 - `epsilon` are the other way round: `epsilon` is the share that is given away.",
        ),
        Mistake(
            smooth_from_one,
            "from 0",
            "The classes are counted from 1 here, but the labels count from 0: label 0 is the first column.",
        ),
        Mistake(
            smooth_whole_numbers,
            "cuts off",
            "The array holds whole numbers and cuts off all that comes after the point. Make one of decimal numbers.",
        ),
        Mistake(
            smooth_class_numbers,
            "one-hot",
            "The equation is right, but it is applied to the class numbers. First make one-hot labels of them, a row for each.",
        ),
        Mistake(smooth_right_class_short, "not normalised"),
        Mistake(smooth_right_class_full, "not normalised"),
        Mistake(smooth_not_shared, "not normalised"),
        Mistake(
            smooth_up_to_largest,
            "no label names",
            "The number of classes is taken from the largest label. A class that no label names in this batch is a class all "
            "the same: `num_classes` says how many there are.",
        ),
        Mistake(smooth_columns, "transposed"),
        Mistake(smooth_in_place, "in place"),
    ],
    hints=[
        "First the one-hot labels, shape (N, K): 1 at the label, 0 elsewhere. `np.eye(K)` has them all as its rows.",
        "Smoothing shrinks the one-hot labels, then lifts every number by the same amount. What should a row sum to?",
        "Shrink by 1 - epsilon, lift by epsilon / K: no `if`, no loop.",
    ],
    tolerance=SINGLE_PRECISION,
)
