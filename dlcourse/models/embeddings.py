r"""What stands before the first block of a Transformer: vectors for tokens, for places, and for the image as a whole.

Building blocks of `models.gpt`, `models.bert`, `models.vit` and `models.transformer`. Lesson 08_3.
Shapes: B batch, T time, D features, V vocabulary.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments


@keras.saving.register_keras_serializable(package="dlcourse")
class TiedEmbedding(keras.layers.Layer):
    r"""One matrix E that turns tokens into vectors, and vectors into a score for each token.

    $$x_t = E_{w_t}, \qquad z = E x$$

    Used both ways, it saves V times D parameters. Press and Wolf (2017), Using the output embedding to improve language
    models.

    Args:
        vocabulary_size: V.
        width: D.
        initializer: Of E, (V, D).
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Token numbers (...,); with `reverse` vectors (..., D).
        reverse: From vectors to scores.

    Returns:
        Vectors (..., D); with `reverse` scores (..., V).

    Raises:
        ValueError: If a size is not a positive integer.

    Example:
        >>> layer = TiedEmbedding(vocabulary_size=7, width=4)
        >>> vectors = layer(ops.array([[1, 2, 3]]))
        >>> print(tuple(vectors.shape), tuple(layer(vectors, reverse=True).shape), layer.count_params())
        (1, 3, 4) (1, 3, 7) 28
    """

    def __init__(self, vocabulary_size: int, width: int, initializer: Any = "uniform", **kwargs: Any) -> None:
        arguments.positive_integer("vocabulary_size", vocabulary_size)
        arguments.positive_integer("width", width)
        super().__init__(**kwargs)
        self.vocabulary_size, self.width = vocabulary_size, width
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape: Any = None) -> None:
        """The matrix."""
        shape = (self.vocabulary_size, self.width)
        self.embedding = self.add_weight(shape=shape, initializer=self.initializer, name="embedding")

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Vectors of tokens, or scores of vectors."""
        if reverse:
            # z = E x; of the two factors the smaller is transposed, in generation a few rows.
            if len(inputs.shape) == 2:
                return ops.transpose(ops.matmul(self.embedding, ops.transpose(inputs)))  # (B, V)
            return ops.matmul(inputs, ops.transpose(self.embedding))  # (..., V)
        # x_t = E_{w_t}
        return ops.take(self.embedding, ops.cast(inputs, "int32"), axis=0)  # (..., D)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "width": self.width,
            "initializer": keras.initializers.serialize(self.initializer),
        }


@keras.saving.register_keras_serializable(package="dlcourse")
class LearnedPositions(keras.layers.Layer):
    r"""Adds to the vector at each place a learned vector of that place: $y_t = x_t + P_t$.

    Args:
        max_length: How many places there are.
        initializer: Of P, (max_length, D).
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Shape (B, T, D).
        position: The place of the first of the T, an integer or a scalar tensor.

    Raises:
        ValueError: If `max_length` is not a positive integer, or there are more places in the inputs.

    Example:
        >>> layer = LearnedPositions(max_length=5, initializer="ones")
        >>> print(layer(ops.zeros((1, 2, 3))).shape, layer.count_params())
        (1, 2, 3) 15
    """

    def __init__(self, max_length: int, initializer: Any = "uniform", **kwargs: Any) -> None:
        arguments.positive_integer("max_length", max_length)
        super().__init__(**kwargs)
        self.max_length = max_length
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape: Any) -> None:
        """A vector for each place."""
        shape = (self.max_length, arguments.rank("inputs", input_shape, "BTD")[-1])
        self.positions = self.add_weight(shape=shape, initializer=self.initializer, name="positions")

    def call(self, inputs: Any, position: Any = 0) -> Any:
        """The inputs with their places added."""
        if inputs.shape[1] is not None and inputs.shape[1] > self.max_length:
            raise ValueError(f"inputs must have at most max_length = {self.max_length} places, got {inputs.shape[1]}")
        places = ops.arange(ops.shape(inputs)[1], dtype="int32") + position  # (T,)
        # y_t = x_t + P_{t}
        return inputs + ops.take(self.positions, places, axis=0)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        initializer = keras.initializers.serialize(self.initializer)
        return {**super().get_config(), "max_length": self.max_length, "initializer": initializer}


@keras.saving.register_keras_serializable(package="dlcourse")
class ClassToken(keras.layers.Layer):
    """Puts a learned vector before each sequence, where a classifier later reads: (B, T, D) becomes (B, T + 1, D).

    Example:
        >>> print(ClassToken()(ops.ones((2, 3, 4))).shape)
        (2, 4, 4)
    """

    def build(self, input_shape: Any) -> None:
        """The vector."""
        width = arguments.rank("inputs", input_shape, "BTD")[-1]
        self.token = self.add_weight(shape=(1, 1, width), initializer="zeros", name="token")

    def call(self, inputs: Any) -> Any:
        """The inputs with the vector before them."""
        first = ops.broadcast_to(ops.cast(self.token, inputs.dtype), (ops.shape(inputs)[0], 1, inputs.shape[-1]))
        return ops.concatenate([first, inputs], axis=1)  # (B, T + 1, D)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """One place more."""
        batch, length, width = input_shape
        return batch, None if length is None else length + 1, width
