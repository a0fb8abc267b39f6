r"""Adagrad: a learning rate for each weight, the smaller, the more it has moved. Lesson 04_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.optimizers.ranges import not_negative


@keras.saving.register_keras_serializable(package="dlcourse")
class Adagrad(keras.optimizers.Optimizer):
    r"""Divides each weight's step by the root of the sum of all its squared gradients so far.

    $$G \leftarrow G + g^2, \qquad \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{G + \epsilon}}$$

    A rare feature, whose gradient is seldom other than 0, keeps a large step; and since G only grows, every step
    shrinks, at a constant gradient as $1 / \sqrt t$. Duchi, Hazan and Singer (2011), Adaptive subgradient methods for
    online learning and stochastic optimization.

    Args:
        learning_rate: $\eta$: a number, or a schedule. The paper's sizes are larger than the default.
        initial_accumulator_value: G at first, at least 0; it keeps the first steps from being full ones.
        epsilon: $\epsilon$, at least 0.
        **kwargs: `weight_decay`, `clipnorm`, `name` and what else every Keras optimizer takes.

    Raises:
        ValueError: If `initial_accumulator_value` or `epsilon` is negative.

    Example:
        >>> weight, optimizer = keras.Variable(0.0), Adagrad(learning_rate=1.0, initial_accumulator_value=0.0)
        >>> for _ in range(2):
        ...     optimizer.apply([ops.array(3.0)], [weight])
        >>> round(float(weight), 4)  # steps of 1 and 1 / sqrt(2), whatever the gradient's size
        -1.7071
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **kwargs: Any,
    ) -> None:
        initial = not_negative("initial_accumulator_value", initial_accumulator_value)
        epsilon = not_negative("epsilon", epsilon)
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.initial_accumulator_value = initial
        self.epsilon = epsilon

    def build(self, variables: list[Any]) -> None:
        """A sum of squared gradients for each variable."""
        if not self.built:
            super().build(variables)
            start = keras.initializers.Constant(self.initial_accumulator_value)
            self.accumulators = self.add_optimizer_variables(variables, "accumulator", initializer=start)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        eta, g = ops.cast(learning_rate, variable.dtype), ops.cast(gradient, variable.dtype)
        total = self.accumulators[self._get_variable_index(variable)]
        # G <- G + g^2
        self.assign_add(total, ops.square(g))
        # theta <- theta - eta g / sqrt(G + epsilon)
        self.assign_sub(variable, ops.divide(ops.multiply(g, eta), ops.sqrt(ops.add(total, self.epsilon))))

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same optimizer again."""
        own = {"initial_accumulator_value": self.initial_accumulator_value, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
