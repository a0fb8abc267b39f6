r"""`model.fit` for data in memory, with the loop over batches compiled: the same weights in a fraction of the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from dlcourse.training.arguments import compiled, positive_integer
from dlcourse.training.epochs import Epochs, epochs_of, orders_of, tensors
from dlcourse.training.fit_data import held_back, require_frequency, validates, weights_by_class

BATCH_HOOKS = tuple(f"on_{phase}batch_{moment}" for phase in ("", "train_", "test_") for moment in ("begin", "end"))
# Of Keras's own, these have a hook after each batch and do nothing in it when told to act once an epoch.
_BY_EPOCH = (keras.callbacks.ModelCheckpoint, keras.callbacks.BackupAndRestore)


def fit(
    model: keras.Model,
    x: Any,
    y: Any = None,
    *,
    batch_size: int = 32,
    epochs: int = 1,
    validation_data: tuple[Any, ...] | None = None,
    validation_split: float = 0.0,
    validation_freq: int | Sequence[int] = 1,
    callbacks: Sequence[keras.callbacks.Callback] | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    order: Any = None,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
    initial_epoch: int = 0,
    verbose: int = 0,
) -> keras.callbacks.History:
    r"""Train a compiled model on arrays, each epoch in one compiled function; otherwise as `model.fit` does.

    Given the same order of examples, the weights are those of `model.fit` to the last bits, and so are the metrics,
    those on `validation_data`, and what callbacks see at the ends of epochs. What takes the time in `model.fit` of a
    small model, Python between batches, falls away: `benchmarks/fit.py` measures a tenth to a fifth of the time for a
    small multilayer perceptron, half of it for a small convolutional network. The model's own `train_step` and
    `test_step` are used, so that a subclassed model works too.

    The first epoch includes compiling. A second call on the same model compiles nothing, unless the model was compiled
    anew, layers were frozen or the data have another shape.

    Args:
        model: A compiled model, on one device.
        x: Inputs, (N, ...), or a structure of such arrays as the model takes it. They must fit into memory.
        y: Targets, (N, ...), a structure of them, or None where the model needs none.
        batch_size: Examples per update; the last batch of an epoch has what is left.
        epochs: The number of the epoch to stop before.
        validation_data: A tuple of inputs and targets, and perhaps weights, to compute metrics on after each epoch.
        validation_split: The share of the examples, the last ones as the arrays lie, that is held back as validation
            data; without effect beside `validation_data`.
        validation_freq: Validate after every so many epochs; or the numbers of the epochs to do so after, from 1.
        callbacks: Keras callbacks that act before and after epochs. One that wants to act at batches is refused.
        shuffle: Whether each epoch has an order of its own.
        seed: For the orders, at least 0. Without it they follow `keras.utils.set_random_seed`.
        order: The orders themselves, in place of `shuffle` and `seed`: places of examples, (N,) for all epochs or
            (epochs, N). Fewer or repeated places are allowed; examples that are held back have none.
        sample_weight: A weight for each example, (N,).
        class_weight: A weight for each class, by its number, in place of `sample_weight`: for targets (N,) or (N, 1),
            or rows that sum to 1, (N, K). It does not touch the validation.
        initial_epoch: The number of the epoch to begin with.
        verbose: 0 for silence; 1 for a progress bar, moving once an epoch; 2 for a line per epoch.

    Returns:
        Keras's `History`: `history`, a list per metric, and `epoch`.

    Raises:
        ValueError: If the model is not compiled, runs eagerly or lives on several replicas; if a callback acts at
            batches; if the arrays differ in length, `order` does not fit, a count is not a positive integer, or
            `validation_split` leaves nothing; if `class_weight` stands beside `sample_weight` or does not fit `y`.

    Example:
        >>> keras.utils.set_random_seed(0)
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        >>> model.compile(keras.optimizers.SGD(0.1), "mse")
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> history = fit(model, x, 3 * x, epochs=50, batch_size=8)
        >>> len(history.history["loss"]), round(float(model.get_weights()[0][0, 0]), 2)
        (50, 3.0)
    """
    positive_integer("batch_size", batch_size)
    positive_integer("epochs", epochs)
    _require_by_epoch(callbacks or [])
    require_frequency(validation_freq)
    data, validation = _parts(x, y, sample_weight, class_weight, validation_data, validation_split)
    orders = orders_of(order, shuffle, seed, len(keras.tree.flatten(data)[0]), epochs)
    runner = epochs_of([compiled(model)], batch_size)
    steps = -(-len(orders(0)) // batch_size)
    hooks = keras.callbacks.CallbackList(
        list(callbacks or []), True, verbose != 0, model, verbose=verbose, epochs=epochs, steps=steps
    )
    model.stop_training = False
    hooks.on_train_begin()
    logs: dict[str, float] = {}
    for epoch in range(model._initial_epoch or initial_epoch, epochs):  # BackupAndRestore sets it to go on
        hooks.on_epoch_begin(epoch)
        wanted = validation if validates(epoch, validation_freq) else None
        logs = _epoch(runner, data, orders(epoch), wanted, hooks)
        hooks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    model.optimizer.finalize_variable_values(model.trainable_weights)  # moving averages of weights take their place
    hooks.on_train_end(logs)
    return model.history


def _parts(
    x: Any, y: Any, sample_weight: Any, class_weight: Any, validation_data: Any, validation_split: float
) -> tuple[Any, Any]:
    """The data to train on and those to validate on, as tensors."""
    if class_weight is not None and sample_weight is not None:
        raise ValueError("class_weight and sample_weight cannot be given together, got both; multiply them")
    kept, split = held_back((x, y, sample_weight), 0.0 if validation_data is not None else validation_split)
    x, y, sample_weight = kept
    weights = sample_weight if class_weight is None else weights_by_class(y, class_weight)
    validation = split if validation_data is None else validation_data
    return tensors(x, y, weights), None if validation is None else tensors(*validation)


def _epoch(runner: Epochs, data: Any, order: np.ndarray, validation: Any, hooks: Any) -> dict[str, float]:
    """The metrics of one epoch, and of the validation after it."""
    (logs,) = runner.train(data, order[None])
    if validation is None:
        return logs
    hooks.on_test_begin()
    (found,) = runner.test(validation)
    hooks.on_test_end(found)
    return {**logs, **{f"val_{name}": value for name, value in found.items()}}


def _require_by_epoch(callbacks: Sequence[keras.callbacks.Callback]) -> None:
    for callback in callbacks:
        hooks = [name for name in BATCH_HOOKS if _acts(callback, name)]
        if hooks:
            raise ValueError(
                f"callbacks must act before or after epochs, got {type(callback).__name__} with {hooks}; "
                "an epoch runs as one function, and only model.fit stops at each batch"
            )


def _acts(callback: keras.callbacks.Callback, name: str) -> bool:
    """Whether a callback does something at a batch."""
    if isinstance(callback, _BY_EPOCH) and callback.save_freq == "epoch":
        return False
    return name in vars(callback) or getattr(type(callback), name) is not getattr(keras.callbacks.Callback, name)
