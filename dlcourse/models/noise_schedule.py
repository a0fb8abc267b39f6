r"""How fast a diffusion model drowns its data in noise, and what follows in closed form. Lesson 09_3."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from dlcourse.layers.arguments import one_of, positive_integer


@keras.saving.register_keras_serializable(package="dlcourse")
class NoiseSchedule:
    r"""T steps, each of which shrinks the data a little and adds noise of variance $\beta_t$.

    $$q(x_t \mid x_{t-1}) = \mathcal N\left(\sqrt{1 - \beta_t}\, x_{t-1},\ \beta_t I\right), \qquad
      \alpha_t = 1 - \beta_t, \qquad \bar\alpha_t = \prod_{s \le t} \alpha_s$$

    - `"linear"`: $\beta_t$ grows evenly. Ho, Jain and Abbeel (2020) go from 0.0001 to 0.02 in 1000 steps; with T steps
      both are multiplied by 1000 / T, so that as little of the data is left at the end.
    - `"cosine"`: $\bar\alpha_t = f(t) / f(0)$ with $f(t) = \cos^2\left(\frac{t / T + s}{1 + s} \frac{\pi}{2}\right)$,
      s = 0.008, and $\beta_t$ at most 0.999. Nichol and Dhariwal (2021).

    Steps are counted from 0 to T - 1, the papers' 1 to T.

    Args:
        steps: T; at least 25 for a linear schedule, whose last $\beta$ would be too near 1 with less.
        kind: `"linear"` or `"cosine"`.

    Attributes:
        betas: $\beta_t$, shape (T,), in double precision.
        alphas: $\alpha_t$.
        alpha_bars: $\bar\alpha_t$, the share of the variance that is still the data's.

    Raises:
        ValueError: If `steps` is not a positive integer or too small, or the kind is unknown.

    Example:
        >>> schedule = NoiseSchedule(1000, "linear")
        >>> schedule.betas[[0, -1]], schedule.alpha_bars[-1].round(6)
        (array([0.0001, 0.02  ]), np.float64(4e-05))
    """

    def __init__(self, steps: int = 200, kind: str = "linear") -> None:
        positive_integer("steps", steps)
        one_of("kind", kind, ("linear", "cosine"))
        if kind == "linear" and steps < 25:
            raise ValueError(f"steps must be at least 25 for a linear schedule, got {steps!r}")
        self.steps, self.kind = steps, kind
        self.betas = _linear(steps) if kind == "linear" else _cosine(steps)
        self.alphas = 1 - self.betas
        self.alpha_bars = np.cumprod(self.alphas)

    @property
    def signal_to_noise(self) -> np.ndarray:
        r"""$\bar\alpha_t / (1 - \bar\alpha_t)$, shape (T,)."""
        return self.alpha_bars / (1 - self.alpha_bars)

    def diffuse(self, start: Any, step: Any, noise: Any) -> Any:
        r"""A draw of $x_t$ at once, without the steps between.

        $$q(x_t \mid x_0) = \mathcal N\left(\sqrt{\bar\alpha_t}\, x_0,\ (1 - \bar\alpha_t) I\right), \qquad
          x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon$$

        Args:
            start: $x_0$, shape (B, ...).
            step: t, an integer for each example, shape (B,).
            noise: $\epsilon$, standard normal, of $x_0$'s shape.
        """
        start, noise = ops.convert_to_tensor(start), ops.convert_to_tensor(noise)
        shape = (-1, *[1] * (len(start.shape) - 1))
        signal, spread = (
            ops.reshape(ops.take(ops.convert_to_tensor(each, start.dtype), step), shape)
            for each in (np.sqrt(self.alpha_bars), np.sqrt(1 - self.alpha_bars))
        )
        # x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) epsilon
        return signal * start + spread * noise

    def start_from(self, noisy: np.ndarray, step: int, noise: np.ndarray) -> np.ndarray:
        r"""The start of this $x_t$: $x_0 = (x_t - \sqrt{1 - \bar\alpha_t}\, \epsilon) / \sqrt{\bar\alpha_t}$."""
        alpha_bar = self.alpha_bars[step]
        return (noisy - np.sqrt(1 - alpha_bar) * noise) / np.sqrt(alpha_bar)

    def noise_from(self, noisy: np.ndarray, step: int, start: np.ndarray) -> np.ndarray:
        r"""The noise that leads from $x_0$ to $x_t$: $(x_t - \sqrt{\bar\alpha_t}\, x_0) / \sqrt{1 - \bar\alpha_t}$."""
        alpha_bar = self.alpha_bars[step]
        return (noisy - np.sqrt(alpha_bar) * start) / np.sqrt(1 - alpha_bar)

    def posterior(self, start: np.ndarray, noisy: np.ndarray, step: int) -> tuple[np.ndarray, float]:
        r"""Mean and variance of $q(x_{t-1} \mid x_t, x_0)$, the step back that is known where $x_0$ is known.

        $$\tilde\mu_t = \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t} x_0
          + \frac{\sqrt{\alpha_t} (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t} x_t, \qquad
          \tilde\beta_t = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t} \beta_t$$

        Before step 0 nothing is noise, $\bar\alpha_{-1} = 1$: the mean is then $x_0$ and the variance 0. Ho, Jain and
        Abbeel (2020), Denoising diffusion probabilistic models, equations 6 and 7.

        Args:
            start: $x_0$.
            noisy: $x_t$, of the same shape.
            step: t, one integer.
        """
        before = self.alpha_bars[step - 1] if step else 1.0
        left = 1 - self.alpha_bars[step]
        mean = (
            np.sqrt(before) * self.betas[step] / left * start + np.sqrt(self.alphas[step]) * (1 - before) / left * noisy
        )
        return mean, float((1 - before) / left * self.betas[step])

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same schedule again."""
        return {"steps": self.steps, "kind": self.kind}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> NoiseSchedule:
        """The schedule of a config."""
        return cls(**config)


def _linear(steps: int) -> np.ndarray:
    scale = 1000 / steps
    return np.linspace(1e-4 * scale, 0.02 * scale, steps)


def _cosine(steps: int, offset: float = 0.008) -> np.ndarray:
    times = np.arange(steps + 1) / steps
    alpha_bars = np.cos((times + offset) / (1 + offset) * math.pi / 2) ** 2
    return np.minimum(1 - alpha_bars[1:] / alpha_bars[:-1], 0.999)
