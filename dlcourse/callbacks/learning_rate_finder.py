r"""Find a learning rate by trying them all in one short run: the range test. Lesson 04_2.

Smith (2017), Cyclical learning rates for training neural networks, section 3.3: train for some hundred steps while the
rate grows, and look where the loss begins to fall and where it leaves the ground. Growing exponentially and smoothing
the loss, as here, are the variant that fastai made common.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import keras
import numpy as np

if TYPE_CHECKING:
    from dlcourse.plot import Picture


class LearningRateFinder(keras.callbacks.Callback):
    r"""Trains while the rate grows from `lowest` to `highest`, stops the fit, and puts model and optimizer back.

    Step $i$ of $N$ has the rate

    $$\eta_i = \eta_\text{low} \left(\frac{\eta_\text{high}}{\eta_\text{low}}\right)^{i / (N - 1)},
      \qquad i = 0, \dots, N - 1,$$

    and the losses $\ell_i$ of the single batches are smoothed by a moving average that is corrected for its start,

    $$\bar\ell_i = \frac{\sum_{j \le i} \beta^{i - j} \, \ell_j}{\sum_{j \le i} \beta^{i - j}}.$$

    The test ends after $N$ steps, when a loss is not finite, or when $\bar\ell_i$ lies above its lowest value by more
    than `divergence` times $|\bar\ell_0|$: it has diverged. Suggested is a tenth of the rate at the lowest
    $\bar\ell_i$, which keeps a distance from where the loss turns. Then every variable of the model (weights, moving
    averages, random seeds) and of the optimizer (moments, step count, rate) has the value that it had before. Give
    `fit` more epochs than are needed; the test stops it.

    Args:
        lowest: The first rate, above 0.
        highest: The last rate, above `lowest`.
        steps: N, at least 10.
        smoothing: $\beta$, from 0 (none) to below 1.
        divergence: How far the smoothed loss may rise, in units of its first value; above 0.

    Attributes:
        rates: The rates that were tried, shape (S,), S at most N.
        losses: The smoothed loss at each, shape (S,).
        raw_losses: The loss of each single batch, shape (S,).

    Raises:
        ValueError: If an argument breaks its rule; when training begins, if the model has no weights yet, executes
            several steps at a time, its rate is a schedule, or the fit is shorter than the test; after a
            step, if no loss is logged.

    Example:
        >>> keras.utils.set_random_seed(0)
        >>> x = np.random.default_rng(0).normal(size=(256, 8)).astype("float32")
        >>> model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
        >>> model.compile(keras.optimizers.SGD(0.01), "mse")
        >>> finder = LearningRateFinder(steps=80)
        >>> _ = model.fit(x, x.sum(axis=1), epochs=100, verbose=0, callbacks=[finder])
        >>> 0.01 < finder.suggestion < 1, len(finder.rates) < 80
        (True, True)
    """

    def __init__(
        self,
        lowest: float = 1e-6,
        highest: float = 10.0,
        steps: int = 100,
        smoothing: float = 0.9,
        divergence: float = 1.0,
    ) -> None:
        super().__init__()
        if not 0 < lowest < highest < math.inf:
            raise ValueError(f"rates must be 0 < lowest < highest, got {lowest} and {highest}")
        if steps < 10:
            raise ValueError(f"steps must be at least 10, got {steps}")
        if not 0 <= smoothing < 1:
            raise ValueError(f"smoothing must be from 0 to below 1, got {smoothing}")
        if not divergence > 0:
            raise ValueError(f"divergence must be above 0, got {divergence}")
        self.lowest, self.highest, self.steps = lowest, highest, steps
        self.smoothing, self.divergence = smoothing, divergence
        self._ladder = np.geomspace(lowest, highest, steps)
        self._saved: list[tuple[keras.Variable, np.ndarray]] = []
        self._raw: list[float] = []
        self._smoothed: list[float] = []

    @property
    def rates(self) -> np.ndarray:
        """The rates that were tried, shape (S,)."""
        return self._ladder[: len(self._smoothed)]

    @property
    def losses(self) -> np.ndarray:
        """The smoothed loss at each rate, shape (S,)."""
        return np.array(self._smoothed)

    @property
    def raw_losses(self) -> np.ndarray:
        """The loss of each single batch, shape (S,)."""
        return np.array(self._raw)

    @property
    def suggestion(self) -> float:
        """A tenth of the rate at which the smoothed loss was lowest.

        Raises:
            ValueError: If no test was run, or the loss fell at none of the rates.
        """
        if not self._smoothed:
            raise ValueError("a suggestion needs a test of at least one step, got none; fit with this callback")
        lowest = int(np.argmin(self._smoothed))
        if lowest == 0:
            raise ValueError(
                f"the loss must fall at some rate from {self.lowest:g} to {self.highest:g}, but was lowest "
                f"({self._smoothed[0]:.3g}) at the first; begin at a lower rate"
            )
        return float(self._ladder[lowest] / 10)

    def plot(self, title: str = "Learning-rate range test", alt: str | None = None) -> Picture:
        """The smoothed loss over the rates, on a logarithmic axis, with the suggestion marked."""
        from dlcourse.plot import learning_rate_range

        return learning_rate_range(
            self.rates, self.losses, suggestion=self.suggestion, title=title, alt=alt or self._description()
        )

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start afresh: keep what is to be put back, and set the first rate."""
        self._require_a_fit_that_can_be_tested()
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)  # else its moments come into being only later
        variables = [*self.model.variables, *self.model.optimizer.variables]
        self._saved = [(variable, np.array(variable)) for variable in variables]  # a copy: steps write in place
        self._raw, self._smoothed = [], []

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Set the step's rate."""
        self.model.optimizer.learning_rate = self._ladder[min(len(self._raw), self.steps - 1)]

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Note the batch's loss; stop when all rates are tried or the loss has left the ground."""
        if "loss" not in (logs or {}):
            raise ValueError(f"the training step must log 'loss', got {sorted(logs or {})}")
        self.model.reset_metrics()  # what is logged is the mean since the last reset: so, of one batch
        loss = float(logs["loss"])  # type: ignore[index]
        if math.isfinite(loss):
            self._raw.append(loss)
            self._smoothed.append(self._smooth())
        if not math.isfinite(loss) or self._diverged() or len(self._raw) == self.steps:
            self.model.stop_training = True

    def on_train_end(self, logs: dict | None = None) -> None:
        """Put the model and the optimizer back."""
        for variable, value in self._saved:
            variable.assign(value)
        self._saved = []

    def _smooth(self) -> float:
        ages = np.arange(len(self._raw))[::-1]
        return float(np.average(self._raw, weights=self.smoothing**ages))

    def _diverged(self) -> bool:
        return self._smoothed[-1] - min(self._smoothed) > self.divergence * abs(self._smoothed[0])

    def _require_a_fit_that_can_be_tested(self) -> None:
        if not self.model.built:
            raise ValueError(
                f"the model must have its weights before the test, got {self.model.name!r}, which is not built; "
                "call it on a batch first"
            )
        if self.model.steps_per_execution != 1:
            raise ValueError(
                "each step needs a rate of its own: steps_per_execution must be 1, "
                f"got {self.model.steps_per_execution}; compile the model without it for the test"
            )
        rate = getattr(self.model.optimizer, "_learning_rate", None)
        if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            raise ValueError(
                f"the rate must be a number that can be set, got the schedule {type(rate).__name__}; "
                "compile the model with a number for the test"
            )
        there = (self.params.get("steps") or math.inf) * self.params.get("epochs", math.inf)
        if there < self.steps:
            raise ValueError(f"the fit must be at least steps={self.steps} steps long, got {there}; give more epochs")

    def _description(self) -> str:
        return (
            f"The smoothed loss over rates from {self.rates[0]:.1e} to {self.rates[-1]:.1e}: {self.losses[0]:.2f} at "
            f"first, {self.losses.min():.2f} at the lowest, {self.losses[-1]:.2f} at the end; a line marks the "
            f"suggested rate, {self.suggestion:.1e}."
        )
