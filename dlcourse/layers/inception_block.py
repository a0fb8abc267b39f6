r"""GoogLeNet's inception block: filters of several sizes side by side, cheap by 1 x 1 convolutions. Lesson 07_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class InceptionBlock(keras.layers.Layer):
    r"""Four branches on one image, concatenated: 1 x 1; 1 x 1 then 3 x 3; 1 x 1 then 5 x 5; pooling then 1 x 1.

    $$y = \left[\,f_{1 \times 1}(x);\ f_{3 \times 3}(f_{1 \times 1}(x));\ f_{5 \times 5}(f_{1 \times 1}(x));\
    f_{1 \times 1}(\mathrm{pool}_{3 \times 3}(x))\,\right], \qquad f_{k \times k}(x) = g(W *_{k \times k} x + b)$$

    Images go in with shape (B, rows, columns, C) and come out with as many rows and columns and the sum of the
    branches' filters as channels. The 1 x 1 convolution before a larger one is the bottleneck that makes it affordable:
    on 28 x 28 x 192 in block 3a the 5 x 5 branch costs 12.4 million multiply-adds with it, 120.4 million without.
    Szegedy et al. (2015), Going deeper with convolutions, section 4 and table 1.

    Args:
        one: Filters of the 1 x 1 branch.
        three: Filters of the reduction and of the 3 x 3 convolution.
        five: Filters of the reduction and of the 5 x 5 convolution.
        pool: Filters after the pooling.
        activation: g, after every convolution.
        **kwargs: `name` and what else every layer takes.

    Raises:
        ValueError: If a number of filters is not a positive integer, or `three` or `five` is not a pair.

    Example:
        >>> block_3a = InceptionBlock(64, (96, 128), (16, 32), 32)
        >>> block_3a(ops.ones((1, 28, 28, 192))).shape, block_3a.count_params()
        (TensorShape([1, 28, 28, 256]), 163696)
    """

    def __init__(
        self,
        one: int,
        three: tuple[int, int],
        five: tuple[int, int],
        pool: int,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        for name, value in {"one": one, "pool": pool}.items():
            _check_filters(name, value, (value,))
        for name, pair in {"three": three, "five": five}.items():
            if not isinstance(pair, list | tuple) or len(pair) != 2:
                raise ValueError(f"{name} must be a pair, the filters of the reduction and of the rest, got {pair!r}")
            _check_filters(name, pair, pair)
        super().__init__(**kwargs)
        self.one, self.three, self.five, self.pool = one, tuple(three), tuple(five), pool
        self.activation = keras.activations.get(activation)
        self.convolve_one = self._convolution(one, 1, "one")
        self.reduce_three = self._convolution(three[0], 1, "three_reduce")
        self.convolve_three = self._convolution(three[1], 3, "three")
        self.reduce_five = self._convolution(five[0], 1, "five_reduce")
        self.convolve_five = self._convolution(five[1], 5, "five")
        self.convolve_pool = self._convolution(pool, 1, "pool_projection")

    def _convolution(self, filters: int, size: int, name: str) -> keras.layers.Layer:
        return keras.layers.Conv2D(
            filters,
            size,
            padding="same",
            activation=self.activation,
            data_format="channels_last",
            dtype=self.dtype_policy,
            name=name,
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights of the six convolutions."""
        image = tuple(input_shape[:-1])
        for first in (self.convolve_one, self.reduce_three, self.reduce_five, self.convolve_pool):
            first.build(input_shape)
        self.convolve_three.build((*image, self.three[0]))
        self.convolve_five.build((*image, self.five[0]))

    def call(self, inputs: Any) -> Any:
        """The four branches' channels, one after the other."""
        pooled = ops.max_pool(inputs, 3, strides=1, padding="same", data_format="channels_last")
        branches = [
            self.convolve_one(inputs),
            self.convolve_three(self.reduce_three(inputs)),
            self.convolve_five(self.reduce_five(inputs)),
            self.convolve_pool(pooled),
        ]
        return ops.concatenate(branches, axis=-1)  # (B, rows, columns, sum of filters)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """As many rows and columns; the branches' filters as channels."""
        return (*input_shape[:-1], self.one + self.three[1] + self.five[1] + self.pool)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        filters = {"one": self.one, "three": self.three, "five": self.five, "pool": self.pool}
        return {**super().get_config(), **filters, "activation": keras.activations.serialize(self.activation)}


def _check_filters(name: str, value: Any, numbers: Any) -> None:
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        raise ValueError(f"{name} must be a positive number of filters, got {value!r}")
