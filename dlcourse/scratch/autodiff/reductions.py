r"""Many numbers to one: a slope goes back to every number that had a part in it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from dlcourse.scratch.autodiff.shapes import Shapes

Axis = int | tuple[int, ...] | None


class Reductions(Shapes):
    """Sum, mean, largest and log-sum-exp, over all axes or some, which `keepdims` leaves with size 1."""

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Self:
        r"""$y = \sum_i x_i$."""
        x = self.data
        # dy/dx_i = 1
        return self._made(
            np.sum(x, axis, keepdims=keepdims),
            (self, lambda g: np.broadcast_to(_spread(g, x, axis, keepdims), x.shape)),
        )

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Self:
        r"""$y = \frac1N \sum_i x_i$."""
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Self:
        r"""$y = \max_i x_i$; several that are the largest share the slope evenly, as in TensorFlow."""
        x = self.data
        largest = x == np.max(x, axis, keepdims=True)
        # dy/dx_i = 1 for the largest, otherwise 0
        shares = largest / largest.sum(axis, keepdims=True)
        return self._made(np.max(x, axis, keepdims=keepdims), (self, lambda g: _spread(g, x, axis, keepdims) * shares))

    def logsumexp(self, axis: Axis = None, keepdims: bool = False) -> Self:
        r"""$y = \log \sum_i e^{x_i}$, the largest taken out first, so that no exponential overflows."""
        largest: Any = np.max(self.data, axis, keepdims=True)
        total = (self - largest).exp().sum(axis, keepdims).log()
        return total + largest.reshape(total.shape)

    def log_softmax(self, axis: int = -1) -> Self:
        r"""$y_i = x_i - \log \sum_j e^{x_j}$."""
        return self - self.logsumexp(axis, keepdims=True)


def _spread(slope: np.ndarray, x: np.ndarray, axis: Axis, keepdims: bool) -> np.ndarray:
    """The slope with the axes back that the reduction dropped, of size 1."""
    if keepdims or axis is None:
        return slope.reshape(slope.shape if keepdims else (1,) * x.ndim)
    return np.expand_dims(slope, axis)
