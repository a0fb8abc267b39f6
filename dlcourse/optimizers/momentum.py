r"""Gradient descent with momentum, Polyak's and Nesterov's. Lesson 04_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.optimizers.ranges import share


@keras.saving.register_keras_serializable(package="dlcourse")
class Momentum(keras.optimizers.Optimizer):
    r"""A velocity that gathers speed where gradients agree and loses it where they turn.

    $$v \leftarrow \beta v - \eta\, g, \qquad \theta \leftarrow \theta + v$$

    and after Nesterov, who looks ahead along the velocity,

    $$\theta \leftarrow \theta + \beta v - \eta\, g$$

    In a constant slope the velocity comes to $-\eta g / (1 - \beta)$: with $\beta = 0.9$ ten steps in one. Texts that
    write an exponentially weighted average, $v \leftarrow \beta v - (1 - \beta)\, \eta\, g$ (`averaged=True`), take the
    same path with a learning rate of $\eta / (1 - \beta)$. Polyak (1964), Some methods of speeding up the convergence
    of iteration methods; Nesterov (1983); in the form of Sutskever, Martens, Dahl and Hinton (2013), On the importance
    of initialization and momentum in deep learning.

    Args:
        learning_rate: $\eta$: a number, or a schedule.
        momentum: $\beta$, at least 0 and below 1.
        nesterov: Whether to look ahead.
        averaged: Whether a gradient enters the velocity with weight $1 - \beta$ in place of 1.
        **kwargs: `weight_decay`, `clipnorm`, `name` and what else every Keras optimizer takes.

    Raises:
        ValueError: If `momentum` is out of range.

    Example:
        >>> weight, optimizer = keras.Variable(0.0), Momentum(learning_rate=1.0, momentum=0.5)
        >>> for _ in range(3):
        ...     optimizer.apply([ops.array(1.0)], [weight])
        >>> float(weight)  # steps of 1, 1.5 and 1.75
        -4.25
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.9,
        nesterov: bool = False,
        averaged: bool = False,
        **kwargs: Any,
    ) -> None:
        momentum = share("momentum", momentum)
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum
        self.nesterov = nesterov
        self.averaged = averaged

    def build(self, variables: list[Any]) -> None:
        """A velocity for each variable, 0 at first."""
        if not self.built:
            super().build(variables)
            self.velocities = self.add_optimizer_variables(variables, "velocity")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        eta, g = ops.cast(learning_rate, variable.dtype), ops.cast(gradient, variable.dtype)
        beta, v = self.momentum, self.velocities[self._get_variable_index(variable)]
        step = ops.multiply(g, eta * (1 - beta) if self.averaged else eta)
        # v <- beta v - eta g
        self.assign(v, ops.subtract(ops.multiply(v, beta), step))
        # theta <- theta + v, or theta + beta v - eta g
        self.assign_add(variable, ops.subtract(ops.multiply(v, beta), step) if self.nesterov else v)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same optimizer again."""
        own = {"momentum": self.momentum, "nesterov": self.nesterov, "averaged": self.averaged}
        return {**super().get_config(), **own}
