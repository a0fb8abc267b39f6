r"""Elastic weight consolidation: learn a task without forgetting those before it. Lesson 13_2."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from dlcourse.training.arguments import not_negative, positive_integer
from dlcourse.training.epochs import tensors


@keras.saving.register_keras_serializable(package="dlcourse")
class ElasticWeightConsolidation(keras.Model):
    r"""A model with the weights and outputs of another, held back where its earlier tasks need them.

    $$L(\theta) = L_{\text{new}}(\theta)
    + \frac{\lambda}{2} \sum_k \sum_i F^{(k)}_i \big(\theta_i - \theta^{(k)}_i\big)^2$$

    After task $k$, `consolidate` stores the weights $\theta^{(k)}$ and how much the outputs depend on each of them,
    the diagonal $F^{(k)}$ of the Fisher information; from then on `fit` pays for leaving them. The sum over tasks is
    kept as one quadratic function, so that memory does not grow with their number; the loss shown is smaller than the
    formula by a constant. Kirkpatrick and others (2017), Overcoming catastrophic forgetting in neural networks.

    Args:
        model: A built model of one output.
        strength: $\lambda$, at least 0.
        likelihood: `"categorical"`, for a classifier, or `"gaussian"` with variance 1, for regression.
        from_logits: Whether a classifier's outputs are logits rather than probabilities.
        **kwargs: `name` and what else every model takes.

    Raises:
        ValueError: If the model has not been built, `strength` is negative or `likelihood` is another.

    Example:
        >>> inner = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        >>> inner.set_weights([np.array([[2.0]])])
        >>> model = ElasticWeightConsolidation(inner, strength=1.0, likelihood="gaussian")
        >>> model.consolidate(np.array([[1.0], [3.0]]))  # the mean of 1 and 9
        >>> model.fisher[0].numpy()
        array([[5.]], dtype=float32)
        >>> inner.set_weights([np.array([[4.0]])])
        >>> float(model.penalty())  # 1/2 * 5 * (4 - 2) ** 2
        10.0
    """

    def __init__(
        self,
        model: keras.Model,
        strength: float,
        *,
        likelihood: str = "categorical",
        from_logits: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not model.built:
            raise ValueError(f"the model must be built, got {model.name!r} without weights")
        if likelihood not in ("categorical", "gaussian"):
            raise ValueError(f"likelihood must be 'categorical' or 'gaussian', got {likelihood!r}")
        self.model, self.strength = model, not_negative("strength", strength)
        self.likelihood, self.from_logits = likelihood, from_logits
        self.fisher = [self._zeros(each, f"fisher{place}") for place, each in enumerate(model.trainable_variables)]
        self.anchors = [self._zeros(each, f"anchor{place}") for place, each in enumerate(model.trainable_variables)]

    def _zeros(self, variable: Any, name: str) -> Any:
        return self.add_weight(shape=variable.shape, initializer="zeros", trainable=False, name=name)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """What the model gives."""
        return self.model(inputs, training=training)

    def compute_loss(self, *args: Any, **kwargs: Any) -> Any:
        """The compiled loss and the penalty."""
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        return super().compute_loss(*args, **kwargs) + self.penalty() / replicas

    def penalty(self) -> Any:
        r"""The scalar $\frac{\lambda}{2} \sum_i F_i (\theta_i - \theta^*_i)^2$, with the sum and mean over tasks."""
        parts = zip(self.model.trainable_variables, self.fisher, self.anchors, strict=True)
        squares = [ops.sum(fisher * ops.square(weight - anchor)) for weight, fisher, anchor in parts]
        return 0.5 * self.strength * sum(squares[1:], squares[0])

    def consolidate(self, x: Any, batch_size: int = 32) -> None:
        """Hold on to the task that was just learned.

        Args:
            x: Inputs of the task, (N, ...); some hundred are enough.
            batch_size: How many examples to take gradients of at once.
        """
        new = fisher_information(
            self.model, x, likelihood=self.likelihood, from_logits=self.from_logits, batch_size=batch_size
        )
        for weight, fisher, anchor, added in zip(
            self.model.trainable_variables, self.fisher, self.anchors, new, strict=True
        ):
            total = fisher + added
            # The sum of two parabolas is one whose lowest point is their weighted mean.
            mean = ops.divide_no_nan(fisher * anchor + added * weight, total)
            anchor.assign(ops.where(total > 0, mean, weight))
            fisher.assign(total)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again, the one inside included."""
        settings = {"strength": self.strength, "likelihood": self.likelihood, "from_logits": self.from_logits}
        return {"name": self.name, "model": keras.saving.serialize_keras_object(self.model), **settings}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ElasticWeightConsolidation:
        """The model that `get_config` describes."""
        return cls(**{**config, "model": keras.saving.deserialize_keras_object(config["model"])})


def fisher_information(
    model: keras.Model, x: Any, *, likelihood: str = "categorical", from_logits: bool = False, batch_size: int = 32
) -> list[np.ndarray]:
    r"""The diagonal of the Fisher information of a model's weights, by per-example gradients.

    $$F_i = \frac{1}{N} \sum_n \mathbb{E}_{y \sim p(y \mid x_n)}
    \left[ \left( \frac{\partial \log p(y \mid x_n)}{\partial \theta_i} \right)^2 \right]$$

    The expectation is over what the model itself predicts, not over labels, and is taken exactly: a sum over classes,
    or for a normal distribution of variance 1 the sum of the squared derivatives of its means.

    Args:
        model: A built model of one output, (N, C). It is called with `training=False`.
        x: Inputs, (N, ...).
        likelihood: `"categorical"` or `"gaussian"`.
        from_logits: Whether a classifier's outputs are logits rather than probabilities.
        batch_size: How many examples to take gradients of at once; C gradients of each are held.

    Returns:
        An array for each of `model.trainable_variables`, of its shape.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, use_bias=False)])
        >>> model.set_weights([np.zeros((1, 2))])
        >>> fisher_information(model, np.array([[2.0]]), from_logits=True)[0]  # p (1 - p) x^2
        array([[1., 1.]], dtype=float32)
    """
    positive_integer("batch_size", batch_size)
    x = tensors(x, None)
    terms = _terms_gaussian if likelihood == "gaussian" else functools.partial(_terms_categorical, from_logits)
    sums = tf.function(functools.partial(_squared_gradients, model, terms), autograph=False, reduce_retracing=True)
    totals = [np.zeros(variable.shape, "float64") for variable in model.trainable_variables]
    for start in range(0, len(x), batch_size):
        totals = [total + part.numpy() for total, part in zip(totals, sums(x[start : start + batch_size]), strict=True)]
    return [(total / len(x)).astype("float32") for total in totals]


def _squared_gradients(model: keras.Model, terms: Any, x: Any) -> list[Any]:
    """Over examples and outputs, the sum of each output's weight times its squared gradient."""
    weights = [variable.value for variable in model.trainable_variables]
    outputs = model.output_shape[-1]

    def of_one(pair: Any) -> list[Any]:
        example, place = pair
        with tf.GradientTape() as tape:
            logarithms, shares = terms(model(example[None], training=False)[0])
            chosen = tf.reduce_sum(tf.one_hot(place, outputs) * logarithms)
        share = tf.reduce_sum(tf.one_hot(place, outputs) * shares)
        found = tape.gradient(chosen, weights, unconnected_gradients="zero")
        return [share * tf.square(tf.convert_to_tensor(each)) for each in found]

    pairs = (tf.repeat(x, outputs, axis=0), tf.tile(tf.range(outputs), [tf.shape(x)[0]]))
    return [tf.reduce_sum(each, axis=0) for each in tf.vectorized_map(of_one, pairs)]


def _terms_categorical(from_logits: bool, outputs: Any) -> tuple[Any, Any]:
    """The logarithm of each class's probability, and the probability as its weight."""
    logarithms = tf.nn.log_softmax(outputs) if from_logits else tf.math.log(tf.maximum(outputs, 1e-12))
    return logarithms, tf.stop_gradient(tf.exp(logarithms))


def _terms_gaussian(outputs: Any) -> tuple[Any, Any]:
    """Each mean, with weight 1: the square of its derivative is what the expectation leaves."""
    return outputs, tf.ones_like(outputs)
