r"""From what was measured in a run to what is wrong with it: one pure function a fault, in the order of root causes.

A fault has consequences that look like faults of their own: with inputs a hundred times too large the loss explodes
at any usual rate. Hence each diagnosis names the others that it hides. The checks are those by which practitioners
debug a network (Karpathy 2019, *A recipe for training neural networks*; Glorot and Bengio 2010 for the gradients).
Thresholds are far from what the healthy runs in the tests give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dlcourse.callbacks.vitals import Vitals


class Finding(NamedTuple):
    """A fault by name, the numbers that show it, and what to try."""

    name: str
    evidence: str
    advice: str


def unscaled_inputs(v: Vitals) -> Finding | None:
    """The first weights see numbers far from 1."""
    if v.entering is None or 1e-3 <= v.entering <= 5:
        return None
    return Finding(
        "unscaled inputs",
        f"what enters the first layer with weights has a root mean square of {v.entering:.3g}, where about 1 is right",
        "Subtract the training set's mean and divide by its deviation; or let a Normalization layer do it.",
    )


def loss_and_outputs_confused(v: Vitals) -> Finding | None:
    """The loss expects logits and gets probabilities, or the other way round."""
    if v.expects not in ("logits", "probabilities") or (v.expects == "probabilities") == v.gives_probabilities:
        return None
    gets, setting = ("probabilities", "True") if v.expects == "logits" else ("logits", "False")
    return Finding(
        "loss and outputs confused",
        f"the loss expects {v.expects} (from_logits={setting}), but the model gives {gets}",
        "Leave out the last activation and set from_logits=True; or keep it and set from_logits=False.",
    )


def softmax_twice(v: Vitals) -> Finding | None:
    """A softmax of a softmax: no output can come near 0 or 1."""
    if not v.softmax_twice:
        return None
    return Finding(
        "softmax twice",
        "what enters the last softmax already sums to 1 in each row",
        "Take one of the two softmax activations away: most often that of the layer before.",
    )


def leaking_validation(v: Vitals) -> Finding | None:
    """Rows that are trained on are also held back."""
    if v.leaked <= 0.05:
        return None
    return Finding(
        "leaking validation data",
        f"{v.leaked:.0%} of the rows are in the training probe and in the validation data",
        "Split before anything is repeated or augmented, and remove rows that occur in both parts.",
    )


def forgotten_training_flag(v: Vitals) -> Finding | None:
    """Dropout or batch normalization never ran as in training."""
    if not v.idle or not v.steps:
        return None
    return Finding(
        "forgotten training flag",
        f"{_listed(v.idle)} never acted: random state or moving averages are what they were",
        "Call the model with training=True in a training step of your own, and hand the flag on in call().",
    )


def exploding_gradients(v: Vitals) -> Finding | None:
    """The gradient grows on its way to the first layer, or is huge altogether."""
    first, last = v.gradients
    if np.isfinite(v.gradient_norm) and v.gradient_norm <= 1e4 and first <= 1e3 * last:
        return None
    return Finding(
        "exploding gradients",
        f"before the first update the gradient's norm is {v.gradient_norm:.2g}, its root mean square {first:.2g} in "
        f"the first layer and {last:.2g} in the last",
        "Use smaller initial weights (Glorot, He), normalization layers, clipnorm; scale the targets of a regression.",
    )


def rate_too_high(v: Vitals) -> Finding | None:
    """The loss left for good, or leapt far above its start."""
    start = max(v.losses[0], v.first if np.isfinite(v.first) else 0.0, v.baseline or 0.0)
    if np.isfinite(v.peak) and v.peak <= 5 * start:
        return None
    return Finding(
        "rate too high",
        f"the loss went from {v.losses[0]:.3g} to {v.peak:.3g}",
        "Divide the learning rate by 10 until the loss falls from the first steps on; LearningRateFinder suggests one.",
    )


def dead_relus(v: Vitals) -> Finding | None:
    """More than half of a layer's ReLU units are zero for the whole probe."""
    dead = {name: share for name, share in v.dead.items() if share > 0.5}
    if not dead:
        return None
    shares = ", ".join(f"{share:.0%} of {name}" for name, share in dead.items())
    return Finding(
        "dead ReLUs",
        f"for every example of the probe the output is zero in {shares}",
        "Start biases at 0 and weights by He's rule, lower the learning rate, or use LeakyReLU or ELU.",
    )


def vanishing_gradients(v: Vitals) -> Finding | None:
    """The gradient fades on its way to the first layer."""
    first, last = v.gradients
    if not last or first >= 1e-4 * last:
        return None
    return Finding(
        "vanishing gradients",
        f"before the first update the gradient's root mean square is {first:.2g} in the first layer, "
        f"{last:.2g} in the last",
        "Use ReLU with He's initial weights, skip connections or normalization layers, or fewer layers.",
    )


def rate_too_low(v: Vitals) -> Finding | None:
    """The weights hardly move and the loss hardly falls, although it is not low already."""
    learned = v.baseline is not None and v.losses[-1] < 0.7 * v.baseline
    if learned or not v.movement < 1e-5 or v.fall >= 0.05:
        return None
    return Finding(
        "rate too low",
        f"a step moves the weights by {v.movement:.1g} of their norm, and the loss fell by {v.fall:.1%} "
        f"in {v.steps} steps",
        "Multiply the learning rate by 10 until the loss falls clearly; LearningRateFinder suggests one.",
    )


def frozen_layers(v: Vitals) -> Finding | None:
    """Some layers' weights are what they were."""
    if not v.unmoved or not v.movement > 0:
        return None
    return Finding(
        "frozen layers",
        f"the weights of {_listed(v.unmoved)} did not move in {v.steps} steps",
        "Set trainable = True and compile again; look for stop_gradient. If it is meant, name them in frozen=(...).",
    )


def class_collapse(v: Vitals) -> Finding | None:
    """Nearly everything is taken for one class; the others are predicted less than a third as often as they occur."""
    if v.predicted is None or v.predicted < 0.97 or 3 * (1 - v.predicted) > 1 - v.labelled or v.labelled == 1:
        return None
    return Finding(
        "class collapse",
        f"the model predicts one class for {v.predicted:.0%} of the probe, of whose labels the commonest class has "
        f"{v.labelled:.0%}",
        "Look at how often each class occurs; weigh or resample the classes, and check class_weight.",
    )


def shuffled_labels(v: Vitals) -> Finding | None:
    r"""What is learned on the training data says nothing about other data.

    By chance a correlation over N examples is of the size $1 / \sqrt N$. Held to twice that, outputs must agree with
    the targets on the probe, not on the data held back, and less there than on the probe.
    """
    if v.agreement is None:
        return None
    here, there = v.agreement
    chance_here, chance_there = (2 / np.sqrt(count) for count in v.counts)
    learned = here > chance_here and here - there > np.hypot(chance_here, chance_there)
    if not learned or there > chance_there:
        return None
    return Finding(
        "shuffled labels",
        f"the outputs' correlation with the targets is {here:.2f} on the probe and {there:.2f} on the validation data, "
        f"no more than chance gives over {v.counts[1]} examples",
        "Look at some inputs beside their labels: were both shuffled, sorted and joined in the same order?",
    )


def overfitting(v: Vitals) -> Finding | None:
    """The loss on data held back rises while that on the training data falls."""
    if len(v.validation) < 2 or len(v.training) < len(v.validation):
        return None
    best = int(np.argmin(v.validation))
    rose = v.validation[-1] > 1.15 * v.validation[best]
    if not rose or not v.training[-1] < 0.9 * v.training[best]:
        return None
    return Finding(
        "overfitting",
        f"since epoch {best + 1} the validation loss rose from {v.validation[best]:.3g} to {v.validation[-1]:.3g}, "
        f"while the training loss fell from {v.training[best]:.3g} to {v.training[-1]:.3g}",
        "Stop early, get or augment data, add dropout or weight decay, or use a smaller model.",
    )


Diagnosis = Callable[[Vitals], Finding | None]

_LEARNING = ("rate too low", "shuffled labels", "class collapse")
_SIZES = ("exploding gradients", "rate too high", "dead ReLUs", "vanishing gradients")

# In the order of root causes: a diagnosis, and the names of those that its finding explains.
ORDER: tuple[tuple[Diagnosis, tuple[str, ...]], ...] = (
    (unscaled_inputs, (*_SIZES, *_LEARNING, "overfitting")),
    (loss_and_outputs_confused, ("rate too high", *_LEARNING)),
    (softmax_twice, ("vanishing gradients", *_LEARNING)),
    (leaking_validation, ("overfitting",)),
    (forgotten_training_flag, ("overfitting",)),
    (exploding_gradients, ("rate too high", "dead ReLUs", *_LEARNING, "overfitting")),
    (rate_too_high, ("dead ReLUs", "frozen layers", *_LEARNING, "overfitting")),
    (dead_relus, ("vanishing gradients", "frozen layers", *_LEARNING)),
    (vanishing_gradients, ("frozen layers", *_LEARNING)),
    (rate_too_low, ("frozen layers", *_LEARNING)),
    (frozen_layers, ("class collapse",)),
    (class_collapse, ("shuffled labels", "overfitting")),
    (shuffled_labels, ("overfitting",)),
    (overfitting, ()),
)


def diagnose(vitals: Vitals) -> tuple[Finding, ...]:
    """The findings of one run, root causes first, without those that another explains.

    Example:
        >>> [finding.name for finding in diagnose(Vitals(losses=[0.7, 0.2], peak=0.7, entering=128.0))]
        ['unscaled inputs']
    """
    found: list[Finding] = []
    hidden: set[str] = set()
    for diagnosis, explains in ORDER:
        finding = diagnosis(vitals)
        if finding is not None and finding.name not in hidden:
            found.append(finding)
            hidden.update(explains)
    return tuple(found)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
