r"""A callback that says where a training step's time goes: waiting for data, computing, or Python around it. Lesson 13.

What to try for a faster run depends on that alone: a faster network does nothing for a run that waits for its data. The
clocks are read where the step takes its batch, inside the compiled function, and around that function.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

ADVICE = {
    "input": "Cache what fits into memory, map in parallel and prefetch (tf.data), prepare once, not per epoch.",
    "compute": "Try larger batches, mixed precision, jit_compile=True, a smaller model or a faster device.",
    "python": "Set steps_per_execution in compile, act in callbacks once an epoch, take larger batches, or use "
    "dlcourse.training.fit.",
}
VERDICTS = {"input": "input-bound", "compute": "compute-bound", "python": "overhead-bound"}


class StepTime(NamedTuple):
    """Seconds per update: waiting for the batch, the rest of the compiled step, Python between two steps."""

    input: float
    compute: float
    python: float


class StepTimer(keras.callbacks.Callback):
    r"""Splits the time of a training step into input, compute and Python; the training itself is not touched.

    - **input**: how long the step waits for its batch. What is prepared in the meantime, by prefetching, costs no wait.
    - **compute**: the compiled step without that wait: forward, backward, update, metrics. On a GPU it is waited for.
    - **python**: from one step's end to the next one's beginning: callbacks at batches and Keras's own loop.

    A step of `steps_per_execution=k` is k updates, and all times are per update. Left out is what happens once: the
    first step of each epoch, and the first epoch, in which steps are compiled; of a single epoch, the last step, whose
    batch may be smaller. The wait at an epoch's beginning is in `starts`. Validation and what callbacks do at the ends
    of epochs are no part of a step. On a CPU, preparing data and computing share the cores and slow each other down.

    Attributes:
        steps: The measured steps of the last run, a list of (input, compute, python), in seconds per update.
        starts: Seconds from each epoch's beginning until its first batch was there.

    Raises:
        ValueError: When training begins, if the model lives on several replicas or is not trained by `model.fit`; when
            a result is asked for before at least one step was measured: an epoch needs two, a single one three.

    Example:
        >>> x, y = np.zeros((64, 4)), np.zeros((64, 1))
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> slow = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: time.sleep(0.05))
        >>> timer = StepTimer()
        >>> _ = model.fit(x, y, batch_size=16, epochs=2, verbose=0, callbacks=[timer, slow])
        >>> timer.verdict, len(timer.steps)
        ('overhead-bound', 3)
    """

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[StepTime] = []
        self.starts: list[float] = []
        self._epochs: list[list[StepTime]] = []
        self._timed: _TimedFunction | None = None

    @property
    def median(self) -> StepTime:
        """The median of each part, in seconds per update."""
        return StepTime(*np.median(self._measured(), axis=0).tolist())

    @property
    def shares(self) -> StepTime:
        """Each part's share of the whole time of the measured steps, from 0 to 1."""
        total = np.sum(self._measured(), axis=0)
        return StepTime(*(total / total.sum()).tolist())

    @property
    def verdict(self) -> str:
        """`"input-bound"`, `"compute-bound"` or `"overhead-bound"`, by the largest share."""
        return VERDICTS[self._largest()]

    def report(self) -> str:
        """The median and share of each part, the verdict, and what to try, in lines of plain words."""
        median, shares, largest = self.median, self.shares, self._largest()
        lines = [f"A step, over {len(self.steps)} measured ones (median, share of the time):"]
        for name in StepTime._fields:
            lines.append(f"  {name:<8}{1e3 * getattr(median, name):9.3f} ms {getattr(shares, name):6.0%}")
        lines.append(f"  an epoch's first batch is there after {1e3 * float(np.median(self.starts)):.3g} ms")
        share = getattr(shares, largest)
        lines.append(f"This run is {VERDICTS[largest]}: {largest} takes {share:.0%} of a step.")
        return "\n".join([*lines, f"  Try: {ADVICE[largest]}"])

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start afresh."""
        replicas = self.model.distribute_strategy.num_replicas_in_sync
        if replicas > 1:
            raise ValueError(f"StepTimer needs a model on one replica, got a strategy with {replicas}")
        self.steps, self.starts, self._epochs = [], [], []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Put the clocks around the model's step, also when it was compiled anew since the last epoch."""
        if not callable(self.model.train_function):
            raise ValueError("StepTimer times the steps of model.fit, got a model that is trained otherwise")
        self._unwrap()
        self._epochs.append([])
        self._timed = self.model.train_function = _TimedFunction(self.model.train_function, self._note)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Take the clocks away, and choose the steps that count."""
        self._unwrap()
        self._timed = None
        counted = self._epochs[1:] or [epoch[:-1] for epoch in self._epochs]
        self.steps = [step for epoch in counted for step in epoch]
        self._epochs = []

    def _unwrap(self) -> None:
        if isinstance(self.model.train_function, _TimedFunction):
            self.model.train_function = self.model.train_function.function

    def _note(self, step: StepTime | None, start: float) -> None:
        if step is None:
            self.starts.append(start)
        else:
            self._epochs[-1].append(step)

    def _measured(self) -> list[StepTime]:
        if not self.steps:
            raise ValueError("StepTimer needs a model.fit that ended, of two steps an epoch (three in one), got none")
        return self.steps

    def _largest(self) -> str:
        return max(StepTime._fields, key=lambda name: getattr(self.shares, name))


class _TimedFunction:
    """One epoch's `train_function`, with clocks around it and inside, where it takes its batches."""

    def __init__(self, function: Callable[[Any], Any], note: Callable[[StepTime | None, float], None]) -> None:
        self.function, self.note = function, note
        self.began = self.ended = time.perf_counter()
        self.waits = tf.Variable([0.0, 0.0], dtype="float64")  # seconds of waiting, and batches taken
        self.source: Any = None
        self.batches: Any = None
        self.calls = 0

    def __call__(self, iterator: Any) -> Any:
        begin = time.perf_counter()
        if self.source is not iterator:
            self.source, self.batches = iterator, _clocked(iterator, self.waits)
        self.waits.assign([0.0, 0.0])
        python, called = begin - self.ended, time.perf_counter()
        logs = self.function(self.batches)
        keras.tree.map_structure(keras.ops.convert_to_numpy, logs)  # a GPU's work has ended when its numbers are here
        whole = time.perf_counter() - called
        waited, taken = self.waits.numpy().tolist()
        updates = max(taken, 1.0)
        if self.calls == 0:
            self.note(None, called - self.began + waited)
        else:
            self.note(StepTime(*(part / updates for part in (waited, max(whole - waited, 0.0), python))), 0.0)
        self.calls += 1
        self.ended = time.perf_counter()
        return logs


def _clocked(iterator: Any, waits: tf.Variable) -> Any:
    """The same batches; each notes how long it was waited for, and nothing is taken ahead."""
    if not isinstance(iterator, tf.data.Iterator):
        raise ValueError(f"StepTimer needs batches from one iterator of tf.data, got {type(iterator).__name__}")

    def take(_: Any) -> Any:
        begin = tf.timestamp()
        with tf.control_dependencies([begin]):
            batch = iterator.get_next_as_optional()
            there = batch.has_value()
        with tf.control_dependencies([there]):
            waits.assign_add([tf.timestamp() - begin, tf.cast(there, "float64")])
        return batch

    batches = tf.data.Dataset.range(tf.int64.max).map(take).take_while(lambda batch: batch.has_value())
    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    # In the pool that all share, waiting for a batch could take the last thread from those that make it.
    options.threading.private_threadpool_size = 2
    return iter(batches.map(lambda batch: batch.get_value()).with_options(options))
