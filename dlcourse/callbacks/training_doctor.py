r"""A callback that watches a run and says in plain words what is wrong with it and what to try. Lesson 06_1."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from dlcourse.callbacks import vitals as measure
from dlcourse.callbacks.dead_units import DeadUnits, _all_layers, _is_relu
from dlcourse.callbacks.diagnoses import Finding, diagnose
from dlcourse.callbacks.expectations import (
    agreement,
    are_probabilities,
    baseline,
    commonest_share,
    expected_outputs,
    labels_of,
    predictions_of,
)
from dlcourse.callbacks.vitals import Vitals


class TrainingDoctor(keras.callbacks.Callback):
    r"""Finds fourteen common faults of a training run; the training itself is not touched.

    It looks at the model with a probe batch before the first update and after each epoch, and judges when training
    ends. A fault that explains another hides it. It knows, root causes first: unscaled inputs, loss and outputs
    confused, softmax twice, leaking validation data, forgotten training flag, exploding gradients, rate too high, dead
    ReLUs, vanishing gradients, rate too low, frozen layers, class collapse, shuffled labels, overfitting. The loss is
    held to that of the best constant guess $c$,

    $$L_0 = \min_c \frac{1}{N} \sum_n \ell(y_n, c),$$

    which for $K$ equally frequent classes and the cross-entropy is $\ln K$ (Karpathy 2019, lesson 06_1).

    Args:
        probe: Inputs and targets of training data, `(x, y)`, as `fit` takes them; some hundred examples.
        validation: Inputs and targets held back, `(x, y)`; the more, the surer it is that labels were shuffled and not
            only hard to learn. Without them the logged `val_loss` serves for overfitting, and neither a leak nor
            shuffled labels can be seen.
        frozen: Names of layers, or of models inside the model, whose weights are meant to stay.

    Attributes:
        findings: What is wrong in the last run, a tuple of (name, evidence, advice), root causes first.
        vitals: What was measured in it.

    Raises:
        ValueError: If the probe or validation is no pair or empty; when training begins, if the model has no trainable
            weight or a name in `frozen` is no layer's; when a report is asked for before a run has ended.

    Example:
        >>> keras.utils.set_random_seed(0)
        >>> x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
        >>> y = (x[:, 0] > 0).astype("float32")
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, "sigmoid")])
        >>> model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy")
        >>> doctor = TrainingDoctor((100 * x, y))
        >>> _ = model.fit(100 * x, y, epochs=2, verbose=0, callbacks=[doctor])
        >>> [finding.name for finding in doctor.findings]
        ['unscaled inputs']
    """

    def __init__(
        self, probe: tuple[Any, Any], validation: tuple[Any, Any] | None = None, frozen: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.probe = _pair("probe", probe)
        self.validation = None if validation is None else _pair("validation", validation)
        if isinstance(frozen, str):
            raise ValueError(f"frozen must be a tuple of layers' names, got {frozen!r}")
        self.frozen = tuple(frozen)
        self.findings: tuple[Finding, ...] = ()
        self.vitals = Vitals()
        self._dead: DeadUnits | None = None
        self._weights: dict[str, list[keras.Variable]] = {}
        self._start: dict[str, list[np.ndarray]] = {}
        self._idle: dict[str, np.ndarray] = {}
        self._updates = 0

    def report(self) -> str:
        """What was measured, what is wrong and what to try, in lines of plain words."""
        if not self.vitals.training:
            raise ValueError("a report needs a run of at least one epoch that has ended, got none")
        lines = [*_measured(self.vitals), ""]
        for finding in self.findings:
            lines += [f"{finding.name[:1].upper()}{finding.name[1:]}: {finding.evidence}.", f"  Try: {finding.advice}"]
        if not self.findings:
            lines.append("Nothing wrong was found.")
        if self.validation is None:
            unseen = "leaks, shuffled labels" + ("" if self.vitals.validation else ", overfitting")
            lines.append(f"Not looked for without validation data: {unseen}.")
        return "\n".join(lines)

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start afresh and measure what can be told before the first update."""
        model, x = self.model, self.probe[0]
        if not model.built:
            model(x, training=False)
        self.findings, self.vitals = (), Vitals()
        self._weights = measure.weights_by_layer(model, self.frozen)
        self._start = {name: _values(weights) for name, weights in self._weights.items()}
        self._idle = measure.idle_states(model)
        self._updates = int(model.optimizer.iterations)
        v = self.vitals
        v.gradients, v.gradient_norm = measure.gradient_sizes(model, self.probe)
        v.entering, v.softmax_twice = measure.seen_inside(model, x)
        v.losses.append(measure.loss_of(model, self.probe))
        self._expect(v)
        if self.validation is not None:
            v.leaked = measure.leaked_share(x, self.validation[0])
        self._dead = self._counting_dead()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Note the highest loss."""
        loss = float((logs or {}).get("loss", np.nan))
        v = self.vitals
        v.first = loss if np.isnan(v.first) else v.first
        v.peak = max(v.peak, loss) if np.isfinite(loss) else np.inf

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Measure what the epoch changed."""
        v, model, logs = self.vitals, self.model, logs or {}
        v.steps = int(model.optimizer.iterations) - self._updates
        v.training.append(float(logs.get("loss", np.nan)))
        v.losses.append(measure.loss_of(model, self.probe))
        if self.validation is not None:
            v.validation.append(measure.loss_of(model, self.validation))
        elif "val_loss" in logs:
            v.validation.append(float(logs["val_loss"]))
        self._compare(v)
        if self._dead is not None:
            self._dead.on_epoch_end(epoch)
            v.dead = {name: shares[-1] for name, shares in self._dead.fractions.items()}

    def on_train_end(self, logs: dict | None = None) -> None:
        """Judge."""
        if self.vitals.training:
            self._judge_outputs(self.vitals)
            self.findings = diagnose(self.vitals)

    def _expect(self, v: Vitals) -> None:
        """What the loss expects, and what a constant guess costs."""
        outputs = measure.outputs_of(self.model, self.probe[0])
        if outputs is None:
            return
        shape, y = outputs.shape, self.probe[1]

        def loss(other: np.ndarray) -> float:
            return measure.loss_of(self.model, self.probe, other)

        v.expects = expected_outputs(loss, y, shape)
        v.gives_probabilities = are_probabilities(outputs)
        v.baseline = baseline(loss, y, shape, v.expects)

    def _counting_dead(self) -> DeadUnits | None:
        """A count of dead units, where there are ReLU layers with names of their own."""
        names = [layer.name for layer in dict.fromkeys(_all_layers(self.model)) if _is_relu(layer)]
        if not names or len(set(names)) < len(names):
            return None
        dead = DeadUnits(self.probe[0], names)
        dead.set_model(self.model)
        with measure.untouched(self.model):
            dead.on_train_begin()
        return dead

    def _compare(self, v: Vitals) -> None:
        """Hold weights and states to what they were at the start."""
        now = {name: _values(weights) for name, weights in self._weights.items()}
        moved = {name: _distance(now[name], self._start[name]) for name in now}
        v.unmoved = tuple(name for name, distance in moved.items() if distance == 0)
        if len(v.training) == 1:
            size = np.sqrt(sum(_norm(values) ** 2 for values in self._start.values()))
            distance = np.sqrt(sum(each**2 for each in moved.values()))
            v.movement = float(distance / max(size, 1e-12) / max(v.steps, 1))
        states = measure.idle_states(self.model)
        v.idle = tuple(name for name, before in self._idle.items() if np.array_equal(before, states[name]))

    def _judge_outputs(self, v: Vitals) -> None:
        """Hold outputs to targets, on the probe and on the data held back."""
        outputs = measure.outputs_of(self.model, self.probe[0])
        if outputs is None or v.expects is None:
            return
        if np.isfinite(outputs).all():
            v.gives_probabilities = v.gives_probabilities and are_probabilities(outputs)
        held_back = None if self.validation is None else measure.outputs_of(self.model, self.validation[0])
        if self.validation is not None and held_back is not None:
            pairs = ((outputs, self.probe[1]), (held_back, self.validation[1]))
            ours, theirs = (agreement(some, y, v.expects, v.gives_probabilities) for some, y in pairs)
            v.counts = (len(outputs), len(held_back))
            v.agreement = None if ours is None or theirs is None else (ours, theirs)
        if v.expects == "numbers":
            return
        labels = labels_of(self.probe[1], outputs.shape)
        predicted = predictions_of(outputs, v.gives_probabilities)
        if len(labels) == len(predicted):  # else each example has several yes-or-no labels
            v.predicted, v.labelled = commonest_share(predicted), commonest_share(labels)


def _pair(name: str, data: Any) -> tuple[Any, Any]:
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError(f"{name} must be a pair (x, y), got {type(data).__name__}")
    if any(np.shape(part)[:1] in ((), (0,)) for part in keras.tree.flatten(data)):
        raise ValueError(f"{name} must hold at least one example along its first axis, got an empty or scalar one")
    return data[0], data[1]


def _measured(v: Vitals) -> list[str]:
    guess = "" if v.baseline is None else f"; a constant guess has {v.baseline:.3g}"
    lines = [
        f"Measured over {len(v.training)} epochs, {v.steps} steps:",
        f"  loss on the probe {v.losses[0]:.3g} before, {v.losses[-1]:.3g} after{guess}",
        f"  gradient before the first step: {v.gradients[0]:.2g} in the first layer, {v.gradients[1]:.2g} in the last",
        f"  weights moved by {v.movement:.2g} of their norm per step in the first epoch",
    ]
    if v.entering is not None:
        lines.append(f"  inputs of the first weights: root mean square {v.entering:.3g}")
    if v.validation:
        lines.append(f"  validation loss {min(v.validation):.3g} at best, {v.validation[-1]:.3g} at the end")
    return lines


def _values(weights: list[keras.Variable]) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(each).copy() for each in weights]


def _norm(values: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.sum(each.astype("float64") ** 2) for each in values)))


def _distance(now: list[np.ndarray], before: list[np.ndarray]) -> float:
    return _norm([left - right for left, right in zip(now, before, strict=True)])
