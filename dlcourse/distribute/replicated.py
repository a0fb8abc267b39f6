"""What gives another result on several replicas than on one device, refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

_CLIPS = ("clipnorm", "global_clipnorm", "clipvalue")


def require_replicable(model: keras.Model, replicas: int) -> None:
    """Refuse a compiled model that TensorFlow's strategies would train otherwise than one device does.

    Call it after `compile` and before `fit`. With one replica, or on JAX, where Keras sees the whole batch, nothing is
    refused.

    Args:
        model: Built and compiled inside the strategy's scope.
        replicas: `strategy.num_replicas_in_sync`, or the number of workers.

    Raises:
        ValueError: If the optimizer clips each replica's part before the sum (`dlcourse.training.Clipped` clips after
            it) or accumulates gradients, if several steps are compiled into one, XLA is asked for, or a batch
            normalization takes the statistics of a replica's part alone.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile(keras.optimizers.SGD(clipnorm=1.0), "mse")
        >>> require_replicable(model, 2)
        Traceback (most recent call last):
        ...
        ValueError: on 2 replicas, clipnorm=1.0 clips each replica's part before they are added: use training.Clipped
    """
    if replicas < 2 or keras.config.backend() != "tensorflow":
        return
    for problem in _problems(model):
        raise ValueError(f"on {replicas} replicas, {problem}")


def _problems(model: keras.Model) -> Iterator[str]:
    optimizer = model.optimizer
    for name in _CLIPS:
        limit = getattr(optimizer, name, None)
        if limit is not None:
            yield f"{name}={limit} clips each replica's part before they are added: use training.Clipped"
    steps = getattr(optimizer, "gradient_accumulation_steps", None)
    if steps:
        yield f"gradient_accumulation_steps={steps} fails: use larger batches, or training.accumulate_gradients"
    if model.steps_per_execution > 1:
        yield f"steps_per_execution={model.steps_per_execution} fails: leave it at 1"
    if model.jit_compile is True:
        yield "jit_compile=True fails: leave it at 'auto'"
    for layer in _layers(model):
        if "BatchNormalization" in type(layer).__name__ and not getattr(layer, "synchronized", False):
            yield f"the layer {layer.name!r} normalizes each replica's part by itself: set synchronized=True"


def _layers(model: keras.Model) -> Iterator[Any]:
    return (layer for layer in model._flatten_layers() if layer is not model)
