r"""Count the units that a training run kills: those whose activation is zero for every example of a probe batch.

Where a ReLU's input is negative, its output is 0 and so is its slope. A unit for which that is so on all the data gets
no gradient from any example, and its weights stay as they are: it is dead (Maas, Hannun and Ng 2013; lesson 03_2).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np

RELUS = (keras.activations.relu, keras.activations.relu6, keras.ops.relu, keras.ops.relu6)


class DeadUnits(keras.callbacks.Callback):
    r"""Counts dead units per layer before training and after each epoch; the training itself is not touched.

    Unit $j$ of a layer is dead when its output $a_{nj} = 0$ for every example $n$ of the probe. A unit is one index of
    the output's last axis: a neuron of a dense layer, a filter of a convolution, which is dead when it is zero at every
    place of every picture. Any model will do: sequential, functional, nested or subclassed.

    Args:
        probe: Inputs to look at, arrays as the model takes them, shape (N, ...) with N of at least 1. Some hundred
            examples: they pass through the model once an epoch.
        layers: Names of the layers to count in. Without them, all whose activation is ReLU: inside a layer, or as a
            layer of its own. A named layer may have any activation.

    Attributes:
        units: Number of units of each layer, by the layer's name.
        initial: Number of dead units of each layer before the first update.
        history: Number of dead units of each layer after each epoch, a list per layer.

    Raises:
        ValueError: If the probe is empty; when training begins, if it does not have the shape of the model's input, or
            if there is no layer of a given name, none with a ReLU, or two of one name.

    Example:
        >>> inputs = np.array([[1.0], [2.0]])
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(3, "relu", name="hidden")])
        >>> model.set_weights([np.array([[1.0, 1.0, 1.0]]), np.array([0.0, -1.5, -9.0])])
        >>> model.compile("sgd", "mse")
        >>> dead = DeadUnits(inputs)
        >>> _ = model.fit(inputs, np.zeros((2, 3)), epochs=2, verbose=0, callbacks=[dead])
        >>> dead.initial, dead.history
        ({'hidden': 1}, {'hidden': [1, 1]})
    """

    def __init__(self, probe: Any, layers: Sequence[str] | None = None) -> None:
        super().__init__()
        if any(np.shape(part)[:1] in ((), (0,)) for part in keras.tree.flatten(probe)):
            raise ValueError("probe must hold at least one example along its first axis, got an empty or scalar one")
        if layers is not None and (isinstance(layers, str) or not layers):
            raise ValueError(f"layers must be a list of at least one layer's name, got {layers!r}")
        self.probe = probe
        self.layers = None if layers is None else tuple(layers)
        self._chosen: list[keras.Layer] = []
        self.units: dict[str, int] = {}
        self.initial: dict[str, int] = {}
        self.history: dict[str, list[int]] = {}

    @property
    def fractions(self) -> dict[str, list[float]]:
        """`history` as shares of each layer's units, from 0 to 1."""
        return {name: [count / self.units[name] for count in counts] for name, counts in self.history.items()}

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start afresh: find the layers and count once before the first update."""
        _require_shape(self.probe, self.model)
        self._chosen = _relu_layers(self.model) if self.layers is None else _named_layers(self.model, self.layers)
        _require_different_names(self._chosen)
        dead = self._dead()
        self.units = {name: len(flags) for name, flags in dead.items()}
        self.initial = {name: int(flags.sum()) for name, flags in dead.items()}
        self.history = {name: [] for name in dead}

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Count, and append to `history`."""
        for name, flags in self._dead().items():
            self.history[name].append(int(flags.sum()))

    def _dead(self) -> dict[str, np.ndarray]:
        """Which units are dead: a truth value per unit, by layer."""
        dead: dict[str, np.ndarray] = {}

        def watch(name: str, activation: Any) -> None:
            zero = keras.ops.convert_to_numpy(activation) == 0  # (N, ..., units)
            always = zero.all(axis=tuple(range(zero.ndim - 1)))  # (units,)
            dead[name] = dead.get(name, True) & always  # a shared layer is called more than once

        with _watched(self._chosen, watch):
            self.model(self.probe, training=False)
        silent = [layer.name for layer in self._chosen if layer.name not in dead]
        if silent:
            raise ValueError(f"layers must be called when the model is, got {silent}, which are not")
        return {layer.name: dead[layer.name] for layer in self._chosen}


@contextlib.contextmanager
def _watched(layers: Sequence[keras.Layer], watch: Callable[[str, Any], None]) -> Iterator[None]:
    """Inside the block, each call of one of the layers also hands its output to `watch`."""
    for layer in layers:
        layer.call = _telling(layer, watch)
    try:
        yield
    finally:
        for layer in layers:
            del layer.call  # the instance's own; the class's comes back


def _telling(layer: keras.Layer, watch: Callable[[str, Any], None]) -> Callable:
    original = layer.call

    def call(*args: Any, **kwargs: Any) -> Any:
        output = original(*args, **kwargs)
        watch(layer.name, output)
        return output

    return call


def _relu_layers(model: keras.Model) -> list[keras.Layer]:
    found = [layer for layer in _all_layers(model) if _is_relu(layer)]
    if not found:
        raise ValueError(
            f"the model needs at least one layer with a ReLU, got none among {_names(model)}; "
            "name the layers to count in by layers=[...]"
        )
    return found


def _named_layers(model: keras.Model, names: Sequence[str]) -> list[keras.Layer]:
    by_name = {layer.name: layer for layer in _all_layers(model)}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise ValueError(f"layers must be names among {_names(model)}, got {unknown}")
    return [by_name[name] for name in names]


def _is_relu(layer: keras.Layer) -> bool:
    """Whether the layer's output is that of a ReLU. A recurrent layer's is not, whatever its activation."""
    activation = layer if isinstance(layer, keras.layers.ReLU) else getattr(layer, "activation", None)
    if isinstance(activation, keras.layers.ReLU):
        return activation.negative_slope == 0
    return activation in RELUS and not isinstance(layer, keras.layers.RNN)


def _all_layers(model: keras.Model) -> Iterator[keras.Layer]:
    """The model's layers, and those of models inside it."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _all_layers(layer)


def _names(model: keras.Model) -> list[str]:
    return [layer.name for layer in _all_layers(model)]


def _require_different_names(layers: Sequence[keras.Layer]) -> None:
    names = [layer.name for layer in layers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"layers to count in must have different names, got {twice} more than once")


def _require_shape(probe: Any, model: keras.Model) -> None:
    """Compare the probe with the one input of a model that knows its input's shape."""
    expected = getattr(model, "input_shape", None)
    if not isinstance(expected, tuple) or not expected or isinstance(expected[0], tuple):
        return
    shape = np.shape(probe)
    fits = len(shape) == len(expected) and all(e in (None, s) for e, s in zip(expected, shape, strict=True))
    if not fits:
        raise ValueError(f"probe must have the shape of the model's input, {expected}, got {shape}")
