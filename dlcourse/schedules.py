r"""Learning-rate schedules; importing this registers them for loading saved models. Lesson 04_2."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

__all__ = ["WarmupCosine"]


@keras.saving.register_keras_serializable(package="dlcourse")
class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    r"""Up in a straight line, then down along half a cosine.

    With the step t counted from 0, w steps of warm-up, T steps in all, and rates from $\eta_0$ over $\eta$ to $\eta_T$,

    $$\eta(t) = \begin{cases} \eta_0 + (\eta - \eta_0)\, t / w & t < w \\
      \eta_T + (\eta - \eta_T)\, \tfrac12 \left(1 + \cos \pi \frac{t - w}{T - w}\right) & w \le t \le T \end{cases}$$

    and $\eta_T$ from there on. Goyal et al. (2017), Accurate, large minibatch SGD, for the warm-up; Loshchilov and
    Hutter (2017), SGDR: stochastic gradient descent with warm restarts, for the cosine.

    Args:
        peak: $\eta$, the highest rate, positive.
        total_steps: T, at least 1.
        warmup_steps: w, from 0 to T - 1.
        start: $\eta_0$, the rate of step 0 where there is a warm-up; from 0 to `peak`.
        end: $\eta_T$, the rate in the end; from 0 to `peak`.

    Raises:
        ValueError: If a number is out of its range.

    Example:
        >>> schedule = WarmupCosine(peak=1.0, total_steps=8, warmup_steps=4)
        >>> [round(float(schedule(t)), 3) for t in range(9)]
        [0.0, 0.25, 0.5, 0.75, 1.0, 0.854, 0.5, 0.146, 0.0]
    """

    def __init__(
        self, peak: float, total_steps: int, warmup_steps: int = 0, start: float = 0.0, end: float = 0.0
    ) -> None:
        if not 0 < peak < float("inf"):
            raise ValueError(f"peak must be a positive number, got {peak!r}")
        if not 0 <= warmup_steps < total_steps:
            raise ValueError(
                f"warmup_steps must be at least 0 and below total_steps, got {warmup_steps!r} and {total_steps!r}"
            )
        for name, rate in (("start", start), ("end", end)):
            if not 0 <= rate <= peak:
                raise ValueError(f"{name} must be from 0 to the peak {peak!r}, got {rate!r}")
        self.peak, self.start, self.end = float(peak), float(start), float(end)
        self.total_steps, self.warmup_steps = int(total_steps), int(warmup_steps)

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step, a scalar."""
        t, w = ops.cast(step, keras.config.floatx()), self.warmup_steps
        # to the peak: eta_0 + (eta - eta_0) t / w
        rising = self.start + (self.peak - self.start) * t / max(w, 1)
        share = ops.clip((t - w) / (self.total_steps - w), 0.0, 1.0)
        # from the peak: eta_T + (eta - eta_T) (1 + cos pi share) / 2
        falling = self.end + (self.peak - self.end) * (1 + ops.cos(math.pi * share)) / 2
        return ops.where(t < w, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same schedule again."""
        own = {"peak": self.peak, "total_steps": self.total_steps, "warmup_steps": self.warmup_steps}
        return {**own, "start": self.start, "end": self.end}
