r"""Let a discriminator see how varied its batch is: a generator that always makes the same is found out.

One of the remedies for mode collapse that lesson 09_2 runs on a ring of eight Gaussians.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class MinibatchStandardDeviation(keras.layers.Layer):
    r"""Appends one constant feature: the standard deviation over the batch, averaged over all features.

    $$s = \frac{1}{P} \sum_{p=1}^{P} \sqrt{\frac{1}{G} \sum_{i=1}^{G} (x_{ip} - \bar x_p)^2 + \epsilon}, \qquad
      y_i = [x_i;\ s]$$

    over the G examples of a group and the P numbers of an example. There are no weights. All examples of a group depend
    on each other, in inference as in training. Karras, Aila, Laine and Lehtinen (2018), Progressive growing of GANs for
    improved quality, stability, and variation, section 3.

    Args:
        group_size: G, at least 2: groups of so many consecutive examples, each with its own statistic. The batch must
            be divisible by it. Without it, the whole batch is the group, as in the paper's text.
        epsilon: Positive; it keeps the gradient finite where all examples agree.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Vectors (B, D) or feature maps (B, H, W, C), or any shape (B, ..., D).

    Raises:
        ValueError: If `group_size` or `epsilon` is out of range, the inputs have less than two axes, or a batch of
            known size is not divisible by the group.

    Example:
        >>> MinibatchStandardDeviation()(ops.convert_to_tensor([[1.0, 5.0], [3.0, 5.0]])).numpy().round(3)
        array([[1. , 5. , 0.5],
               [3. , 5. , 0.5]], dtype=float32)
    """

    def __init__(self, group_size: int | None = None, epsilon: float = 1e-8, **kwargs: Any) -> None:
        if group_size is not None and group_size < 2:
            raise ValueError(f"group_size must be at least 2 or None, got {group_size!r}")
        if not epsilon > 0:
            raise ValueError(f"epsilon must be positive, got {epsilon!r}")
        super().__init__(**kwargs)
        self.group_size = group_size
        self.epsilon = float(epsilon)

    def call(self, inputs: Any) -> Any:
        """The inputs with one more feature, (B, ..., D + 1)."""
        self._check(tuple(inputs.shape))
        # The variance of numbers near each other needs single precision, whatever the layer computes in.
        values = ops.cast(inputs, "float32")
        group = ops.shape(inputs)[0] if self.group_size is None else self.group_size
        grouped = ops.reshape(values, (-1, group, *inputs.shape[1:]))  # (B / G, G, ..., D)
        deviation = ops.sqrt(ops.var(grouped, axis=1, keepdims=True) + self.epsilon)
        # s = mean over all features and places of the deviation within the group
        statistic = ops.mean(deviation, axis=tuple(range(2, len(grouped.shape))), keepdims=True)
        spread = ops.broadcast_to(statistic, ops.shape(grouped[..., :1]))
        feature = ops.reshape(spread, (-1, *inputs.shape[1:-1], 1))  # (B, ..., 1)
        return ops.concatenate([inputs, ops.cast(feature, inputs.dtype)], axis=-1)

    def _check(self, shape: tuple[int | None, ...]) -> None:
        if len(shape) < 2:
            raise ValueError(f"inputs must have a batch axis and a feature axis, got shape {shape}")
        if self.group_size is not None and shape[0] is not None and shape[0] % self.group_size:
            raise ValueError(f"the batch must be divisible by group_size {self.group_size}, got a batch of {shape[0]}")

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """One feature more."""
        *leading, features = input_shape
        return (*leading, None if features is None else features + 1)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "group_size": self.group_size, "epsilon": self.epsilon}
