r"""The same model from several seeds at once: how much of a result is luck.

One run is one draw. Error bars need several, which differ in their first weights, their dropout and the order of the
examples (Bouthillier and others 2021, Accounting for variance in machine learning benchmarks).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dlcourse.training.arguments import compiled, positive_integer
from dlcourse.training.epochs import Epochs, orders_of, tensors


@dataclass(frozen=True)
class SeedRuns:
    """What `fit_seeds` gives.

    Attributes:
        seeds: The seeds, one for each run.
        models: The trained models, one for each seed.
        history: For each metric its values, an array of shape (seeds, epochs).

    Example:
        >>> runs = SeedRuns((0, 1), (), {"loss": np.array([[4.0, 1.0], [2.0, 3.0]])})
        >>> runs.mean("loss"), runs.standard_deviation("loss").round(2)
        (array([3., 2.]), array([1.41, 1.41]))
    """

    seeds: tuple[int, ...]
    models: tuple[keras.Model, ...]
    history: dict[str, np.ndarray]

    def mean(self, metric: str) -> np.ndarray:
        """The mean over seeds after each epoch, shape (epochs,)."""
        return self.history[metric].mean(axis=0)

    def standard_deviation(self, metric: str) -> np.ndarray:
        """The standard deviation over seeds after each epoch, with one less than their number as divisor."""
        return self.history[metric].std(axis=0, ddof=1)


def fit_seeds(
    builder: Callable[[], keras.Model],
    x: Any,
    y: Any,
    *,
    seeds: int | Sequence[int] = 5,
    batch_size: int = 32,
    epochs: int = 1,
    validation_data: tuple[Any, ...] | None = None,
    shuffle: bool = True,
    sample_weight: Any = None,
) -> SeedRuns:
    r"""Train a model from several seeds side by side, every epoch of all of them in one compiled function.

    Each run is what these lines give, to float error:

        keras.utils.set_random_seed(seed)
        training.fit(builder(), x, y, seed=seed, ...)

    The runs stand beside each other in one graph, not stacked into larger matrices, so that any model will do. A run
    takes about as long as one of `fit` alone: five runs of a small multilayer perceptron together take less than one
    run of `model.fit`, five of a small convolutional network, which computes more per batch, take two and a half
    (`benchmarks/fit.py`). Compiling takes as many times longer as there are seeds.

    Args:
        builder: Makes a compiled model, a new one with each call.
        x: Inputs, (N, ...), or a structure of such arrays.
        y: Targets, (N, ...), or a structure of them.
        seeds: How many, then 0, 1, 2 and so on, or the seeds themselves, integers of at least 0.
        batch_size: Examples per update.
        epochs: How often all examples are seen.
        validation_data: A tuple of inputs and targets, and perhaps weights, to compute metrics on after each epoch.
        shuffle: Whether each run has its own order in each epoch.
        sample_weight: A weight for each example, (N,).

    Returns:
        The models, and each metric's values by seed and epoch. Keras's global seed is afterwards that of the last run.

    Raises:
        ValueError: If there is no seed or one occurs twice, a model is not compiled, the arrays differ in length, or a
            count is not a positive integer.

    Example:
        >>> def builder():
        ...     model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        ...     model.compile(keras.optimizers.SGD(0.1), "mse")
        ...     return model
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> runs = fit_seeds(builder, x, 3 * x, seeds=3, epochs=40, batch_size=8)
        >>> runs.history["loss"].shape, [round(float(model.get_weights()[0][0, 0]), 2) for model in runs.models]
        ((3, 40), [3.0, 3.0, 3.0])
    """
    positive_integer("batch_size", batch_size)
    positive_integer("epochs", epochs)
    chosen = _seeds(seeds)
    data = tensors(x, y, sample_weight)
    validation = None if validation_data is None else tensors(*validation_data)
    count = len(keras.tree.flatten(x)[0])
    models = [_built(builder, seed, data) for seed in chosen]
    orders = [orders_of(None, shuffle, seed, count, epochs) for seed in chosen]
    runner = Epochs(models, batch_size)
    rows = []
    for epoch in range(epochs):
        trained = runner.train(data, np.stack([order(epoch) for order in orders]))
        tested = runner.test(validation) if validation is not None else [{} for _ in models]
        rows.append([_joined(*pair) for pair in zip(trained, tested, strict=True)])
    history = {name: np.array([[run[name] for run in row] for row in rows]).T for name in rows[0][0]}
    return SeedRuns(chosen, tuple(models), history)


def _seeds(seeds: int | Sequence[int]) -> tuple[int, ...]:
    chosen = tuple(range(positive_integer("seeds", seeds))) if isinstance(seeds, int) else tuple(map(int, seeds))
    if not chosen or len(set(chosen)) < len(chosen) or min(chosen) < 0:
        raise ValueError(f"seeds must be at least one integer of at least 0, none twice, got {seeds!r}")
    return chosen


def _built(builder: Callable[[], keras.Model], seed: int, data: Any) -> keras.Model:
    """A model with its first weights drawn under its own seed."""
    keras.utils.set_random_seed(seed)
    model = compiled(builder())
    x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
    if not model.built:
        model(keras.tree.map_structure(lambda array: array[:1], x))
    return model


def _joined(trained: dict[str, float], tested: dict[str, float]) -> dict[str, float]:
    return {**trained, **{f"val_{name}": value for name, value in tested.items()}}
