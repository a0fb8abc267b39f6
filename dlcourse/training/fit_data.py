"""What `fit` makes of the arguments that say which examples count, how much, and which are held back, as Keras does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from dlcourse.training.arguments import examples, positive_integer, share


def weights_by_class(y: Any, class_weight: Mapping[int, float]) -> np.ndarray:
    """Each example's weight by its class, shape (N,); 1 for a class that is not named.

    Args:
        y: Classes as numbers, (N,) or (N, 1), or rows that sum to 1, (N, K), whose largest entry is the class.
        class_weight: The weight of each class, by its number.

    Raises:
        ValueError: If the targets are no such array, or something else than numbers of classes and weights is given.

    Example:
        >>> weights_by_class(np.array([0, 2, 1]), {2: 5.0})
        array([1., 5., 1.], dtype=float32)
    """
    if y is None or keras.tree.is_nested(y):
        raise ValueError(f"class_weight needs targets in one array, got {type(y).__name__}")
    if not all(_is_class(number) and np.isfinite(weight) and weight >= 0 for number, weight in class_weight.items()):
        raise ValueError(f"class_weight must give classes' numbers weights of at least 0, got {dict(class_weight)}")
    return np.array([class_weight.get(number, 1.0) for number in _classes(y).tolist()], keras.config.floatx())


def held_back(data: tuple[Any, ...], validation_split: float) -> tuple[tuple[Any, ...], tuple[Any, ...] | None]:
    """The data without the last share of the examples, and these; None where the share is 0.

    Args:
        data: Inputs, targets and weights, or None for what there is not.
        validation_split: The share to hold back, at least 0 and below 1. Of N examples floor(N (1 - share)) are left.

    Raises:
        ValueError: If the share is out of range, or so small or large that one part would be empty.
    """
    if not share("validation_split", validation_split):
        return data, None
    count = examples(**dict(zip(("x", "y", "sample_weight"), data, strict=True)))
    left = int(count * (1 - validation_split))
    if left in (0, count):
        raise ValueError(f"validation_split must leave an example in each part, got {validation_split} of {count}")
    return _sliced(data, slice(left)), _sliced(data, slice(left, count))


def validates(epoch: int, validation_freq: int | Sequence[int]) -> bool:
    """Whether the validation follows this epoch, counted from 0: after every k-th, or after those listed from 1."""
    if isinstance(validation_freq, int):
        return (epoch + 1) % validation_freq == 0
    return epoch + 1 in validation_freq


def require_frequency(validation_freq: int | Sequence[int]) -> None:
    """A positive integer, or a list of them."""
    for each in validation_freq if isinstance(validation_freq, list | tuple) else [validation_freq]:
        positive_integer("validation_freq", each)


def _is_class(number: Any) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def _classes(y: Any) -> np.ndarray:
    """Class numbers, shape (N,). A sequence of labels, (N, T), is not mistaken for scores of classes."""
    target = np.asarray(y)
    if target.ndim == 2 and target.shape[1] > 1 and np.allclose(target.sum(-1), 1, atol=1e-3):
        return target.argmax(-1)
    if target.shape[1:] not in ((), (1,)):
        raise ValueError(
            f"class_weight needs a class for each example, (N,) or (N, 1), or rows that sum to 1, got {target.shape}"
        )
    return np.round(target.reshape(-1)).astype(int)


def _sliced(data: tuple[Any, ...], part: slice) -> tuple[Any, ...]:
    return tuple(None if each is None else keras.tree.map_structure(lambda array: array[part], each) for each in data)
