r"""Layer scale: a learned factor a channel, near zero at first, so that a deep residual network starts as an identity.

ConvNeXt multiplies the branch of each block by it before the addition. Lesson 07_2.
"""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="dlcourse")
class LayerScale(keras.layers.Layer):
    r"""Multiplies each channel by its own learned factor.

    $$y_{...c} = \gamma_c\, x_{...c}, \qquad \gamma_c = \epsilon \text{ at first}$$

    What goes in has shape (..., C) and keeps it; a mask passes through. There are C weights. Touvron, Cord,
    Sablayrolles, Synnaeve and Jegou (2021), Going deeper with image transformers, section 2.

    Args:
        initial: $\epsilon$, a factor's first value.
        **kwargs: `name` and what else every layer takes.

    Raises:
        ValueError: If `initial` is not a finite number; when built, if C is not known.

    Example:
        >>> LayerScale(0.5)(keras.ops.array([[2.0, 4.0]])).numpy()
        array([[1., 2.]], dtype=float32)
    """

    def __init__(self, initial: float = 1e-6, **kwargs: Any) -> None:
        if not abs(initial) < float("inf"):
            raise ValueError(f"initial must be a finite number, got {initial!r}")
        super().__init__(**kwargs)
        self.initial = float(initial)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the factors."""
        if input_shape[-1] is None:
            raise ValueError(f"inputs must have shape (..., C) with a known C, got {tuple(input_shape)}")
        constant = keras.initializers.Constant(self.initial)
        self.gamma = self.add_weight(shape=(input_shape[-1],), initializer=constant, name="gamma")

    def call(self, inputs: Any) -> Any:
        """The inputs, each channel times its factor."""
        # y = gamma x
        return self.gamma * inputs

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "initial": self.initial}
