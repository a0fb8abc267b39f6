"""Question 3.6: a loop that does not learn."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_training(rng):
    def case(name, examples, batch_size, epochs=3, shuffled=True, **options):
        x = rng.normal(size=(examples, 3))
        labels = rng.permutation(np.arange(examples) % 2)
        orders = np.array([rng.permutation(examples) if shuffled else np.arange(examples) for _ in range(epochs)])
        arguments = {"x": x, "labels": labels, "orders": orders, "batch_size": batch_size, "learning_rate": 0.5}
        return Case(name, arguments, **options)

    return [
        case("visited in their own order", 9, 3, shuffled=False),
        case("three batches, shuffled", 12, 4),
        case("a smaller last batch", 10, 4, points=2),
        case("one example a batch", 6, 1),
        case("all examples in one batch", 8, 8),
        case("inputs left as they are", 7, 2, pure=True),
    ]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def take_step(weights, bias, x, labels, learning_rate, divisor=None):
    error = sigmoid(x @ weights + bias) - labels
    divisor = len(x) if divisor is None else divisor
    return weights - learning_rate * x.T @ error / divisor, bias - learning_rate * error.sum() / divisor


def train(x, labels, orders, batch_size, learning_rate):
    weights, bias = np.zeros(x.shape[1]), 0.0
    for order in orders:
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            weights, bias = take_step(weights, bias, x[batch], labels[batch], learning_rate)
    return weights, bias


def train_with_bias_column(x, labels, orders, batch_size, learning_rate):
    inputs = np.column_stack([x, np.ones(len(x))])
    weights = np.zeros(inputs.shape[1])
    for order in orders:
        shuffled, targets = inputs[order], labels[order]
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            error = sigmoid(shuffled[batch] @ weights) - targets[batch]
            weights = weights - learning_rate * np.mean(error[:, None] * shuffled[batch], axis=0)
    return weights[:-1], weights[-1]


def train_example_by_example(x, labels, orders, batch_size, learning_rate):
    weights, bias = np.zeros(x.shape[1]), 0.0
    for order in orders:
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        for batch in batches:
            errors = [sigmoid(sum(weights * x[i]) + bias) - labels[i] for i in batch]
            steps = [error * x[i] for error, i in zip(errors, batch, strict=True)]
            weights = weights - learning_rate * sum(steps) / len(batch)
            bias -= learning_rate * sum(errors) / len(batch)
    return weights, float(bias)


def training(x_of, labels_of, divisor_of=len, rate_sign=1, keep_last=True):
    """A loop in which something is otherwise: what the batch's inputs and labels are, or how the step is made."""

    def train_otherwise(x, labels, orders, batch_size, learning_rate):
        weights, bias = np.zeros(x.shape[1]), 0.0
        for order in orders:
            for start in range(0, len(x) if keep_last else len(x) - batch_size + 1, batch_size):
                batch = slice(start, start + batch_size)
                some_x, some_labels = x_of(x, order)[batch], labels_of(labels, order)[batch]
                divisor = divisor_of(some_x) if divisor_of else len(x)
                weights, bias = take_step(weights, bias, some_x, some_labels, rate_sign * learning_rate, divisor)
        return weights, bias

    return train_otherwise


def shuffled(values, order):
    return values[order]


def unshuffled(values, order):
    return values


def train_reshuffling(x, labels, orders, batch_size, learning_rate):
    weights, bias = np.zeros(x.shape[1]), 0.0
    for order in orders:
        x, labels = x[order], labels[order]
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            weights, bias = take_step(weights, bias, x[batch], labels[batch], learning_rate)
    return weights, bias


def train_reshuffling_labels(x, labels, orders, batch_size, learning_rate):
    weights, bias = np.zeros(x.shape[1]), 0.0
    for order in orders:
        shuffled_x, labels = x[order], labels[order]
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            weights, bias = take_step(weights, bias, shuffled_x[batch], labels[batch], learning_rate)
    return weights, bias


def train_once_ordered(x, labels, orders, batch_size, learning_rate):
    return train(x, labels, orders[:1].repeat(len(orders), axis=0), batch_size, learning_rate)


def train_forgetting(x, labels, orders, batch_size, learning_rate):
    return train(x, labels, orders[-1:], batch_size, learning_rate)


def train_without_bias(x, labels, orders, batch_size, learning_rate):
    weights = np.zeros(x.shape[1])
    for order in orders:
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            weights, _ = take_step(weights, 0.0, x[batch], labels[batch], learning_rate)
    return weights, 0.0


def train_in_place(x, labels, orders, batch_size, learning_rate):
    result = train(x, labels, orders, batch_size, learning_rate)
    x[:] = x[orders[-1]]
    return result


QUESTION = QuestionDefinition(
    id="3.6",
    title="A loop that does not learn",
    draw=draw_training,
    reference=train,
    accepted=[train_with_bias_column, train_example_by_example],
    mistakes=[
        Mistake(training(shuffled, unshuffled), starter=True),
        Mistake(
            training(unshuffled, unshuffled),
            "order",
            "Inputs and labels belong together again, so it learns. But now the examples are visited in the same order "
            "in every epoch: `orders` says in which order they should be.",
        ),
        Mistake(
            training(unshuffled, shuffled),
            "turned round",
            "The fault is turned round: now the labels are in another order and the inputs are not.",
        ),
        Mistake(
            train_reshuffling,
            "already shuffled",
            "Inputs and labels belong together again. From the second epoch on, though, what is shuffled was already shuffled: "
            "each order is meant for the examples as they came.",
        ),
        Mistake(
            train_reshuffling_labels,
            "already shuffled",
            "Right for the first epoch. From the second on, the labels that are shuffled were already shuffled, while the inputs are "
            "taken as they came: the two part again.",
        ),
        Mistake(
            train_once_ordered, "first epoch", "The order of the first epoch is used in all of them: each has its own."
        ),
        Mistake(
            train_forgetting,
            "starts again",
            "Every epoch starts again from zero weights, so only the last one counts.",
        ),
        Mistake(
            training(shuffled, shuffled, keep_last=False),
            "last batch",
            "Right where the batches divide the examples evenly. A smaller last batch is left out; it should count.",
        ),
        Mistake(
            training(shuffled, shuffled, divisor_of=lambda some: 1),
            "mean over the batch",
            "The examples are in order now. The gradient is a sum over the batch, though, and should be the mean over "
            "the batch; that part was right in what you were given.",
        ),
        Mistake(
            training(shuffled, shuffled, divisor_of=None),
            "all examples",
            "The examples are in order now. The gradient is divided by the number of all examples, though, and should "
            "be the mean over the batch; that part was right in what you were given.",
        ),
        Mistake(
            training(shuffled, shuffled, rate_sign=-1),
            "uphill",
            "The examples are in order now, but the steps lead uphill: the gradient is to be subtracted.",
        ),
        Mistake(
            training(shuffled, unshuffled, divisor_of=None),
            "two things",
            "There are two things to mend. The inputs are in the order of the epoch and the labels are not; and the gradient is "
            "divided by the number of all examples, where the mean over the batch is wanted: that part was right in what "
            "you were given.",
        ),
        Mistake(
            training(shuffled, unshuffled, divisor_of=lambda some: 1),
            "two things",
            "There are two things to mend. The inputs are in the order of the epoch and the labels are not; and the gradient is a "
            "sum over the batch, where the mean is wanted: that part was right in what you were given.",
        ),
        Mistake(train_without_bias, "value"),
        Mistake(train_in_place, "in place"),
    ],
    hints=[
        "The equations of gradient and step are right. Do not look at the mathematics, look at the data: print the "
        "inputs and labels of the first batch.",
        "Take three examples whose label you can tell from the input, and follow one of them through an epoch. Does it "
        "still have its own label when the gradient is computed?",
        "What is done to `x` with `order` must be done to everything that belongs to `x`, row by row.",
    ],
    tolerance=SINGLE_PRECISION,
)
