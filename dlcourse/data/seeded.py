"""Keras layers that draw at random, as functions of a seed.

A layer keeps its place in the stream of random numbers in a variable. In a pipeline that is a trap: several batches are
made at once, in no fixed order, and some are made and never used. As a function of the batch's seed it gives the same
whatever happens around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Change = Callable[[Any, Any, Any], tuple[Any, Any]]
"""From a batch's inputs, its targets and a seed of shape (2,) to its new inputs and targets."""

_SEED_STATE = "seed_generator_state"


def as_seeded_function(augment: Callable[..., Any]) -> Change:
    """What `pipeline` calls for each batch: a function as it is, a Keras layer with its seeds replaced.

    Args:
        augment: A Keras layer or a function `(x, y, seed) -> (x, y)`.

    Raises:
        ValueError: If it is neither, or a layer and Keras does not run on TensorFlow.
    """
    import keras

    if not isinstance(augment, keras.Layer):
        if not callable(augment):
            raise ValueError(f"augment must be a Keras layer or a function of (x, y, seed), got {augment!r}")
        return augment
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            f"a layer in a pipeline needs Keras on tensorflow, got {keras.backend.backend()}: "
            "make it the first layer of the model instead"
        )
    return _seeded_layer(augment)


def _seeded_layer(layer: Any) -> Change:
    import keras
    import tensorflow as tf

    # Of a state's two numbers the first is the generator's own seed, the second counts its draws.
    own_seeds = [(state, int(state.numpy()[0])) for state in layer.variables if state.name == _SEED_STATE]

    def change(x: Any, y: Any, seed: tf.Tensor) -> tuple[Any, Any]:
        fresh = tf.cast(seed, "uint32")
        states = [(state, fresh + tf.constant([own, 0], "uint32")) for state, own in own_seeds]
        with keras.StatelessScope(state_mapping=states):
            if getattr(layer, "mixes", False):
                return layer(x, y, training=True)
            return layer(x, training=True), y

    return change
