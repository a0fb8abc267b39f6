r"""Inverted dropout: noise in training that leaves the mean as it is; nothing at inference. Lesson 05_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments


@keras.saving.register_keras_serializable(package="dlcourse")
class Dropout(keras.layers.Layer):
    r"""Sets a random share of the inputs to zero in training and scales the others so that the mean stays.

    $$y_i = \frac{m_i\, x_i}{1 - p}, \qquad m_i \sim \text{Bernoulli}(1 - p), \qquad E[y_i] = x_i$$

    `rate` is $p$, the share that is *dropped*; the first papers gave the share that is kept, and scaled at inference
    instead. Masks are drawn anew at each call, from a seed that is part of the layer's state. A mask of time steps
    passes through. Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), Dropout: a simple way to prevent
    neural networks from overfitting.

    Args:
        rate: $p$, at least 0 and below 1.
        noise_shape: The shape of what is drawn, with 1 where one draw is shared along an axis and None for the size of
            the input; `(None, 1, None)` drops whole features of a sequence. Each number on its own without it.
        seed: Of the random numbers.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Any shape.
        training: Whether to drop.

    Raises:
        ValueError: If `rate` is out of range, `noise_shape` holds something else than positive integers and None, or
            has another number of axes than the inputs.

    Example:
        >>> layer = Dropout(0.5, seed=1)
        >>> layer(ops.ones((2, 4)), training=True).numpy()
        array([[2., 0., 2., 0.],
               [0., 0., 0., 2.]], dtype=float32)
        >>> layer(ops.ones((1, 4))).numpy()
        array([[1., 1., 1., 1.]], dtype=float32)
    """

    def __init__(
        self,
        rate: float,
        noise_shape: tuple[int | None, ...] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        rate = arguments.share("rate", rate)
        for size in noise_shape or ():
            if size is not None:
                arguments.positive_integer("noise_shape, where it is not None,", size)
        super().__init__(**kwargs)
        self.rate, self.seed = rate, seed
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Nothing to learn; the number of axes is compared."""
        if self.noise_shape is not None and len(self.noise_shape) != len(input_shape):
            raise ValueError(
                f"noise_shape must have as many axes as the inputs, {len(input_shape)}, got {self.noise_shape}"
            )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, some of them dropped if `training`."""
        if not training or self.rate == 0:
            return inputs
        # m_i ~ Bernoulli(1 - p)
        keep = keras.random.uniform(self._drawn_shape(inputs), seed=self.seed_generator) >= self.rate
        # y_i = m_i x_i / (1 - p)
        return ops.where(keep, inputs / (1 - self.rate), ops.zeros_like(inputs))

    def _drawn_shape(self, inputs: Any) -> tuple[Any, ...]:
        shape = ops.shape(inputs)
        if self.noise_shape is None:
            return shape
        return tuple(size if asked is None else asked for asked, size in zip(self.noise_shape, shape, strict=True))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "rate": self.rate, "noise_shape": self.noise_shape, "seed": self.seed}
