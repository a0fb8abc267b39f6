"""What a trained model has to reach: a score on data whose labels the judge keeps, within a budget of parameters.

Such a case is not judged by equality: two good trainings give different numbers. The answer's side gives what
`observe(..., probe="model")` gives, `{"parameters": n, "predictions": array}`; the labels never go there. What it may
tell besides, the `"layers"` and the optimizer's `"steps"`, decides nothing: it makes the words of a verdict fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.checks.data import Data, decode, described, encode
from dlcourse.checks.outcome import Outcome
from dlcourse.checks.reason import Attempt, likely_reason

METRICS = ("accuracy",)


@dataclass(frozen=True)
class Goal:
    """A score to reach.

    Attributes:
        labels: The right class of each of the case's examples, shape (n,), whole numbers from 0.
        at_least: The score that is needed.
        at_most_parameters: How many parameters the model may have, None for any number.
        metric: `"accuracy"`, the share of examples whose largest prediction is that of the right class.

    Raises:
        ValueError: If the metric is none of those known, or the labels are not whole numbers along one axis.
    """

    labels: np.ndarray
    at_least: float
    at_most_parameters: int | None = None
    metric: str = "accuracy"

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise ValueError(f"metric must be one of {', '.join(METRICS)}, got {self.metric!r}")
        if self.labels.ndim != 1 or self.labels.dtype.kind not in "iu":
            raise ValueError(f"labels must be whole numbers of shape (n,), got {described(self.labels)}")

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.labels.max()) + 1

    def score(self, outcome: Outcome) -> float | None:
        """What was reached, None where there are no predictions that can be scored.

        >>> goal = Goal(np.array([0, 1, 1, 0]), at_least=0.9)
        >>> goal.score(Outcome({"parameters": 6, "predictions": np.array([[2, 1], [0, 3], [1, 0], [4, 3]])}))
        0.75
        """
        predictions = _predictions(outcome.value)
        if predictions is None or self._unusable(predictions):
            return None
        return float(np.mean(predictions.argmax(axis=1) == self.labels))

    def fits(self, outcome: Outcome, *, pure: bool = False) -> bool:
        """Whether the outcome reaches the goal; `pure` also asks that no argument was modified."""
        if not outcome.attempted or outcome.error or (pure and outcome.changed):
            return False
        score = self.score(outcome)
        return score is not None and score >= self.at_least and not self._too_large(outcome)

    def about(self, outcome: Outcome) -> str:
        """What an outcome without an error lacks: what was reached, what is needed, a likely reason."""
        predictions = _predictions(outcome.value)
        if predictions is None:
            return f"it gave {described(outcome.value)}, a trained Keras model was expected"
        said = [self._about_size(outcome)] if self._too_large(outcome) else []
        score = self.score(outcome)
        if score is None:
            said.append(self._unusable(predictions))
        elif score < self.at_least:
            said.append(self._about_score(score, predictions, outcome.value))
        elif said:
            said.append(f"its {self.metric} of {score:.3f} would be enough")
        if not said and outcome.changed:
            names = " and ".join(f"`{name}`" for name in outcome.changed)
            return f"the {self.metric} is reached, but its input {names} is modified in place: work on a copy"
        return "; ".join(said)

    def _too_large(self, outcome: Outcome) -> bool:
        return self.at_most_parameters is not None and not _parameters(outcome.value) <= self.at_most_parameters

    def _about_size(self, outcome: Outcome) -> str:
        return (
            f"the model has {_parameters(outcome.value):,} parameters, at most {self.at_most_parameters:,} are allowed "
            "(most of them are usually in the first dense layer after `Flatten`: pool before it, or make it smaller)"
        )

    def _unusable(self, predictions: np.ndarray) -> str:
        """Why predictions cannot be scored, empty where they can."""
        n, shape = len(self.labels), predictions.shape
        wanted = f"({n}, {self.classes}) was expected, a number for each of the {self.classes} classes"
        if len(shape) == 1 and shape == (n,):
            return f"its predictions are of shape {shape}; {wanted}, not the class alone"
        if len(shape) != 2 or shape[0] != n or shape[1] < self.classes:
            few = "`Flatten` or global pooling is missing?" if len(shape) > 2 else "how many units has the last layer?"
            return f"its predictions are of shape {shape}; {wanted}: {few}"
        if not np.isfinite(predictions).all():
            return "its predictions are not finite: training diverged; is the learning rate too large?"
        return ""

    def _about_score(self, score: float, predictions: np.ndarray, value: Data) -> str:
        reached = f"{self.metric} {score:.3f} reached, at least {self.at_least:g} is needed"
        attempt = Attempt(self.labels, predictions, self.at_least, _layers(value), _steps(value))
        return f"{reached}: {likely_reason(attempt)}"

    def encoded(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "metric": self.metric,
            "at_least": self.at_least,
            "at_most_parameters": self.at_most_parameters,
            "labels": encode(self.labels),
        }

    @classmethod
    def decoded(cls, record: Mapping[str, Any]) -> Goal:
        """What `encoded` made, again."""
        return cls(decode(record["labels"]), record["at_least"], record["at_most_parameters"], record["metric"])


def _predictions(value: Data) -> np.ndarray | None:
    predictions = value.get("predictions") if isinstance(value, dict) else None
    return predictions if isinstance(predictions, np.ndarray) else None


def _parameters(value: Data) -> float:
    """How many parameters are told; infinitely many where none are."""
    number = value.get("parameters") if isinstance(value, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else float("inf")


def _layers(value: Data) -> list[str]:
    """The kinds of layers that are told, none where they are not."""
    layers = value.get("layers") if isinstance(value, dict) else None
    return [kind for kind in layers if isinstance(kind, str)] if isinstance(layers, list) else []


def _steps(value: Data) -> int | None:
    steps = value.get("steps") if isinstance(value, dict) else None
    return steps if isinstance(steps, int) and not isinstance(steps, bool) else None
