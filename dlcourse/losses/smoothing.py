r"""Label smoothing for any kind of label, on any backend; lesson 03_3 derives it."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def smooth_labels(labels: Any, epsilon: float, num_classes: int | None = None) -> Any:
    r"""Move a share $\epsilon$ of each label's certainty evenly onto all K classes, the right one included.

    $$t_k = (1 - \epsilon)\, y_k + \epsilon / K$$

    The right class gets $1 - \epsilon + \epsilon / K$, each other $\epsilon / K$; a row still sums to 1. Szegedy,
    Vanhoucke, Ioffe, Shlens and Wojna (2016), Rethinking the Inception architecture for computer vision, section 7.

    Args:
        labels: One-hot labels (or any distributions), shape (..., K) with at least two axes; with `num_classes`, class
            numbers, integers from 0 to K - 1 of any shape. A class number outside is not looked for.
        epsilon: The share, at least 0 and below 1.
        num_classes: K, for class numbers.

    Returns:
        Targets of shape (..., K): of the labels' type where that is floating, else Keras's default.

    Raises:
        ValueError: If `epsilon` is out of range, class numbers come without `num_classes`, or distributions with it.

    Example:
        >>> smooth_labels([2], 0.25, num_classes=4).numpy()
        array([[0.0625, 0.0625, 0.8125, 0.0625]], dtype=float32)
    """
    if not 0 <= epsilon < 1:
        raise ValueError(f"epsilon must be at least 0 and below 1, got {epsilon!r}")
    one_hot = _one_hot(ops.convert_to_tensor(labels), num_classes)
    return (1 - epsilon) * one_hot + epsilon / one_hot.shape[-1]


def _one_hot(labels: Any, num_classes: int | None) -> Any:
    dtype = keras.backend.standardize_dtype(labels.dtype)
    floating = keras.backend.is_float_dtype(dtype)
    if num_classes is not None:
        if num_classes < 1 or floating:
            raise ValueError(
                f"num_classes must be at least 1 and goes with integer labels, got {num_classes!r} and {dtype}"
            )
        return ops.one_hot(labels, num_classes, dtype=keras.config.floatx())
    if len(labels.shape) < 2 or labels.shape[-1] is None:
        raise ValueError(
            f"labels must be one-hot, of shape (..., K), or come with num_classes, got shape {tuple(labels.shape)}"
        )
    return labels if floating else ops.cast(labels, keras.config.floatx())
