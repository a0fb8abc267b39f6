r"""Random weights that keep a signal's variance from layer to layer. Lesson 05 derives them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, Self

import keras

__all__ = ["VarianceScaling"]

MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("truncated_normal", "normal", "uniform")
# The standard deviation of a standard normal that is drawn again beyond 2.
TRUNCATED_DEVIATION = 0.87962566103423978


@keras.saving.register_keras_serializable(package="dlcourse")
class VarianceScaling(keras.initializers.Initializer):
    r"""Weights of mean 0 and of a variance that makes up for the number of terms in a unit's sum.

    $$\mathrm{Var}(w) = \frac{s}{n}$$

    where n is the fan-in, the fan-out, or the mean of the two. With the scale s and n it is

    | name | s | n | keeps | for |
    |---|---|---|---|---|
    | LeCun | 1 | fan-in | activations | no activation, SELU |
    | Glorot (Xavier) | 1 | mean of fan-in and fan-out | both, halfway | tanh, sigmoid, softmax |
    | He | 2 | fan-in | activations | ReLU and its kin, which pass half |

    A normal distribution is cut off at 2 standard deviations unless it is `"normal"`, and has the variance above after
    the cut; `"uniform"` lies between $\pm\sqrt{3 s / n}$. LeCun, Bottou, Orr and Mueller (1998), Efficient backprop;
    Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks; He, Zhang, Ren
    and Sun (2015), Delving deep into rectifiers.

    Args:
        scale: s, positive.
        mode: n: `"fan_in"`, `"fan_out"` or `"fan_avg"`.
        distribution: `"truncated_normal"`, `"normal"` or `"uniform"`.
        seed: A whole number, with which every call gives the same weights for the same shape; without it one is drawn
            when the initializer is made.

    Raises:
        ValueError: If an argument is not one of those.

    Example:
        >>> he = VarianceScaling.he(seed=0)
        >>> variance = he((512, 256)).numpy().var()
        >>> round(512 * float(variance), 1)
        2.0
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ) -> None:
        if not 0 < scale < float("inf"):
            raise ValueError(f"scale must be a positive number, got {scale!r}")
        for name, value, known in (("mode", mode, MODES), ("distribution", distribution, DISTRIBUTIONS)):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
        self.scale = float(scale)
        self.mode = mode
        self.distribution = distribution
        self.seed = seed
        self._drawn_seed = random.randint(1, 2**31 - 1) if seed is None else seed

    @classmethod
    def lecun(cls, distribution: str = "truncated_normal", seed: int | None = None) -> Self:
        """Variance 1 / fan-in: for linear units and SELU."""
        return cls(1.0, "fan_in", distribution, seed)

    @classmethod
    def glorot(cls, distribution: str = "uniform", seed: int | None = None) -> Self:
        """Variance 2 / (fan-in + fan-out): for tanh, sigmoid and softmax."""
        return cls(1.0, "fan_avg", distribution, seed)

    @classmethod
    def he(cls, distribution: str = "truncated_normal", seed: int | None = None) -> Self:
        """Variance 2 / fan-in: for ReLU and its kin."""
        return cls(2.0, "fan_in", distribution, seed)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        """Weights of this shape."""
        # Var(w) = s / n
        deviation = math.sqrt(self.scale / max(1.0, self._fan(shape)))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * deviation
            return keras.random.uniform(shape, -limit, limit, dtype=dtype, seed=self._drawn_seed)
        if self.distribution == "normal":
            return keras.random.normal(shape, 0.0, deviation, dtype=dtype, seed=self._drawn_seed)
        wider = deviation / TRUNCATED_DEVIATION
        return keras.random.truncated_normal(shape, 0.0, wider, dtype=dtype, seed=self._drawn_seed)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same initializer again."""
        return {"scale": self.scale, "mode": self.mode, "distribution": self.distribution, "seed": self.seed}

    def _fan(self, shape: Sequence[int]) -> float:
        fan_in, fan_out = fans(shape)
        return {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """How many terms the sum of a unit has, and in how many sums an input occurs.

    Args:
        shape: Of a matrix, (inputs, outputs), or of a convolution's kernel, (..., input channels, output channels). A
            vector counts for both, a scalar as 1.

    Returns:
        Fan-in and fan-out; both are multiplied with the number of positions of a convolution's kernel.
    """
    if len(shape) < 2:
        return (math.prod(shape),) * 2
    positions = math.prod(shape[:-2])
    return positions * shape[-2], positions * shape[-1]
