r"""Squeeze-and-excitation: a network's own opinion of which of its channels matter for this image. Lesson 07_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class SqueezeExcite(keras.layers.Layer):
    r"""Weighs each channel of an image by a gate that a small network computes from all channels' means.

    $$z_c = \frac{1}{N} \sum_{i, j} x_{ijc}, \qquad s = \sigma\left(W_2\, \mathrm{ReLU}(W_1 z + b_1) + b_2\right),
    \qquad y_{ijc} = s_c\, x_{ijc}$$

    Images have shape (B, ..., C), channels last, with at least one axis of places, and keep it. With the bottleneck of
    $C / \mathrm{ratio}$ units there are $2 C^2 / \mathrm{ratio} + C / \mathrm{ratio} + C$ weights. Hu, Shen and Sun
    (2018), Squeeze-and-excitation networks.

    Args:
        ratio: By how much the bottleneck is narrower than the channels, at least 1; it keeps at least one unit.
        **kwargs: `name` and what else every layer takes.

    Raises:
        ValueError: If `ratio` is not at least 1; when built, if the inputs have no axis of places, or no known C.

    Example:
        >>> layer = SqueezeExcite(ratio=16)
        >>> layer(ops.ones((1, 4, 4, 64))).shape, layer.count_params()
        (TensorShape([1, 4, 4, 64]), 580)
    """

    def __init__(self, ratio: float = 16, **kwargs: Any) -> None:
        if not ratio >= 1:
            raise ValueError(f"ratio must be at least 1, got {ratio!r}")
        super().__init__(**kwargs)
        self.ratio = ratio

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the two dense layers of the gate."""
        channels = input_shape[-1]
        if len(input_shape) < 3 or channels is None:
            raise ValueError(f"inputs must have shape (B, ..., C) with an axis of places, got {tuple(input_shape)}")
        units = max(1, int(channels / self.ratio))
        self.squeeze = keras.layers.Dense(units, "relu", name="squeeze", dtype=self.dtype_policy)
        self.excite = keras.layers.Dense(channels, "sigmoid", name="excite", dtype=self.dtype_policy)
        self.squeeze.build((None, channels))
        self.excite.build((None, units))

    def call(self, inputs: Any) -> Any:
        """The inputs, each channel times its gate."""
        places = tuple(range(1, len(inputs.shape) - 1))
        # z_c = mean over places of x_c
        mean = ops.mean(inputs, axis=places, keepdims=True)  # (B, 1, 1, C)
        # s = sigmoid(W2 relu(W1 z + b1) + b2)
        gate = self.excite(self.squeeze(mean))  # (B, 1, 1, C)
        # y = s x
        return gate * inputs

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "ratio": self.ratio}
