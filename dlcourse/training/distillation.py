r"""Distillation: a small model learns from the probabilities that a large one gives. Chapter 19."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from dlcourse.training.arguments import positive_number


@keras.saving.register_keras_serializable(package="dlcourse")
class Distiller(keras.Model):
    r"""Trains a student on a teacher's soft targets beside the labels; its outputs are the student's.

    $$L = \alpha \, L_{\text{labels}} + (1 - \alpha) \, T^2 \,
    \mathrm{KL}\big(\mathrm{softmax}(z_t / T) \,\|\, \mathrm{softmax}(z_s / T)\big)$$

    Here $z_t$ and $z_s$ are the logits of teacher and student. The temperature $T$ lets the small probabilities speak,
    which tell what a class resembles; $T^2$ keeps the size of the gradient. Hinton, Vinyals and Dean (2015), Distilling
    the knowledge in a neural network. Compile it with the loss for the labels; the student's weights alone are trained.

    Args:
        student: The model to train, a classifier with outputs (N, C).
        teacher: A trained classifier with outputs (N, C). It is frozen.
        temperature: $T > 0$.
        label_share: $\alpha$, from 0, no labels, to 1, labels alone.
        from_logits: Whether both models give logits rather than probabilities.
        **kwargs: `name` and what else every model takes.

    Raises:
        ValueError: If `temperature` is not a positive number or `label_share` not from 0 to 1.

    Example:
        >>> import numpy as np
        >>> student, teacher = (keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)]) for _ in range(2))
        >>> model = Distiller(student, teacher, temperature=2.0, label_share=0.0, from_logits=True)
        >>> model.compile(keras.optimizers.Adam(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        >>> x = np.random.default_rng(0).normal(size=(64, 2))
        >>> _ = model.fit(x, np.zeros(64, int), epochs=60, verbose=0)
        >>> bool(np.mean(teacher(x).numpy().argmax(1) == student(x).numpy().argmax(1)) > 0.9)
        True
    """

    def __init__(
        self,
        student: keras.Model,
        teacher: keras.Model,
        *,
        temperature: float = 3.0,
        label_share: float = 0.1,
        from_logits: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not 0 <= label_share <= 1:
            raise ValueError(f"label_share must be from 0 to 1, got {label_share!r}")
        self.temperature = positive_number("temperature", temperature)
        self.label_share, self.from_logits = float(label_share), from_logits
        teacher.trainable = False
        self.student, self.teacher = student, teacher

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """What the student gives."""
        return self.student(inputs, training=training)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The weighted sum of the compiled loss and the divergence from the teacher."""
        labels = super().compute_loss(x, y, y_pred, sample_weight, training)
        each = self._divergence(self._logits(self.teacher(x, training=False)), self._logits(y_pred))  # (N,)
        weights = 1.0 if sample_weight is None else ops.cast(sample_weight, each.dtype)
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        return self.label_share * labels + (1 - self.label_share) * ops.mean(weights * each) / replicas

    def _divergence(self, teacher: Any, student: Any) -> Any:
        """The divergence at the temperature for each example, times its square."""
        theirs, ours = (ops.log_softmax(each / self.temperature) for each in (teacher, student))
        return self.temperature**2 * ops.sum(ops.exp(theirs) * (theirs - ours), axis=-1)

    def _logits(self, outputs: Any) -> Any:
        """Probabilities as logits, up to a constant that softmax takes out."""
        return outputs if self.from_logits else ops.log(ops.maximum(outputs, 1e-7))

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again, both models included."""
        models = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in ("student", "teacher")}
        settings = {name: getattr(self, name) for name in ("name", "temperature", "label_share", "from_logits")}
        return {**models, **settings}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Distiller:
        """The model that `get_config` describes."""
        models = {name: keras.saving.deserialize_keras_object(config[name]) for name in ("student", "teacher")}
        return cls(**{**config, **models})
