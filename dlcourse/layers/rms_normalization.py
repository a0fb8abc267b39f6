r"""Root-mean-square normalization: layer normalization without the mean. Lesson 06_1."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments


@keras.saving.register_keras_serializable(package="dlcourse")
class RMSNormalization(keras.layers.Layer):
    r"""Scales each example to a mean square of 1 over its features, then by what was learned.

    $$y_i = \gamma_i\, \frac{x_i}{\sqrt{\frac{1}{D} \sum_j x_j^2 + \epsilon}}$$

    Nothing is subtracted and nothing added: what makes layer normalization work is mostly the scale. Training and
    inference are the same. Computed in single precision also under mixed precision. One weight: gamma, of shape (D,). A
    mask passes through. Zhang and Sennrich (2019), Root mean square layer normalization.

    Args:
        epsilon: $\epsilon$, keeps the root from zero; positive.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Shape (..., D); the mean is over D.

    Raises:
        ValueError: If `epsilon` is not a positive number, or D is not known when the layer is built.

    Example:
        >>> RMSNormalization()(ops.array([[3.0, 4.0]])).numpy().round(3)
        array([[0.849, 1.131]], dtype=float32)
    """

    def __init__(self, epsilon: float = 1e-6, **kwargs: Any) -> None:
        epsilon = arguments.positive_number("epsilon", epsilon)
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """A scale for each feature."""
        features = arguments.known_features(input_shape)
        self.gamma = self.add_weight(shape=(features,), initializer="ones", name="gamma")

    def call(self, inputs: Any) -> Any:
        """The scaled inputs, in the same shape."""
        x = ops.cast(inputs, "float32") if self.compute_dtype in ("float16", "bfloat16") else inputs
        mean_square = ops.mean(ops.square(x), axis=-1, keepdims=True)
        # y_i = gamma_i x_i / sqrt(1/D sum_j x_j^2 + epsilon)
        y = ops.cast(self.gamma, x.dtype) * x * ops.rsqrt(mean_square + self.epsilon)
        return ops.cast(y, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "epsilon": self.epsilon}
