r"""A GAN whose generator is told what to vary, by a code that a second reader must find again. Lesson 09_2."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from dlcourse.layers.arguments import positive_integer
from dlcourse.models.adversarial import discriminator_loss, generator_loss
from dlcourse.models.gan import GAN


@keras.saving.register_keras_serializable(package="dlcourse")
class InfoGAN(GAN):
    r"""A GAN with a code of one class and some continuous numbers, kept in the examples by mutual information.

    $$\min_{G, Q} \max_D\; V(D, G) - \lambda L_I(G, Q), \qquad
      L_I = \mathbb E_{c,\, x \sim G(z, c)}\left[\log Q(c \mid x)\right] + H(c) \le I(c; G(z, c))$$

    The generator's input is noise, then a class in one-hot form, uniform, then continuous codes, uniform from -1 to 1.
    Q shares the discriminator's body, so that the discriminator is one model with several outputs. For continuous codes
    Q is a Gaussian of variance 1, whose mean the model gives. Both sides descend on $-\lambda L_I$, without the
    constant $H(c)$; `fit` and `evaluate` report it, before the weighting, as `information_loss`. It trains on the
    TensorFlow backend, as `GAN` does. Chen et al. (2016), InfoGAN: Interpretable representation learning by
    information maximizing generative adversarial nets.

    Args:
        generator: A built model from (B, L) to examples; of the L numbers, the last ones are the code.
        discriminator: A built model from examples to a list: logits (B, 1), then logits of the classes (B, C) if there
            are some, then means of the continuous codes (B, M) if there are some.
        num_classes: C, at least 2, or 0 for none.
        num_continuous: M.
        information_weight: $\lambda$, at least 0.
        seed: For all draws of training; they follow Keras's global seed without it.
        **kwargs: `saturating`, `label_smoothing`, `noise` of `GAN`, `name` and what else every model takes.

    Raises:
        ValueError: If an argument is out of range, or the outputs of the discriminator are not those described.
        RuntimeError: If it is trained on another backend than TensorFlow.

    Example:
        >>> generator = keras.Sequential([keras.Input((7,)), keras.layers.Dense(2)])  # 2 of noise, 4 classes, 1 number
        >>> x = keras.Input((2,))
        >>> outputs = [keras.layers.Dense(units)(x) for units in (1, 4, 1)]
        >>> gan = InfoGAN(generator, keras.Model(x, outputs), num_classes=4, num_continuous=1)
        >>> gan.sample(3, classes=[0, 0, 3], codes=[[-1.0], [1.0], [0.0]], seed=1).shape
        (3, 2)
        >>> [each.shape for each in gan.recognize(np.zeros((5, 2), "float32"))]
        [(5, 4), (5, 1)]
    """

    reported = (*GAN.reported, "information_loss")

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        num_classes: int = 10,
        num_continuous: int = 0,
        information_weight: float = 1.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        _check_code(generator, discriminator, num_classes, num_continuous)
        if not information_weight >= 0:
            raise ValueError(f"information_weight must be at least 0, got {information_weight!r}")
        super().__init__(generator, discriminator, seed=seed, **kwargs)
        self.num_classes, self.num_continuous = num_classes, num_continuous
        self.information_weight = float(information_weight)

    @property
    def noise_size(self) -> int:
        """How many numbers of the generator's input are noise."""
        return self.noise_shape[0] - self.num_classes - self.num_continuous

    def draw_noise(self, count: Any) -> Any:
        """Noise and a code for each example, (count, L)."""
        seed = self.seed_generator
        parts = [keras.random.normal((count, self.noise_size), seed=seed)]
        if self.num_classes:
            classes = keras.random.randint((count,), 0, self.num_classes, seed=seed)
            parts.append(ops.one_hot(classes, self.num_classes, dtype="float32"))
        if self.num_continuous:
            parts.append(keras.random.uniform((count, self.num_continuous), -1.0, 1.0, seed=seed))
        return ops.concatenate(parts, axis=1)

    def discriminator_objective(self, real: Any, z: Any, training: bool) -> Any:
        """What the discriminator and Q descend on."""
        fake_logits, *found = self.judge(self.generator(z, training=training), training)
        real_logits = self.judge(real, training)[0]
        adversarial = discriminator_loss(real_logits, fake_logits, self.label_smoothing)
        return adversarial + self.information_weight * self._information_loss(z, found)

    def generator_objective(self, z: Any, training: bool) -> Any:
        """What the generator descends on."""
        fake_logits, *found = self.judge(self.generator(z, training=training), training)
        information = self._information_loss(z, found)
        self.trackers["information_loss"].update_state(information)
        return generator_loss(fake_logits, self.saturating) + self.information_weight * information

    def _information_loss(self, z: Any, found: list[Any]) -> Any:
        return information_loss(z[:, self.noise_size :], found, self.num_classes)

    def sample(self, count: int, seed: int | None = None, classes: Any = None, codes: Any = None) -> np.ndarray:
        """So many new examples; of given classes (count,) and continuous codes (count, M), or of drawn ones."""
        positive_integer("count", count)
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=(count, self.noise_size))
        classes = rng.integers(self.num_classes, size=count) if classes is None and self.num_classes else classes
        codes = rng.uniform(-1, 1, size=(count, self.num_continuous)) if codes is None else codes
        one_hot = np.eye(self.num_classes)[np.asarray(classes)] if self.num_classes else np.empty((count, 0))
        z = np.concatenate([noise, one_hot, np.reshape(codes, (count, self.num_continuous))], axis=1)
        return self.generator.predict(z.astype("float32"), verbose=0)

    def recognize(self, examples: Any) -> list[np.ndarray]:
        """What Q finds in examples: probabilities of the classes (N, C) and means of the continuous codes (N, M)."""
        found = self.discriminator.predict(examples, verbose=0)[1:]
        if self.num_classes:
            shifted = np.exp(found[0] - found[0].max(axis=1, keepdims=True))
            found[0] = shifted / shifted.sum(axis=1, keepdims=True)
        return found

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again, both sides included."""
        config = {
            "num_classes": self.num_classes,
            "num_continuous": self.num_continuous,
            "information_weight": self.information_weight,
        }
        return {**super().get_config(), **config}


def information_loss(code: Any, found: list[Any], num_classes: int) -> Any:
    r"""The negative log likelihood of the code, $-\mathbb E[\log Q(c \mid x)]$, without constants.

    $$-\sum_k c_k \log \operatorname{softmax}(\ell)_k + \tfrac12 \sum_m (c_m - \mu_m)^2$$

    Args:
        code: The one-hot class and the continuous codes, side by side, shape (B, C + M).
        found: Logits (B, C) if there are classes, and means (B, M) if there are continuous codes.
        num_classes: C, or 0.

    Example:
        >>> information_loss(ops.convert_to_tensor([[1.0, 0.0]]), [ops.zeros((1, 2))], 2).numpy().round(4)  # log 2
        np.float32(0.6931)
    """
    found, loss = list(found), 0.0
    if num_classes:
        # -sum_k c_k log softmax(l)_k
        loss = loss - ops.mean(ops.sum(code[:, :num_classes] * ops.log_softmax(found.pop(0)), axis=1))
    if found:
        # 1/2 sum_m (c_m - mu_m)^2
        loss = loss + 0.5 * ops.mean(ops.sum(ops.square(code[:, num_classes:] - found[0]), axis=1))
    return loss


def _check_code(generator: keras.Model, discriminator: keras.Model, num_classes: int, num_continuous: int) -> None:
    if num_classes < 0 or num_classes == 1 or num_continuous < 0 or num_classes + num_continuous == 0:
        raise ValueError(
            "num_classes must be 0 or at least 2 and num_continuous at least 0, not both 0, "
            f"got {num_classes!r} and {num_continuous!r}"
        )
    wanted = [1] + [size for size in (num_classes, num_continuous) if size]
    outputs = discriminator.output_shape
    if not isinstance(outputs, list | tuple) or [tuple(shape)[-1:] for shape in _listed(outputs)] != [
        (n,) for n in wanted
    ]:
        raise ValueError(f"discriminator must give outputs of sizes {wanted}, got shapes {outputs}")
    if generator.input_shape[-1] < num_classes + num_continuous:
        raise ValueError(
            f"generator must take at least the code's {num_classes + num_continuous} numbers, "
            f"got an input of shape {generator.input_shape}"
        )


def _listed(shapes: Any) -> list[Any]:
    return list(shapes) if isinstance(shapes[0], list | tuple) else [shapes]
