"""Question 3.5: which output, which loss.

Accepted are, for the three classifications, cross-entropy from probabilities and from logits (the more stable one), since
the question asks for maximum likelihood; for the regression all three losses for real numbers, since it names no outliers.
"""

from __future__ import annotations

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case

ACTIVATIONS = ("linear", "sigmoid", "tanh", "relu", "softmax")
LOSSES = (
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "binary_crossentropy",
    "binary_crossentropy_from_logits",
    "categorical_crossentropy",
    "categorical_crossentropy_from_logits",
    "sparse_categorical_crossentropy",
    "sparse_categorical_crossentropy_from_logits",
)
CHOICES = {
    "spam": ("sigmoid", "binary_crossentropy"),
    "digit": ("softmax", "sparse_categorical_crossentropy"),
    "genres": ("sigmoid", "binary_crossentropy"),
    "change": ("linear", "mean_squared_error"),
}
CHOICES_FROM_LOGITS = {
    "spam": ("linear", "binary_crossentropy_from_logits"),
    "digit": ("linear", "sparse_categorical_crossentropy_from_logits"),
    "genres": ("linear", "binary_crossentropy_from_logits"),
    "change": ("linear", "mean_absolute_error"),
}
CHOICES_ROBUST = {**CHOICES, "change": ["linear", "huber"]}


def draw_choices(rng):
    return [Case(task, {"task": task}, points=2) for task in CHOICES]


def choosing(task, activation, loss, words, says=""):
    return Mistake({**CHOICES, task: (activation, loss)}, words, says)


ONE_IS_ALWAYS_ONE = (
    "Over one output unit a softmax is always 1, whatever the input is: nothing could be learned. Which activation gives "
    "one probability from one number?"
)
CATEGORICAL_FOR_TWO = (
    "With one output unit a categorical loss sees one class only. A single probability of yes wants the loss "
    "that counts both yes and no."
)
TWICE = (
    "The activation would be applied twice: the loss is told to expect logits and applies its own, but it is given "
    "probabilities. It learns, badly, and no error is raised."
)
NEEDS_PROBABILITIES = (
    "This loss takes probabilities by default, and here it would be given logits, which can be negative or above 1. Mend "
    "one of the two."
)
ONE_HOT_WANTED = (
    "This loss wants one-hot labels, rows of zeros and ones. Here a label is a whole number from 0 to 9. There is a "
    "sibling for such labels."
)
COMPETING = (
    "A softmax makes the genres compete: they share a sum of 1, so two genres can never both have a probability above "
    "one half. Here several may be true at once."
)
UNLIKE_CATEGORICAL = (
    "A categorical loss is about one right class among several. Here each genre is a yes or no of its own, and each no "
    "should count as well."
)
CLASSES_APART = (
    "A sigmoid makes ten separate yes or no decisions, which need not sum to 1: two digits could both be sure. An image shows "
    "exactly one digit, so the ten classes should share one probability: what one gains the others lose."
)
BOUNDED = "This activation cannot give every real number. A change of temperature can be negative, and larger than 1."
FLAT = (
    "It would learn, but slowly where it matters most: when the answer is surely wrong, the sigmoid is flat, and the gradient of a "
    "squared error vanishes with it. Maximum likelihood gives another loss."
)
QUESTION = QuestionDefinition(
    id="3.5",
    title="Which output, which loss",
    draw=draw_choices,
    reference=CHOICES,
    accepted=[CHOICES_FROM_LOGITS, CHOICES_ROBUST],
    mistakes=[
        choosing("spam", "softmax", "binary_crossentropy", "always 1", ONE_IS_ALWAYS_ONE),
        choosing("spam", "softmax", "categorical_crossentropy", "always 1", ONE_IS_ALWAYS_ONE),
        choosing("spam", "softmax", "sparse_categorical_crossentropy", "always 1", ONE_IS_ALWAYS_ONE),
        choosing("spam", "sigmoid", "categorical_crossentropy", "one output unit", CATEGORICAL_FOR_TWO),
        choosing("spam", "sigmoid", "sparse_categorical_crossentropy", "one output unit", CATEGORICAL_FOR_TWO),
        choosing("spam", "sigmoid", "binary_crossentropy_from_logits", "twice", TWICE),
        choosing("spam", "linear", "binary_crossentropy", "logits", NEEDS_PROBABILITIES),
        choosing("spam", "sigmoid", "mean_squared_error", "flat", FLAT),
        choosing("digit", "softmax", "categorical_crossentropy", "one-hot", ONE_HOT_WANTED),
        choosing("digit", "linear", "categorical_crossentropy_from_logits", "one-hot", ONE_HOT_WANTED),
        choosing("digit", "softmax", "sparse_categorical_crossentropy_from_logits", "twice", TWICE),
        choosing("digit", "linear", "sparse_categorical_crossentropy", "logits", NEEDS_PROBABILITIES),
        choosing("digit", "sigmoid", "sparse_categorical_crossentropy", "separate", CLASSES_APART),
        choosing("digit", "sigmoid", "binary_crossentropy", "separate", CLASSES_APART),
        choosing("genres", "softmax", "categorical_crossentropy", "compete", COMPETING),
        choosing("genres", "softmax", "sparse_categorical_crossentropy", "compete", COMPETING),
        choosing("genres", "softmax", "binary_crossentropy", "compete", COMPETING),
        choosing("genres", "sigmoid", "categorical_crossentropy", "yes or no", UNLIKE_CATEGORICAL),
        choosing("genres", "sigmoid", "binary_crossentropy_from_logits", "twice", TWICE),
        choosing("genres", "linear", "binary_crossentropy", "logits", NEEDS_PROBABILITIES),
        *(
            choosing("change", activation, loss, "negative", BOUNDED)
            for activation in ("relu", "sigmoid", "tanh")
            for loss in ("mean_squared_error", "mean_absolute_error", "huber")
        ),
        choosing("change", "linear", "binary_crossentropy", "can stay"),
        choosing("spam", "mean_squared_error", "relu", "is not right"),
        choosing("digit", "sparse_categorical_crossentropy", "softmax", "wrong order"),
        choosing("change", "linear", "mse", "did you mean 'mean_squared_error'"),
        choosing("genres", "sigmoid", "bce", "none of the options"),
        Mistake({**CHOICES, "digit": "softmax"}, "the other is missing"),
    ],
    hints=[
        "Ask of each task first: what does one output unit have to be? Any number, one probability, one of several "
        "probabilities that sum to 1?",
        "The loss follows from the labels: a number, a yes or no, several of them, one class of many. For the last it "
        "matters whether a label is a row of zeros and ones or the class's number.",
        "Activation and loss go together: a `_from_logits` loss brings its own activation, so the output stays linear; "
        "the others want the probabilities.",
    ],
    probe="item",
    options=ACTIVATIONS + LOSSES,
)
