r"""The numbers by which `TrainingDoctor` judges a run, and how each is measured. Judging is `diagnoses`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dlcourse.callbacks.probing import layers_with_weights, look

NORMALIZATIONS = (
    keras.layers.Normalization,
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    keras.layers.GroupNormalization,
    keras.layers.UnitNormalization,
)
NOISES = (
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D,
    keras.layers.AlphaDropout,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
)


@dataclass
class Vitals:
    r"""What was measured in one run. Losses are means per example as the model computes them.

    Attributes:
        steps: Updates in the run.
        losses: Loss on the probe without dropout: before the first update, then after each epoch.
        training: The loss that `fit` logged for each epoch.
        peak: The highest loss that `fit` logged after any step; not finite if one was not.
        first: The loss logged after the first step.
        validation: Loss on data held back, after each epoch; empty without such data.
        baseline: Loss on the probe of the best constant guess; None where there is none.
        movement: Distance that all weights together moved in the first epoch, per step, over their norm.
        gradients: Root mean square of the gradient in the first and in the last layer before the first update.
        gradient_norm: Norm of the whole gradient before the first update.
        entering: Root mean square of what enters the first layer with weights that is no normalization or embedding.
        expects: What the loss expects: `"logits"`, `"probabilities"`, `"numbers"`, or None where that is unknown.
        gives_probabilities: Whether the outputs are probabilities, before and after training.
        softmax_twice: Whether what enters the last softmax already sums to 1 in each row.
        dead: Share of dead units after the last epoch, by ReLU layer.
        unmoved: Layers whose weights are what they were, less those that may be.
        idle: Layers of dropout, noise or batch normalization that never acted in training mode.
        predicted: Share of the probe for which the model predicts the class that it predicts most often; None where
            there are no classes.
        labelled: Share of the probe's labels that are of their commonest class.
        agreement: Correlation of outputs and targets at the end: on the probe, and on the data held back; None
            without such data or where outputs and targets cannot be compared.
        counts: How many examples the probe and the data held back have.
        leaked: Share of rows that the probe and the data held back have in common, beyond the probe's own repeats.
    """

    steps: int = 0
    losses: list[float] = field(default_factory=list)
    training: list[float] = field(default_factory=list)
    peak: float = -np.inf
    first: float = np.nan
    validation: list[float] = field(default_factory=list)
    baseline: float | None = None
    movement: float = np.nan
    gradients: tuple[float, float] = (1.0, 1.0)
    gradient_norm: float = 0.0
    entering: float | None = None
    expects: str | None = None
    gives_probabilities: bool = False
    softmax_twice: bool = False
    dead: dict[str, float] = field(default_factory=dict)
    unmoved: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    predicted: float | None = None
    labelled: float = 1.0
    agreement: tuple[float, float] | None = None
    counts: tuple[int, int] = (1, 1)
    leaked: float = 0.0

    @property
    def fall(self) -> float:
        """By which share of itself the probe's loss fell over the run."""
        return 1 - self.losses[-1] / self.losses[0] if self.losses[0] else 0.0


@contextlib.contextmanager
def untouched(model: keras.Model) -> Iterator[None]:
    """Put seeds, moving averages and metrics back after the block."""
    kept = [(each, tf.identity(each.value)) for each in (*model.non_trainable_variables, *model.metrics_variables)]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)


def loss_of(model: keras.Model, data: tuple[Any, Any], outputs: Any = None) -> float:
    """The model's loss without dropout; of other outputs than its own, if they are given."""
    x, y = data
    with untouched(model):
        outputs = model(x, training=False) if outputs is None else tf.convert_to_tensor(outputs)
        return float(model.compute_loss(x=x, y=y, y_pred=outputs, training=False))


def outputs_of(model: keras.Model, x: Any) -> np.ndarray | None:
    """The one array of outputs of shape (N, ..., K) without dropout; None where a model gives several, or numbers."""
    with untouched(model):
        outputs = model(x, training=False)
    if not tf.is_tensor(outputs) or outputs.ndim < 2:
        return None
    return keras.ops.convert_to_numpy(outputs).astype("float32")


def gradient_sizes(model: keras.Model, data: tuple[Any, Any]) -> tuple[tuple[float, float], float]:
    """Root mean square of the gradient in the first and last layer with a matrix, and the norm of the whole."""
    x, y = (keras.tree.map_structure(tf.convert_to_tensor, part) for part in data)
    skipped = {
        id(variable)
        for layer in all_layers(model)
        if isinstance(layer, (keras.layers.Embedding, *NORMALIZATIONS))
        for variable in layer.trainable_variables
    }
    groups = list(layers_with_weights(model).values())
    if not groups:
        raise ValueError(f"the model must have a trainable weight, got none in {model.name!r}")
    norms = look(model, x, y, groups).norms.numpy()
    sizes = [
        float(norm / np.sqrt(sum(np.prod(each.shape) for each in group)))
        for norm, group in zip(norms, groups, strict=True)
        if any(len(each.shape) > 1 for each in group) and id(group[0]) not in skipped
    ]
    ends = (sizes[0], sizes[-1]) if sizes else (1.0, 1.0)
    return ends, float(np.linalg.norm(norms))


def seen_inside(model: keras.Model, x: Any) -> tuple[float | None, bool]:
    """What enters the first layer with weights (its root mean square), and whether a softmax gets probabilities."""
    entering: list[float] = []
    softmaxes: list[bool] = []

    def watch(layer: keras.Layer, inputs: Any) -> None:
        if not tf.is_tensor(inputs) or not inputs.dtype.is_floating:
            return
        values = keras.ops.convert_to_numpy(inputs).astype("float64")
        if layer.weights and not isinstance(layer, (keras.layers.Embedding, *NORMALIZATIONS)):
            entering.append(float(np.sqrt(np.mean(values**2))))
        if _is_softmax(layer):
            softmaxes.append(bool((values >= 0).all() and np.allclose(values.sum(-1), 1, atol=1e-3)))

    leaves = [layer for layer in _opened(model) if not isinstance(layer, keras.Model)]
    with untouched(model), _watched_inputs(leaves, watch):
        model(x, training=False)
    return (entering[0] if entering else None), bool(softmaxes and softmaxes[-1])


def idle_states(model: keras.Model) -> dict[str, np.ndarray]:
    """The state that each dropout's, noise's or batch normalization's training mode moves, by the layer's name."""
    states: dict[str, np.ndarray] = {}
    for layer in all_layers(model):
        state: Any = None
        if isinstance(layer, NOISES):
            seeds = getattr(layer, "seed_generator", None)  # there is none where the rate is 0
            state = seeds.state if seeds is not None else None
        elif isinstance(layer, keras.layers.BatchNormalization) and layer.trainable and layer.built:
            state = layer.moving_variance
        if state is not None:
            states[layer.name] = keras.ops.convert_to_numpy(state).copy()
    return states


def weights_by_layer(model: keras.Model, allowed: tuple[str, ...]) -> dict[str, list[keras.Variable]]:
    """The weights that training should move, by layer; layers in `allowed`, and all inside them, are left out."""
    known = [layer.name for layer in all_layers(model)]
    unknown = [name for name in allowed if name not in known]
    if unknown:
        raise ValueError(f"frozen must hold names of layers among {known}, got {unknown}")
    pardoned = {id(each) for layer in all_layers(model) if layer.name in allowed for each in layer.weights}
    weights: dict[str, list[keras.Variable]] = {}
    for layer in _opened(model):
        if isinstance(layer, (keras.Model, *NORMALIZATIONS)):
            continue
        own = [each for each in layer.weights if each.dtype.startswith("float") and id(each) not in pardoned]
        if own:
            weights[layer.name] = own
    return weights


def leaked_share(x: Any, held_back: Any) -> float:
    """The share of rows that two sets have in common, of the set where it is larger, less the first's own repeats."""
    ours, theirs = _rows(x), _rows(held_back)
    common = set(ours) & set(theirs)
    shared = max(sum(row in common for row in rows) / len(rows) for rows in (ours, theirs))
    return max(0.0, shared - (1 - len(set(ours)) / len(ours)))


def all_layers(layer: keras.Layer) -> list[keras.Layer]:
    """Every layer inside, at any depth, each once: also those that a layer of one's own holds as attributes."""
    found: dict[int, keras.Layer] = {}

    def visit(outer: keras.Layer) -> None:
        for inner in (*getattr(outer, "layers", ()), *_held(list(vars(outer).values()))):
            if isinstance(inner, keras.Layer) and id(inner) not in found and inner is not layer:
                found[id(inner)] = inner
                visit(inner)

    visit(layer)
    return list(found.values())


def _held(value: Any) -> Iterator[Any]:
    """What lies in lists and dictionaries, at any depth."""
    if isinstance(value, list | tuple | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _held(each)
    else:
        yield value


def _opened(model: keras.Model) -> Iterator[keras.Layer]:
    """The model's layers, each once, with those of the models inside."""
    for layer in dict.fromkeys(model.layers):
        yield layer
        if isinstance(layer, keras.Model):
            yield from _opened(layer)


@contextlib.contextmanager
def _watched_inputs(layers: list[keras.Layer], watch: Any) -> Iterator[None]:
    def telling(layer: keras.Layer) -> Any:
        original = layer.call

        def call(inputs: Any, *args: Any, **kwargs: Any) -> Any:
            watch(layer, inputs)
            return original(inputs, *args, **kwargs)

        return call

    layers = list(dict.fromkeys(layers))
    for layer in layers:
        layer.call = telling(layer)
    try:
        yield
    finally:
        for layer in layers:
            del layer.call  # the instance's own; the class's comes back


def _is_softmax(layer: keras.Layer) -> bool:
    activation = getattr(layer, "activation", None)
    return isinstance(layer, keras.layers.Softmax) or (
        isinstance(layer, keras.layers.Activation) and activation is keras.activations.softmax
    )


def _rows(x: Any) -> list[bytes]:
    parts = [np.ascontiguousarray(part) for part in keras.tree.flatten(x)]
    return [b"|".join(part[index].tobytes() for part in parts) for index in range(len(parts[0]))]
