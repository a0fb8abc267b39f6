r"""MobileNet's block: a filter a channel, then a mixture of channels, instead of both at once. Lesson 07_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers.arguments import positive_integer


@keras.saving.register_keras_serializable(package="dlcourse")
class DepthwiseSeparableBlock(keras.layers.Layer):
    r"""A depthwise and a 1 x 1 convolution, each followed by batch normalization and ReLU.

    $$z_{ijc} = \sum_{u, v} D_{uvc}\, x_{si + u,\ sj + v,\ c}, \qquad y_{ijk} = \sum_c P_{ck}\,
    \mathrm{ReLU}(\mathrm{BN}(z))_{ijc}, \qquad \mathrm{out} = \mathrm{ReLU}(\mathrm{BN}(y))$$

    Images go in with shape (B, rows, columns, C) and come out with $\lceil n / s \rceil$ rows and columns and K
    channels. A place costs $f^2 C + C K$ multiply-adds where an ordinary convolution costs $f^2 C K$: the share is
    $1 / K + 1 / f^2$, a little over a ninth for 3 x 3. There are $f^2 C + C K + 2C + 2K$ weights to learn and
    $2C + 2K$ moving statistics. Howard et al. (2017), MobileNets, section 3.1.

    Args:
        filters: K, what comes out.
        kernel_size: f, rows and columns of the depthwise filter.
        strides: s, of the depthwise convolution.
        **kwargs: `name` and what else every layer takes.

    Raises:
        ValueError: If `filters`, `kernel_size` or `strides` is not a positive integer.

    Example:
        >>> block = DepthwiseSeparableBlock(64)
        >>> block(ops.ones((1, 112, 112, 32))).shape  # 288 + 2048 + 64 + 128 weights, 192 statistics
        TensorShape([1, 112, 112, 64])
        >>> block.count_params()
        2720
    """

    def __init__(self, filters: int, kernel_size: int = 3, strides: int = 1, **kwargs: Any) -> None:
        for name, value in {"filters": filters, "kernel_size": kernel_size, "strides": strides}.items():
            positive_integer(name, value)
        super().__init__(**kwargs)
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides
        shared: dict[str, Any] = {"data_format": "channels_last", "use_bias": False, "dtype": self.dtype_policy}
        self.depthwise = keras.layers.DepthwiseConv2D(kernel_size, strides, padding="same", name="depthwise", **shared)
        self.depthwise_norm = keras.layers.BatchNormalization(name="depthwise_norm", dtype=self.dtype_policy)
        self.pointwise = keras.layers.Conv2D(filters, 1, name="pointwise", **shared)
        self.pointwise_norm = keras.layers.BatchNormalization(name="pointwise_norm", dtype=self.dtype_policy)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the filters and the two normalizations."""
        between = self.depthwise.compute_output_shape(input_shape)
        self.depthwise.build(input_shape)
        self.depthwise_norm.build(between)
        self.pointwise.build(between)
        self.pointwise_norm.build(self.compute_output_shape(input_shape))

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Filter each channel, then mix the channels."""
        # z = BN(D * x), a filter a channel
        filtered = self.depthwise_norm(self.depthwise(inputs), training=training)  # (B, rows', columns', C)
        # out = relu(BN(P relu(z)))
        mixed = self.pointwise_norm(self.pointwise(ops.relu(filtered)), training=training)
        return ops.relu(mixed)  # (B, rows', columns', K)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Rows and columns as strided, K channels."""
        return (*self.depthwise.compute_output_shape(input_shape)[:-1], self.filters)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        own = {"filters": self.filters, "kernel_size": self.kernel_size, "strides": self.strides}
        return {**super().get_config(), **own}
