"""A step of Keras on JAX, in one process or several, with the batch or the weights split among them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import keras
import numpy as np

from dlcourse.distribute.cluster import Cluster


class JaxEngine:
    """One mesh of all workers' devices. JAX sees the whole batch, so that nothing has to be added by hand.

    Args:
        cluster: Of the launcher's variables.
        model_axes: Which variables are split, and along which axis; none splits the batch.
    """

    def __init__(self, cluster: Cluster, model_axes: dict[str, tuple[str | None, ...]]) -> None:
        self.cluster, self._split = cluster, bool(model_axes)
        if cluster.workers > 1:
            keras.distribution.initialize(cluster.coordinator, cluster.workers, cluster.index)
        self._distribution = _distribution(model_axes)

    def scope(self) -> AbstractContextManager[Any]:
        """Where the model is made and trained."""
        return self._distribution.scope()

    def prepare(self, model: keras.Model) -> None:
        """Make the optimizer's state."""
        model.optimizer.build(model.trainable_variables)
        self._model = model

    def part(self, batch_size: int) -> slice:
        """Which rows of a batch are this worker's: all, where the weights are split."""
        if self._split:
            return slice(0, batch_size)
        size = batch_size // self.cluster.workers
        return slice(self.cluster.index * size, (self.cluster.index + 1) * size)

    def step(self, x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> float:
        """One update; the mean loss of the whole batch."""
        self._model.reset_metrics()
        logs = self._model.train_on_batch(x, y, sample_weight=weights, return_dict=True)
        return float(logs["loss"])

    def value(self, variable: Any) -> np.ndarray:
        """A variable's numbers, whole, the same in every worker; gathered where it is split."""
        array = variable.value
        if getattr(array, "is_fully_addressable", True) or array.is_fully_replicated:
            return np.asarray(array)
        from jax.experimental import multihost_utils

        return np.asarray(multihost_utils.process_allgather(array, tiled=True))


def _distribution(model_axes: dict[str, tuple[str | None, ...]]) -> keras.distribution.Distribution:
    devices = keras.distribution.list_devices()
    if not model_axes:
        return keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    mesh = keras.distribution.DeviceMesh((1, len(devices)), ("batch", "model"), devices)
    layout = keras.distribution.LayoutMap(mesh)
    for path, axes in model_axes.items():
        layout[path] = axes
    return keras.distribution.ModelParallel(layout_map=layout, batch_dim_name="batch", auto_shard_dataset=False)
