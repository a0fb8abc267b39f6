"""Question 6.1: a multilayer perceptron of any depth, from its list of weights to its probabilities."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_networks(rng):
    def case(name, examples, sizes, size=1.0, **options):
        weights = []
        for inputs, units in pairwise(sizes):
            weights.append(np.round(rng.normal(size=(inputs, units)), 2))
            weights.append(np.round(rng.uniform(0.3, 0.9, size=units), 2))
        weights[-2] = np.round(size * weights[-2], 2)
        return Case(name, {"x": np.round(rng.normal(size=(examples, sizes[0])), 2), "weights": weights}, **options)

    return [
        case("one hidden layer", 4, (3, 6, 3)),
        case("two hidden layers", 5, (4, 6, 5, 3), points=2),
        case("four hidden layers", 3, (3, 5, 4, 5, 4, 2), points=2),
        case("no hidden layer", 4, (3, 4)),
        case("logits in the thousands", 4, (3, 6, 3), 2000.0),
        case("inputs left as they are", 2, (3, 4, 3), pure=True),
    ]


def softmax(z, axis=-1):
    exponentials = np.exp(z - z.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def logits(x, weights):
    h = x
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        h = np.maximum(0, h @ kernel + bias)
    return h @ weights[-2] + weights[-1]


def mlp(x, weights):
    return softmax(logits(x, weights))


def mlp_by_recursion(x, weights):
    z = np.dot(x, weights[0]) + weights[1].reshape(1, -1)
    if len(weights) == 2:
        return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))
    return mlp_by_recursion(np.where(z > 0, z, 0.0), weights[2:])


def mlp_example_by_example(x, weights):
    rows = []
    for row in x:
        for place in range(0, len(weights), 2):
            row = weights[place].T @ row + weights[place + 1]
            if place + 2 < len(weights):
                row = row * (row > 0)
        rows.append(np.exp(row - row.max()) / np.sum(np.exp(row - row.max())))
    return rows


def mlp_linear(x, weights):
    h = x
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        h = h @ kernel + bias
    return softmax(h)


def mlp_relu_everywhere(x, weights):
    return softmax(np.maximum(0, logits(x, weights)))


def _mlp_with(activation, x, weights):
    h = x
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        h = activation(h @ kernel + bias)
    return softmax(h @ weights[-2] + weights[-1])


def mlp_of_sigmoids(x, weights):
    return _mlp_with(lambda z: 1 / (1 + np.exp(-z)), x, weights)


def mlp_of_tanh(x, weights):
    return _mlp_with(np.tanh, x, weights)


def mlp_of_absolute_values(x, weights):
    return _mlp_with(np.abs, x, weights)


def mlp_softmax_in_each_layer(x, weights):
    return _mlp_with(softmax, x, weights)


def mlp_logits(x, weights):
    return logits(x, weights)


def mlp_unstable(x, weights):
    exponentials = np.exp(logits(x, weights))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def mlp_wrong_axis(x, weights):
    return softmax(logits(x, weights), axis=0)


def mlp_softmax_of_all(x, weights):
    z = logits(x, weights)
    return np.exp(z - z.max()) / np.sum(np.exp(z - z.max()))


def mlp_without_biases(x, weights):
    return mlp(x, [each if place % 2 == 0 else 0 * each for place, each in enumerate(weights)])


def mlp_relu_before_bias(x, weights):
    h = x
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        h = np.maximum(0, h @ kernel) + bias
    return softmax(h @ weights[-2] + weights[-1])


def mlp_softmax_twice(x, weights):
    return softmax(mlp(x, weights))


def mlp_in_place(x, weights):
    found = mlp(x, weights)
    x -= x.mean()
    return found


def mlp_one_hidden(x, weights):
    return softmax(np.maximum(0, x @ weights[0] + weights[1]) @ weights[2] + weights[3])


def mlp_from_inputs_each_time(x, weights):
    for layer in range(0, len(weights) - 2, 2):
        h = np.maximum(0, x @ weights[layer] + weights[layer + 1])
    return softmax(h @ weights[-2] + weights[-1])


def mlp_one_layer_short(x, weights):
    return softmax(logits(x, [*weights[:-4], *weights[-2:]]))


def mlp_every_array(x, weights):
    h = x
    for place in range(len(weights) - 2):
        h = np.maximum(0, h @ weights[place] + weights[place + 1])
    return softmax(h @ weights[-2] + weights[-1])


def mlp_axis_lost(x, weights):
    exponentials = np.exp(logits(x, weights) - logits(x, weights).max())
    return exponentials / exponentials.sum(axis=1)


def mlp_one_largest(x, weights):
    exponentials = np.exp(logits(x, weights) - logits(x, weights).max())
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def mlp_sigmoids_at_the_end(x, weights):
    return 1 / (1 + np.exp(-logits(x, weights)))


def mlp_classes(x, weights):
    return logits(x, weights).argmax(axis=1)


QUESTION = QuestionDefinition(
    id="6.1",
    title="A multilayer perceptron by hand",
    draw=draw_networks,
    reference=mlp,
    accepted=[mlp_by_recursion, mlp_example_by_example],
    mistakes=[
        Mistake(
            mlp_linear,
            "only one linear layer",
            "There is no activation between the layers, so that all of them together are only one linear layer.",
        ),
        Mistake(
            mlp_relu_everywhere,
            "may be negative",
            "A ReLU is put on the last layer as well. What goes into the softmax may be negative.",
        ),
        Mistake(
            mlp_of_sigmoids,
            "a sigmoid in the hidden layers",
            "There is a sigmoid in the hidden layers. The equation has a maximum with 0 there, the ReLU.",
        ),
        Mistake(
            mlp_of_tanh,
            "a tanh in the hidden layers",
            "There is a tanh in the hidden layers. The equation has a maximum with 0 there, the ReLU.",
        ),
        Mistake(
            mlp_of_absolute_values,
            "turns negative sums round",
            "The activation turns negative sums round, as an absolute value does. A ReLU makes 0 of them.",
        ),
        Mistake(
            mlp_softmax_in_each_layer,
            "only once",
            "There is a softmax in every layer. It comes only once, at the end; the hidden layers have a ReLU.",
        ),
        Mistake(
            mlp_logits,
            "softmax is missing",
            "The logits are right. The softmax is missing, which makes probabilities of them.",
        ),
        Mistake(
            mlp_unstable,
            "overflows",
            "The exponential of a large logit overflows. Subtract the largest logit of each row first; the softmax stays "
            "the same.",
        ),
        Mistake(
            mlp_wrong_axis,
            "one example",
            "The softmax runs over the examples. Each row, one example, has to sum to 1.",
        ),
        Mistake(
            mlp_softmax_of_all,
            "rows together",
            "All rows together sum to 1 here. Each example has probabilities of its own that do.",
        ),
        Mistake(
            mlp_without_biases,
            "biases",
            "The biases are not used. They lie behind each matrix in `weights`.",
        ),
        Mistake(
            mlp_relu_before_bias,
            "before the bias",
            "The ReLU is taken before the bias is added. The bias is part of what it sees.",
        ),
        Mistake(
            mlp_softmax_twice,
            "twice",
            "The softmax is taken twice. A softmax of probabilities can come near neither 0 nor 1.",
        ),
        Mistake(mlp_in_place, "in place"),
        Mistake(
            mlp_one_hidden,
            "any length",
            "This is a network with exactly one hidden layer. `weights` may be of any length: a loop goes through the pairs.",
        ),
        Mistake(
            mlp_from_inputs_each_time,
            "layer before gave",
            "Each layer takes `x` again. It takes what the layer before gave; only the first one takes `x`.",
        ),
        Mistake(
            mlp_one_layer_short,
            "last hidden layer is left out",
            "The loop ends too early: the last hidden layer is left out. Only the last *pair*, two arrays, is treated on its own.",
        ),
        Mistake(
            mlp_every_array,
            "two at a time",
            "The loop goes one array at a time, so that a bias stands where a matrix should. Matrix and bias come as a pair: two "
            "at a time.",
        ),
        Mistake(
            mlp_axis_lost,
            "`keepdims=True`",
            "The sums have lost their axis, so that they do not meet the rows that they belong to: `keepdims=True` keeps it.",
        ),
        Mistake(
            mlp_one_largest,
            "its own largest",
            "One number is subtracted from all rows. Where it is much larger than a row's logits, that whole row becomes 0 / 0: "
            "subtract from each row its own largest logit.",
        ),
        Mistake(
            mlp_sigmoids_at_the_end,
            "each class by itself",
            "A sigmoid at the end judges each class by itself. The softmax makes probabilities of a row, which sum to 1.",
        ),
        Mistake(
            mlp_classes,
            "not the class",
            "This is the class with the largest logit. Asked for are the probabilities, one for each class, not the class.",
        ),
    ],
    hints=[
        "A loop over the pairs (weights[0], weights[1]), (weights[2], weights[3]) and so on: multiply, add, ReLU.",
        "The last pair is different: no ReLU. Treat it after the loop, `weights[-2]` and `weights[-1]`.",
        "For the softmax subtract each row's largest logit, take the exponential, divide by each row's sum; "
        "`keepdims=True` keeps the shapes fitting.",
    ],
    tolerance=SINGLE_PRECISION,
)
