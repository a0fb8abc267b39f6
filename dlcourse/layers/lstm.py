r"""Long short-term memory over a sequence: the loop around `LSTMCell`. Lesson 08_1."""

from __future__ import annotations

from typing import Any

import keras

from dlcourse.layers.lstm_cell import LSTMCell
from dlcourse.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable(package="dlcourse")
class LSTM(Recurrent):
    r"""Runs an `LSTMCell` over time; its equations are there.

    Where a mask is False, a step changes neither states nor output: padding at the end leaves the last output as it is.
    Weights are the cell's, in Keras's order, so that `set_weights` works between this and Keras's own. Hochreiter and
    Schmidhuber (1997), Long short-term memory.

    Args:
        units: The size of each state.
        return_sequences: Whether to return the output of each step and not of the last alone.
        return_state: Whether to return the last states, too.
        go_backwards: Whether to read the sequence from its end; outputs then come in that order.
        stateful: Whether a batch begins with the states in which the last one ended, until `reset_state()`; the batch
            size must then be fixed.
        use_bias: Whether the cell has biases.
        unit_forget_bias: Whether the forget gate's bias begins at 1.
        own_gradient: Whether gradients are computed by backpropagation through time as written out in
            `backpropagation_through_time`: faster under `jit_compile=True`, slower without. On TensorFlow, where
            there is no mask.
        kernel_initializer: Of W.
        recurrent_initializer: Of U.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        sequences: Shape (B, T, D).
        initial_state: h and c, each of shape (B, units); zeros without it.
        mask: Shape (B, T), True where there is a step; comes by itself where Keras carries a mask.

    Returns:
        The output, of shape (B, units) or (B, T, units), or a tuple of it, h and c.

    Raises:
        ValueError: If `units` is not a positive integer.

    Example:
        >>> layer = LSTM(3, return_sequences=True, return_state=True)
        >>> output, h, c = layer(keras.ops.ones((2, 5, 4)))
        >>> output.shape, bool((output[:, -1] == h).numpy().all()), layer.count_params()
        (TensorShape([2, 5, 3]), True, 96)
    """

    cell_class = LSTMCell
    cell_options = ("unit_forget_bias",)

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unit_forget_bias: bool = True,
        **kwargs: Any,
    ) -> None:
        flags = (return_sequences, return_state, go_backwards, stateful)
        super().__init__(units, *flags, cell={"unit_forget_bias": unit_forget_bias}, **kwargs)
