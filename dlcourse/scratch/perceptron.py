r"""Rosenblatt's perceptron and the bound on its mistakes: the first learning rule of the course (lesson 03_1).

A perceptron is one neuron with a step as its activation. It looks at one example at a time and changes its weights
only when it is wrong. Where a line (in more dimensions, a hyperplane) parts the classes, it is wrong at most a fixed
number of times: Novikoff's bound.

Rosenblatt (1958), "The Perceptron: A Probabilistic Model for Information Storage and Organization in the Brain",
Psychological Review 65(6); Novikoff (1962), "On Convergence Proofs on Perceptrons", Symposium on the Mathematical
Theory of Automata 12.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike


class Perceptron:
    r"""A linear classifier of two classes, called -1 and +1, that learns from its mistakes alone.

    An example $(x, y)$ is a mistake when $y\,(w \cdot x + b) \le 0$; then, and only then,

    $$w \leftarrow w + \eta\, y\, x \qquad b \leftarrow b + \eta\, y$$

    Weights and bias begin at zero, and the examples are visited in the order given. One pass over them all is an
    epoch. An epoch without a mistake ends the training: no later one could change anything.

    Args:
        learning_rate: $\eta$, above 0. From weights of zero it scales weights and bias and changes no decision.
        max_epochs: The most passes over the examples.
        use_bias: Learn $b$; without it the boundary passes through the origin.

    Attributes:
        weights: $w$, shape (D,).
        bias: $b$; stays 0.0 without `use_bias`.
        converged: Whether the last epoch was free of mistakes.
        epochs: How many epochs were run.
        mistakes: How many mistakes, so how many updates, were made in all.
        mistakes_per_epoch: The same, one number for each epoch.
        mistaken: Which example caused each update, shape (mistakes,).
        weights_history: The weights at the start and after each update, shape (mistakes + 1, D).
        bias_history: The bias at the same moments, shape (mistakes + 1,).

    Raises:
        ValueError: If the learning rate is not a number above 0, or `max_epochs` is not an integer of at least 1.

    Example:
        >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, -1, -1, 1]
        >>> gate = Perceptron().fit(x, y)
        >>> gate.predict(x).tolist(), gate.converged
        ([-1, -1, -1, 1], True)
    """

    weights: np.ndarray
    bias: float
    converged: bool
    epochs: int
    mistakes: int
    mistakes_per_epoch: list[int]
    mistaken: np.ndarray
    weights_history: np.ndarray
    bias_history: np.ndarray

    def __init__(self, *, learning_rate: float = 1.0, max_epochs: int = 1000, use_bias: bool = True) -> None:
        if not (learning_rate > 0 and math.isfinite(learning_rate)):
            raise ValueError(f"learning_rate must be a finite number above 0, got {learning_rate!r}")
        if isinstance(max_epochs, bool) or not isinstance(max_epochs, int) or max_epochs < 1:
            raise ValueError(f"max_epochs must be an integer of at least 1, got {max_epochs!r}")
        self.learning_rate = learning_rate
        self.max_epochs = max_epochs
        self.use_bias = use_bias

    def fit(self, x: ArrayLike, y: ArrayLike) -> Perceptron:
        """Learn from the examples, beginning at zero, and return the perceptron itself.

        Args:
            x: Inputs, shape (N, D).
            y: Labels, each -1 or +1, shape (N,).

        Raises:
            ValueError: If shapes do not match, a number is missing or infinite, or a label is neither -1 nor +1.
        """
        x = _checked_inputs(x)
        y = _checked_labels(y, len(x))
        self.weights, self.bias = np.zeros(x.shape[1]), 0.0
        updates: list[tuple[int, np.ndarray, float]] = []
        self.mistakes_per_epoch = []
        self.converged = False
        while len(self.mistakes_per_epoch) < self.max_epochs and not self.converged:
            before = len(updates)
            self._run_epoch(x, y, updates)
            self.mistakes_per_epoch.append(len(updates) - before)
            self.converged = len(updates) == before
        self._keep_history(updates)
        return self

    def decision_function(self, x: ArrayLike) -> np.ndarray:
        r"""The scores $z = x w + b$ of inputs of shape (N, D), shape (N,).

        Raises:
            ValueError: If `fit` was not called before, or x has not the number of columns that it was called with.
        """
        if not hasattr(self, "weights"):
            raise ValueError("fit must be called before the perceptron can decide, got a perceptron without weights")
        x = _checked_inputs(x)
        if x.shape[1] != len(self.weights):
            raise ValueError(f"x must have {len(self.weights)} columns, as in fit, got {x.shape[1]}")
        return x @ self.weights + self.bias

    def predict(self, x: ArrayLike) -> np.ndarray:
        """The class of each input of shape (N, D): +1 where the score is above 0, else -1; int64, shape (N,).

        Raises:
            ValueError: As `decision_function` does.
        """
        return np.where(self.decision_function(x) > 0, 1, -1)

    def _run_epoch(self, x: np.ndarray, y: np.ndarray, updates: list[tuple[int, np.ndarray, float]]) -> None:
        for example in range(len(x)):
            z = x[example] @ self.weights + self.bias
            if y[example] * z <= 0:
                self.weights = self.weights + self.learning_rate * y[example] * x[example]
                self.bias += self.learning_rate * float(y[example]) * self.use_bias
                updates.append((example, self.weights, self.bias))

    def _keep_history(self, updates: list[tuple[int, np.ndarray, float]]) -> None:
        self.epochs = len(self.mistakes_per_epoch)
        self.mistakes = len(updates)
        self.mistaken = np.array([example for example, _, _ in updates], dtype="int64")
        self.weights_history = np.stack([np.zeros_like(self.weights), *(weights for _, weights, _ in updates)])
        self.bias_history = np.array([0.0, *(bias for _, _, bias in updates)])


def novikoff_bound(x: ArrayLike, y: ArrayLike, weights: ArrayLike, bias: float | None = None) -> float:
    r"""The most mistakes that a perceptron which begins at zero can make on these examples, in any order, ever.

    $$\left(\frac{R}{\gamma}\right)^2 \qquad R = \max_i \lVert x_i \rVert \qquad
      \gamma = \min_i \frac{y_i\,(u \cdot x_i)}{\lVert u \rVert}$$

    for any $u$ that separates the classes; the better it separates, the lower the bound. A bias is a weight on
    an input that is always 1, so with a bias each $x_i$ is taken as $(x_i, 1)$ and $u$ as
    $(w, b)$. The learning rate does not matter.

    Args:
        x: Inputs, shape (N, D).
        y: Labels, each -1 or +1, shape (N,).
        weights: $w$ of a separating line, shape (D,), of any length.
        bias: $b$ of that line; None for a perceptron without a bias.

    Raises:
        ValueError: If the line does not separate the classes, or a shape, a number or a label is wrong.

    Example:
        >>> novikoff_bound([[3.0, 4.0], [-1.0, 0.0]], [1, -1], weights=[1.0, 0.0])
        25.0
    """
    x = _checked_inputs(x)
    y = _checked_labels(y, len(x))
    separator = np.asarray(weights, dtype="float64")
    if separator.shape != x.shape[1:]:
        raise ValueError(f"weights must have one number per column of x, shape {x.shape[1:]}, got {separator.shape}")
    if bias is not None:
        x = np.column_stack([x, np.ones(len(x))])
        separator = np.append(separator, bias)
    signed = y * (x @ separator)
    if not signed.min() > 0:
        raise ValueError(f"the line must separate the classes, every y(wx + b) above 0, got {signed.min():g}")
    radius = np.linalg.norm(x, axis=1).max()
    margin = signed.min() / np.linalg.norm(separator)
    return float((radius / margin) ** 2)


def _checked_inputs(x: ArrayLike) -> np.ndarray:
    x = np.asarray(x, dtype="float64")
    if x.ndim != 2 or x.size == 0:
        raise ValueError(f"x must have shape (examples, inputs) with at least one of each, got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"x must hold finite numbers, got {int((~np.isfinite(x)).sum())} NaN or infinite")
    return x


def _checked_labels(y: ArrayLike, examples: int) -> np.ndarray:
    y = np.asarray(y)
    if y.shape != (examples,):
        raise ValueError(f"y must have one label per row of x, shape ({examples},), got {y.shape}")
    if not np.isin(y, (-1, 1)).all():
        found = ", ".join(str(label) for label in np.unique(y)[:4].tolist())
        raise ValueError(f"labels must be -1 or +1, got {found}; np.where(y == 1, 1, -1) turns 0 and 1 into them")
    return y.astype("float64")
