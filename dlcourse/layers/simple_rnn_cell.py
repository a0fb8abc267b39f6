r"""The plain recurrent cell: one step, state in, state out. Lesson 08_1."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers.recurrent_cell import RecurrentCell


@keras.saving.register_keras_serializable(package="dlcourse")
class SimpleRNNCell(RecurrentCell):
    r"""One step of a plain recurrent network.

    $$h_t = \tanh(W x_t + U h_{t-1} + b)$$

    Weights, in Keras's order: W (D, units), U (units, units), b (units,). Elman (1990), Finding structure in time.

    Args:
        units: The size of the state.
        use_bias: Whether there is b.
        kernel_initializer: Of W.
        recurrent_initializer: Of U.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: $x_t$, shape (B, D).
        states: A list of $h_{t-1}$, shape (B, units).

    Returns:
        $h_t$, which is the output, and the list of states, which is $h_t$ again.

    Raises:
        ValueError: If `units` is not a positive integer.

    Example:
        >>> cell = SimpleRNNCell(1, kernel_initializer="ones", recurrent_initializer="ones")
        >>> output, states = cell(ops.array([[0.25]]), [ops.array([[0.25]])])
        >>> output.numpy().round(4)
        array([[0.4621]], dtype=float32)
    """

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        """The next state, as output and as state."""
        (h,) = states if isinstance(states, list | tuple) else (states,)
        z = ops.matmul(inputs, self.kernel) + ops.matmul(h, self.recurrent_kernel)
        # h_t = tanh(W x_t + U h_{t-1} + b)
        h = ops.tanh(z if self.bias is None else z + self.bias)
        return h, [h]
