r"""Fine-tuning: which layers learn, and how fast each does. Lesson 13_1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras

from dlcourse.training.arguments import not_negative


def unfreeze(model: keras.Model, layers: int, *, batch_normalization: bool = False) -> list[str]:
    r"""Let the last layers of a model learn and freeze all before them; layers of models inside it count singly.

    Batch normalization stays frozen unless asked for. Frozen, it uses the averages that it has learned and does not
    change them; otherwise the first steps on few new data would overwrite what the pretrained weights rely on.
    Compile the model afterwards: until then `fit` goes on with what was trainable before.

    Args:
        model: A built model.
        layers: How many layers that have weights to unfreeze, counted from the output; 0 freezes everything. Frozen
            batch normalization is counted among them.
        batch_normalization: Whether batch normalization among these layers learns as well.

    Returns:
        The names of the layers that learn, from input to output.

    Raises:
        ValueError: If `layers` is not an integer from 0 to the number of layers with weights.

    Example:
        >>> model = keras.Sequential([keras.Input((2,)), *(keras.layers.Dense(2, name=name) for name in "abc")])
        >>> unfreeze(model, 2), len(model.trainable_variables)
        (['b', 'c'], 4)
    """
    found = [layer for layer in _leaves(model) if layer.weights]
    if isinstance(layers, bool) or not isinstance(layers, int) or not 0 <= layers <= len(found):
        raise ValueError(f"layers must be an integer from 0 to {len(found)}, the layers with weights, got {layers!r}")
    model.trainable = True  # also the models inside it, which would hide their layers' weights
    chosen = found[len(found) - layers :]
    for layer in found:
        layer.trainable = layer in chosen and (batch_normalization or not _is_batch_normalization(layer))
    return [layer.name for layer in chosen if layer.trainable]


def discriminative_learning_rates(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, multipliers: Mapping[str, float] | float
) -> keras.optimizers.Optimizer:
    r"""An optimizer that moves each layer at a rate of its own: the optimizer's rate times the layer's multiplier.

    $$\theta_\ell \leftarrow \theta_\ell - \eta \, m_\ell \, u_\ell$$

    Here $u_\ell$ is the optimizer's own step for layer $\ell$ at rate 1, and $m_\ell$ the multiplier. Layers near the
    input have learned what is general and need to move little (Howard and Ruder 2018, Universal language model
    fine-tuning, who divide by 2.6 from layer to layer). A schedule of $\eta$ works as before. Decoupled weight decay
    goes by $\eta$ alone. A saved model keeps the optimizer's state, and not the multipliers: call this again after
    loading.

    Args:
        model: A built model, with the layers frozen that are not to learn.
        optimizer: A new optimizer. It is built for the model's trainable weights, changed in place, and given back.
        multipliers: The multiplier of each layer by its name, at least 0, with 1 for those not named; or one number
            $d$, for $d^k$ at the $k$-th layer with trainable weights before the last.

    Returns:
        The optimizer, to compile the model with.

    Raises:
        ValueError: If the optimizer has been built, a name is not that of a layer with trainable weights, or a
            multiplier is below 0.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), *(keras.layers.Dense(1, name=name) for name in "ab")])
        >>> optimizer = discriminative_learning_rates(model, keras.optimizers.SGD(1.0), {"a": 0.1})
        >>> before = model.get_weights()
        >>> optimizer.apply([keras.ops.ones(each.shape) for each in model.trainable_variables])
        >>> [round(float((old - new).ravel()[0]), 3) for old, new in zip(before, model.get_weights())]
        [0.1, 0.1, 1.0, 1.0]
    """
    if optimizer.built:
        raise ValueError(f"the optimizer must be a new one, got {optimizer.name!r}, which is built for other weights")
    layers = [layer for layer in _leaves(model) if layer.trainable_variables]
    by_layer = _by_layer([layer.name for layer in layers], multipliers)
    factors = {id(each): by_layer[layer.name] for layer in layers for each in layer.trainable_variables}
    in_order = [factors.get(id(variable), 1.0) for variable in model.trainable_variables]
    optimizer.build(model.trainable_variables)
    step = optimizer.update_step

    def update_step(gradient: Any, variable: Any, learning_rate: Any) -> None:
        step(gradient, variable, learning_rate * in_order[optimizer._get_variable_index(variable)])

    optimizer.update_step = update_step
    return optimizer


def _by_layer(names: list[str], multipliers: Mapping[str, float] | float) -> dict[str, float]:
    if not isinstance(multipliers, Mapping):
        decay = not_negative("multipliers", multipliers)
        return {name: decay ** (len(names) - 1 - place) for place, name in enumerate(names)}
    unknown = sorted(set(multipliers) - set(names))
    if unknown:
        raise ValueError(f"multipliers must be for layers with trainable weights, {names}, got {unknown}")
    return {name: not_negative(f"multipliers[{name!r}]", multipliers.get(name, 1.0)) for name in names}


def _leaves(model: keras.Model) -> Iterator[keras.Layer]:
    """The layers in their order, those of models inside it in their place."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer)
        else:
            yield layer


def _is_batch_normalization(layer: keras.Layer) -> bool:
    """Keras's own, and any that is named so."""
    return any(each.__name__ == "BatchNormalization" for each in type(layer).__mro__)
