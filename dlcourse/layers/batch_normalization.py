r"""Batch normalization: each feature by its mean and variance over the batch, and over the past at inference.

Lesson 06_1: train and inference statistics, small batches that break it, before and after the activation.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import arguments


@keras.saving.register_keras_serializable(package="dlcourse")
class BatchNormalization(keras.layers.Layer):
    r"""Shifts and scales each feature to mean 0 and variance 1 over the batch, then by what was learned.

    $$\mu = \frac{1}{m} \sum_i x_i, \qquad \sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2, \qquad
    y_i = \gamma\, \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta$$

    The m numbers of a feature are those of all examples and, for images and sequences, of all places; of a sequence
    with a mask, those of the steps that are there. At inference the statistics are moving ones, which each training
    step moves by a share:

    $$\mu_\text{moving} \leftarrow p\, \mu_\text{moving} + (1 - p)\, \mu, \qquad
    \sigma^2_\text{moving} \leftarrow p\, \sigma^2_\text{moving} + (1 - p)\, \sigma^2$$

    Weights, in Keras's order: gamma, beta, moving mean, moving variance, each of shape (C,). With `trainable=False` it
    infers also in training, as in Keras. A mask passes through. Ioffe and Szegedy (2015), Batch normalization:
    accelerating deep network training by reducing internal covariate shift.

    Args:
        axis: That of the features.
        momentum: p, at least 0 and below 1.
        epsilon: $\epsilon$, keeps the root from zero; positive.
        center: Whether to add $\beta$.
        scale: Whether to multiply by $\gamma$.
        synchronized: Whether the statistics are over the batches of all replicas of a TensorFlow strategy; with more
            than one it must be.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Any shape whose size along `axis` is known.
        training: Whether to use and to move statistics; if not, the moving ones are used.
        mask: True where there is something, of the inputs' shape without the features.

    Raises:
        ValueError: If an argument is out of range; in training, if replicas are not synchronized, or a mask comes along
            with `synchronized`.

    Example:
        >>> layer = BatchNormalization(momentum=0.5, epsilon=1e-6)
        >>> layer(ops.array([[1.0], [3.0]]), training=True).numpy().round(3)
        array([[-1.],
               [ 1.]], dtype=float32)
        >>> layer.moving_mean.numpy(), layer.moving_variance.numpy()
        (array([1.], dtype=float32), array([1.], dtype=float32))
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        momentum = arguments.share("momentum", momentum)
        epsilon = arguments.positive_number("epsilon", epsilon)
        if isinstance(axis, bool) or not isinstance(axis, int):
            raise ValueError(f"axis must be an integer, got {axis!r}")
        super().__init__(**kwargs)
        self.axis, self.momentum, self.epsilon = axis, momentum, epsilon
        self.center, self.scale, self.synchronized = bool(center), bool(scale), bool(synchronized)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """A scale, a shift and two moving statistics for each feature."""
        rank = len(input_shape)
        if not -rank <= self.axis < rank or input_shape[self.axis] is None:
            raise ValueError(f"axis must be one of known size, got {self.axis} for inputs of shape {input_shape}")
        self._features = self.axis % rank
        self._others = [axis for axis in range(rank) if axis != self._features]
        self._shape = [input_shape[axis] if axis == self._features else 1 for axis in range(rank)]
        sizes = {"shape": (input_shape[self.axis],)}
        # Each replica moves its copy by the same amount; the mean of equal copies is what all keep.
        moving = {**sizes, "trainable": False, "autocast": False, "aggregation": "mean"}
        self.gamma = self.add_weight(**sizes, initializer="ones", name="gamma") if self.scale else None
        self.beta = self.add_weight(**sizes, initializer="zeros", name="beta") if self.center else None
        self.moving_mean = self.add_weight(**moving, initializer="zeros", name="moving_mean")
        self.moving_variance = self.add_weight(**moving, initializer="ones", name="moving_variance")

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """The normalized inputs, in the same shape."""
        x = ops.cast(inputs, "float32") if self.compute_dtype in ("float16", "bfloat16") else inputs
        if training and self.trainable:
            mean, variance = self._statistics(x, mask)
            self._move(mean, variance)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        # with one factor for each feature: y_i = gamma (x_i - mu) / sqrt(sigma^2 + epsilon) + beta
        factor = ops.rsqrt(ops.cast(variance, x.dtype) + self.epsilon)
        if self.gamma is not None:
            factor = factor * ops.cast(self.gamma, x.dtype)
        y = (x - self._spread(mean, x)) * self._spread(factor, x)
        if self.beta is not None:
            y = y + self._spread(self.beta, x)
        return ops.cast(y, self.compute_dtype)

    def _spread(self, values: Any, like: Any) -> Any:
        """One number for each feature, in a shape that broadcasts to the inputs."""
        return ops.reshape(ops.cast(values, like.dtype), self._shape)

    def _statistics(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Mean and variance of each feature, shape (C,)."""
        if self.synchronized and mask is not None:
            raise ValueError("synchronized statistics must be of inputs without a mask, got a mask")
        if mask is not None:
            return self._masked_statistics(x, mask)
        if not self.synchronized and _replicas() > 1:
            raise ValueError(f"synchronized must be True with more than one replica, got False and {_replicas()}")
        # On other backends than TensorFlow, a batch that is spread over devices is one batch.
        together = self.synchronized and keras.config.backend() == "tensorflow"
        return ops.moments(x, axes=self._others, synchronized=together)

    def _masked_statistics(self, x: Any, mask: Any) -> tuple[Any, Any]:
        present = ops.expand_dims(ops.cast(mask, x.dtype), self._features)
        present = ops.broadcast_to(present, ops.shape(x))
        # At least 1: where nothing is there, there is nothing to divide.
        count = ops.maximum(ops.sum(present, axis=self._others), 1)  # (C,)
        mean = ops.sum(present * x, axis=self._others) / count
        deviation = present * ops.square(x - self._spread(mean, x))
        return mean, ops.sum(deviation, axis=self._others) / count

    def _move(self, mean: Any, variance: Any) -> None:
        # mu_moving <- p mu_moving + (1 - p) mu, and the same with sigma^2
        for moving, seen in [(self.moving_mean, mean), (self.moving_variance, variance)]:
            moving.assign(self.momentum * moving + (1 - self.momentum) * ops.cast(seen, moving.dtype))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "synchronized": self.synchronized,
        }


def _replicas() -> int:
    """How many replicas of a TensorFlow strategy compute this."""
    if keras.config.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    return tf.distribute.get_strategy().num_replicas_in_sync
