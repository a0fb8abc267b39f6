"""Feeding a model without letting it wait: shuffle, batch, cache, augment, prefetch, in the order that works.

The order matters. What is slow and always the same (`prepare`) comes before the cache, so that it is done once; the
shuffle comes after it, so that each epoch has its own order; augmentation comes after both, since it must differ each
time, and on whole batches, since that is fast; fetching ahead comes last, so that a batch is ready when the model asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.data.seeded import as_seeded_function

if TYPE_CHECKING:
    import tensorflow as tf

Structure = Any


def pipeline(
    x: Structure,
    y: Structure | None = None,
    sample_weight: Structure | None = None,
    *,
    batch_size: int = 32,
    shuffle: bool | int = True,
    prepare: Callable[..., Any] | None = None,
    cache: bool = False,
    augment: Callable[..., Any] | None = None,
    prefetch: bool = True,
    drop_remainder: bool = False,
    seed: int = 0,
) -> tf.data.Dataset:
    """Batches for `fit`, `evaluate` and `predict`, the same in every run with the same seed.

    Every epoch has an order and augmentations of its own; a pipeline made again with the same arguments repeats all of
    them, however many threads work on it. (TensorFlow mixes its global seed in, where one was set.)

    Args:
        x: N inputs: an array, a list of strings, a tuple or a dict of arrays; or a `tf.data.Dataset` of single
            examples, (x, y) or (x, y, sample_weight), instead of all three.
        y: N targets.
        sample_weight: N weights.
        batch_size: Examples in a batch B.
        shuffle: True draws from all examples, a number from a buffer of so many, False keeps the order.
        prepare: A function of one example's parts, `prepare(x)`, `prepare(x, y)` or `prepare(x, y, sample_weight)`,
            that returns as many parts: decoding a picture, computing a spectrogram. TensorFlow traces it.
        cache: Keep what `prepare` made in memory instead of making it again every epoch.
        augment: A Keras layer, called on the batch's inputs in training (`data.augmenter`, `data.spec_augment`), or a
            function `augment(x, y, seed)` that returns both; the seed, of shape (2,) and another one for every batch,
            is for the functions of `tf.random` whose names begin with `stateless`.
        prefetch: Prepare batches while the model works on an earlier one.
        drop_remainder: Leave out the last batch where it is smaller.
        seed: Of the order and of what the augmentation draws.

    Returns:
        A dataset of batches with the parts that were given. `fit` warns that it will not shuffle a dataset itself, and
        is silent with `shuffle=False`.

    Raises:
        ValueError: If there are no examples or not as many of each part, a number is out of its range, or the number of
            examples must be known and is not.
    """
    import tensorflow as tf

    _valid_whole("batch_size", batch_size, least=1)
    _valid_whole("seed", seed, least=0)
    dataset = _examples(x, y, sample_weight)
    if prepare is not None:
        dataset = dataset.map(prepare, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    if cache:
        dataset = dataset.cache()
    if shuffle:
        dataset = dataset.shuffle(_buffer_size(dataset, shuffle), seed=seed, reshuffle_each_iteration=True)
    dataset = dataset.batch(batch_size, drop_remainder=drop_remainder)
    if augment is not None:
        dataset = _augmented(dataset, augment, seed)
    return dataset.prefetch(tf.data.AUTOTUNE) if prefetch else dataset


def _examples(x: Structure, y: Structure | None, sample_weight: Structure | None) -> tf.data.Dataset:
    import tensorflow as tf

    if isinstance(x, tf.data.Dataset):
        if y is not None or sample_weight is not None:
            raise ValueError("y and sample_weight must be None where x is a dataset: they are parts of its examples")
        return x
    if y is None and sample_weight is not None:
        raise ValueError("y must be given where sample_weight is, got None")
    parts = tuple(_as_arrays(part) for part in (x, y, sample_weight) if part is not None)
    counts = [len(array) for array in tf.nest.flatten(parts)]
    if not min(counts):
        raise ValueError("there must be at least one example, got none")
    if len(set(counts)) != 1:
        raise ValueError(f"all parts must have the same number of examples, got {', '.join(map(str, counts))}")
    with tf.device("CPU:0"):
        return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 or isinstance(x, tuple) else parts[0])


def _as_arrays(part: Structure) -> Structure:
    """Lists as arrays, so that tuples and dicts alone are structure."""
    if isinstance(part, dict):
        return {name: _as_arrays(value) for name, value in part.items()}
    if isinstance(part, tuple):
        return tuple(_as_arrays(value) for value in part)
    return part if hasattr(part, "shape") else np.asarray(part)


def _buffer_size(dataset: tf.data.Dataset, shuffle: bool | int) -> int:
    if shuffle is not True:
        if not isinstance(shuffle, int) or shuffle < 1:
            raise ValueError(f"shuffle must be True, False or a buffer size of at least 1, got {shuffle!r}")
        return shuffle
    count = int(dataset.cardinality())
    if count < 1:
        raise ValueError("shuffle must be a buffer size where the number of examples is not known, got True")
    return count


def _augmented(batches: tf.data.Dataset, augment: Callable[..., Any], seed: int) -> tf.data.Dataset:
    import tensorflow as tf

    change = as_seeded_function(augment)

    def changed(batch: Structure, batch_seed: tf.Tensor) -> Structure:
        parts = batch if isinstance(batch, tuple) else (batch,)
        new_x, new_y = change(parts[0], parts[1] if len(parts) > 1 else None, batch_seed)
        return new_x if len(parts) == 1 else (new_x, new_y, *parts[2:])

    seeds = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).batch(2, drop_remainder=True)
    seeds = seeds.map(lambda numbers: tf.cast(numbers, tf.int32))
    return tf.data.Dataset.zip(batches, seeds).map(changed, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _valid_whole(name: str, number: int, least: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {number!r}")
