"""Question 6.3: three runs that fail, to be told apart by their logs. The logs are of real runs on the digits."""

from __future__ import annotations

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case

CAUSES = (
    "unscaled_inputs",
    "rate_too_high",
    "rate_too_low",
    "softmax_twice",
    "dead_relus",
    "vanishing_gradients",
    "exploding_gradients",
    "shuffled_labels",
    "overfitting",
)
REMEDIES = (
    "standardize_the_inputs",
    "lower_the_rate",
    "raise_the_rate",
    "take_one_softmax_away",
    "relu_and_he_weights",
    "clip_the_gradients",
    "look_at_inputs_beside_labels",
    "stop_early",
)
CHOICES = {
    "A": ("softmax_twice", "take_one_softmax_away"),
    "B": ("shuffled_labels", "look_at_inputs_beside_labels"),
    "C": ("vanishing_gradients", "relu_and_he_weights"),
}
IN_LISTS = {run: list(choice) for run, choice in CHOICES.items()}
TURNED_ROUND = dict(reversed(CHOICES.items()))


def draw_runs(rng):
    return [Case(run, {"run": run}, points=2) for run in CHOICES]


def choosing(run, cause, remedy, words, says=""):
    return Mistake({**CHOICES, run: (cause, remedy)}, words, says)


ACCURATE = (
    "Its accuracy rises to 0.97, on new images as well, so it does learn, and at a good pace. What keeps the loss above "
    "1.46, even on sixteen images, while almost every answer is right?"
)
NOT_THE_RATE = (
    "The loss falls smoothly and then stays. Another rate changes how fast it gets there, and not where it stays: on "
    "sixteen images it stops at the same 1.46."
)
NEVER_BETTER = (
    "Overfitting begins with validation that gets better. Here it is never better than a guess, from the first epoch on: "
    "nothing of what is learned holds for new images."
)
LEARNS_BY_HEART = (
    "The network is wired well: it learns sixteen images by heart, and its gradients are of one size. So what about the "
    "data that it was given?"
)
TOO_SMALL_THERE = (
    "A step is the rate times the gradient. Compare the gradient in the first layer with that in the last: no one rate "
    "suits both."
)
NO_RELU = (
    "All ten hidden layers are sigmoids: a sigmoid is never exactly 0 for all examples. What do ten of them do to a "
    "gradient on its way back?"
)
GROWS = (
    "On its way from the last layer to the first the gradient gets smaller here, by a factor of millions, not larger."
)
SCALED = (
    "The inputs lie between 0 and 1, and the loss before the first step is that of a guess: they are not what is wrong. What "
    "do the gradients say, and what the validation loss?"
)
RIGHT_CAUSE = "The cause is right. The remedy is not one for it: what exactly has to change, so that it goes away?"


QUESTION = QuestionDefinition(
    id="6.3",
    title="Three runs that fail",
    draw=draw_runs,
    reference=CHOICES,
    accepted=[IN_LISTS, TURNED_ROUND],
    mistakes=[
        choosing("A", "rate_too_low", "raise_the_rate", "Another rate", NOT_THE_RATE),
        choosing("A", "rate_too_high", "lower_the_rate", "Another rate", NOT_THE_RATE),
        choosing("A", "shuffled_labels", "look_at_inputs_beside_labels", "accuracy", ACCURATE),
        choosing("A", "unscaled_inputs", "standardize_the_inputs", "accuracy", ACCURATE),
        choosing("A", "overfitting", "stop_early", "accuracy", ACCURATE),
        choosing("A", "vanishing_gradients", "relu_and_he_weights", "accuracy", ACCURATE),
        choosing("A", "dead_relus", "relu_and_he_weights", "accuracy", ACCURATE),
        choosing("B", "overfitting", "stop_early", "better than a guess", NEVER_BETTER),
        choosing("B", "rate_too_low", "raise_the_rate", "wired well", LEARNS_BY_HEART),
        choosing("B", "vanishing_gradients", "relu_and_he_weights", "wired well", LEARNS_BY_HEART),
        choosing("B", "softmax_twice", "take_one_softmax_away", "wired well", LEARNS_BY_HEART),
        choosing("B", "rate_too_high", "lower_the_rate", "wired well", LEARNS_BY_HEART),
        choosing("B", "exploding_gradients", "clip_the_gradients", "wired well", LEARNS_BY_HEART),
        choosing("B", "unscaled_inputs", "standardize_the_inputs", "between 0 and 1", SCALED),
        choosing("C", "rate_too_low", "raise_the_rate", "no one rate", TOO_SMALL_THERE),
        choosing("C", "dead_relus", "relu_and_he_weights", "sigmoid", NO_RELU),
        choosing("C", "exploding_gradients", "clip_the_gradients", "smaller here", GROWS),
        choosing("C", "rate_too_high", "lower_the_rate", "no one rate", TOO_SMALL_THERE),
        choosing("C", "unscaled_inputs", "standardize_the_inputs", "between 0 and 1", SCALED),
        choosing("C", "shuffled_labels", "look_at_inputs_beside_labels", "no one rate", TOO_SMALL_THERE),
        choosing("A", "softmax_twice", "lower_the_rate", "cause is right", RIGHT_CAUSE),
        choosing("B", "shuffled_labels", "stop_early", "cause is right", RIGHT_CAUSE),
        choosing("C", "vanishing_gradients", "raise_the_rate", "cause is right", RIGHT_CAUSE),
        choosing("C", "vanishing_gradients", "clip_the_gradients", "cause is right", RIGHT_CAUSE),
        choosing("C", "vanishing_gradients", "standardize_the_inputs", "cause is right", RIGHT_CAUSE),
        choosing("B", "look_at_inputs_beside_labels", "shuffled_labels", "wrong order"),
        choosing("A", "softmax_twce", "take_one_softmax_away", "did you mean 'softmax_twice'"),
    ],
    hints=[
        "Hold every loss against ln 10 = 2.30, what a guess costs. Which run learns something that holds for new images?",
        "Which run cannot learn sixteen images by heart, though its answers are right? One of the losses has a name: "
        "ln(1 + 9/e) = 1.46.",
        "In which run does the first layer get a gradient that is millions of times smaller than that of the last?",
    ],
    probe="item",
    options=CAUSES + REMEDIES,
)
