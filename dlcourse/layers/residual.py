r"""A residual connection around any layers: they learn what to add to their input. Lesson 05_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers.arguments import one_of


@keras.saving.register_keras_serializable(package="dlcourse")
class Residual(keras.layers.Layer):
    r"""Adds what goes in to what some layers make of it.

    $$y = g\left(F(x) + x\right), \qquad \text{or} \qquad y = g\left(F(x) + W x\right)$$

    where the layers F change the shape; W, without a bias, acts on the last axis at every s-th place, as a 1 x 1
    convolution with strides of s does. What goes in has shape (B, ..., D). The gradient reaches x through the sum
    undiminished, whatever F does: $\partial y / \partial x = F'(x) + 1$ before g. A mask passes through where s is 1.
    He, Zhang, Ren and Sun (2016), Deep residual learning for image recognition, section 3.2.

    Args:
        layers: F, one layer or a list of them that follow each other; a layer's serialized form stands for the layer.
        shortcut: `"identity"`, then F must keep the shape; or `"projection"`.
        strides: s, of the projection, where F takes steps.
        activation: g, after the addition; none without it.
        **kwargs: `name` and what else every layer takes.

    Raises:
        ValueError: If there is no layer, what is given is none, `shortcut` is unknown, or `strides` is no positive
            integer or goes with an identity; when built, if F and the shortcut differ in shape.

    Example:
        >>> block = Residual(keras.layers.Dense(2, kernel_initializer="zeros"), activation="relu")
        >>> block(ops.array([[3.0, -1.0]])).numpy()  # F gives 0 at first
        array([[3., 0.]], dtype=float32)
    """

    def __init__(
        self,
        layers: Any,
        shortcut: str = "identity",
        strides: int = 1,
        activation: Any = None,
        **kwargs: Any,
    ) -> None:
        branch = [_layer(each) for each in (layers if isinstance(layers, list | tuple) else [layers])]
        if not branch or not all(isinstance(each, keras.layers.Layer) for each in branch):
            raise ValueError(f"layers must be a Keras layer or a list of at least one, got {layers!r}")
        one_of("shortcut", shortcut, ("identity", "projection"))
        if not isinstance(strides, int) or strides < 1 or (strides > 1 and shortcut == "identity"):
            raise ValueError(f"strides must be a positive integer, and 1 with an identity, got {strides!r}")
        super().__init__(**kwargs)
        self.branch = branch
        self.shortcut, self.strides = shortcut, strides
        self.activation = keras.activations.get(activation)
        self.projection: keras.layers.Layer | None = None
        self.supports_masking = strides == 1  # else not every place of the mask stays

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights of the branch and of the projection, and see that both ends fit."""
        shape = tuple(input_shape)
        for layer in self.branch:
            if not layer.built:
                layer.build(shape)
            shape = tuple(layer.compute_output_shape(shape))
        beside = tuple(input_shape)
        if self.shortcut == "projection":
            self.projection = keras.layers.Dense(shape[-1], use_bias=False, name="projection", dtype=self.dtype_policy)
            self.projection.build(beside)
            places = [None if n is None else -(-n // self.strides) for n in beside[1:-1]]
            beside = (beside[0], *places, shape[-1])
        if beside != shape:
            raise ValueError(f"the layers must give the shape of the shortcut, {beside}, got {shape}")

    def call(self, inputs: Any) -> Any:
        """The sum of branch and shortcut, activated."""
        branch = inputs
        for layer in self.branch:
            branch = layer(branch)
        shortcut = inputs if self.projection is None else self.projection(self._strided(inputs))
        # y = g(F(x) + x) or g(F(x) + W x)
        return self.activation(ops.cast(branch, self.compute_dtype) + ops.cast(shortcut, self.compute_dtype))

    def _strided(self, inputs: Any) -> Any:
        """Every s-th place of every axis of places."""
        if self.strides == 1:
            return inputs
        return inputs[(slice(None), *[slice(None, None, self.strides)] * (len(inputs.shape) - 2))]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """What the branch gives."""
        shape = tuple(input_shape)
        for layer in self.branch:
            shape = tuple(layer.compute_output_shape(shape))
        return shape

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again, the wrapped layers included."""
        own = {
            "layers": [keras.saving.serialize_keras_object(layer) for layer in self.branch],
            "shortcut": self.shortcut,
            "strides": self.strides,
            "activation": keras.activations.serialize(self.activation),
        }
        return {**super().get_config(), **own}


def _layer(described: Any) -> Any:
    return keras.saving.deserialize_keras_object(described) if isinstance(described, dict) else described
