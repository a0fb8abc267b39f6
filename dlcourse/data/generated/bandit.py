r"""A bandit with several arms: the smallest problem of learning by trying.

Each arm a pays $r \sim \mathcal{N}(\mu_a, \sigma^2)$; nothing else ever changes. The best that one can do is known,
$\max_a \mu_a$ a step, and so is what a choice costs, its regret $\max_b \mu_b - \mu_a$ (Sutton and Barto 2018,
Reinforcement Learning, chapter 2). The interface is gymnasium's, without gymnasium.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.data.generated.making import real, stream, whole


@dataclass(frozen=True)
class Discrete:
    """The numbers 0 to n - 1: actions, or observations."""

    n: int


class Bandit:
    """Arms with Gaussian pay; one state, number 0; an episode lasts `steps` steps.

    Args:
        means: The arms' mean pay, two or more; without them, `arms` means drawn from the standard normal distribution.
        arms: How many arms to draw where no means are given, at least 2.
        deviation: Standard deviation of each pay.
        steps: Steps until an episode is cut off, at least 1.
        seed: Of the drawn means, and of the pay until `reset` is given another.

    Raises:
        ValueError: If a number is out of range or there are fewer than two means.
    """

    def __init__(
        self,
        means: Sequence[float] | None = None,
        arms: int = 10,
        deviation: float = 1.0,
        steps: int = 1000,
        seed: int = 0,
    ) -> None:
        if means is not None and len(means) < 2:
            raise ValueError(f"means must be two numbers or more, got {list(means)}")
        drawn = stream(seed).standard_normal(whole("arms", arms, 2)) if means is None else means
        self.means = np.asarray(drawn, "float64")
        self.deviation, self.steps = real("deviation", deviation, 0), whole("steps", steps, 1)
        self.action_space, self.observation_space = Discrete(len(self.means)), Discrete(1)
        self.best_action = int(self.means.argmax())
        self._random, self._step = stream(seed, 1), 0

    def reset(self, *, seed: int | None = None) -> tuple[int, dict[str, Any]]:
        """Begin an episode, with another seed for the pay if there is one; the observation and an empty dictionary."""
        if seed is not None:
            self._random = stream(seed, 1)
        self._step = 0
        return 0, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Pull an arm.

        Returns:
            The observation (0), the pay, False (there is no end), whether the steps are used up, and
            `{"regret": ...}`: by how much the arm's mean is below the best.

        Raises:
            ValueError: If there is no such arm.
        """
        arm = whole("action", action, 0, self.action_space.n - 1)
        reward = float(self.means[arm] + self.deviation * self._random.standard_normal())
        self._step += 1
        regret = float(self.means[self.best_action] - self.means[arm])
        return 0, reward, False, self._step >= self.steps, {"regret": regret}
