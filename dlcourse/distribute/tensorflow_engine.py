"""A step under TensorFlow's strategy for several workers, or in one process."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dlcourse.distribute.cluster import Cluster


class TensorFlowEngine:
    """One replica in each worker; gradients are added over the network by the optimizer.

    Args:
        cluster: Of `TF_CONFIG`.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        several = cluster.workers > 1
        self._strategy = tf.distribute.MultiWorkerMirroredStrategy() if several else tf.distribute.get_strategy()

    def scope(self) -> AbstractContextManager[Any]:
        """Where the model is made."""
        return self._strategy.scope()

    def prepare(self, model: keras.Model) -> None:
        """Make the optimizer's state and the compiled step."""
        model.optimizer.build(model.trainable_variables)

        def replica(x: Any, y: Any, weights: Any) -> Any:
            with tf.GradientTape() as tape:
                # The mean over this worker's part, divided by N: the parts' sum is the mean over the batch.
                predictions = model(x, training=True)
                loss = model.compute_loss(x=x, y=y, y_pred=predictions, sample_weight=weights, training=True)
                scaled = model.optimizer.scale_loss(loss)
            trainable = model.trainable_weights
            model.optimizer.apply(tape.gradient(scaled, [each.value for each in trainable]), trainable)
            return loss

        @tf.function
        def step(x: Any, y: Any, weights: Any) -> Any:
            losses = self._strategy.run(replica, args=(x, y, weights))
            return self._strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

        self._step = step

    def part(self, batch_size: int) -> slice:
        """Which rows of a batch are this worker's."""
        size = batch_size // self.cluster.workers
        return slice(self.cluster.index * size, (self.cluster.index + 1) * size)

    def step(self, x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> float:
        """One update; the mean loss of the whole batch."""
        return float(self._step(*(tf.convert_to_tensor(each) for each in (x, y, weights))))

    def value(self, variable: Any) -> np.ndarray:
        """A variable's numbers, the same in every worker."""
        return np.asarray(variable)
