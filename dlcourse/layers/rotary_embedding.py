r"""Rotary position embedding: pairs of features are turned by an angle that grows with the position. Lesson 08_3."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments

WAVELENGTH = 10_000.0


def rotate(inputs: Any, position: Any = 0, max_wavelength: float = WAVELENGTH) -> Any:
    r"""Turn each pair $(x_{2i}, x_{2i+1})$ at position $t$ by the angle $t\,\theta_i$, with $\theta_i = w^{-2i/K}$.

    Args:
        inputs: Shape (..., T, K), K even.
        position: That of the first; the others follow.
        max_wavelength: $w$.

    Returns:
        The inputs' shape and type.

    Example:
        >>> rotate(ops.array([[1.0, 0.0]]), position=1).numpy().round(4)
        array([[0.5403, 0.8415]], dtype=float32)
    """
    size = inputs.shape[-1]
    # theta_i = w^(-2i/K)
    theta = ops.power(max_wavelength, -ops.arange(0, size, 2, dtype="float32") / size)  # (K/2,)
    t = ops.arange(ops.shape(inputs)[-2], dtype="float32") + ops.cast(position, "float32")  # (T,)
    angle = ops.expand_dims(t, -1) * theta  # (T, K/2)
    cosine, sine = ops.cast(ops.cos(angle), inputs.dtype), ops.cast(ops.sin(angle), inputs.dtype)
    even, odd = inputs[..., 0::2], inputs[..., 1::2]
    # x'_{2i} = x_{2i} cos - x_{2i+1} sin,  x'_{2i+1} = x_{2i} sin + x_{2i+1} cos
    turned = ops.stack([even * cosine - odd * sine, even * sine + odd * cosine], axis=-1)  # (..., T, K/2, 2)
    return ops.reshape(turned, (*ops.shape(inputs)[:-1], size))


@keras.saving.register_keras_serializable(package="dlcourse")
class RotaryEmbedding(keras.layers.Layer):
    r"""Turns queries or keys by their positions, so that their dot products know the distance and nothing else.

    $$\begin{pmatrix} x'_{2i} \\ x'_{2i+1} \end{pmatrix} =
    \begin{pmatrix} \cos t\theta_i & -\sin t\theta_i \\ \sin t\theta_i & \cos t\theta_i \end{pmatrix}
    \begin{pmatrix} x_{2i} \\ x_{2i+1} \end{pmatrix}, \qquad \theta_i = w^{-2i/K}$$

    $$\langle R_s q,\, R_t k \rangle = \langle q,\, R_{t-s}\, k \rangle$$

    Goes on queries and keys after their projection, in every layer, in place of an encoding added to the embeddings;
    `MultiHeadAttention(rotary=True)` does. Angles are computed in single precision. There are no weights; a mask passes
    through. Su, Lu, Pan, Murtadha, Wen and Liu (2021), RoFormer: enhanced Transformer with rotary position embedding.

    Args:
        max_wavelength: $w$; the slowest pair turns once in nearly $2 \pi w$ positions. Positive.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Shape (..., T, K), K even; for heads (B, H, T, K).
        position: That of the first of the T; an integer or a scalar tensor.

    Raises:
        ValueError: If `max_wavelength` is not a positive number, or K is odd.

    Example:
        >>> RotaryEmbedding()(ops.array([[[1.0, 0.0], [1.0, 0.0]]])).numpy().round(4)
        array([[[1.    , 0.    ],
                [0.5403, 0.8415]]], dtype=float32)
    """

    def __init__(self, max_wavelength: float = WAVELENGTH, **kwargs: Any) -> None:
        max_wavelength = arguments.positive_number("max_wavelength", max_wavelength)
        super().__init__(**kwargs)
        self.max_wavelength = max_wavelength
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Nothing to learn; that there are pairs is looked at."""
        arguments.even_features(input_shape)

    def call(self, inputs: Any, position: Any = 0) -> Any:
        """The inputs, turned."""
        return rotate(inputs, position, self.max_wavelength)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "max_wavelength": self.max_wavelength}
