"""Question 4.1: backpropagation of a two-layer network."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_networks(rng):
    def case(name, examples, inputs, units, classes, **options):
        arguments = {
            "x": np.round(rng.normal(size=(examples, inputs)), 2),
            "labels": rng.permutation(max(examples, classes))[:examples] % classes,
            "w1": np.round(rng.normal(size=(inputs, units)), 2),
            "b1": np.round(rng.normal(size=units), 2),
            "w2": np.round(rng.normal(size=(units, classes)), 2),
            "b2": np.round(rng.normal(size=classes), 2),
        }
        return Case(name, arguments, **options)

    silent = case("hidden units that are silent", 4, 3, 4, 3)
    silent.arguments["b1"][:2] = -20.0
    return [
        case("one example", 1, 2, 5, 2),
        case("a small batch", 4, 3, 5, 3, points=2),
        case("more classes than hidden units", 6, 2, 4, 7, points=2),
        silent,
        case("inputs left as they are", 3, 4, 6, 3, pure=True),
    ]


def passes(x, labels, w1, b1, w2, b2):
    """What leaves the hidden units, and the slopes of the mean loss with respect to logits and hidden sums."""
    hidden = np.maximum(x @ w1 + b1, 0)
    logits = hidden @ w2 + b2
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    slopes = exponentials / exponentials.sum(axis=1, keepdims=True) - np.eye(len(b2))[labels]
    slopes = slopes / len(x)
    return hidden, slopes, slopes @ w2.T * (hidden > 0)


def assembled(x, hidden, last, first):
    return [x.T @ first, first.sum(axis=0), hidden.T @ last, last.sum(axis=0)]


def backpropagate(x, labels, w1, b1, w2, b2):
    hidden, last, first = passes(x, labels, w1, b1, w2, b2)
    return x.T @ first, first.sum(axis=0), hidden.T @ last, last.sum(axis=0)


def backpropagate_example_by_example(x, labels, w1, b1, w2, b2):
    totals = [np.zeros(each.shape) for each in (w1, b1, w2, b2)]
    for row, label in zip(x, labels, strict=True):
        a = w1.T @ row + b1
        h = np.where(a > 0, a, 0.0)
        z = w2.T @ h + b2
        delta = np.exp(z - np.logaddexp.reduce(z))
        delta[label] -= 1
        back = np.where(a > 0, w2 @ delta, 0.0)
        parts = (np.outer(row, back), back, np.outer(h, delta), delta)
        totals = [total + part / len(x) for total, part in zip(totals, parts, strict=True)]
    return totals


def backpropagate_by_einsum(x, labels, w1, b1, w2, b2):
    sums = np.einsum("bd,du->bu", x, w1) + b1
    hidden = sums * (sums > 0)
    logits = np.einsum("bu,uk->bk", hidden, w2) + b2
    logarithms = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    last = np.exp(logarithms)
    last[np.arange(len(x)), labels] -= 1.0
    first = np.einsum("bk,uk->bu", last, w2) * np.sign(hidden)
    mean = 1 / len(x)
    return (
        mean * np.einsum("bd,bu->du", x, first),
        mean * np.einsum("bu->u", first),
        mean * np.einsum("bu,bk->uk", hidden, last),
        mean * np.einsum("bk->k", last),
    )


def back_summed(x, labels, w1, b1, w2, b2):
    return [each * len(x) for each in backpropagate(x, labels, w1, b1, w2, b2)]


def back_without_mask(x, labels, w1, b1, w2, b2):
    hidden, last, _ = passes(x, labels, w1, b1, w2, b2)
    return assembled(x, hidden, last, last @ w2.T)


def back_mask_turned(x, labels, w1, b1, w2, b2):
    hidden, last, _ = passes(x, labels, w1, b1, w2, b2)
    return assembled(x, hidden, last, last @ w2.T * (hidden == 0))


def back_without_labels(x, labels, w1, b1, w2, b2):
    hidden, last, _ = passes(x, labels, w1, b1, w2, b2)
    last = last + np.eye(len(b2))[labels] / len(x)
    return assembled(x, hidden, last, last @ w2.T * (hidden > 0))


def back_negated(x, labels, w1, b1, w2, b2):
    return [-each for each in backpropagate(x, labels, w1, b1, w2, b2)]


def back_with_sums(x, labels, w1, b1, w2, b2):
    _, last, first = passes(x, labels, w1, b1, w2, b2)
    return assembled(x, x @ w1 + b1, last, first)


def back_biases_averaged(x, labels, w1, b1, w2, b2):
    first_kernel, first_bias, last_kernel, last_bias = backpropagate(x, labels, w1, b1, w2, b2)
    return first_kernel, first_bias / len(x), last_kernel, last_bias / len(x)


def back_transposed(x, labels, w1, b1, w2, b2):
    return [each.T for each in backpropagate(x, labels, w1, b1, w2, b2)]


def back_reversed(x, labels, w1, b1, w2, b2):
    return backpropagate(x, labels, w1, b1, w2, b2)[::-1]


def back_softmax_along(axis):
    """Gradients from probabilities that do not sum to 1 in each row."""

    def back_softmax_otherwise(x, labels, w1, b1, w2, b2):
        hidden, _, _ = passes(x, labels, w1, b1, w2, b2)
        exponentials = np.exp(hidden @ w2 + b2)
        last = (exponentials / exponentials.sum(axis=axis) - np.eye(len(b2))[labels]) / len(x)
        return assembled(x, hidden, last, last @ w2.T * (hidden > 0))

    return back_softmax_otherwise


def back_in_place(x, labels, w1, b1, w2, b2):
    found = backpropagate(x, labels, w1, b1, w2, b2)
    w1 -= found[0]
    return found


QUESTION = QuestionDefinition(
    id="4.1",
    title="Backpropagation of a two-layer network",
    draw=draw_networks,
    reference=backpropagate,
    accepted=[backpropagate_example_by_example, backpropagate_by_einsum],
    mistakes=[
        Mistake(
            back_summed,
            "mean over the examples",
            "Every gradient is summed over the examples. The cost is the mean over the examples: divide by their number, "
            "once, where the slope at the logits is made.",
        ),
        Mistake(
            back_without_mask,
            "ReLU",
            "The last layer's gradients are right. On the way back through the ReLU, a slope passes only where a number "
            "passed on the way forward; here it passes everywhere.",
        ),
        Mistake(
            back_mask_turned,
            "turned round",
            "The last layer's gradients are right. The mask of the ReLU is turned round: the slope passes where the unit is "
            "silent, and should where it is not.",
        ),
        Mistake(
            back_without_labels,
            "labels",
            "The slope at the logits is the softmax's probabilities alone. The labels are missing: from each row its one-hot "
            "label is subtracted.",
        ),
        Mistake(
            back_negated,
            "sign",
            "Every gradient has the wrong sign: at the logits it is probabilities minus one-hot labels, not the other way "
            "round.",
        ),
        Mistake(
            back_with_sums,
            "before the ReLU",
            "For the gradient of w2 the numbers before the ReLU were taken. What the last layer got as its input are those "
            "after it.",
        ),
        Mistake(
            back_biases_averaged,
            "biases",
            "The gradients of the weights are right. Those of the biases are divided by the number of examples once too "
            "often: the division is in the slopes already, so sum them.",
        ),
        Mistake(
            back_softmax_along(None),
            "its own row",
            "The softmax divides by the sum over the whole batch. Each example's probabilities sum to 1: divide each row by the "
            "sum of its own row, with `axis=1, keepdims=True`.",
        ),
        Mistake(
            back_softmax_along(0),
            "down the columns",
            "The softmax sums down the columns, over the examples. Each example's probabilities sum to 1: sum along the rows, "
            "with `axis=1, keepdims=True`.",
        ),
        Mistake(back_transposed, "transposed"),
        Mistake(back_reversed, "another order"),
        Mistake(back_in_place, "in place"),
    ],
    hints=[
        "Begin at the end. The slope of the mean cost at the logits is (probabilities - one-hot labels) / B, shape (B, K).",
        "A gradient has the shape of its weights. For w2, (U, K), there is one way to multiply the hidden values, (B, U), "
        "with the slopes, (B, K).",
        "Back through w2 goes `slopes @ w2.T`; through the ReLU goes what has a positive sum. Then as for the last layer, "
        "with x as the input.",
    ],
    tolerance=SINGLE_PRECISION,
)
