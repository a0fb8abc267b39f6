"""Why a trained model does not reach its goal, in words: the likeliest reason for what it predicts.

Each reason is a small function of an attempt; the first that knows something speaks. They go from what is certain (the
labels are shifted, no step was made) to what can only be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

_CLOSE = 0.05
_FEW_STEPS = 60
_ZEROS_OF_A_RELU = 0.1
_STEPS_FOR_MOVING_AVERAGES = 300
_SCALING = ("Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "GroupNormalization", "Lambda")


@dataclass(frozen=True)
class Attempt:
    """What a model reached and what is known about it.

    Attributes:
        labels: The right class of each example, shape (n,).
        predictions: Finite numbers of shape (n, outputs), of which the largest is the answer.
        at_least: The share of right answers that is needed.
        layers: The kinds of its layers, empty where they are not known.
        steps: How many steps its optimizer made, None where that is not known.
    """

    labels: np.ndarray
    predictions: np.ndarray
    at_least: float
    layers: Sequence[str] = ()
    steps: int | None = None

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.labels.max()) + 1

    @property
    def chosen(self) -> np.ndarray:
        """The class that the model gives to each example."""
        return self.predictions.argmax(axis=1)

    @property
    def score(self) -> float:
        """The share of right answers."""
        return float(np.mean(self.chosen == self.labels))

    @property
    def close(self) -> bool:
        """Whether it lacks little."""
        return self.score >= self.at_least - _CLOSE

    @property
    def by_chance(self) -> bool:
        """Whether guessing does about as well."""
        return self.score <= 2 / self.classes

    @property
    def probabilities(self) -> bool:
        """Whether the numbers of each example are probabilities."""
        return bool(self.predictions.min() >= 0 and np.allclose(self.predictions.sum(axis=1), 1, atol=1e-3))


def likely_reason(attempt: Attempt) -> str:
    """One clause on why this attempt misses its goal.

    >>> labels = np.tile(np.arange(5), 8)
    >>> likely_reason(Attempt(labels, np.eye(5)[labels - 1], at_least=0.9))
    'the labels look shifted: with 4 taken off its class it would be right far more often'
    """
    return next(said for reason in _REASONS if (said := reason(attempt)))


def _shifted(attempt: Attempt) -> str:
    """Shifted around the circle, if that explains more than half of the examples."""
    chosen, classes = attempt.chosen, attempt.classes
    right = [float(np.mean((chosen - shift) % classes == attempt.labels)) for shift in range(classes)]
    best = int(np.argmax(right))
    if right[best] <= max(0.5, 2 * right[0]):
        return ""
    return f"the labels look shifted: with {best} taken off its class it would be right far more often"


def _no_step(attempt: Attempt) -> str:
    if attempt.steps != 0 or not attempt.by_chance:
        return ""
    return (
        "was it trained? Its optimizer has not made a single step: is there a `fit` before the `return`, and may its "
        "weights change (`trainable`)?"
    )


def _no_last_layer(attempt: Attempt) -> str:
    outputs = attempt.predictions.shape[1]
    if outputs <= 2 * attempt.classes:
        return ""
    return f"it gives {outputs} numbers for each example, for {attempt.classes} classes: is the last layer missing?"


def _dense_alone(attempt: Attempt) -> str:
    if attempt.by_chance or "Flatten" not in attempt.layers or any("Conv" in kind for kind in attempt.layers):
        return ""
    return (
        "it has no convolution, and dense layers learn a shape anew at every place of the image: put convolutions and "
        "pooling before `Flatten`"
    )


def _close(attempt: Attempt) -> str:
    said = "close; more epochs, another filter size or slightly changed copies of the images may do it"
    return said if attempt.close else ""


def _lagging_averages(attempt: Attempt) -> str:
    if "BatchNormalization" not in attempt.layers or not 0 < (attempt.steps or 0) < _STEPS_FOR_MOVING_AVERAGES:
        return ""
    return (
        f"after {attempt.steps} steps the moving averages of batch normalization, which predictions use, may still lag "
        "behind: give it a smaller `momentum`, such as 0.9, or train longer"
    )


def _relu_at_the_end(attempt: Attempt) -> str:
    numbers = attempt.predictions
    if attempt.probabilities or numbers.min() != 0 or np.mean(numbers == 0) < _ZEROS_OF_A_RELU:
        return ""
    return "none of its numbers is below 0: a ReLU on the last layer? What belongs there is a softmax, or nothing"


def _always_the_same(attempt: Attempt) -> str:
    if attempt.steps is None or np.ptp(attempt.predictions, axis=0).max() > 1e-5:
        return ""
    return (
        f"it says class {int(attempt.chosen[0])} to every example, always with the same numbers: nothing of the image "
        "gets through. Is the learning rate so large that every ReLU is 0 now, or are the numbers that go in too large?"
    )


def _few_steps(attempt: Attempt) -> str:
    if not 0 < (attempt.steps or 0) < _FEW_STEPS:
        return ""
    return f"its optimizer has made {attempt.steps} steps, one for each batch, and that is few: train for more epochs"


def _not_one(attempt: Attempt) -> str:
    if attempt.probabilities or attempt.predictions.min() < 0 or attempt.predictions.max() > 1:
        return ""
    return (
        "its numbers lie between 0 and 1, but those of an example do not sum to 1: does the softmax run along the last "
        "axis? (A sigmoid judges each class by itself.)"
    )


def _one_class(attempt: Attempt) -> str:
    if len(np.unique(attempt.chosen)) > 1:
        return ""
    return (
        f"it says class {int(attempt.chosen[0])} to every example: was it trained, is the learning rate too large, and "
        "do the data that it was trained on look like those it is asked about (scaled in the same way, inside the "
        "model)?"
    )


def _logits(attempt: Attempt) -> str:
    if attempt.probabilities or not attempt.by_chance:
        return ""
    return (
        "this is the level of chance, and its outputs are logits: does the loss know (`from_logits=True`; a loss by "
        "its name takes them for probabilities)? If so: was it trained, and do images and labels still belong together?"
    )


def _undecided(attempt: Attempt) -> str:
    undecided = attempt.probabilities and attempt.predictions.max(axis=1).mean() < 2 / attempt.classes
    if not undecided or attempt.score > 3 / attempt.classes:
        return ""
    return (
        "it takes all classes for about equally likely: was it trained (`compile`, then `fit`), is the learning rate "
        "too small, and do images and labels still belong together?"
    )


def _not_scaled(attempt: Attempt) -> str:
    if not attempt.layers or any(kind in _SCALING for kind in attempt.layers):
        return ""
    return (
        "no layer of it scales, such as `Rescaling`. If the images are scaled before `fit`, those that the check asks "
        "about are not: scale inside the model"
    )


def _chance(attempt: Attempt) -> str:
    if not attempt.by_chance:
        return ""
    return (
        "this is the level of chance: was it trained, do images and labels still belong together, and does the loss "
        "fit the output (logits or probabilities)?"
    )


def _some(_: Attempt) -> str:
    return (
        "it learns something; are there enough epochs and filters, an activation after each hidden layer and a "
        "learning rate that fits?"
    )


_REASONS: tuple[Callable[[Attempt], str], ...] = (
    _shifted,
    _no_step,
    _no_last_layer,
    _dense_alone,
    _close,
    _lagging_averages,
    _relu_at_the_end,
    _always_the_same,
    _few_steps,
    _not_one,
    _one_class,
    _logits,
    _undecided,
    _not_scaled,
    _chance,
    _some,
)
