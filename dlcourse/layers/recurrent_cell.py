r"""What the recurrent cells share: weights in Keras's order, and a state of zeros to begin with."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments


class RecurrentCell(keras.layers.Layer):
    """A cell of so many units, with a kernel for the inputs, one for the state, and biases.

    `keras.layers.RNN(cell)` runs any of them over a sequence.

    Args:
        units: The size of the state.
        use_bias: Whether there are biases.
        kernel_initializer: Of the kernel that inputs are multiplied by.
        recurrent_initializer: Of the kernel that the state is multiplied by.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Raises:
        ValueError: If `units` is not a positive integer.
    """

    gates = 1
    states = 1

    def __init__(
        self,
        units: int,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        **kwargs: Any,
    ) -> None:
        units = arguments.positive_integer("units", units)
        super().__init__(**kwargs)
        self.units, self.use_bias = units, bool(use_bias)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.output_size = units
        self.state_size = [units] * self.states if self.states > 1 else units

    def build(self, inputs_shape: Any, states_shape: Any = None) -> None:
        """The kernels side by side, a block of `units` columns for each gate, and the biases."""
        features, columns = arguments.known_features(inputs_shape), self.units * self.gates
        self.kernel = self.add_weight(shape=(features, columns), initializer=self.kernel_initializer, name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, columns), initializer=self.recurrent_initializer, name="recurrent_kernel"
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(shape=self._bias_shape(), initializer=self._first_bias, name="bias")

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.units * self.gates,)

    def _first_bias(self, shape: Any, dtype: Any = None) -> Any:
        return ops.zeros(shape, dtype)

    def tensors(self) -> list[Any]:
        """The weights as this step computes with them: kernel, recurrent kernel and, if there are any, biases."""
        weights = (self.kernel, self.recurrent_kernel, self.bias)
        return [ops.convert_to_tensor(weight) for weight in weights if weight is not None]

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros of shape (B, units), one array for each state."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype) for _ in range(self.states)]

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same cell again."""
        return {
            **super().get_config(),
            "units": self.units,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": keras.initializers.serialize(self.recurrent_initializer),
        }
