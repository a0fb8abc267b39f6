r"""Layer normalization: each example by its own mean and variance, whatever else is in the batch. Lesson 06_1."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments


@keras.saving.register_keras_serializable(package="dlcourse")
class LayerNormalization(keras.layers.Layer):
    r"""Shifts and scales each example to mean 0 and variance 1 over its features, then by what was learned.

    $$\mu = \frac{1}{D} \sum_i x_i, \qquad \sigma^2 = \frac{1}{D} \sum_i (x_i - \mu)^2, \qquad
    y_i = \gamma_i\, \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta_i$$

    Training and inference are the same, and so is a batch of one. Computed in single precision also under mixed
    precision. Weights: gamma, beta, each of shape (D,). A mask passes through. Ba, Kiros and Hinton (2016), Layer
    normalization.

    Args:
        epsilon: $\epsilon$, keeps the root from zero; positive.
        center: Whether to add $\beta$.
        scale: Whether to multiply by $\gamma$.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Shape (..., D); the mean is over D.

    Raises:
        ValueError: If `epsilon` is not a positive number, or D is not known when the layer is built.

    Example:
        >>> LayerNormalization(epsilon=1e-6)(ops.array([[1.0, 3.0], [10.0, 30.0]])).numpy().round(3)
        array([[-1.,  1.],
               [-1.,  1.]], dtype=float32)
    """

    def __init__(self, epsilon: float = 1e-3, center: bool = True, scale: bool = True, **kwargs: Any) -> None:
        epsilon = arguments.positive_number("epsilon", epsilon)
        super().__init__(**kwargs)
        self.epsilon, self.center, self.scale = epsilon, bool(center), bool(scale)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """A scale and a shift for each feature."""
        features = arguments.known_features(input_shape)
        self.gamma = self.add_weight(shape=(features,), initializer="ones", name="gamma") if self.scale else None
        self.beta = self.add_weight(shape=(features,), initializer="zeros", name="beta") if self.center else None

    def call(self, inputs: Any) -> Any:
        """The normalized inputs, in the same shape."""
        x = ops.cast(inputs, "float32") if self.compute_dtype in ("float16", "bfloat16") else inputs
        # mu = 1/D sum x_i
        mean = ops.mean(x, axis=-1, keepdims=True)
        # sigma^2 = 1/D sum (x_i - mu)^2
        variance = ops.mean(ops.square(x - mean), axis=-1, keepdims=True)
        # and with them: y_i = gamma_i (x_i - mu) / sqrt(sigma^2 + epsilon) + beta_i
        y = (x - mean) * ops.rsqrt(variance + self.epsilon)
        if self.gamma is not None:
            y = y * ops.cast(self.gamma, y.dtype)
        if self.beta is not None:
            y = y + ops.cast(self.beta, y.dtype)
        return ops.cast(y, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "epsilon": self.epsilon, "center": self.center, "scale": self.scale}
