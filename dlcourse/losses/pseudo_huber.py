r"""The pseudo-Huber loss, which Keras does not have; lesson 03_3 derives it."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.losses.alignment import aligned


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
        y_true, y_pred = aligned(y_true, y_pred)
        residual = y_pred - y_true
        root = ops.sqrt(1 + ops.square(residual / self.delta))
        return ops.mean(ops.square(residual) / (1 + root), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same loss again."""
        return {**super().get_config(), "delta": self.delta, "dtype": self.dtype}
