r"""The cell of a long short-term memory: one step, a line per equation. Lesson 08_1."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers.recurrent_cell import RecurrentCell


@keras.saving.register_keras_serializable(package="dlcourse")
class LSTMCell(RecurrentCell):
    r"""One step of an LSTM: what to write, what to keep and what to show, each by a gate.

    $$i_t = \sigma(W_i x_t + U_i h_{t-1} + b_i) \qquad f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)$$

    $$\tilde c_t = \tanh(W_c x_t + U_c h_{t-1} + b_c) \qquad o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o)$$

    $$c_t = f_t \odot c_{t-1} + i_t \odot \tilde c_t \qquad h_t = o_t \odot \tanh(c_t)$$

    Weights, in Keras's order, with the columns of i, f, c and o side by side: W (D, 4 units), U (units, 4 units), b
    (4 units,). Hochreiter and Schmidhuber (1997), Long short-term memory; the forget gate is of Gers, Schmidhuber and
    Cummins (2000), Learning to forget.

    Args:
        units: The size of each state.
        use_bias: Whether there is b.
        unit_forget_bias: Whether $b_f$ begins at 1, so that the memory is kept before anything is learned.
        kernel_initializer: Of W.
        recurrent_initializer: Of U.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: $x_t$, shape (B, D).
        states: $h_{t-1}$ and $c_{t-1}$, each of shape (B, units).

    Returns:
        $h_t$, which is the output, and the list of $h_t$ and $c_t$.

    Raises:
        ValueError: If `units` is not a positive integer.

    Example:
        >>> cell = LSTMCell(1, kernel_initializer="zeros", recurrent_initializer="zeros")
        >>> output, (h, c) = cell(ops.zeros((1, 1)), [ops.zeros((1, 1)), ops.ones((1, 1))])
        >>> c.numpy().round(4)  # sigma(1), for the forget gate's bias is 1
        array([[0.7311]], dtype=float32)
    """

    gates = 4
    states = 2

    def __init__(self, units: int, use_bias: bool = True, unit_forget_bias: bool = True, **kwargs: Any) -> None:
        super().__init__(units, use_bias, **kwargs)
        self.unit_forget_bias = bool(unit_forget_bias)

    def _first_bias(self, shape: Any, dtype: Any = None) -> Any:
        ones_for_f = ops.ones(self.units, dtype) if self.unit_forget_bias else ops.zeros(self.units, dtype)
        return ops.concatenate([ops.zeros(self.units, dtype), ones_for_f, ops.zeros(2 * self.units, dtype)])

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        """The next output and states."""
        states = self.advance(self.products(inputs, states, *self.tensors()), states)
        return states[0], states

    def products(self, inputs: Any, states: Any, kernel: Any, recurrent_kernel: Any, bias: Any = 0.0) -> Any:
        """W x_t + U h_{t-1} + b, cut into what goes to each gate: four arrays of shape (B, units)."""
        together = ops.matmul(inputs, kernel) + ops.matmul(states[0], recurrent_kernel) + bias  # (B, 4 units)
        return ops.split(together, 4, axis=-1)

    def advance(self, products: Any, states: Any) -> list[Any]:
        """The next states, from what goes to each gate."""
        to_i, to_f, to_c, to_o = products
        _, c = states
        # i_t = sigma(W_i x_t + U_i h_{t-1} + b_i)
        i = ops.sigmoid(to_i)
        # f_t = sigma(W_f x_t + U_f h_{t-1} + b_f)
        f = ops.sigmoid(to_f)
        # c~_t = tanh(W_c x_t + U_c h_{t-1} + b_c)
        candidate = ops.tanh(to_c)
        # o_t = sigma(W_o x_t + U_o h_{t-1} + b_o)
        o = ops.sigmoid(to_o)
        # c_t = f_t c_{t-1} + i_t c~_t
        c = f * c + i * candidate
        # h_t = o_t tanh(c_t)
        h = o * ops.tanh(c)
        return [h, c]

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same cell again."""
        return {**super().get_config(), "unit_forget_bias": self.unit_forget_bias}
