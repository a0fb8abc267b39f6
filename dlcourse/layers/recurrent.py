"""What `LSTM` and `GRU` share: a cell of their own inside Keras's base class for recurrent layers."""

from __future__ import annotations

from typing import Any

import keras

from dlcourse.layers.backpropagation_through_time import run
from dlcourse.layers.recurrent_cell import RecurrentCell


class Recurrent(keras.layers.RNN):
    """A cell, run over time. The base class sees to masks, states and shapes.

    Args:
        units: The size of the state.
        return_sequences: Whether to return the output of each step.
        return_state: Whether to return the last states, too.
        go_backwards: Whether to read the sequence from its end.
        stateful: Whether a batch begins where the last one ended.
        use_bias: Whether the cell has biases.
        kernel_initializer: Of the kernel that inputs are multiplied by.
        recurrent_initializer: Of the kernel that the state is multiplied by.
        own_gradient: Whether to use `backpropagation_through_time.run`, for XLA on TensorFlow.
        cell: What else the cell takes.
        **kwargs: `name`, `dtype` and what else every layer takes.
    """

    cell_class: type[RecurrentCell]
    cell_options: tuple[str, ...] = ()

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        own_gradient: bool = False,
        cell: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        initializers = {"kernel_initializer": kernel_initializer, "recurrent_initializer": recurrent_initializer}
        made = self.cell_class(units, use_bias, **initializers, **(cell or {}), dtype=kwargs.get("dtype"), name="cell")
        super().__init__(
            made,
            return_sequences=bool(return_sequences),
            return_state=bool(return_state),
            go_backwards=bool(go_backwards),
            stateful=bool(stateful),
            **kwargs,
        )
        self.own_gradient = bool(own_gradient)

    @property
    def units(self) -> int:
        """The size of the state."""
        return self.cell.units

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """The last output, all outputs and the last states."""
        if not self.own_gradient or mask is not None or keras.config.backend() != "tensorflow":
            return super().inner_loop(sequences, initial_state, mask, training)
        outputs, states = run(self.cell, sequences, initial_state, self.go_backwards, self.return_sequences)
        return states[0], outputs, states

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        cell = self.cell.get_config()
        shared = ("units", "use_bias", "kernel_initializer", "recurrent_initializer")
        flags = ("return_sequences", "return_state", "go_backwards", "stateful", "own_gradient")
        return {
            **keras.layers.Layer.get_config(self),
            **{name: getattr(self, name) for name in flags},
            **{name: cell[name] for name in (*shared, *self.cell_options)},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Recurrent:
        """The layer that such a config describes."""
        return cls(**config)
