r"""A layer for the nodes of a graph: each takes the average of itself and its neighbours, then a dense layer.

Lesson 19 classifies the members of a karate club by who meets whom.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def normalized_adjacency(adjacency: Any) -> Any:
    r"""The adjacency matrix with self-loops, scaled by the degrees on both sides.

    $$\hat A = \tilde D^{-1/2} (A + I)\, \tilde D^{-1/2}, \qquad \tilde D_{ii} = 1 + \sum_j A_{ij}$$

    Args:
        adjacency: A, weights of edges of 0 and above, shape (..., N, N).

    Example:
        >>> normalized_adjacency(ops.convert_to_tensor([[0.0, 1.0], [1.0, 0.0]])).numpy().round(3)
        array([[0.5, 0.5],
               [0.5, 0.5]], dtype=float32)
    """
    with_loops = adjacency + ops.eye(ops.shape(adjacency)[-1], dtype=adjacency.dtype)
    inverse_root = ops.rsqrt(ops.sum(with_loops, axis=-1))  # (..., N)
    return inverse_root[..., :, None] * with_loops * inverse_root[..., None, :]


@keras.saving.register_keras_serializable(package="dlcourse")
class GraphConvolution(keras.layers.Layer):
    r"""The graph convolution of Kipf and Welling, for one graph or a batch of graphs.

    $$H' = f\left(\tilde D^{-1/2} (A + I)\, \tilde D^{-1/2}\, H W + b\right)$$

    What a node gets does not depend on how the nodes are numbered. Kipf and Welling (2017), Semi-supervised
    classification with graph convolutional networks, equation 2; b is not in the paper.

    Args:
        units: U, the number of features of a node that come out.
        activation: f, the name of an activation or a function.
        use_bias: Whether there is b.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: A list of two: features of the nodes, (..., N, D), and the adjacency matrix, (..., N, N), with weights
            of 0 and above. Graphs of a batch that have fewer nodes are padded.
        mask: Which nodes there are, (..., N), alone or first in a list as Keras hands it on: the others have no edges
            and come out as 0.

    Raises:
        ValueError: If `units` is below 1; when built, if the inputs are not features and adjacency of as many nodes.

    Example:
        >>> path = ops.convert_to_tensor([[0.0, 1.0], [1.0, 0.0]])
        >>> layer = GraphConvolution(1, use_bias=False, kernel_initializer="ones")
        >>> layer([ops.convert_to_tensor([[2.0], [4.0]]), path]).numpy().round(3)
        array([[3.],
               [3.]], dtype=float32)
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        if units < 1:
            raise ValueError(f"units must be at least 1, got {units!r}")
        super().__init__(**kwargs)
        self.units, self.use_bias = units, use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make the weights, W of shape (D, U) and b of shape (U,)."""
        features = _checked(input_shape)
        self.kernel = self.add_weight((features, self.units), self.kernel_initializer, name="kernel")
        self.bias = self.add_weight((self.units,), "zeros", name="bias") if self.use_bias else None

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The new features of the nodes, (..., N, U)."""
        nodes, adjacency = inputs
        present = _of_nodes(mask)
        if present is not None:
            present = ops.cast(present, nodes.dtype)
            adjacency = adjacency * present[..., :, None] * present[..., None, :]
        # H' = f(A_hat H W + b), the narrow product first
        outputs = ops.matmul(normalized_adjacency(adjacency), ops.matmul(nodes, self.kernel))
        outputs = self.activation(outputs if self.bias is None else outputs + self.bias)
        return outputs if present is None else outputs * present[..., None]

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """That of the nodes."""
        return _of_nodes(previous_mask)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """That of the nodes, with U features."""
        return (*input_shape[0][:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        config = {
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
        return {**super().get_config(), **config}


def _of_nodes(mask: Any) -> Any:
    return mask[0] if isinstance(mask, list | tuple) else mask


def _checked(input_shape: Any) -> int:
    """The number of features of a node, if nodes and adjacency fit."""
    shapes = [tuple(shape) for shape in input_shape] if isinstance(input_shape[0], list | tuple) else [input_shape]
    fits = len(shapes) == 2 and min(map(len, shapes)) >= 2 and shapes[1][-1] == shapes[1][-2] == shapes[0][-2]
    if not fits or shapes[0][-1] is None:
        raise ValueError(f"inputs must be nodes (..., N, D) and adjacency (..., N, N), got shapes {shapes}")
    return shapes[0][-1]
