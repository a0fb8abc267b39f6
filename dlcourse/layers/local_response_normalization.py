r"""Local response normalization, AlexNet's: channels at one place damp each other. Lesson 07_2.

Batch normalization has replaced it; it stands here because the network of 2012 cannot be rebuilt without it.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class LocalResponseNormalization(keras.layers.Layer):
    r"""Divides each value by a power of the energy in the channels beside it, at the same place.

    $$b_c = a_c \Big/ \Big(k + \alpha \sum_{c' = \max(0,\, c - r)}^{\min(C - 1,\, c + r)} a_{c'}^2\Big)^{\beta}$$

    What goes in has shape (..., C), the channels last, and keeps it. There are no weights; a mask passes through. The
    defaults are the paper's: $r = 2$ (its window of $n = 5$ channels), $k = 2$, $\alpha = 10^{-4}$, $\beta = 0.75$.
    Caffe and PyTorch divide $\alpha$ by the window; the paper and TensorFlow do not, and neither does this. It is
    computed in single precision or better, also under mixed precision: the square of an activation of 300 has no
    half-precision number. Krizhevsky, Sutskever and Hinton (2012), ImageNet classification with deep convolutional
    neural networks, section 3.3.

    Args:
        radius: r, how many channels on each side count; at least 0.
        bias: k, positive: it keeps the quotient finite where nothing is active.
        alpha: How much the energy weighs; not negative.
        beta: The power.
        **kwargs: `name` and what else every layer takes.

    Raises:
        ValueError: If `radius` is not an integer of at least 0, `bias` not positive, or `alpha` negative.

    Example:
        >>> layer = LocalResponseNormalization(radius=1, bias=1.0, alpha=1.0, beta=0.5)
        >>> layer(ops.array([[2.0, 2.0, 0.0]])).numpy().round(3)  # sums of squares 8, 8 and 4
        array([[0.667, 0.667, 0.   ]], dtype=float32)
    """

    def __init__(
        self, radius: int = 2, bias: float = 2.0, alpha: float = 1e-4, beta: float = 0.75, **kwargs: Any
    ) -> None:
        if not isinstance(radius, int) or radius < 0:
            raise ValueError(f"radius must be an integer of at least 0, got {radius!r}")
        if not bias > 0:
            raise ValueError(f"bias must be positive, got {bias!r}")
        if not alpha >= 0:
            raise ValueError(f"alpha must not be negative, got {alpha!r}")
        super().__init__(**kwargs)
        self.radius = radius
        self.bias = float(bias)
        self.alpha = float(alpha)
        self.beta = float(beta)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The inputs, each divided by the power of its neighbours' energy."""
        dtype = keras.backend.result_type(self.compute_dtype, "float32")
        a = ops.cast(inputs, dtype)  # (..., C)
        # sum over c' from c - r to c + r of a_c'^2, as one product with a band of ones
        energy = ops.matmul(ops.square(a), ops.cast(self._band(a.shape[-1]), dtype))  # (..., C)
        # b_c = a_c / (k + alpha energy_c)^beta, the power by logarithm, which is faster
        damping = ops.exp(-self.beta * ops.log(self.bias + self.alpha * energy))
        return ops.cast(a * damping, self.compute_dtype)

    def _band(self, channels: int) -> np.ndarray:
        """Ones where two channels are neighbours, shape (C, C)."""
        number = np.arange(channels)
        return np.abs(number[:, None] - number) <= self.radius

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        own = {"radius": self.radius, "bias": self.bias, "alpha": self.alpha, "beta": self.beta}
        return {**super().get_config(), **own}
