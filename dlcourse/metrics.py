r"""Metrics that Keras does not have; lesson 03_3 computes this one by hand first.

Written on `keras.ops`, so that it runs on any backend. Importing this module registers it: a saved model that was
compiled with it loads without naming it.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

__all__ = ["ExpectedCalibrationError"]


@keras.saving.register_keras_serializable(package="dlcourse")
class ExpectedCalibrationError(keras.Metric):
    r"""How far a classifier's confidence is from its accuracy, on average over the predictions.

    The confidence of a prediction is its largest probability. The predictions are sorted into M bins of equal width by
    confidence, $B_m$ holding those in $((m - 1)/M,\; m/M]$; with N predictions in all,

    $$\mathrm{ECE} = \sum_{m=1}^{M} \frac{|B_m|}{N}\; \bigl| \mathrm{accuracy}(B_m) - \mathrm{confidence}(B_m) \bigr|$$

    It lies between 0 (of all predictions made with 80 % confidence, 80 % are right, and so on) and 1. Sums are kept per
    bin, so that the result does not depend on how the data are cut into batches. Beware: with few predictions it is
    biased upwards, and it depends on M. Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural
    networks; Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning.

    Args:
        bins: M, at least 1.
        from_logits: Whether predictions are logits, to be put through a softmax first; otherwise probabilities.
        name: The metric's name.
        dtype: What it accumulates in; single precision by default.

    Call arguments:
        y_true: Class numbers, shape (...) or (..., 1), or one-hot labels, shape (..., K).
        y_pred: Probabilities or logits, shape (..., K) with K at least 2. For a single sigmoid output p give
            [1 - p, p].
        sample_weight: How much each prediction counts, shape (...) or with fewer axes.

    Raises:
        ValueError: If `bins` is not a positive integer, or the shapes do not fit.

    Example:
        >>> metric = ExpectedCalibrationError(bins=10)
        >>> metric.update_state([0, 1], [[0.75, 0.25], [0.75, 0.25]])
        >>> float(metric.result())
        0.25
    """

    def __init__(
        self,
        bins: int = 15,
        from_logits: bool = False,
        name: str = "expected_calibration_error",
        dtype: Any = None,
    ) -> None:
        if isinstance(bins, bool) or not isinstance(bins, int) or bins < 1:
            raise ValueError(f"bins must be an integer of at least 1, got {bins!r}")
        super().__init__(name=name, dtype=dtype)
        self.bins = bins
        self.from_logits = from_logits
        self.weight = self.add_variable((bins,), initializer="zeros", name="weight")
        self.correct = self.add_variable((bins,), initializer="zeros", name="correct")
        self.confidence = self.add_variable((bins,), initializer="zeros", name="confidence")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Sort a batch of predictions into the bins."""
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        labels = _class_numbers(ops.convert_to_tensor(y_true), y_pred)
        probabilities = ops.softmax(y_pred, axis=-1) if self.from_logits else y_pred
        confidence = ops.max(probabilities, axis=-1)  # (...)
        correct = ops.cast(ops.equal(ops.cast(ops.argmax(y_pred, axis=-1), "int32"), labels), self.dtype)
        weight = _weights(sample_weight, confidence)
        confidence, correct = ops.reshape(confidence, (-1,)), ops.reshape(correct, (-1,))  # (N,)
        membership = self._membership(confidence) * ops.expand_dims(weight, -1)  # (N, M)
        self.weight.assign_add(ops.sum(membership, axis=0))
        self.correct.assign_add(ops.matmul(correct, membership))
        self.confidence.assign_add(ops.matmul(confidence, membership))

    def result(self) -> Any:
        """The expected calibration error of everything since the last reset; 0 before the first batch."""
        gaps = ops.abs(self.correct - self.confidence)  # |accuracy - confidence| times the bin's weight
        return ops.divide_no_nan(ops.sum(gaps), ops.sum(self.weight))

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same metric again."""
        return {**super().get_config(), "bins": self.bins, "from_logits": self.from_logits}

    def _membership(self, confidence: Any) -> Any:
        """One-hot rows: which of the M bins, open below and closed above, each confidence falls into."""
        bin_number = ops.cast(ops.ceil(confidence * self.bins), "int32") - 1
        return ops.one_hot(ops.clip(bin_number, 0, self.bins - 1), self.bins, dtype=self.dtype)


def _class_numbers(y_true: Any, y_pred: Any) -> Any:
    """The right class of each prediction as integers, one axis fewer than the predictions."""
    labels, predictions = tuple(y_true.shape), tuple(y_pred.shape)
    numbers = predictions[:-1]
    if len(predictions) < 2 or predictions[-1] is None or predictions[-1] < 2:
        raise ValueError(f"y_pred must have shape (..., K) with K at least 2, got {predictions}")
    if len(labels) == len(predictions) and labels[-1] == predictions[-1]:
        return ops.cast(ops.argmax(y_true, axis=-1), "int32")
    if len(labels) == len(predictions) and labels[-1] == 1:
        return ops.cast(ops.squeeze(y_true, -1), "int32")
    if len(labels) + 1 == len(predictions):
        return ops.cast(y_true, "int32")
    raise ValueError(
        f"y_true must be class numbers of shape {numbers} or one-hot labels of shape {predictions}, got {labels}"
    )


def _weights(sample_weight: Any, confidence: Any) -> Any:
    """A weight for each prediction, shape (N,); 1 without `sample_weight`."""
    if sample_weight is None:
        return ops.reshape(ops.ones_like(confidence), (-1,))
    weight = ops.convert_to_tensor(sample_weight, dtype=confidence.dtype)
    if len(weight.shape) == len(confidence.shape) + 1 and weight.shape[-1] == 1:
        weight = ops.squeeze(weight, -1)
    while len(weight.shape) < len(confidence.shape):
        weight = ops.expand_dims(weight, -1)
    return ops.reshape(ops.broadcast_to(weight, ops.shape(confidence)), (-1,))
