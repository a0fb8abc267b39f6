r"""Losses that Keras does not have, and label smoothing for any kind of label; lesson 03_3 derives them.

Both are written on `keras.ops`, so that they run on any backend. Importing this module registers the loss: a saved
model that was compiled with it loads without naming it.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class PseudoHuber(keras.losses.Loss):
    r"""Squared near zero and absolute far out, like the Huber loss, but with no corner in any derivative.

    $$L(r) = \delta^2 \left(\sqrt{1 + (r / \delta)^2} - 1\right), \qquad r = \hat y - y$$

    $$L'(r) = \frac{r}{\sqrt{1 + (r / \delta)^2}}, \qquad L''(r) = \left(1 + (r / \delta)^2\right)^{-3/2}$$

    Near zero it is $r^2 / 2$, far out $\delta\,(|r| - \delta)$. Computed as $r^2 / (1 + \sqrt{1 + (r/\delta)^2})$: the
    same number, but a residual of $10^{-4}$ does not vanish in single precision. Targets and predictions have shape
    (N, ..., K); a loss is the mean over K, in the square of their unit. Charbonnier, Blanc-Feraud, Aubert and Barlaud
    (1997), Deterministic edge-preserving regularization in computed imaging.

    Args:
        delta: Where it turns from squared to absolute, in the unit of the targets; positive.
        reduction: How the losses of a batch become one number, as in every Keras loss.
        name: The loss's name.
        dtype: What it computes in; single precision by default, also under mixed precision.

    Raises:
        ValueError: If `delta` is not a positive number; when called, if the shapes of targets and predictions differ
            by more than a last axis of 1.

    Example:
        >>> loss = PseudoHuber(delta=1.0, reduction="none")
        >>> loss([[0.0], [0.0]], [[0.75], [-1.875]]).numpy()
        array([0.25 , 1.125], dtype=float32)
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "pseudo_huber",
        dtype: Any = None,
    ) -> None:
        if not 0 < delta < float("inf"):
            raise ValueError(f"delta must be a positive number, got {delta!r}")
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.delta = float(delta)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each example, shape (N, ...)."""
        y_true, y_pred = _aligned(y_true, y_pred)
        residual = y_pred - y_true
        root = ops.sqrt(1 + ops.square(residual / self.delta))
        return ops.mean(ops.square(residual) / (1 + root), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same loss again."""
        return {**super().get_config(), "delta": self.delta, "dtype": self.dtype}


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


def _aligned(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both in one shape, with a last axis of 1 added where only one lacks it: (N,) and (N, 1) must not broadcast."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    true_shape, pred_shape = tuple(y_true.shape), tuple(y_pred.shape)
    if (*true_shape, 1) == pred_shape:
        return ops.expand_dims(y_true, -1), y_pred
    if true_shape == (*pred_shape, 1):
        return y_true, ops.expand_dims(y_pred, -1)
    same_rank = len(true_shape) == len(pred_shape)
    if not same_rank or any(a != b for a, b in zip(true_shape, pred_shape, strict=True) if None not in (a, b)):
        raise ValueError(f"y_true must have the shape of y_pred, {pred_shape}, got {true_shape}")
    return y_true, y_pred
