"""Question 1.2: the forward pass of a network with one hidden layer."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_networks(rng):
    def case(name, examples, inputs, hidden, outputs, **options):
        arguments = {
            "X": rng.normal(size=(examples, inputs)),
            "W1": rng.normal(size=(inputs, hidden)),
            "b1": rng.uniform(0.3, 0.9, size=hidden),
            "W2": rng.normal(size=(hidden, outputs)),
            "b2": rng.uniform(0.3, 0.9, size=outputs),
        }
        return Case(name, arguments, **options)

    return [
        case("four examples", 4, 3, 6, 2),
        case("as many inputs as hidden units", 5, 4, 4, 3),
        case("a batch of one", 1, 3, 8, 3),
        case("one output", 6, 2, 7, 1),
        case("inputs left as they are", 3, 4, 5, 2, pure=True),
    ]


def forward(X, W1, b1, W2, b2):
    return np.maximum(0, X @ W1 + b1) @ W2 + b2


def forward_with_where(X, W1, b1, W2, b2):
    Z = np.dot(X, W1) + b1.reshape(1, -1)
    return np.where(Z > 0, Z, 0.0).dot(W2) + b2


def forward_example_by_example(X, W1, b1, W2, b2):
    rows = []
    for x in X:
        hidden = [max(0.0, float(x @ W1[:, unit] + b1[unit])) for unit in range(len(b1))]
        rows.append([float(np.dot(hidden, W2[:, unit]) + b2[unit]) for unit in range(len(b2))])
    return rows


def forward_linear(X, W1, b1, W2, b2):
    return (X @ W1 + b1) @ W2 + b2


def forward_relu_at_the_end(X, W1, b1, W2, b2):
    return np.maximum(0, forward(X, W1, b1, W2, b2))


def forward_relu_before_bias(X, W1, b1, W2, b2):
    return (np.maximum(0, X @ W1) + b1) @ W2 + b2


def forward_without_first_bias(X, W1, b1, W2, b2):
    return np.maximum(0, X @ W1) @ W2 + b2


def forward_without_second_bias(X, W1, b1, W2, b2):
    return np.maximum(0, X @ W1 + b1) @ W2


def forward_without_biases(X, W1, b1, W2, b2):
    return np.maximum(0, X @ W1) @ W2


def forward_softmax(X, W1, b1, W2, b2):
    powers = np.exp(forward(X, W1, b1, W2, b2))
    return powers / powers.sum(axis=1, keepdims=True)


def forward_sigmoid(X, W1, b1, W2, b2):
    return 1 / (1 + np.exp(-(X @ W1 + b1))) @ W2 + b2


def forward_relu_at_the_end_alone(X, W1, b1, W2, b2):
    return np.maximum(0, forward_linear(X, W1, b1, W2, b2))


def forward_largest(X, W1, b1, W2, b2):
    """NumPy's `max` takes its second argument for an axis."""
    return np.max(0, X @ W1 + b1) @ W2 + b2


def forward_pythons_max(X, W1, b1, W2, b2):
    return max(0, X @ W1 + b1) @ W2 + b2


def forward_factors_swapped(X, W1, b1, W2, b2):
    return W2 @ np.maximum(0, W1 @ X + b1) + b2


def forward_factors_swapped_by_dot(X, W1, b1, W2, b2):
    return np.dot(W2, np.maximum(0, np.dot(W1, X) + b1)) + b2


def forward_second_factors_swapped(X, W1, b1, W2, b2):
    return W2 @ np.maximum(0, X @ W1 + b1) + b2


def forward_weights_transposed(X, W1, b1, W2, b2):
    return np.maximum(0, X @ W1.T + b1) @ W2.T + b2


def forward_both_layers(X, W1, b1, W2, b2):
    H = np.maximum(0, X @ W1 + b1)
    return H, H @ W2 + b2


def forward_hidden_alone(X, W1, b1, W2, b2):
    return np.maximum(0, X @ W1 + b1)


def forward_transposed(X, W1, b1, W2, b2):
    return forward(X, W1, b1, W2, b2).T


def forward_in_place(X, W1, b1, W2, b2):
    result = forward(X, W1, b1, W2, b2)
    X -= X.mean()
    return result


SWAPPED = (
    "The factors of a product are swapped, so that their shapes do not meet. The examples are the rows, so what comes in stands on "
    "the left and the weights on the right: $X W_1$, then $H W_2$."
)
QUESTION = QuestionDefinition(
    id="1.2",
    title="A forward pass",
    draw=draw_networks,
    reference=forward,
    accepted=[forward_with_where, forward_example_by_example],
    mistakes=[
        Mistake(
            forward_linear,
            "no activation",
            "There is no activation between the layers, so both together are only one linear layer. Where does the ReLU go?",
        ),
        Mistake(
            forward_relu_at_the_end,
            "may be negative",
            "The hidden layer is right, but a ReLU is put on the outputs as well. The outputs may be negative.",
        ),
        Mistake(
            forward_relu_before_bias,
            "before the bias",
            "The ReLU is taken before the bias is added. The bias is part of what the ReLU sees.",
        ),
        Mistake(
            forward_without_first_bias,
            "`b1` is not used",
            "Nearly: `b1` is not used. It is added before the ReLU.",
        ),
        Mistake(
            forward_without_second_bias,
            "`b2` is not used",
            "Nearly: `b2` is not used. It is added at the end.",
        ),
        Mistake(
            forward_without_biases,
            "neither bias",
            "Nearly: neither bias is used. `b1` is added before the ReLU, `b2` at the end.",
        ),
        Mistake(
            forward_softmax,
            "softmax",
            "The outputs went through a softmax. $A$ is what would go into one: nothing is done to it after the second sum.",
        ),
        Mistake(
            forward_sigmoid,
            "sigmoid",
            "The hidden units have a sigmoid as activation. The equation has a maximum with 0 there, the ReLU.",
        ),
        Mistake(
            forward_relu_at_the_end_alone,
            "wrong place",
            "The ReLU is in the wrong place: it belongs to the hidden layer, before the second product, not to the outputs.",
        ),
        Mistake(
            forward_largest,
            "second argument",
            "The second argument of `np.max` is an axis. What compares two things number by number is `np.maximum`.",
        ),
        Mistake(
            forward_pythons_max,
            "number by number",
            "Python's `max` compares whole things, and whether an array is larger than 0 has no single answer. What compares "
            "number by number is `np.maximum`.",
        ),
        Mistake(forward_factors_swapped, "factors of a product are swapped", SWAPPED),
        Mistake(forward_factors_swapped_by_dot, "factors of a product are swapped", SWAPPED),
        Mistake(forward_second_factors_swapped, "factors of a product are swapped", SWAPPED),
        Mistake(
            forward_weights_transposed,
            "without a transpose",
            "The weights are transposed. $W_1$ has a row for each input and a column for each unit already, and so has $W_2$: "
            "multiply without a transpose.",
        ),
        Mistake(
            forward_both_layers,
            "$A$ alone",
            "Both layers are returned, as a pair. Return the outputs $A$ alone.",
        ),
        Mistake(
            forward_hidden_alone,
            "hidden layer alone",
            "That is what the hidden layer alone gives, a good first half. The second layer takes it as its input.",
        ),
        Mistake(forward_transposed, "transposed"),
        Mistake(forward_in_place, "in place"),
    ],
    hints=[
        "Write the shapes below the equation: (B, D) times (D, K) gives (B, K). What does (B, K) times (K, U) give?",
        "Two lines suffice, one for each layer: `H = ...` from `X`, `W1`, `b1`, then the result from `H`, `W2`, `b2`.",
        "`np.maximum(0, Z)` takes the larger of 0 and each number of `Z`; `np.max` would give one number.",
    ],
    tolerance=SINGLE_PRECISION,
)
