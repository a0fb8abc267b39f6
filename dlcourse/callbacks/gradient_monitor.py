r"""The gradient's norm in each layer while a model trains: do early layers learn at all? Lesson 06_2.

Backpropagation multiplies by a layer's slope and weights on the way from each layer to the one before it, so that norms
shrink or grow by a factor per layer (Bengio, Simard and Frasconi 1994; Glorot and Bengio 2010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from dlcourse.callbacks.probing import Look, layers_with_weights, look

if TYPE_CHECKING:
    from dlcourse.plot import Picture


class GradientMonitor(keras.callbacks.Callback):
    r"""Measures the gradient's norm per layer on a probe batch, before every tenth step; the training is not touched.

    For layer $l$ with the trainable weights $\theta_l$ and the compiled loss $L$ on the probe it keeps

    $$g_l = \left\lVert \frac{\partial L}{\partial \theta_l} \right\rVert_2.$$

    A callback does not see the training batches, hence the probe. The pass is in training mode, as a step's is; seeds,
    moving averages and metrics are put back, so that a run with and without it gives the same weights. It is compiled
    once per model. Where several steps are executed at a time, it measures at the first chance after `every` steps.

    Args:
        probe: Inputs and targets, `(x, y)`, as `fit` takes them; best of the size of a training batch.
        every: Steps from one measurement to the next, at least 1.

    Attributes:
        steps: The steps before which was measured, counted from 0, shape (S,).
        norms: The norms of each layer, shape (S,), by the layer's name in the model's order.

    Raises:
        ValueError: If the probe is no pair or empty, or `every` is below 1; when training begins, if the model has no
            trainable weight.

    Example:
        >>> x, y = np.ones((4, 2), "float32"), np.zeros((4, 1), "float32")
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False, name="out")])
        >>> model.set_weights([np.array([[1.0], [1.0]])])
        >>> model.compile(keras.optimizers.SGD(0.0), "mse")
        >>> monitor = GradientMonitor((x, y), every=2)
        >>> _ = model.fit(x, y, batch_size=1, verbose=0, callbacks=[monitor])
        >>> monitor.steps.tolist(), np.round(monitor.norms["out"], 2)
        ([0, 2], array([5.66, 5.66], dtype=float32))
    """

    def __init__(self, probe: tuple[Any, Any], every: int = 10) -> None:
        super().__init__()
        if not isinstance(probe, tuple | list) or len(probe) != 2:
            raise ValueError(f"probe must be a pair (x, y), got {type(probe).__name__}")
        if any(np.shape(part)[:1] in ((), (0,)) for part in keras.tree.flatten(probe)):
            raise ValueError("probe must hold at least one example along its first axis, got an empty or scalar one")
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.probe, self.every = probe, every
        self._compiled: tuple[list[int], Any] | None = None
        self._names: list[str] = []
        self._rows: list[np.ndarray] = []
        self._steps: list[int] = []
        self._before = self._done = 0

    @property
    def steps(self) -> np.ndarray:
        """The steps before which was measured, shape (S,)."""
        return np.array(self._steps, dtype=int)

    @property
    def norms(self) -> dict[str, np.ndarray]:
        """The norms of each layer, shape (S,), by the layer's name."""
        table = np.array(self._rows).reshape(len(self._rows), len(self._names))
        return {name: table[:, position] for position, name in enumerate(self._names)}

    def plot(self, title: str = "Norm of the gradient in each layer", alt: str | None = None) -> Picture:
        """A line per layer over the steps."""
        from dlcourse.plot import gradient_flow

        return gradient_flow(self.steps, self.norms, title=title, alt=alt or self._description())

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start afresh; compile, unless it is done for these weights."""
        if not self.model.built:
            self.model(self.probe[0], training=False)  # else its weights come into being only with the first step
        groups = layers_with_weights(self.model)
        if not groups:
            raise ValueError(f"the model must have a trainable weight, got none in {self.model.name!r}")
        key = [id(self.model), *(id(variable) for group in groups.values() for variable in group)]
        if self._compiled is None or self._compiled[0] != key:
            self._compiled = (key, _compiled_norms(self.model, self.probe, list(groups.values())))
        self._names, self._rows, self._steps = list(groups), [], []
        self._before = self._done = 0

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Measure, if it is time."""
        step = self._before + batch
        if not self._steps or step - self._steps[-1] >= self.every:
            assert self._compiled is not None
            self._rows.append(self._compiled[1]().numpy())
            self._steps.append(step)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Count the steps of the epoch."""
        self._done = batch + 1

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Count the steps of the run."""
        self._before, self._done = self._before + self._done, 0

    def _description(self) -> str:
        first, last = (f"{values[0]:.1e} to {values[-1]:.1e}" for values in (self._ends(0), self._ends(-1)))
        return (
            f"The norm of the gradient over {self._steps[-1]} steps, a line for each of {len(self._names)} layers: "
            f"{first} in {self._names[0]}, the first layer, {last} in {self._names[-1]}, the last."
        )

    def _ends(self, layer: int) -> np.ndarray:
        return self.norms[self._names[layer]]


def _compiled_norms(model: keras.Model, probe: tuple[Any, Any], groups: list[list[keras.Variable]]) -> Any:
    x, y = (keras.tree.map_structure(tf.convert_to_tensor, part) for part in probe)

    @tf.function(jit_compile=False)
    def norms() -> tf.Tensor:
        seen: Look = look(model, x, y, groups)
        return seen.norms

    return norms
