"""Why a trained model misses its goal: what it predicts, its layers and its steps are told in words."""

import numpy as np
import pytest

from dlcourse.checks.reason import Attempt, likely_reason

LABELS = np.tile(np.arange(5), 8)
CHANCE = np.eye(5)[np.arange(40) // 8]
HALF = np.eye(5)[np.where(np.arange(40) < 24, LABELS, (LABELS + 1) % 5)]
UNSURE = 0.02 * CHANCE + 0.196
LOGITS = CHANCE - 0.5
RELU = np.maximum(LOGITS, 0) * np.array([1.0, 2, 3, 4, 5])
CNN = ["Rescaling", "Conv2D", "Flatten", "Dense"]


@pytest.mark.parametrize(
    ("predictions", "layers", "steps", "words"),
    [
        (np.roll(HALF, 1, axis=1), CNN, 100, "with 1 taken off"),
        (CHANCE, CNN, 0, "has not made a single step"),
        (np.hstack([HALF, np.zeros((40, 6))]), CNN, 100, "it gives 11 numbers for each example, for 5 classes"),
        (HALF, ["Rescaling", "Flatten", "Dense"], 100, "it has no convolution"),
        (HALF, [*CNN, "BatchNormalization"], 299, "after 299 steps the moving averages"),
        (RELU, CNN, 100, "a ReLU on the last layer?"),
        (np.tile(UNSURE[0], (40, 1)), CNN, 100, "always with the same numbers"),
        (HALF, CNN, 59, "made 59 steps, one for each batch, and that is few"),
        (HALF * 0.9 + 0.05, CNN, 100, "does the softmax run along the last axis?"),
        (LOGITS, CNN, 100, "does the loss know (`from_logits=True`"),
        (UNSURE, CNN, 100, "it takes all classes for about equally likely"),
        (HALF, ["Conv2D", "Flatten", "Dense"], 100, "no layer of it scales"),
        (CHANCE, CNN, 100, "this is the level of chance: was it trained"),
        (HALF, CNN, 100, "it learns something"),
    ],
)
def test_what_the_numbers_the_layers_and_the_steps_tell(predictions, layers, steps, words):
    assert words in likely_reason(Attempt(LABELS, predictions, 0.9, layers, steps))


@pytest.mark.parametrize("steps", [None, 300])
def test_averages_that_have_settled_or_are_unknown_are_not_blamed(steps):
    said = likely_reason(Attempt(LABELS, HALF, 0.9, [*CNN, "BatchNormalization"], steps))
    assert said.startswith("it learns something")


def test_where_little_is_lacking_only_that_is_told():
    assert likely_reason(Attempt(LABELS, HALF, 0.62, CNN, 10)).startswith("close; more epochs")


def test_a_model_that_learned_by_its_own_loop_is_not_called_untrained():
    assert "single step" not in likely_reason(Attempt(LABELS, HALF, 0.9, CNN, 0))
