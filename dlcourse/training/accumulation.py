r"""Gradient accumulation: the gradient of a large batch from small parts of it, for the memory of a small one.

Lesson 06_2. The loss of a batch is the mean over its examples, so its gradient is the mean of the gradients of parts of
it, weighted by their sizes; only one part's intermediate values need to be kept at a time.
"""

from __future__ import annotations

import functools
from typing import Any

import keras
import tensorflow as tf

from dlcourse.training.arguments import examples, positive_integer

_KEPT = "_accumulating_functions"


def accumulate_gradients(
    model: keras.Model, loss: Any, x: Any, y: Any, micro_batch: int, sample_weight: Any = None
) -> tuple[Any, list[Any]]:
    r"""The loss of a batch and its gradients, computed in micro-batches one after the other, in one compiled function.

    $$g = \sum_k \frac{n_k}{N} \, \nabla L_k, \qquad N = \sum_k n_k$$

    Here $L_k$ is the mean loss of micro-batch $k$ with $n_k$ examples; the last may be smaller and counts by its size.
    Penalties of weights are part of the loss, once. Loss and gradients are those of the whole batch, but for what looks
    at a batch as a whole: batch normalization, in training, uses the mean and variance of each micro-batch, and moves
    its averages once for each. (Keras's `gradient_accumulation_steps` counts unequal batches alike and drops a
    remainder; for equal ones, use it.)

    Args:
        model: A model that has been built. It is called with `training=True`.
        loss: A Keras loss or its name, or a function of targets and predictions to a scalar, their mean.
        x: Inputs, (N, ...), or a structure of them as the model takes it.
        y: Targets, (N, ...), or a structure of them that `loss` takes.
        micro_batch: How many examples to compute at a time; the last part has what is left.
        sample_weight: A weight for each example, (N,); for Keras losses.

    Returns:
        The loss, a scalar, and a list with the gradient of each of `model.trainable_variables`, None where the loss
        does not depend on one. Under a strategy they are this replica's.

    Raises:
        ValueError: If `micro_batch` is not a positive integer, the arrays differ in length, or the loss neither sums
            nor averages over the batch.

    Example:
        >>> import numpy as np
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        >>> model.set_weights([np.zeros((1, 1))])
        >>> x, y = np.array([[1.0], [2.0], [3.0]]), np.ones((3, 1))
        >>> loss, gradients = accumulate_gradients(model, "mse", x, y, micro_batch=2)
        >>> float(loss), gradients[0].numpy()
        (1.0, array([[-4.]], dtype=float32))
    """
    positive_integer("micro_batch", micro_batch)
    examples(x=x, y=y, sample_weight=sample_weight)
    data = keras.tree.map_structure(_tensor, (x, y, sample_weight))
    function = _kept_function(model, loss)
    total, gradients = function.run(data, tf.constant(micro_batch))
    return total, [each if there else None for each, there in zip(gradients, function.connected, strict=True)]


class _Accumulation:
    """The compiled loop over micro-batches, of one model, loss and set of weights."""

    def __init__(self, model: keras.Model, loss: Any) -> None:
        self.model, self.loss = model, keras.losses.get(loss)
        self.averages = _averages(self.loss)
        self.variables = list(model.trainable_variables)
        self.connected: list[bool] = []
        self.run = tf.function(functools.partial(self._run), autograph=False, reduce_retracing=True)

    def _run(self, data: Any, micro_batch: Any) -> tuple[Any, list[Any]]:
        count = tf.shape(keras.tree.flatten(data[0])[0])[0]
        totals = [tf.zeros(()), *(tf.zeros(variable.shape, variable.dtype) for variable in self.variables)]

        def body(start: Any, *totals: Any) -> tuple[Any, ...]:
            part = keras.tree.map_structure(lambda a: None if a is None else a[start : start + micro_batch], data)
            share = tf.cast(tf.minimum(micro_batch, count - start) / count, tf.float32)
            added = self._part(part, share)
            return (start + micro_batch, *(total + each for total, each in zip(totals, added, strict=True)))

        _, total, *gradients = tf.while_loop(lambda start, *_: start < count, body, [0, *totals], parallel_iterations=1)
        return total, gradients

    def _part(self, data: Any, share: Any) -> list[Any]:
        """What a micro-batch adds to the loss, and to the gradient of each weight."""
        x, y, sample_weight = data
        options = {} if sample_weight is None else {"sample_weight": sample_weight}
        with tf.GradientTape() as tape:
            predictions = self.model(x, training=True)
            loss = tf.cast(tf.reduce_mean(self.loss(y, predictions, **options)), tf.float32)
            penalties = [tf.cast(each, tf.float32) for each in self.model.losses]
            added = (share if self.averages else 1.0) * loss + share * sum(penalties)
        gradients = tape.gradient(added, [variable.value for variable in self.variables])
        self.connected = [gradient is not None for gradient in gradients]
        zeros = (tf.zeros(variable.shape, variable.dtype) for variable in self.variables)
        filled = [zero if g is None else tf.convert_to_tensor(g) for g, zero in zip(gradients, zeros, strict=True)]
        return [added, *filled]


def _averages(loss: Any) -> bool:
    """Whether the loss is a mean over the batch, which is weighted by the batch's size, and not a sum."""
    reduction = getattr(loss, "reduction", "sum_over_batch_size")
    if reduction not in ("sum", "sum_over_batch_size", "mean"):
        raise ValueError(f"the loss must be a sum or a mean over the batch, got reduction={reduction!r}")
    return reduction != "sum"


def _tensor(array: Any) -> Any:
    """As `fit` takes arrays in: floating ones in the float type of Keras."""
    if array is None:
        return None
    tensor = tf.convert_to_tensor(array)
    return tf.cast(tensor, keras.config.floatx()) if tensor.dtype.is_floating else tensor


def _kept_function(model: keras.Model, loss: Any) -> _Accumulation:
    """The loop of this model, loss and set of weights; made and traced once, and kept with the model."""
    kept = vars(model).setdefault(_KEPT, {})
    key = (loss, tuple(id(variable) for variable in model.trainable_variables))
    if key not in kept:
        kept[key] = _Accumulation(model, loss)
    return kept[key]
