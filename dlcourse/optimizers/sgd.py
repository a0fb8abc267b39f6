r"""Stochastic gradient descent: one step down the slope of a batch. Lesson 04_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class SGD(keras.optimizers.Optimizer):
    r"""A step of the learning rate times the gradient, and nothing remembered.

    $$\theta \leftarrow \theta - \eta\, g$$

    A gradient that comes for a few rows alone, as an embedding's does, costs those rows alone. Robbins and Monro
    (1951), A stochastic approximation method.

    Args:
        learning_rate: $\eta$: a number, or a schedule.
        **kwargs: `weight_decay`, `clipnorm`, `name` and what else every Keras optimizer takes.

    Example:
        >>> weight = keras.Variable([1.0, 2.0])
        >>> SGD(learning_rate=0.5).apply([ops.array([1.0, -2.0])], [weight])
        >>> weight.numpy()
        array([0.5, 3. ], dtype=float32)
    """

    def __init__(self, learning_rate: Any = 0.01, **kwargs: Any) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        eta, g = ops.cast(learning_rate, variable.dtype), ops.cast(gradient, variable.dtype)
        # theta <- theta - eta g
        self.assign_sub(variable, ops.multiply(g, eta))
