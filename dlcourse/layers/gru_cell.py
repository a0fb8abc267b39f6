r"""The gated recurrent unit: one step, a line per equation, in each of its conventions. Lesson 08_1."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments
from dlcourse.layers.recurrent_cell import RecurrentCell

UPDATES = ("keep", "replace")


@keras.saving.register_keras_serializable(package="dlcourse")
class GRUCell(RecurrentCell):
    r"""One step of a GRU: how much of the past to keep, and how much of it the candidate may see.

    $$z_t = \sigma(W_z x_t + U_z h_{t-1} + b_z) \qquad r_t = \sigma(W_r x_t + U_r h_{t-1} + b_r)$$

    The reset gate acts before the product (the paper, version 1) or after it (as in cuDNN, and Keras's default):

    $$\tilde h_t = \tanh(W_h x_t + U_h (r_t \odot h_{t-1}) + b_h) \qquad
    \tilde h_t = \tanh(W_h x_t + b_h + r_t \odot (U_h h_{t-1} + b'_h))$$

    The update gate is what is kept (Cho et al., Keras, PyTorch) or what is replaced (Chung et al.):

    $$h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde h_t \qquad h_t = (1 - z_t) \odot h_{t-1} + z_t \odot \tilde h_t$$

    One is the other with the signs of $W_z$, $U_z$ and $b_z$ turned. Weights, in Keras's order, with the columns of z,
    r and h side by side: W (D, 3 units), U (units, 3 units), b (3 units,), or with the reset after the product b and b'
    (2, 3 units). Cho et al. (2014), Learning phrase representations using RNN encoder-decoder; Chung, Gulcehre, Cho and
    Bengio (2014), Empirical evaluation of gated recurrent neural networks on sequence modeling.

    Args:
        units: The size of the state.
        use_bias: Whether there are biases.
        reset_after: Whether the reset gate acts after the product.
        update: "keep" or "replace", what the update gate says how much to.
        kernel_initializer: Of W.
        recurrent_initializer: Of U.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: $x_t$, shape (B, D).
        states: A list of $h_{t-1}$, shape (B, units).

    Returns:
        $h_t$, which is the output, and the list of states, which is $h_t$ again.

    Raises:
        ValueError: If `units` is not a positive integer, or `update` another name.

    Example:
        >>> cell = GRUCell(1, kernel_initializer="zeros", recurrent_initializer="zeros")
        >>> output, states = cell(ops.zeros((1, 1)), [ops.ones((1, 1))])
        >>> output.numpy()  # z is sigma(0), and the candidate 0
        array([[0.5]], dtype=float32)
    """

    gates = 3

    def __init__(
        self, units: int, use_bias: bool = True, reset_after: bool = True, update: str = "keep", **kwargs: Any
    ) -> None:
        arguments.one_of("update", update, UPDATES)
        super().__init__(units, use_bias, **kwargs)
        self.reset_after, self.update = bool(reset_after), update

    def _bias_shape(self) -> tuple[int, ...]:
        columns = super()._bias_shape()
        return (2, *columns) if self.reset_after else columns

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        """The next state, as output and as state."""
        states = list(states) if isinstance(states, list | tuple) else [states]
        if self.reset_after:
            states = self.advance(self.products(inputs, states, *self.tensors()), states)
        else:
            states = self._reset_before(inputs, states[0], *self.tensors())
        return states[0], states

    def products(self, inputs: Any, states: Any, kernel: Any, recurrent_kernel: Any, bias: Any = (0.0, 0.0)) -> Any:
        """W x_t + b and U h_{t-1} + b', cut into what goes to z, r and h: four arrays, for the gates' are added."""
        x_to_z, x_to_r, x_to_h = ops.split(ops.matmul(inputs, kernel) + bias[0], 3, axis=-1)
        h_to_z, h_to_r, h_to_h = ops.split(ops.matmul(states[0], recurrent_kernel) + bias[1], 3, axis=-1)
        return [x_to_z + h_to_z, x_to_r + h_to_r, x_to_h, h_to_h]

    def advance(self, products: Any, states: Any) -> list[Any]:
        """The next state, the reset gate acting after the product."""
        to_z, to_r, x_to_h, h_to_h = products
        # z_t = sigma(W_z x_t + U_z h_{t-1} + b_z)
        z = ops.sigmoid(to_z)
        # r_t = sigma(W_r x_t + U_r h_{t-1} + b_r)
        r = ops.sigmoid(to_r)
        # h~_t = tanh(W_h x_t + b_h + r_t (U_h h_{t-1} + b'_h))
        candidate = ops.tanh(x_to_h + r * h_to_h)
        return self._updated(z, states[0], candidate)

    def _reset_before(self, inputs: Any, h: Any, kernel: Any, recurrent_kernel: Any, bias: Any = 0.0) -> list[Any]:
        to_gates, to_candidate = recurrent_kernel[:, : 2 * self.units], recurrent_kernel[:, 2 * self.units :]
        x_to_z, x_to_r, x_to_h = ops.split(ops.matmul(inputs, kernel) + bias, 3, axis=-1)
        h_to_z, h_to_r = ops.split(ops.matmul(h, to_gates), 2, axis=-1)
        # z_t = sigma(W_z x_t + U_z h_{t-1} + b_z)
        z = ops.sigmoid(x_to_z + h_to_z)
        # r_t = sigma(W_r x_t + U_r h_{t-1} + b_r)
        r = ops.sigmoid(x_to_r + h_to_r)
        # h~_t = tanh(W_h x_t + U_h (r_t h_{t-1}) + b_h)
        candidate = ops.tanh(x_to_h + ops.matmul(r * h, to_candidate))
        return self._updated(z, h, candidate)

    def _updated(self, z: Any, h: Any, candidate: Any) -> list[Any]:
        kept = z if self.update == "keep" else 1 - z
        # h_t = z_t h_{t-1} + (1 - z_t) h~_t, or with z_t and 1 - z_t exchanged
        return [kept * h + (1 - kept) * candidate]

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same cell again."""
        return {**super().get_config(), "reset_after": self.reset_after, "update": self.update}
