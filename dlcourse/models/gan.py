r"""Generative adversarial networks: two models that train each other by `fit`. Lesson 09_2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from dlcourse.layers.arguments import positive_integer, share
from dlcourse.models.adversarial import discriminator_loss, generator_loss


@keras.saving.register_keras_serializable(package="dlcourse")
class GAN(keras.Model):
    r"""A generator that turns noise into examples, and a discriminator that tells them from real ones.

    $$\min_G \max_D\; \mathbb E_x\left[\log D(x)\right] + \mathbb E_z\left[\log(1 - D(G(z)))\right], \qquad
      z \sim \mathcal N(0, I)$$

    Each batch of `fit(x)` makes one step of the discriminator, then one of the generator on fresh noise. `fit` and
    `evaluate` report `discriminator_loss` and `generator_loss`; neither measures quality, so look at `sample`.
    Labels of a data set are not looked at. The training step has two gradients and is written with TensorFlow's tape:
    `fit` and `evaluate` run on TensorFlow alone, and everything else on each backend. Goodfellow et al. (2014),
    Generative adversarial nets.

    Args:
        generator: A built model from z, (B, L), to examples.
        discriminator: A built model from examples to logits, (B, 1).
        saturating: Whether the generator descends on the minimax game's own loss, whose gradient vanishes early.
        label_smoothing: By how much the target of real examples lies below 1.
        noise: The standard deviation of noise added to all that the discriminator sees in training, at least 0.
        seed: For all draws of training; they follow Keras's global seed without it.
        **kwargs: `name` and what else every model takes.

    Raises:
        ValueError: If an argument is out of range, or generator and discriminator do not fit.
        RuntimeError: If it is trained on another backend than TensorFlow.

    Example:
        >>> keras.utils.set_random_seed(0)
        >>> generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> gan = GAN(generator, discriminator)
        >>> gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
        >>> sorted(gan.fit(np.zeros((32, 2), "float32"), verbose=0).history)
        ['discriminator_loss', 'generator_loss']
        >>> gan.sample(4, seed=1).shape
        (4, 2)
    """

    reported: tuple[str, ...] = ("discriminator_loss", "generator_loss")

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        saturating: bool = False,
        label_smoothing: float = 0.0,
        noise: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        share("label_smoothing", label_smoothing)
        if not noise >= 0:
            raise ValueError(f"noise must be at least 0, got {noise!r}")
        _check_fit(generator, discriminator)
        super().__init__(**kwargs)
        self.generator, self.discriminator = generator, discriminator
        self.saturating, self.label_smoothing, self.noise = bool(saturating), float(label_smoothing), float(noise)
        self.seed, self.seed_generator = seed, keras.random.SeedGenerator(seed)
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.reported}
        self.build(generator.input_shape)

    def build(self, input_shape: Any) -> None:
        """Nothing is left to make: both models come built."""

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The means that are reported, which Keras resets at the start of each epoch."""
        return list(self.trackers.values())

    @property
    def noise_shape(self) -> tuple[int, ...]:
        """The shape of one z."""
        return tuple(self.generator.input_shape[1:])

    def compile(self, generator_optimizer: Any = "adam", discriminator_optimizer: Any = "adam", **kwargs: Any) -> None:
        """Give each side its optimizer; what else `keras.Model.compile` takes, but no loss, passes on."""
        super().compile(optimizer=None, **kwargs)
        self.generator_optimizer = keras.optimizers.get(generator_optimizer)
        self.discriminator_optimizer = keras.optimizers.get(discriminator_optimizer)
        if self.generator_optimizer is self.discriminator_optimizer:
            raise ValueError(f"each side needs an optimizer of its own, got {generator_optimizer!r} for both")
        self.generator_optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self._options = kwargs

    def get_compile_config(self) -> dict[str, Any]:
        """Both optimizers, for a saved model."""
        optimizers = {
            "generator_optimizer": keras.optimizers.serialize(self.generator_optimizer),
            "discriminator_optimizer": keras.optimizers.serialize(self.discriminator_optimizer),
        }
        return {**optimizers, **self._options}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as the saved model was."""
        optimizers = {
            name: keras.optimizers.deserialize(config[name])
            for name in ("generator_optimizer", "discriminator_optimizer")
        }
        self.compile(**{**config, **optimizers})

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The generator's examples for given z, as `predict` gives them."""
        return self.generator(inputs, training=training)

    def draw_noise(self, count: Any) -> Any:
        """So many z while training, (count, L)."""
        return keras.random.normal((count, *self.noise_shape), seed=self.seed_generator)

    def judge(self, examples: Any, training: bool) -> Any:
        """The discriminator's outputs, of examples with noise in training if there is to be some."""
        if self.noise and training:
            examples = examples + self.noise * keras.random.normal(ops.shape(examples), seed=self.seed_generator)
        return self.discriminator(examples, training=training)

    def discriminator_objective(self, real: Any, z: Any, training: bool) -> Any:
        """What the discriminator descends on."""
        fake = self.generator(z, training=training)
        return discriminator_loss(self.judge(real, training), self.judge(fake, training), self.label_smoothing)

    def generator_objective(self, z: Any, training: bool) -> Any:
        """What the generator descends on."""
        return generator_loss(self.judge(self.generator(z, training=training), training), self.saturating)

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        """As of every model, on the TensorFlow backend."""
        _require_tensorflow()
        return super().fit(*args, **kwargs)

    def evaluate(self, *args: Any, **kwargs: Any) -> Any:
        """As of every model, on the TensorFlow backend."""
        _require_tensorflow()
        return super().evaluate(*args, **kwargs)

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of the discriminator and one of the generator on a batch."""
        real = _examples(data)
        count = ops.shape(real)[0]
        z = self.draw_noise(count)
        self.descend_discriminator(lambda: self.discriminator_objective(real, z, training=True))
        z = self.draw_noise(count)
        self.descend_generator(lambda: self.generator_objective(z, training=True))
        return self.get_metrics_result()

    def test_step(self, data: Any) -> dict[str, Any]:
        """Both losses on a batch."""
        real = _examples(data)
        z = self.draw_noise(ops.shape(real)[0])
        self.trackers["discriminator_loss"].update_state(self.discriminator_objective(real, z, training=False))
        self.trackers["generator_loss"].update_state(self.generator_objective(z, training=False))
        return self.get_metrics_result()

    def descend_discriminator(self, loss: Callable[[], Any]) -> None:
        """One step of the discriminator's weights."""
        self.trackers["discriminator_loss"].update_state(
            _descend(loss, self.discriminator, self.discriminator_optimizer)
        )

    def descend_generator(self, loss: Callable[[], Any]) -> None:
        """One step of the generator's weights."""
        self.trackers["generator_loss"].update_state(_descend(loss, self.generator, self.generator_optimizer))

    def sample(self, count: int, seed: int | None = None) -> np.ndarray:
        """So many new examples."""
        positive_integer("count", count)
        z = np.random.default_rng(seed).normal(size=(count, *self.noise_shape))
        return self.generator.predict(z.astype("float32"), verbose=0)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again, both sides included."""
        config = {
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "saturating": self.saturating,
            "label_smoothing": self.label_smoothing,
            "noise": self.noise,
            "seed": self.seed,
        }
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> GAN:
        """The model of a config."""
        sides = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects)
            for name in ("generator", "discriminator")
        }
        return cls(**{**config, **sides})


def _descend(loss: Callable[[], Any], model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Any:
    """One step of a model's weights, by TensorFlow's tape; the loss before it, penalties of weights included."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = loss()
        total = value + sum(model.losses)
    gradients = tape.gradient(total, [variable.value for variable in model.trainable_variables])
    optimizer.apply(gradients, model.trainable_variables)
    return value


def _require_tensorflow() -> None:
    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(f"adversarial training needs the TensorFlow backend, got {keras.backend.backend()!r}")


def _examples(data: Any) -> Any:
    return keras.utils.unpack_x_y_sample_weight(data)[0]


def _check_fit(generator: keras.Model, discriminator: keras.Model) -> None:
    for name, model in (("generator", generator), ("discriminator", discriminator)):
        if not model.built:
            raise ValueError(f"{name} must be built, got {model.name!r} without weights")
    if generator.output_shape != discriminator.input_shape:
        raise ValueError(
            f"generator must give what discriminator takes, {discriminator.input_shape}, got {generator.output_shape}"
        )
