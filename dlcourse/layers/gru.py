r"""Gated recurrent units over a sequence: the loop around `GRUCell`. Lesson 08_1."""

from __future__ import annotations

from typing import Any

import keras

from dlcourse.layers.gru_cell import GRUCell
from dlcourse.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable(package="dlcourse")
class GRU(Recurrent):
    r"""Runs a `GRUCell` over time; its equations are there.

    Where a mask is False, a step changes neither state nor output: padding at the end leaves the last output as it is.
    Weights are the cell's, in Keras's order, so that `set_weights` works between this and Keras's own. Cho et al.
    (2014), Learning phrase representations using RNN encoder-decoder for statistical machine translation.

    Args:
        units: The size of the state.
        return_sequences: Whether to return the output of each step and not of the last alone.
        return_state: Whether to return the last state, too.
        go_backwards: Whether to read the sequence from its end; outputs then come in that order.
        stateful: Whether a batch begins with the state in which the last one ended, until `reset_state()`; the batch
            size must then be fixed.
        reset_after: Whether the reset gate acts after the product, as by default in Keras.
        update: "keep" or "replace", what the update gate says how much to; Keras's keeps.
        use_bias: Whether the cell has biases.
        own_gradient: Whether gradients are computed by backpropagation through time as written out in
            `backpropagation_through_time`: faster under `jit_compile=True`, slower without. On TensorFlow, where
            there is no mask.
        kernel_initializer: Of W.
        recurrent_initializer: Of U.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        sequences: Shape (B, T, D).
        initial_state: h, shape (B, units); zeros without it.
        mask: Shape (B, T), True where there is a step; comes by itself where Keras carries a mask.

    Returns:
        The output, of shape (B, units) or (B, T, units), or a tuple of it and h.

    Raises:
        ValueError: If `units` is not a positive integer, `update` another name, or `own_gradient` goes with a reset
            before the product.

    Example:
        >>> layer = GRU(64)
        >>> layer(keras.ops.ones((2, 5, 128))).shape, layer.count_params()
        (TensorShape([2, 64]), 37248)
    """

    cell_class = GRUCell
    cell_options = ("reset_after", "update")

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        reset_after: bool = True,
        update: str = "keep",
        **kwargs: Any,
    ) -> None:
        if kwargs.get("own_gradient") and not reset_after:
            raise ValueError(f"own_gradient must be False with reset_after=False, got {kwargs['own_gradient']!r}")
        flags = (return_sequences, return_state, go_backwards, stateful)
        super().__init__(units, *flags, cell={"reset_after": reset_after, "update": update}, **kwargs)
