r"""Functions of one number, each with its derivative; in a corner the slope is TensorFlow's."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from dlcourse.scratch import activations
from dlcourse.scratch.autodiff.arithmetic import Arithmetic


class Functions(Arithmetic):
    """Exponential, logarithm, root, absolute value and the activations, element by element."""

    def exp(self) -> Self:
        """$y = e^x$."""
        y = np.exp(self.data)
        # dy/dx = y
        return self._made(y, (self, lambda g: g * y))

    def log(self) -> Self:
        r"""$y = \log x$, for positive x."""
        x = self.data
        # dy/dx = 1 / x
        return self._made(np.log(x), (self, lambda g: g / x))

    def sqrt(self) -> Self:
        r"""$y = \sqrt x$, for positive x."""
        y = np.sqrt(self.data)
        # dy/dx = 1 / (2 y)
        return self._made(y, (self, lambda g: g / (2 * y)))

    def tanh(self) -> Self:
        r"""$y = \tanh x$."""
        y = activations.tanh(self.data)
        # dy/dx = 1 - y^2
        return self._made(y, (self, lambda g: g * (1 - y * y)))

    def sigmoid(self) -> Self:
        r"""$y = 1 / (1 + e^{-x})$."""
        y = activations.sigmoid(self.data)
        # dy/dx = y (1 - y)
        return self._made(y, (self, lambda g: g * y * (1 - y)))

    def relu(self) -> Self:
        r"""$y = \max(x, 0)$, with slope 0 at 0."""
        x = self.data
        # dy/dx = 1 where x > 0, otherwise 0
        return self._made(np.maximum(x, 0), (self, lambda g: g * (x > 0)))

    def abs(self) -> Self:
        """$y = |x|$, with slope 0 at 0."""
        x = self.data
        # dy/dx = sign(x)
        return self._made(np.abs(x), (self, lambda g: g * np.sign(x)))

    def maximum(self, other: Any) -> Self:
        r"""The larger of two; where they are equal, the slope goes to this one."""
        a, b = self.data, self._values(other)
        # dy/da = 1 where a >= b, dy/db = 1 elsewhere
        return self._made(np.maximum(a, b), (self, lambda g: g * (a >= b)), (other, lambda g: g * (a < b)))
