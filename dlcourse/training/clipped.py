r"""A model whose training step clips the gradient, after the replicas' parts have been added. Lesson 06_2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from dlcourse.training.arguments import positive_number
from dlcourse.training.clipping import clip_by_global_norm, clip_by_norm, clip_by_value


@keras.saving.register_keras_serializable(package="dlcourse")
class Clipped(keras.Model):
    r"""A model with the same weights and outputs as another, which `fit` trains with clipped gradients.

    On one device it does what `clipvalue`, `clipnorm` or `global_clipnorm` of the optimizer do. Under a TensorFlow
    strategy with $R$ replicas it adds first and clips then, so that $R$ replicas give the step of one device:

    $$\theta \leftarrow \theta - \eta \, \mathrm{clip}\Big(\sum_{r=1}^{R} g_r\Big)$$

    The optimizer's own options clip each $g_r$, which is another direction and up to $R$ times too long. Under mixed
    precision the gradient is clipped after the scale of the loss has been taken out of it.

    Args:
        model: The model to train, made under the strategy, if there is one.
        value: Limit for each number, or
        norm: limit for the norm of each weight's gradient, or
        global_norm: limit for the norm of all gradients together; exactly one of the three.
        **kwargs: `name` and what else every model takes.

    Raises:
        ValueError: If not exactly one limit is given, or it is not a positive number.

    Example:
        >>> import numpy as np
        >>> inner = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        >>> inner.set_weights([np.zeros((1, 1))])
        >>> model = Clipped(inner, global_norm=0.5)
        >>> model.compile(keras.optimizers.SGD(1.0), "mse")
        >>> _ = model.fit(np.ones((4, 1)), np.full((4, 1), 100.0), verbose=0)
        >>> inner.get_weights()
        [array([[0.5]], dtype=float32)]
    """

    def __init__(
        self,
        model: keras.Model,
        *,
        value: float | None = None,
        norm: float | None = None,
        global_norm: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        limits = {"value": value, "norm": norm, "global_norm": global_norm}
        self.limits = {name: positive_number(name, each) for name, each in limits.items() if each is not None}
        if len(self.limits) != 1:
            raise ValueError(f"give exactly one of value, norm and global_norm, got {limits}")
        self.model = model

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """What the model gives."""
        return self.model(inputs, training=training)

    def train_step(self, data: Any) -> dict[str, Any]:
        """One update with the clipped gradient of a batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            predictions = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=predictions, sample_weight=sample_weight, training=True)
            scaled = self.optimizer.scale_loss(loss)
        weights = self.trainable_weights
        gradients = tape.gradient(scaled, [weight.value for weight in weights])
        self.optimizer.apply(clip_across_replicas(gradients, self._clip, self.optimizer), weights)
        self._count(loss, x)
        return self.compute_metrics(x, y, predictions, sample_weight)

    def _clip(self, gradients: Sequence[Any]) -> list[Any]:
        ((kind, limit),) = self.limits.items()
        if kind == "value":
            return clip_by_value(gradients, limit)
        return clip_by_norm(gradients, limit) if kind == "norm" else clip_by_global_norm(gradients, limit)[0]

    def _count(self, loss: Any, x: Any) -> None:
        """Tell the mean of the loss; a strategy has each replica's part divided by their number."""
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        tracker = next(metric for metric in self.metrics if metric.name == "loss")
        tracker.update_state(loss * replicas, sample_weight=tf.shape(keras.tree.flatten(x)[0])[0])

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again, the one inside included."""
        inner = keras.saving.serialize_keras_object(self.model)
        return {"name": self.name, "model": inner, **dict(self.limits)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Clipped:
        """The model that `get_config` describes."""
        return cls(**{**config, "model": keras.saving.deserialize_keras_object(config["model"])})


def clip_across_replicas(
    gradients: Sequence[Any], clip: Callable[[Sequence[Any]], list[Any]], optimizer: keras.optimizers.Optimizer
) -> list[Any]:
    r"""The gradients to hand to `optimizer.apply` in each replica, so that it applies the clipped sum of all.

    For a training step of one's own under a strategy. The optimizer adds what the replicas hand in; each hands in the
    clipped sum divided by their number.

    Args:
        gradients: This replica's gradients, None where there is none; scaled, if the optimizer scales losses.
        clip: What clips, from list to list, such as `lambda each: clip_by_norm(each, 1.0)`.
        optimizer: The optimizer that is to apply them.

    Returns:
        A list of tensors of the same shapes.

    Example:
        >>> gradients = [tf.constant([3.0, 4.0])]
        >>> clip_across_replicas(gradients, lambda each: clip_by_norm(each, 1.0), keras.optimizers.SGD())[0].numpy()
        array([0.6, 0.8], dtype=float32)
    """
    present = [tf.convert_to_tensor(gradient) for gradient in gradients if gradient is not None]
    context = tf.distribute.get_replica_context()
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if replicas > 1:
        present = context.all_reduce(tf.distribute.ReduceOp.SUM, present)
    scale = optimizer.scale_loss(tf.ones(()))
    clipped = clip([gradient / tf.cast(scale, gradient.dtype) for gradient in present])
    handed = iter([gradient * tf.cast(scale / replicas, gradient.dtype) for gradient in clipped])
    return [None if gradient is None else next(handed) for gradient in gradients]
