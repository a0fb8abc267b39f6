r"""Minimum pooling: the darkest pixel of each window, what Keras's pooling layers leave out. Lesson 07_1.

On dark ink on a light ground, max pooling keeps the ground and loses the stroke; the minimum keeps the stroke.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers.arguments import one_of


@keras.saving.register_keras_serializable(package="dlcourse")
class MinPooling2D(keras.layers.Layer):
    r"""The smallest value of each window and channel.

    $$y_{ijc} = \min_{0 \le u < p,\ 0 \le v < q} x_{si + u,\ tj + v,\ c} = -\max_{u, v} (-x_{si + u,\ tj + v,\ c})$$

    Images go in with shape (B, rows, columns, C). With `padding="valid"` what comes out has
    $\lfloor (n - p) / s \rfloor + 1$ rows, with `"same"` $\lceil n / s \rceil$; what lies outside the image never wins.
    There are no weights. The dual of grey-scale dilation, called erosion: Serra (1982), Image analysis and mathematical
    morphology, chapter 12.

    Args:
        pool_size: Rows and columns of a window, one number for both or a pair.
        strides: From one window to the next; the size of a window without it.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`, the latter where the backend can; Keras's setting
            without it.
        **kwargs: `name` and what else every layer takes.

    Raises:
        ValueError: If a size or stride is not a positive integer or a pair of them, or `padding` or `data_format` is
            none of the two.

    Example:
        >>> image = ops.reshape(ops.arange(1.0, 17.0), (1, 4, 4, 1))
        >>> MinPooling2D(2)(image).numpy().reshape(2, 2)
        array([[ 1.,  3.],
               [ 9., 11.]], dtype=float32)
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        one_of("padding", padding, ("valid", "same"))
        data_format = data_format or keras.config.image_data_format()
        one_of("data_format", data_format, ("channels_last", "channels_first"))
        super().__init__(**kwargs)
        self.pool_size = _pair(pool_size, "pool_size")
        self.strides = self.pool_size if strides is None else _pair(strides, "strides")
        self.padding = padding
        self.data_format = data_format

    def call(self, inputs: Any) -> Any:
        """The smallest value of each window."""
        # min(x) = -max(-x)
        return -ops.max_pool(-inputs, self.pool_size, self.strides, self.padding, self.data_format)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Rows and columns as many as windows."""
        shape = list(input_shape)
        first = 1 if self.data_format == "channels_last" else 2
        for axis, window, stride in zip((first, first + 1), self.pool_size, self.strides, strict=True):
            length = shape[axis]
            if length is not None:
                shape[axis] = -(-length // stride) if self.padding == "same" else (length - window) // stride + 1
        return tuple(shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        own = {
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
        }
        return {**super().get_config(), **own}


def _pair(value: Any, name: str) -> tuple[int, int]:
    pair = tuple(value) if isinstance(value, list | tuple) else (value, value)
    if len(pair) != 2 or not all(isinstance(each, int) and each > 0 for each in pair):
        raise ValueError(f"{name} must be a positive integer or a pair of them, got {value!r}")
    return pair
