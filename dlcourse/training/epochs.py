"""Whole epochs of in-memory data inside one compiled function, for one model or several at once.

`model.fit` goes back to Python after every batch, which for a small model takes longer than the batch. Here the loop
over batches is part of the graph, so Python is met once an epoch.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dlcourse.training.arguments import examples

_KEPT = "_compiled_epochs"


class Epochs:
    """The compiled epochs of models that train side by side, each on its own order of the same examples."""

    def __init__(self, models: Sequence[keras.Model], batch_size: int) -> None:
        self.models, self.batch_size = tuple(models), batch_size
        self.made_for, self._variables_made = parts_of(models), False
        self._train_steps = [
            _graph_of(model.train_step, reduce_retracing=True, jit_compile=model.jit_compile) for model in models
        ]
        self._test_steps = [
            _graph_of(model.test_step, reduce_retracing=True, jit_compile=model.jit_compile) for model in models
        ]
        self._train, self._test = _graph_of(self._train_epoch), _graph_of(self._test_epoch)

    def train(self, data: Any, orders: Any) -> list[dict[str, float]]:
        """One epoch: each model's metrics over it."""
        if not self._variables_made:
            self._make_variables(data)
        return self._results(self._train, data, tf.constant(orders, "int32"))

    def _make_variables(self, data: Any) -> None:
        """Those of optimizers and metrics: a step that makes some when it is first traced is traced twice."""
        batch = _mapped(lambda array: array[: self.batch_size], data)
        for model in self.models:
            if model.built and model.optimizer is not None and not model.optimizer.built:
                model.optimizer.build(model.trainable_variables)
            own_step = type(model).train_step is not keras.Model.train_step  # which may take the batch in another way
            if not own_step and model._compile_metrics is not None and not model._compile_metrics.built:
                model._symbolic_build(data_batch=batch)
        self._variables_made = True

    def test(self, data: Any) -> list[dict[str, float]]:
        """Each model's metrics on the examples as they lie."""
        return self._results(self._test, data)

    def _results(self, run: Callable[..., Any], *arguments: Any) -> list[dict[str, float]]:
        for model in self.models:
            model.reset_metrics()
        last = run(*arguments)
        return [_numbers(model, logs) for model, logs in zip(self.models, last, strict=True)]

    def _train_epoch(self, data: Any, orders: Any) -> list[Any]:
        def step(begin: Any, end: Any) -> list[Any]:
            batches = [_taken(data, order[begin:end]) for order in tf.unstack(orders)]
            return [train(batch) for train, batch in zip(self._train_steps, batches, strict=True)]

        return self._over_batches(step, orders.shape[1])

    def _test_epoch(self, data: Any) -> list[Any]:
        def step(begin: Any, end: Any) -> list[Any]:
            batch = _mapped(lambda array: array[begin:end], data)
            return [test(batch) for test in self._test_steps]

        return self._over_batches(step, keras.tree.flatten(data)[0].shape[0])

    def _over_batches(self, step: Callable[[Any, Any], list[Any]], count: int) -> list[Any]:
        """All batches but the last in a loop of the graph; what the last one, which may be smaller, gives."""
        last = (count - 1) // self.batch_size

        def body(number: Any) -> Any:
            begin = number * self.batch_size
            step(begin, begin + self.batch_size)
            return number + 1

        done = tf.while_loop(lambda number: number < last, body, [tf.constant(0)], parallel_iterations=1)
        with tf.control_dependencies(done):
            return step(last * self.batch_size, count)


def epochs_of(models: Sequence[keras.Model], batch_size: int) -> Epochs:
    """The compiled epochs, kept with the first model and used again until one of the models is compiled anew."""
    kept = vars(models[0]).get(_KEPT)
    if kept is None or kept.batch_size != batch_size or not _same(kept.made_for, parts_of(models)):
        vars(models[0])[_KEPT] = kept = Epochs(models, batch_size)
    return kept


def forget(model: keras.Model) -> None:
    """Compile the model's epochs anew when they are next wanted."""
    vars(model).pop(_KEPT, None)


def parts_of(models: Sequence[keras.Model]) -> list[Any]:
    """What a compiled epoch is made from: when one of these is another, it is compiled anew."""
    return [
        part
        for model in models
        for part in (model, model.optimizer, *model.metrics[:1], *(v.path for v in model.trainable_variables))
    ]


def _same(some: list[Any], others: list[Any]) -> bool:
    pairs = zip(some, others, strict=False)
    return len(some) == len(others) and all(
        one == other if isinstance(one, str) else one is other for one, other in pairs
    )


def _graph_of(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Compiled as Keras compiles it; as a partial function, whose tracings TensorFlow counts for each object alone."""
    return tf.function(functools.partial(function), autograph=False, **options)


def _taken(data: Any, places: Any) -> Any:
    """The examples at these places."""
    return _mapped(lambda array: tf.gather(array, places), data)


def _mapped(function: Callable[[Any], Any], data: Any) -> Any:
    return keras.tree.map_structure(lambda array: None if array is None else function(array), data)


def _numbers(model: keras.Model, logs: dict[str, Any]) -> dict[str, float]:
    """The metrics over the epoch; what the step itself gave where a model has a step with other names."""
    means = model.get_metrics_result()
    found = means if isinstance(logs, dict) and set(means) == set(logs) else logs
    return {name: float(value) for name, value in found.items()}


def tensors(x: Any, y: Any, sample_weight: Any = None) -> Any:
    """Inputs, targets and weights as `fit` takes them in: tensors, floating ones in the float type of Keras."""
    examples(
        **{name: each for name, each in (("x", x), ("y", y), ("sample_weight", sample_weight)) if each is not None}
    )

    def tensor(array: Any) -> Any:
        floating = np.issubdtype(getattr(array, "dtype", np.float32), np.floating)
        return keras.ops.convert_to_tensor(array, dtype=keras.config.floatx() if floating else None)

    return keras.utils.pack_x_y_sample_weight(*(_mapped(tensor, each) for each in (x, y, sample_weight)))


def orders_of(order: Any, shuffle: bool, seed: int | None, count: int, epochs: int) -> Callable[[int], np.ndarray]:
    """The order of the examples in each epoch, by its number; without a seed, as Keras's seed was set."""
    if order is None:
        drawn = random.getrandbits(32) if seed is None else seed
        return lambda epoch: np.random.default_rng([drawn, epoch]).permutation(count) if shuffle else np.arange(count)
    rows = np.asarray(order)
    shown = rows if rows.ndim == 2 else np.broadcast_to(rows, (epochs, *rows.shape))
    fits = shown.ndim == 2 and len(shown) >= epochs and shown.shape[1] > 0 and np.issubdtype(rows.dtype, np.integer)
    if not fits or shown.min() < 0 or shown.max() >= count:
        raise ValueError(
            f"order must be integers from 0 to {count - 1}, of shape (N,) or ({epochs}, N) for {epochs} epochs, "
            f"got shape {rows.shape}, type {rows.dtype}"
        )
    return lambda epoch: shown[epoch]
