r"""One look at a model with a batch of its own: loss, outputs and gradients, with nothing of the model changed.

What the callbacks that measure gradients share. A forward pass in training mode moves random seeds, moving averages and
the trackers of the loss; here all of them are put back inside the same function.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import keras
import tensorflow as tf


class Look(NamedTuple):
    """What one look gives: the loss, a scalar; the model's outputs; the gradient's norm per layer, shape (L,)."""

    loss: tf.Tensor
    outputs: Any
    norms: tf.Tensor


def layers_with_weights(model: keras.Model) -> dict[str, list[keras.Variable]]:
    """The trainable variables by layer, in the order of the model; models inside are opened, shared ones count once.

    A layer's name stands alone where it is unique; else the names of the models around it are put before it.
    """
    found = list(_walk(model, ()))
    plain = [path[-1] for path, _ in found]
    named = {path[-1] if plain.count(path[-1]) == 1 else "/".join(path): variables for path, variables in found}
    seen = {id(variable) for variables in named.values() for variable in variables}
    own = [variable for variable in model.trainable_variables if id(variable) not in seen]
    return {**named, model.name: own} if own else named


def _walk(model: keras.Model, outer: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[keras.Variable]]]:
    for layer in dict.fromkeys(model.layers):
        if isinstance(layer, keras.Model):
            yield from _walk(layer, (*outer, layer.name))
        elif layer.trainable_variables:
            yield (*outer, layer.name), list(layer.trainable_variables)


def look(model: keras.Model, x: Any, y: Any, groups: list[list[keras.Variable]], *, training: bool = True) -> Look:
    r"""Loss, outputs and $\lVert \partial L / \partial \theta_l \rVert_2$ of each group of variables.

    It may be called inside a `tf.function`. A variable that the loss does not depend on has a gradient of zero.
    """
    moved = [*model.non_trainable_variables, *model.metrics_variables]
    before = [tf.identity(each.value) for each in moved]
    with tf.GradientTape() as tape:
        outputs = model(x, training=training)
        loss = model.compute_loss(x=x, y=y, y_pred=outputs, training=training)
    flat = [variable.value for group in groups for variable in group]
    gradients = tape.gradient(loss, flat, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    squares = iter([tf.reduce_sum(tf.square(tf.cast(tf.convert_to_tensor(each), tf.float32))) for each in gradients])
    norms = tf.stack([tf.sqrt(tf.add_n([next(squares) for _ in group])) for group in groups])
    for variable, value in zip(moved, before, strict=True):
        variable.assign(value)
    return Look(loss, outputs, norms)
