r"""Positions as sines and cosines of many wavelengths, added to the embeddings. Lesson 08_3."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments


@keras.saving.register_keras_serializable(package="dlcourse")
class SinusoidalPositionalEncoding(keras.layers.Layer):
    r"""Adds to the vector at position $t$ a pattern that tells $t$; without it attention sees a bag of words.

    $$P_{t, 2i} = \sin(t\, w^{-2i/D}), \qquad P_{t, 2i+1} = \cos(t\, w^{-2i/D}), \qquad Y = X + P$$

    The encoding of $t + k$ is a fixed rotation of that of $t$, so that attention can learn to look a distance back.
    There are no weights and no longest length; a mask passes through. Vaswani et al. (2017), Attention is all you
    need, section 3.5.

    Args:
        max_wavelength: $w$; wavelengths go from $2 \pi$ to nearly $2 \pi w$ positions. Positive.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Shape (..., T, D), D even.
        position: $t$ of the first of the T; an integer or a scalar tensor.

    Raises:
        ValueError: If `max_wavelength` is not a positive number, or D is odd.

    Example:
        >>> SinusoidalPositionalEncoding()(ops.zeros((1, 2, 4))).numpy().round(3)
        array([[[0.   , 1.   , 0.   , 1.   ],
                [0.841, 0.54 , 0.01 , 1.   ]]], dtype=float32)
    """

    def __init__(self, max_wavelength: float = 10_000.0, **kwargs: Any) -> None:
        max_wavelength = arguments.positive_number("max_wavelength", max_wavelength)
        super().__init__(**kwargs)
        self.max_wavelength = max_wavelength
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Nothing to learn; that there are pairs of features is looked at."""
        arguments.even_features(input_shape)

    def call(self, inputs: Any, position: Any = 0) -> Any:
        """The inputs with their positions added."""
        length, width = ops.shape(inputs)[-2], inputs.shape[-1]
        t = ops.arange(length, dtype="float32") + ops.cast(position, "float32")  # (T,)
        frequency = ops.power(self.max_wavelength, -ops.arange(0, width, 2, dtype="float32") / width)  # (D/2,)
        angle = ops.expand_dims(t, -1) * frequency  # (T, D/2)
        # P_{t,2i} = sin(t w^(-2i/D)),  P_{t,2i+1} = cos(t w^(-2i/D))
        encoding = ops.reshape(ops.stack([ops.sin(angle), ops.cos(angle)], axis=-1), (length, width))  # (T, D)
        # the sum, Y = X + P
        return inputs + ops.cast(encoding, inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "max_wavelength": self.max_wavelength}
