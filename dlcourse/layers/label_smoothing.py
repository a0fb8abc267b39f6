r"""Label smoothing as a layer: targets are softened while training and left as they are when the model is judged.

`keras.losses.CategoricalCrossentropy(label_smoothing=...)` smooths whenever it is called, so that a validation loss is
measured against softened targets, too, and cannot be compared with that of a model trained without. Lesson 03_3.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.losses import smooth_labels


@keras.saving.register_keras_serializable(package="dlcourse")
class LabelSmoothing(keras.layers.Layer):
    r"""Smooths one-hot targets when `training=True`; otherwise their values pass through.

    $$t_k = (1 - \epsilon)\, y_k + \epsilon / K$$

    For targets, where a model or a training step has them: `layer(targets, training=True)` before the loss, in the
    `map` of a data pipeline, or inside a model that takes its targets as an input. There are no weights. A mask passes
    through. Szegedy et al. (2016), Rethinking the Inception architecture for computer vision, section 7.

    What comes out is in single precision in both modes, whatever the type of the targets and under mixed precision
    as well, as Keras computes its losses: in bfloat16 a target of 0.91 would be 0.9102. A `dtype` given says otherwise.

    Args:
        epsilon: The share of certainty that is spread over all K classes, at least 0 and below 1.
        dtype: What comes out; Keras's default type for weights without it.
        **kwargs: `name` and what else every layer takes.

    Call arguments:
        targets: One-hot, shape (..., K) with at least two axes.
        training: Whether to smooth.

    Raises:
        ValueError: If `epsilon` is out of range, or the targets have less than two axes.

    Example:
        >>> one_hot, smooth = ops.eye(2), LabelSmoothing(epsilon=0.25)
        >>> smooth(one_hot, training=True).numpy()
        array([[0.875, 0.125],
               [0.125, 0.875]], dtype=float32)
        >>> smooth(one_hot).numpy()
        array([[1., 0.],
               [0., 1.]], dtype=float32)
    """

    def __init__(self, epsilon: float = 0.1, *, dtype: Any = None, **kwargs: Any) -> None:
        if not 0 <= epsilon < 1:
            raise ValueError(f"epsilon must be at least 0 and below 1, got {epsilon!r}")
        super().__init__(dtype=dtype or keras.config.floatx(), **kwargs)
        self.epsilon = float(epsilon)
        self.supports_masking = True

    def call(self, targets: Any, training: bool = False) -> Any:
        """The targets, softened if `training`."""
        one_hot = ops.cast(targets, self.compute_dtype)
        if len(one_hot.shape) < 2:
            raise ValueError(f"targets must be one-hot, of shape (..., K), got shape {tuple(one_hot.shape)}")
        return smooth_labels(one_hot, self.epsilon) if training else one_hot

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the targets."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "epsilon": self.epsilon}
