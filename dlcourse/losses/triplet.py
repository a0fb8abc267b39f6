r"""The triplet loss of metric learning: a face nearer to the same person's than to anybody else's. Lesson 02_1."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

MINING = ("all", "semi_hard", "hard")


@keras.saving.register_keras_serializable(package="dlcourse")
class TripletLoss(keras.losses.Loss):
    r"""Pulls an example to those of its class and pushes it from the others, until a margin lies between.

    With an anchor a, a positive p of its class and a negative n of another, in squared distances of embeddings,

    $$L(a, p, n) = \max\left(0,\; \|f_a - f_p\|^2 - \|f_a - f_n\|^2 + m\right)$$

    The triplets are made of the batch: each example is an anchor, each other example of its class a positive. `mining`
    says which negatives:

    - `"all"`: every one; an anchor's loss is the mean over its positives and negatives.
    - `"semi_hard"`: for each positive the nearest negative that is farther than the positive, or the farthest negative
      where none is; the mean over the positives.
    - `"hard"`: the farthest positive and the nearest negative alone.

    An anchor without a positive or without a negative has a loss of 0. Give batches in which every class occurs several
    times. Schroff, Kalenichenko and Philbin (2015), FaceNet: a unified embedding for face recognition and clustering;
    the hard ones: Hermans, Beyer and Leibe (2017), In defense of the triplet loss for person re-identification.

    Args:
        margin: m, in units of squared distance; positive.
        mining: `"all"`, `"semi_hard"` or `"hard"`.
        normalize: Whether embeddings are put on the unit sphere first, where a squared distance is at most 4.
        reduction: How the losses of a batch become one number, as in every Keras loss.
        name: The loss's name.
        dtype: What it computes in; single precision by default, also under mixed precision.

    Call arguments:
        y_true: Class numbers, shape (B,) or (B, 1).
        y_pred: Embeddings, shape (B, D).

    Raises:
        ValueError: If `margin` is not positive, `mining` unknown, or a shape is not as said.

    Example:
        >>> loss = TripletLoss(margin=1.0, normalize=False, reduction="none")
        >>> loss([0, 0, 1], [[0.0], [1.0], [1.5]]).numpy()
        array([0.  , 1.75, 0.  ], dtype=float32)
    """

    def __init__(
        self,
        margin: float = 0.2,
        mining: str = "semi_hard",
        normalize: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str = "triplet",
        dtype: Any = None,
    ) -> None:
        if not 0 < margin < float("inf"):
            raise ValueError(f"margin must be a positive number, got {margin!r}")
        if mining not in MINING:
            raise ValueError(f"mining must be one of {', '.join(MINING)}, got {mining!r}")
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.margin = float(margin)
        self.mining = mining
        self.normalize = normalize

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each anchor, shape (B,)."""
        y_pred = ops.convert_to_tensor(y_pred)
        labels = _class_numbers(ops.convert_to_tensor(y_true), y_pred)
        embeddings = ops.normalize(y_pred, axis=-1, epsilon=1e-12) if self.normalize else y_pred
        distances = squared_distances(embeddings)
        same = ops.equal(ops.expand_dims(labels, 1), ops.expand_dims(labels, 0))
        positives = ops.logical_and(same, ops.logical_not(ops.eye(ops.shape(labels)[0], dtype="bool")))
        choose = {"all": _all, "semi_hard": _semi_hard, "hard": _hard}[self.mining]
        return choose(distances, positives, ops.logical_not(same), self.margin)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same loss again."""
        own = {"margin": self.margin, "mining": self.mining, "normalize": self.normalize, "dtype": self.dtype}
        return {**super().get_config(), **own}


def squared_distances(embeddings: Any) -> Any:
    r"""$\|f_i - f_j\|^2 = \|f_i\|^2 - 2 f_i \cdot f_j + \|f_j\|^2$, never below 0, shape (B, B)."""
    norms = ops.sum(ops.square(embeddings), axis=-1, keepdims=True)  # (B, 1)
    products = ops.matmul(embeddings, ops.transpose(embeddings))
    return ops.maximum(norms - 2 * products + ops.transpose(norms), 0)


def _all(distances: Any, positives: Any, negatives: Any, margin: float) -> Any:
    triplets = ops.logical_and(ops.expand_dims(positives, 2), ops.expand_dims(negatives, 1))  # (B, B, B)
    gaps = ops.expand_dims(distances, 2) - ops.expand_dims(distances, 1)
    return _mean_where(triplets, ops.relu(gaps + margin), axis=(1, 2))


def _semi_hard(distances: Any, positives: Any, negatives: Any, margin: float) -> Any:
    far = float("inf")
    farthest = _largest(distances, negatives)  # (B, 1)
    beyond = ops.greater(ops.expand_dims(distances, 1), ops.expand_dims(distances, 2))  # (B, p, n)
    beyond = ops.logical_and(beyond, ops.expand_dims(negatives, 1))
    nearest_beyond = ops.min(ops.where(beyond, ops.expand_dims(distances, 1), far), axis=2)  # (B, p)
    chosen = ops.where(ops.any(beyond, axis=2), nearest_beyond, farthest)
    pairs = ops.logical_and(positives, ops.any(negatives, axis=1, keepdims=True))
    return _mean_where(pairs, ops.relu(distances - chosen + margin), axis=1)


def _hard(distances: Any, positives: Any, negatives: Any, margin: float) -> Any:
    farthest_positive = _largest(distances, positives)
    nearest_negative = -_largest(-distances, negatives)
    pairs = ops.logical_and(ops.any(positives, 1, keepdims=True), ops.any(negatives, 1, keepdims=True))
    return _mean_where(pairs, ops.relu(farthest_positive - nearest_negative + margin), axis=1)


def _largest(distances: Any, allowed: Any) -> Any:
    """The largest allowed number of each row, shape (B, 1); 0 in a row without one."""
    largest = ops.max(ops.where(allowed, distances, float("-inf")), axis=1, keepdims=True)
    return ops.where(ops.any(allowed, axis=1, keepdims=True), largest, 0)


def _mean_where(allowed: Any, values: Any, axis: int | tuple[int, ...]) -> Any:
    """The mean of the allowed values; 0 where none is allowed."""
    total = ops.sum(ops.where(allowed, values, 0), axis=axis)
    return total / ops.maximum(ops.sum(ops.cast(allowed, values.dtype), axis=axis), 1)


def _class_numbers(y_true: Any, embeddings: Any) -> Any:
    """The labels, shape (B,)."""
    labels, shape = tuple(y_true.shape), tuple(embeddings.shape)
    if len(shape) != 2:
        raise ValueError(f"y_pred must be embeddings of shape (B, D), got shape {shape}")
    fits = labels in (shape[:1], (*shape[:1], 1)) or (len(labels) in (1, 2) and None in (labels[0], shape[0]))
    if not fits or (len(labels) == 2 and labels[1] != 1):
        raise ValueError(f"y_true must be class numbers of shape ({shape[0]},) or ({shape[0]}, 1), got shape {labels}")
    return ops.reshape(y_true, (-1,))
