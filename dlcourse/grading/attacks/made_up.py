"""The made-up exercise that is attacked: relu, softmax, and a model to train; its reference and an honest answer."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.definition import QuestionDefinition
from dlcourse.checks.goal import Goal
from dlcourse.checks.question import Case

HONEST = "import numpy as np\ndef softmax(x):\n    e = np.exp(x - x.max())\n    return e / e.sum()"
_EXAMPLES, _MOST_PARAMETERS = 100, 60


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def _softmax(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max())
    return powers / powers.sum()


def _vectors(rng: np.random.Generator) -> list[Case]:
    return [Case(f"vector {i}", {"x": np.append(rng.normal(size=5), [-1.0, 2.0])}) for i in range(3)]


def _points(rng: np.random.Generator) -> list[Case]:
    """Two classes, inside and outside of a circle that lies anew in each draw."""
    radius = rng.uniform(0.7, 1.3)
    x = rng.normal(size=(2 * _EXAMPLES, 2)).astype("float32")
    labels = (np.hypot(x[:, 0], x[:, 1]) < radius).astype("int64")
    given = {"x": x[:_EXAMPLES], "labels": labels[:_EXAMPLES], "unseen": x[_EXAMPLES:]}
    return [Case("points", given, goal=Goal(labels[_EXAMPLES:], 0.9, at_most_parameters=_MOST_PARAMETERS))]


QUESTIONS = {
    "relu": QuestionDefinition("0.1", "relu", _vectors, _relu, (), (), ("a hint",)),
    "softmax": QuestionDefinition("0.2", "softmax", _vectors, _softmax, (), (), ("a hint",)),
    "train": QuestionDefinition("0.3", "train", _points, None, (), (), ("a hint",), probe="model"),
}
