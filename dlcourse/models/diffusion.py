r"""Denoising diffusion: a network learns to tell the noise in noisy data, and makes data from nothing but noise.

Lesson 09_3 trains it on points and on digits, samples in many steps and in few, and asks for a digit by guidance.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from dlcourse.layers.arguments import one_of, positive_integer, share
from dlcourse.models.diffusion_steps import ddim_step, ddpm_step
from dlcourse.models.noise_schedule import NoiseSchedule


@keras.saving.register_keras_serializable(package="dlcourse")
class DiffusionModel(keras.Model):
    r"""A diffusion model around a network that predicts noise, trained by `fit(x)` or `fit(x, labels)`.

    $$L = \mathbb E_{x_0,\, t,\, \epsilon}\left[\lVert \epsilon - \epsilon_\theta(x_t, t) \rVert^2 / D\right], \qquad
      x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon$$

    with t uniform over the schedule's steps. Data should have a standard deviation of about 1, or lie from -1 to 1.
    Moving averages of the weights, which give better samples, are the optimizer's part: compile with
    `keras.optimizers.Adam(use_ema=True, ema_momentum=0.999)`, and `fit` ends with the averages in the network. It runs
    on every backend. Ho, Jain and Abbeel (2020), Denoising diffusion probabilistic models; Song, Meng and Ermon (2021),
    Denoising diffusion implicit models; Ho and Salimans (2022), Classifier-free diffusion guidance.

    Args:
        network: A built model from `[x, step]`, or `[x, step, label]`, to noise of x's shape, as `denoiser` gives.
        schedule: The noise schedule.
        num_classes: For a network that takes labels: their number, which is also the label that stands for "no class".
        label_dropout: The share of labels that training replaces by "no class", so that guidance can tell the
            difference.
        seed: For all draws of training; they follow Keras's global seed without it.
        **kwargs: `name` and what else every model takes.

    Raises:
        ValueError: If an argument is out of range or the network does not fit; in training, if labels are missing.

    Example:
        >>> from dlcourse.models.denoiser import denoiser
        >>> keras.utils.set_random_seed(0)
        >>> model = DiffusionModel(denoiser(2, width=0.125), NoiseSchedule(25))
        >>> model.compile("adam")
        >>> list(model.fit(np.zeros((64, 2), "float32"), verbose=0).history)
        ['loss']
        >>> model.sample(5, seed=1).shape, model.sample(5, sampler="ddim", steps=10, seed=1).shape
        ((5, 2), (5, 2))
    """

    def __init__(
        self,
        network: keras.Model,
        schedule: NoiseSchedule,
        num_classes: int | None = None,
        label_dropout: float = 0.1,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        share("label_dropout", label_dropout)
        _check_network(network, num_classes)
        super().__init__(**kwargs)
        self.network, self.schedule, self.num_classes = network, schedule, num_classes
        self.label_dropout = float(label_dropout)
        self.seed, self.seed_generator = seed, keras.random.SeedGenerator(seed)
        self.build((None, *self.example_shape))

    def build(self, input_shape: Any) -> None:
        """Nothing is left to make: the network comes built."""

    @property
    def example_shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return tuple(self.network.inputs[0].shape[1:])

    def call(self, inputs: Any) -> dict[str, Any]:
        """The data, each example at a step of its own: what the network will see, and the noise it should find."""
        step = keras.random.randint(ops.shape(inputs)[:1], 0, self.schedule.steps, seed=self.seed_generator)
        noise = keras.random.normal(ops.shape(inputs), seed=self.seed_generator)
        return {"noisy": self.schedule.diffuse(inputs, step, noise), "step": step, "noise": noise}

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The mean squared error of the predicted noise, and penalties of weights."""
        if sample_weight is not None:
            raise ValueError(f"a diffusion model takes no sample_weight, got one of shape {tuple(sample_weight.shape)}")
        inputs = [y_pred["noisy"], y_pred["step"], *self._labels(y, training)]
        # L = mean of (epsilon - epsilon_theta(x_t, t))^2
        return ops.mean(ops.square(y_pred["noise"] - self.network(inputs, training=training))) + sum(self.losses)

    def _labels(self, labels: Any, training: bool) -> list[Any]:
        if self.num_classes is None:
            return []
        if labels is None:
            raise ValueError(f"labels must be given to a model with num_classes {self.num_classes}, got None")
        labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
        if training and self.label_dropout:
            dropped = keras.random.uniform(ops.shape(labels), seed=self.seed_generator) < self.label_dropout
            labels = ops.where(dropped, self.num_classes, labels)
        return [labels]

    def predict_noise(self, noisy: np.ndarray, step: int, labels: Any = None, guidance: float = 0.0) -> np.ndarray:
        r"""The network's $\epsilon$ at one step, guided towards the labels.

        $$\tilde\epsilon = (1 + w)\, \epsilon_\theta(x_t, t, y) - w\, \epsilon_\theta(x_t, t, \varnothing)$$

        Args:
            noisy: $x_t$, shape (N, ...).
            step: t, one integer for all.
            labels: y, integers (N,); "no class" without them.
            guidance: w; 0 for none.
        """
        noisy = ops.convert_to_numpy(noisy).astype("float32")
        steps = np.full(len(noisy), step, "int32")
        if self.num_classes is None:
            return self.network.predict_on_batch([noisy, steps])
        nothing = np.full(len(noisy), self.num_classes, "int32")
        if labels is None:
            return self.network.predict_on_batch([noisy, steps, nothing])
        conditional = self.network.predict_on_batch([noisy, steps, ops.convert_to_numpy(labels).astype("int32")])
        if not guidance:
            return conditional
        # (1 + w) epsilon(x, t, y) - w epsilon(x, t, nothing)
        return (1 + guidance) * conditional - guidance * self.network.predict_on_batch([noisy, steps, nothing])

    def sample(
        self,
        count: int,
        labels: Any = None,
        *,
        guidance: float = 0.0,
        sampler: str = "ddpm",
        steps: int | None = None,
        eta: float = 0.0,
        clip: float | None = None,
        seed: int | None = None,
        start: Any = None,
    ) -> np.ndarray:
        r"""So many new examples, from noise.

        Args:
            count: How many, N.
            labels: One class for all, or integers (N,); "no class" without them.
            guidance: w of `predict_noise`.
            sampler: `"ddpm"` takes every step back by the posterior. `"ddim"` may take few of them, evenly spaced.
            steps: How many steps of DDIM; all without it.
            eta: The noise of DDIM: with 0 the samples are a function of the first noise, with 1 and all steps it is
                DDPM.
            clip: Where given, the predicted $x_0$ is kept from -clip to clip.
            seed: For the first noise and all further.
            start: The first noise, shape (N, ...), in place of a drawn one.

        Raises:
            ValueError: If an argument is out of range.
        """
        one_of("sampler", sampler, ("ddpm", "ddim"))
        taken = self._taken(sampler, steps, eta)
        rng = np.random.default_rng(seed)
        x = (
            rng.normal(size=(positive_integer("count", count), *self.example_shape))
            if start is None
            else ops.convert_to_numpy(start)
        )
        if labels is not None and self.num_classes is None:
            raise ValueError(f"labels must be None for a model without num_classes, got {labels!r}")
        labels = None if labels is None else np.broadcast_to(ops.convert_to_numpy(labels), (count,))
        for step, before in zip(taken, [*taken[1:], -1], strict=True):
            noise = self.predict_noise(x, step, labels, guidance)
            origin = self.schedule.start_from(x, step, noise)
            if clip is not None:
                origin = np.clip(origin, -clip, clip)
            fresh = rng.normal(size=x.shape)
            if sampler == "ddpm":
                x = ddpm_step(self.schedule, x, origin, step, fresh)
            else:
                x = ddim_step(self.schedule, x, origin, step, before, eta, fresh)
        return x.astype("float32")

    def _taken(self, sampler: str, steps: int | None, eta: float) -> list[int]:
        """The steps from the last to the first, all or evenly spaced ones."""
        total = self.schedule.steps
        if steps is not None and (sampler == "ddpm" or not 1 <= steps <= total):
            raise ValueError(
                f"steps must be from 1 to {total} and go with sampler 'ddim', got {steps!r} and {sampler!r}"
            )
        if not 0 <= eta <= 1:
            raise ValueError(f"eta must be from 0 to 1, got {eta!r}")
        count = total if steps is None else steps
        return [int(each) for each in np.linspace(0, total - 1, count).round()][::-1] if count > 1 else [total - 1]

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again, network and schedule included."""
        config = {
            "network": keras.saving.serialize_keras_object(self.network),
            "schedule": keras.saving.serialize_keras_object(self.schedule),
            "num_classes": self.num_classes,
            "label_dropout": self.label_dropout,
            "seed": self.seed,
        }
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> DiffusionModel:
        """The model of a config."""
        parts = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects)
            for name in ("network", "schedule")
        }
        return cls(**{**config, **parts})


def _check_network(network: keras.Model, num_classes: int | None) -> None:
    wanted = 2 if num_classes is None else 3
    if num_classes is not None:
        positive_integer("num_classes", num_classes)
    if len(network.inputs) != wanted or network.output_shape != tuple(network.inputs[0].shape):
        raise ValueError(
            f"network must take {wanted} inputs with num_classes {num_classes!r} and give noise of the first one's "
            f"shape, got inputs {[tuple(each.shape) for each in network.inputs]} and output {network.output_shape}"
        )
