r"""The Wasserstein GAN with gradient penalty: a critic that measures a distance, not a classifier. Lesson 09_2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from dlcourse.layers.arguments import positive_integer
from dlcourse.models.gan import GAN, _examples


def gradient_penalty(critic: Callable[[Any], Any], real: Any, fake: Any, mix: Any) -> Any:
    r"""How far the critic's slope is from 1 between real and generated examples.

    $$\mathbb E\left[\left(\lVert \nabla_{\hat x} f(\hat x) \rVert_2 - 1\right)^2\right], \qquad
      \hat x = u\, x + (1 - u)\, G(z), \quad u \sim \mathcal U(0, 1)$$

    The gradient is taken by TensorFlow's tape: on that backend alone. Gulrajani et al. (2017), Improved training of
    Wasserstein GANs, equation 3.

    Args:
        critic: f, from examples to values (B, 1), each of its own example alone: no batch normalization.
        real: x, shape (B, ...).
        fake: G(z), of the same shape.
        mix: u, a shape that broadcasts to it with one number an example.

    Example:
        >>> examples = ops.ones((4, 2))  # the slope of x + y + ... is sqrt(2) everywhere
        >>> penalty = gradient_penalty(lambda x: ops.sum(x, axis=1), examples, 0 * examples, ops.zeros((4, 1)))
        >>> penalty.numpy().round(4)  # (sqrt(2) - 1)^2
        np.float32(0.1716)
    """
    import tensorflow as tf

    between = mix * real + (1 - mix) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        values = critic(between)
    slope = tape.gradient(values, between)
    # The gradient of a square root at 0 is infinite.
    norm = ops.sqrt(ops.sum(ops.square(slope), axis=tuple(range(1, len(slope.shape)))) + 1e-12)  # (B,)
    return ops.mean(ops.square(norm - 1))


@keras.saving.register_keras_serializable(package="dlcourse")
class WGAN(GAN):
    r"""A GAN whose discriminator is a critic with a slope of about 1, so that it measures the Wasserstein-1 distance.

    $$L_{\text{critic}} = \mathbb E_z\left[f(G(z))\right] - \mathbb E_x\left[f(x)\right]
      + \lambda\, \mathbb E\left[(\lVert \nabla f(\hat x) \rVert - 1)^2\right], \qquad
      L_{\text{generator}} = -\mathbb E_z\left[f(G(z))\right]$$

    Each batch of `fit(x)` makes a step of the critic; every `critic_steps` batches, the generator makes one, so that
    each step of the critic sees fresh examples, as in the paper's algorithm. The negative of `discriminator_loss`
    estimates the distance, less the penalty. It trains on the TensorFlow backend, as `GAN` does. Arjovsky, Chintala and
    Bottou (2017), Wasserstein GAN; Gulrajani et al. (2017), Improved training of Wasserstein GANs, who train
    both sides with Adam at a rate of 1e-4, $\beta_1 = 0$ and $\beta_2 = 0.9$.

    Args:
        generator: A built model from z, (B, L), to examples.
        discriminator: The critic, a built model from examples to values (B, 1), without batch normalization.
        penalty_weight: $\lambda$, at least 0.
        critic_steps: The critic's steps for each of the generator's, at least 1.
        noise: The standard deviation of noise added to all that the critic sees in training, at least 0.
        seed: For all draws of training; they follow Keras's global seed without it.
        **kwargs: `name` and what else every model takes.

    Raises:
        ValueError: If an argument is out of range, or generator and critic do not fit.
        RuntimeError: If it is trained on another backend than TensorFlow.

    Example:
        >>> keras.utils.set_random_seed(0)
        >>> generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
        >>> wgan = WGAN(generator, critic, critic_steps=5)
        >>> wgan.compile()
        >>> _ = wgan.fit(ops.zeros((40, 2)), batch_size=4, verbose=0)  # 10 batches
        >>> int(wgan.discriminator_optimizer.iterations), int(wgan.generator_optimizer.iterations)
        (10, 2)
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        penalty_weight: float = 10.0,
        critic_steps: int = 5,
        noise: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if not penalty_weight >= 0:
            raise ValueError(f"penalty_weight must be at least 0, got {penalty_weight!r}")
        positive_integer("critic_steps", critic_steps)
        super().__init__(generator, discriminator, noise=noise, seed=seed, **kwargs)
        self.penalty_weight, self.critic_steps = float(penalty_weight), critic_steps

    def discriminator_objective(self, real: Any, z: Any, training: bool) -> Any:
        """The critic's loss."""
        fake = self.generator(z, training=training)
        mix_shape = (ops.shape(real)[0], *[1] * (len(real.shape) - 1))
        mix = keras.random.uniform(mix_shape, seed=self.seed_generator)
        penalty = gradient_penalty(lambda x: self.judge(x, training), real, fake, mix)
        # L = E f(G(z)) - E f(x) + lambda penalty
        distance = ops.mean(self.judge(real, training)) - ops.mean(self.judge(fake, training))
        return self.penalty_weight * penalty - distance

    def generator_objective(self, z: Any, training: bool) -> Any:
        """The generator's loss."""
        return -ops.mean(self.judge(self.generator(z, training=training), training))

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of the critic on a batch, and every so many batches one of the generator."""
        real = _examples(data)
        count = ops.shape(real)[0]
        z = self.draw_noise(count)
        self.descend_discriminator(lambda: self.discriminator_objective(real, z, training=True))
        due = ops.equal(self.discriminator_optimizer.iterations % self.critic_steps, 0)
        ops.cond(due, lambda: self._generator_step(count), lambda: False)
        return self.get_metrics_result()

    def _generator_step(self, count: Any) -> bool:
        z = self.draw_noise(count)
        self.descend_generator(lambda: self.generator_objective(z, training=True))
        return True

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again, both sides included."""
        config = super().get_config()
        kept = {name: value for name, value in config.items() if name not in ("saturating", "label_smoothing")}
        return {**kept, "penalty_weight": self.penalty_weight, "critic_steps": self.critic_steps}
