r"""One step from noise towards data: by the posterior (DDPM) or along a line (DDIM). Lesson 09_3."""

from __future__ import annotations

import numpy as np

from dlcourse.models.noise_schedule import NoiseSchedule


def ddpm_step(schedule: NoiseSchedule, x: np.ndarray, start: np.ndarray, step: int, fresh: np.ndarray) -> np.ndarray:
    r"""One step back by a draw from $q(x_{t-1} \mid x_t, \hat x_0)$; none is drawn at the last.

    Args:
        schedule: The noise schedule.
        x: $x_t$.
        start: $\hat x_0$, what the network makes of it.
        step: t.
        fresh: Standard normal noise of x's shape.
    """
    mean, variance = schedule.posterior(start, x, step)
    # x_{t-1} = mu + sqrt(beta tilde) z
    return mean + np.sqrt(variance) * fresh


def ddim_step(
    schedule: NoiseSchedule,
    x: np.ndarray,
    start: np.ndarray,
    step: int,
    before: int,
    eta: float,
    fresh: np.ndarray,
) -> np.ndarray:
    r"""One step back to any earlier time s, along the direction to $x_t$.

    $$x_s = \sqrt{\bar\alpha_s}\, \hat x_0 + \sqrt{1 - \bar\alpha_s - \sigma^2}\, \epsilon + \sigma z, \qquad
      \sigma = \eta \sqrt{\frac{1 - \bar\alpha_s}{1 - \bar\alpha_t}} \sqrt{1 - \frac{\bar\alpha_t}{\bar\alpha_s}}$$

    Song, Meng and Ermon (2021), Denoising diffusion implicit models, equations 12 and 16.

    Args:
        schedule: The noise schedule.
        x: $x_t$.
        start: $\hat x_0$, what the network makes of it.
        step: t.
        before: s, earlier than t; -1 for the data.
        eta: $\eta$, from 0 (no fresh noise) to 1.
        fresh: z, standard normal noise of x's shape.
    """
    noise = schedule.noise_from(x, step, start)
    now, then = schedule.alpha_bars[step], schedule.alpha_bars[before] if before >= 0 else 1.0
    # sigma = eta sqrt((1 - alpha_bar_s) / (1 - alpha_bar_t)) sqrt(1 - alpha_bar_t / alpha_bar_s)
    sigma = eta * np.sqrt((1 - then) / (1 - now)) * np.sqrt(1 - now / then)
    # x_s = sqrt(alpha_bar_s) x_0 + sqrt(1 - alpha_bar_s - sigma^2) epsilon + sigma z
    return np.sqrt(then) * start + np.sqrt(max(1 - then - sigma**2, 0.0)) * noise + sigma * fresh
