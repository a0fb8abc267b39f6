r"""RMSprop: Adagrad that forgets. Lesson 04_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.optimizers.ranges import not_negative, share


@keras.saving.register_keras_serializable(package="dlcourse")
class RMSprop(keras.optimizers.Optimizer):
    r"""Divides each weight's step by the root of a moving average of its squared gradients.

    $$v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{v + \epsilon}}$$

    At a constant gradient the step comes to $\eta$ and stays there, where Adagrad's shrinks. The average starts at 0,
    so that the first step is $\eta / \sqrt{1 - \rho}$, more than three times as long; Adam mends that. Tieleman and
    Hinton (2012), Neural networks for machine learning, lecture 6.5.

    Args:
        learning_rate: $\eta$: a number, or a schedule.
        rho: $\rho$, at least 0 and below 1.
        epsilon: $\epsilon$, at least 0.
        **kwargs: `weight_decay`, `clipnorm`, `name` and what else every Keras optimizer takes.

    Raises:
        ValueError: If `rho` or `epsilon` is out of range.

    Example:
        >>> weight, optimizer = keras.Variable(0.0), RMSprop(learning_rate=1.0, rho=0.75, epsilon=0.0)
        >>> optimizer.apply([ops.array(5.0)], [weight])
        >>> float(weight)
        -2.0
    """

    def __init__(self, learning_rate: Any = 0.001, rho: float = 0.9, epsilon: float = 1e-7, **kwargs: Any) -> None:
        rho, epsilon = share("rho", rho), not_negative("epsilon", epsilon)
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.rho = rho
        self.epsilon = epsilon

    def build(self, variables: list[Any]) -> None:
        """An average of squared gradients for each variable, 0 at first."""
        if not self.built:
            super().build(variables)
            self.velocities = self.add_optimizer_variables(variables, "velocity")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        eta, g = ops.cast(learning_rate, variable.dtype), ops.cast(gradient, variable.dtype)
        v = self.velocities[self._get_variable_index(variable)]
        # v <- rho v + (1 - rho) g^2
        self.assign(v, ops.add(ops.multiply(v, self.rho), ops.multiply(ops.square(g), 1 - self.rho)))
        # theta <- theta - eta g / sqrt(v + epsilon)
        self.assign_sub(variable, ops.divide(ops.multiply(g, eta), ops.sqrt(ops.add(v, self.epsilon))))

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same optimizer again."""
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
