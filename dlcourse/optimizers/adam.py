r"""Adam, AdamW and AMSGrad: momentum and a scale for each weight, corrected for their start at 0. Lesson 04_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.optimizers.ranges import not_negative, share


@keras.saving.register_keras_serializable(package="dlcourse")
class Adam(keras.optimizers.Optimizer):
    r"""Steps along a moving average of the gradients, divided by the root of one of their squares.

    $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2$$

    $$\theta \leftarrow \theta - \eta\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}\, \frac{m}{\sqrt{v} + \epsilon}$$

    Both averages start at 0 and are too small at first by factors $1 - \beta^t$ (t counts steps from 1), which the
    fraction in the middle takes back: the first step is $\eta$ times the gradient's sign. Without it
    (`bias_correction=False`) the first step is $(1 - \beta_1) / \sqrt{1 - \beta_2}$, about 3, times as long. This is
    the form that the paper gives at the end of its section 2: epsilon stands beside the uncorrected root.

    With `weight_decay` this is AdamW: $\theta \leftarrow \theta - \eta \lambda \theta$ beside the step. With `amsgrad`
    the root is of the largest v so far. It keeps two numbers beside each weight (three with `amsgrad`), where SGD keeps
    none. Kingma and Ba (2015), Adam: a method for stochastic optimization; Loshchilov and Hutter (2019), Decoupled
    weight decay regularization; Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond.

    Args:
        learning_rate: $\eta$: a number, or a schedule.
        beta_1: $\beta_1$, at least 0 and below 1.
        beta_2: $\beta_2$, at least 0 and below 1.
        epsilon: $\epsilon$, at least 0.
        amsgrad: Whether to divide by the root of the largest average so far.
        bias_correction: Whether the averages' start at 0 is made up for.
        **kwargs: `weight_decay`, `clipnorm`, `name` and what else every Keras optimizer takes.

    Raises:
        ValueError: If a beta or `epsilon` is out of range.

    Example:
        >>> weight, optimizer = keras.Variable([0.0, 0.0]), Adam(learning_rate=0.5)
        >>> optimizer.apply([ops.array([3.0, -0.1])], [weight])
        >>> weight.numpy().round(4)
        array([-0.5,  0.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        bias_correction: bool = True,
        **kwargs: Any,
    ) -> None:
        beta_1, beta_2 = share("beta_1", beta_1), share("beta_2", beta_2)
        epsilon = not_negative("epsilon", epsilon)
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.bias_correction = bias_correction

    def build(self, variables: list[Any]) -> None:
        """Two averages for each variable, 0 at first; a third with `amsgrad`."""
        if not self.built:
            super().build(variables)
            self.momentums, self.velocities = self.add_optimizer_variables(variables, ["momentum", "velocity"])
            self.largest = self.add_optimizer_variables(variables, "largest") if self.amsgrad else []

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        g, index = ops.cast(gradient, variable.dtype), self._get_variable_index(variable)
        m, v = self.momentums[index], self.velocities[index]
        # m <- beta_1 m + (1 - beta_1) g
        self.assign_add(m, ops.multiply(ops.subtract(g, m), 1 - self.beta_1))
        # v <- beta_2 v + (1 - beta_2) g^2
        self.assign_add(v, ops.multiply(ops.subtract(ops.square(g), v), 1 - self.beta_2))
        if self.amsgrad:
            self.assign(self.largest[index], ops.maximum(self.largest[index], v))
            v = self.largest[index]
        rate = ops.cast(learning_rate * self._correction(), variable.dtype)
        # theta <- theta - eta sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)
        self.assign_sub(variable, ops.divide(ops.multiply(m, rate), ops.add(ops.sqrt(v), self.epsilon)))

    def _correction(self) -> Any:
        r"""$\sqrt{1 - \beta_2^t} / (1 - \beta_1^t)$, in single precision whatever the variable's type."""
        if not self.bias_correction:
            return 1.0
        t = ops.cast(self.iterations + 1, "float32")
        return ops.sqrt(1 - ops.power(self.beta_2, t)) / (1 - ops.power(self.beta_1, t))

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same optimizer again."""
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own, "amsgrad": self.amsgrad, "bias_correction": self.bias_correction}
