r"""The focal loss: what is already classified well hardly counts. For rare classes; lesson 02_2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from dlcourse.losses.alignment import aligned

KINDS = ("binary", "categorical")


@keras.saving.register_keras_serializable(package="dlcourse")
class FocalLoss(keras.losses.Loss):
    r"""Cross-entropy in which an example counts the less, the surer its right class already is.

    Binary, with the probability p of label 1:

    $$L = -\alpha\, y\, (1 - p)^\gamma \log p \;-\; (1 - \alpha)(1 - y)\, p^\gamma \log(1 - p)$$

    Categorical, with probabilities $p_k$ of K classes:

    $$L = -\sum_{k=1}^{K} \alpha_k\, y_k\, (1 - p_k)^\gamma \log p_k$$

    With $\gamma = 0$ and no $\alpha$ it is cross-entropy. With $\gamma = 2$ an example of probability 0.9 counts a
    hundredth of what it does there. Without `alpha` every factor $\alpha$ above is 1. Lin, Goyal, Girshick, He and
    Dollar (2017), Focal loss for dense object detection.

    Args:
        gamma: How fast what is easy ceases to count; at least 0.
        alpha: Binary: the weight of label 1, from 0 to 1; label 0 gets the rest. Categorical: a weight for each class.
        kind: `"binary"` (a loss is the mean over the last axis) or `"categorical"`.
        from_logits: Whether predictions are logits; otherwise probabilities, which are kept 1e-7 away from 0 and 1.
        reduction: How the losses of a batch become one number, as in every Keras loss.
        name: The loss's name.
        dtype: What it computes in; single precision by default, also under mixed precision.

    Call arguments:
        y_true: Binary: labels from 0 to 1 of the predictions' shape. Categorical: one-hot labels, shape (..., K).
        y_pred: Logits or probabilities, shape (..., K); binary: any shape with at least one axis.

    Raises:
        ValueError: If `gamma`, `alpha` or `kind` is out of range, or the shapes do not fit.

    Example:
        >>> loss = FocalLoss(gamma=2.0, reduction="none")
        >>> loss([[1.0], [1.0]], [[0.5], [0.75]]).numpy().round(4)
        array([0.1733, 0.018 ], dtype=float32)
    """

    def __init__(
        self,
        gamma: float = 2.0,
        alpha: float | Sequence[float] | None = None,
        kind: str = "binary",
        from_logits: bool = False,
        reduction: str | None = "sum_over_batch_size",
        name: str = "focal",
        dtype: Any = None,
    ) -> None:
        if not 0 <= gamma < float("inf"):
            raise ValueError(f"gamma must be a number of at least 0, got {gamma!r}")
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.gamma = float(gamma)
        self.alpha = _checked_alpha(alpha, kind)
        self.kind = kind
        self.from_logits = from_logits

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each example, shape (...)."""
        y_true, y_pred = aligned(y_true, y_pred)
        return self._binary(y_true, y_pred) if self.kind == "binary" else self._categorical(y_true, y_pred)

    def _binary(self, y: Any, y_pred: Any) -> Any:
        log_p, log_rest = _log_sigmoids(y_pred) if self.from_logits else _log_both(y_pred)
        alpha, rest = (1.0, 1.0) if self.alpha is None else (self.alpha, 1 - self.alpha)
        # L = -alpha y (1 - p)^gamma log p - (1 - alpha) (1 - y) p^gamma log(1 - p)
        ones = alpha * y * ops.exp(self.gamma * log_rest) * log_p
        zeros = rest * (1 - y) * ops.exp(self.gamma * log_p) * log_rest
        return -ops.mean(ones + zeros, axis=-1)

    def _categorical(self, y: Any, y_pred: Any) -> Any:
        log_p, log_rest = _log_softmaxes(y_pred) if self.from_logits else _log_both(y_pred)
        alpha = 1.0 if self.alpha is None else ops.convert_to_tensor(self.alpha, dtype=log_p.dtype)
        if self.alpha is not None and len(self.alpha) != y_pred.shape[-1]:
            raise ValueError(f"alpha must have a weight for each of {y_pred.shape[-1]} classes, got {self.alpha}")
        # L = -sum_k alpha_k y_k (1 - p_k)^gamma log p_k
        return -ops.sum(alpha * y * ops.exp(self.gamma * log_rest) * log_p, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same loss again."""
        own = {"gamma": self.gamma, "alpha": self.alpha, "kind": self.kind, "from_logits": self.from_logits}
        return {**super().get_config(), **own, "dtype": self.dtype}


def _checked_alpha(alpha: Any, kind: str) -> Any:
    if alpha is None:
        return None
    if kind == "binary":
        if isinstance(alpha, Sequence) or not 0 <= alpha <= 1:
            raise ValueError(f"alpha of a binary focal loss must be a number from 0 to 1, got {alpha!r}")
        return float(alpha)
    if not isinstance(alpha, Sequence) or not all(weight >= 0 for weight in alpha):
        raise ValueError(f"alpha of a categorical focal loss must be weights of at least 0, got {alpha!r}")
    return [float(weight) for weight in alpha]


def _log_sigmoids(logits: Any) -> tuple[Any, Any]:
    r"""$\log \sigma(z)$ and $\log(1 - \sigma(z)) = \log \sigma(-z)$."""
    return ops.log_sigmoid(logits), ops.log_sigmoid(-logits)


def _log_softmaxes(logits: Any) -> tuple[Any, Any]:
    r"""$\log p_k$, and $\log(1 - p_k)$ kept off minus infinity."""
    log_p = ops.log_softmax(logits, axis=-1)
    return log_p, ops.log(ops.maximum(-ops.expm1(log_p), keras.config.epsilon()))


def _log_both(probabilities: Any) -> tuple[Any, Any]:
    r"""$\log p$ and $\log(1 - p)$, with p kept off 0 and 1."""
    p = ops.clip(probabilities, keras.config.epsilon(), 1 - keras.config.epsilon())
    return ops.log(p), ops.log1p(-p)
