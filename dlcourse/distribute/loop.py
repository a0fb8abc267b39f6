r"""A training loop that every worker runs: the same epochs over the same data, each worker with its part of each batch.

With N workers, the gradient of a batch of B examples is the sum of N parts, each computed where its B / N examples are:

$$g = \frac{1}{B} \sum_{n=1}^{N} \sum_{i \in \text{part } n} \nabla \ell_i$$

So N workers take the steps that one process takes, to rounding. Dropout and other noise differ, for each worker draws
its own. Keras's `fit` does not run under TensorFlow's strategy for several workers; this loop does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dlcourse.distribute.checkpoint import restored, save
from dlcourse.distribute.cluster import Cluster, from_environment
from dlcourse.distribute.replicated import require_replicable


@dataclass(frozen=True)
class Trained:
    """What training gives each worker.

    Attributes:
        model: The trained model.
        losses: The mean loss of each epoch, those before a restart included.
        first_epoch: The epoch that this process began with, after 0 where it went on from a checkpoint.
        cluster: Which worker this is.
    """

    model: keras.Model
    losses: list[float]
    first_epoch: int
    cluster: Cluster


def train(
    builder: Callable[[], keras.Model],
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int,
    batch_size: int,
    folder: str | Path | None = None,
    seed: int = 0,
    model_axes: dict[str, tuple[str | None, ...]] | None = None,
    on_epoch: Callable[[int, float, Cluster], None] | None = None,
) -> Trained:
    """Train a model in this process, or together with the other workers of a launch.

    The backend decides the engine: TensorFlow's `MultiWorkerMirroredStrategy`, or Keras's distribution on JAX. It has
    to be the first that a process does with either. A checkpoint is written after each epoch, in one piece, and a run
    that finds one goes on from there.

    Args:
        builder: Gives the compiled model, with a loss that is a mean over the batch.
        x: All inputs, the same in every worker.
        y: All targets.
        epochs: How often to go through them.
        batch_size: B, of all workers together.
        folder: For the checkpoint, one that all workers see. Without it nothing is written.
        seed: Of the first weights and of the order of examples.
        model_axes: JAX only: instead of the batch, the weights are split among the workers. Keys are regular
            expressions for whole paths of variables, such as `".*hidden/kernel"`; values say which axis is split,
            such as `(None, "model")`.
        on_epoch: Called with the epoch, its mean loss and which worker this is.

    Raises:
        ValueError: If the workers cannot share a batch evenly, or the model would not train as on one device.
    """
    engine = _engine(keras.config.backend(), model_axes)
    cluster: Cluster = engine.cluster
    if batch_size % cluster.workers:
        raise ValueError(f"batch_size must be a multiple of the {cluster.workers} workers, got {batch_size}")
    with engine.scope():
        keras.utils.set_random_seed(seed)
        model = builder()
        require_replicable(model, cluster.workers)
        engine.prepare(model)
        losses = restored(model, _file(folder), engine)
        first = len(losses)
        for epoch in range(first, epochs):
            losses.append(_epoch(engine, x, y, batch_size, (seed, epoch)))
            save(model, _file(folder), losses, engine)
            if on_epoch is not None:
                on_epoch(epoch, losses[-1], cluster)
    return Trained(model, losses, first, cluster)


def _epoch(engine: Any, x: np.ndarray, y: np.ndarray, batch_size: int, seed: tuple[int, int]) -> float:
    order, total = np.random.default_rng(seed).permutation(len(x)), 0.0
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        # A smaller last batch is filled up with examples of no weight: every worker has the same shapes at each step.
        filled = np.resize(rows, batch_size)
        weights = (np.arange(batch_size) < len(rows)).astype("float32") * (batch_size / len(rows))
        mine = engine.part(batch_size)
        total += len(rows) * engine.step(x[filled[mine]], y[filled[mine]], weights[mine])
    return total / len(x)


def _engine(backend: str, model_axes: dict[str, tuple[str | None, ...]] | None) -> Any:
    if backend == "tensorflow":
        if model_axes:
            raise ValueError("model_axes are for Keras on JAX, the backend is tensorflow")
        from dlcourse.distribute.tensorflow_engine import TensorFlowEngine

        return TensorFlowEngine(from_environment("tensorflow"))
    if backend == "jax":
        from dlcourse.distribute.jax_engine import JaxEngine

        return JaxEngine(from_environment("jax"), model_axes or {})
    raise ValueError(f"the backend must be tensorflow or jax, got {backend!r}")


def _file(folder: str | Path | None) -> Path | None:
    return Path(folder) / "checkpoint.npz" if folder is not None else None
