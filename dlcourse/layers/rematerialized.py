r"""Gradient checkpointing: keep a layer's input alone, and compute what lies inside once more when the gradient is due.

A network of L layers keeps L layers' intermediate values for the backward pass. With each part of it rematerialized, it
keeps the parts' inputs, and at any time the inside of one part: less memory, for one more forward pass. Lesson 06_1.
"""

from __future__ import annotations

import inspect
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class Rematerialized(keras.layers.Layer):
    r"""Wraps a layer, or a model that stands for several, which then stores nothing of its inside for the gradient.

    Outputs and gradients are those of the wrapped layer, dropout and moving averages included: the second computation
    starts from the state (seeds, statistics) that the first one started from, and the state moves on once. Chen, Xu,
    Zhang and Guestrin (2016), Training deep nets with sublinear memory cost.

    The memory is saved where the step is compiled or runs eagerly, on every backend (`keras.remat`). What the wrapped
    layer adds with `add_loss` is not passed on, since it would have to be kept; penalties of weights are.

    Args:
        layer: A layer or model that takes one tensor and gives one; also the config of one, as `keras.layers.serialize`
            gives it.
        **kwargs: `name` and what else every layer takes. The type is that of the wrapped layer.

    Call arguments:
        inputs: What the wrapped layer takes.
        mask: Handed on if the wrapped layer takes one.
        training: Handed on.

    Raises:
        ValueError: If `layer` is not a layer.

    Example:
        >>> block = keras.layers.Dense(2, use_bias=False, kernel_initializer="ones")
        >>> Rematerialized(block)(ops.convert_to_tensor([[1.0, 2.0]])).numpy()
        array([[3., 3.]], dtype=float32)
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        layer = keras.layers.deserialize(layer) if isinstance(layer, dict) else layer
        if not isinstance(layer, keras.layers.Layer):
            raise ValueError(f"layer must be a Keras layer, got {layer!r}")
        super().__init__(**{"dtype": layer.dtype_policy, **kwargs})
        self.layer = layer
        self.supports_masking = bool(layer.supports_masking)
        self._takes_mask = "mask" in inspect.signature(layer.call).parameters

    def build(self, input_shape: Any) -> None:
        """Build the wrapped layer."""
        if not self.layer.built:
            self.layer.build(input_shape)

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """What the wrapped layer gives."""
        options = {"mask": mask, "training": training} if self._takes_mask else {"training": training}
        weights, state = self.layer.trainable_variables, self.layer.non_trainable_variables
        # Copies: on TensorFlow the tensor of a variable is the variable itself, whose value moves on below.
        before = [ops.copy(variable) for variable in state]
        floating = keras.backend.is_float_dtype(keras.backend.standardize_dtype(inputs.dtype))

        def pure(*arguments: Any) -> tuple[Any, ...]:
            *values, x = arguments if floating else (*arguments, inputs)
            return self._outputs_and_state(values, before, x, options)

        differentiable = [ops.copy(variable) for variable in weights] + [inputs] * floating
        outputs, *after = keras.remat(pure)(*differentiable)
        for variable, value in zip(state, after, strict=True):
            variable.assign(value)
        return outputs

    def _outputs_and_state(self, weights: Any, state: Any, inputs: Any, options: dict[str, Any]) -> tuple[Any, ...]:
        """The wrapped layer as a pure function of its weights, its state and its input."""
        variables = [*self.layer.trainable_variables, *self.layer.non_trainable_variables]
        mapping = list(zip(variables, [*weights, *state], strict=True))
        with keras.StatelessScope(state_mapping=mapping, initialize_variables=False) as scope:
            outputs = self.layer(inputs, **options)
        return (outputs, *(scope.get_current_value(variable) for variable in self.layer.non_trainable_variables))

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """That of the wrapped layer."""
        return self.layer.compute_mask(inputs, previous_mask)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """That of the wrapped layer."""
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again, the wrapped one included."""
        return {**super().get_config(), "layer": keras.layers.serialize(self.layer)}
