r"""Sums, products, powers and the matrix product, each with its slopes; shapes broadcast as in NumPy."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.scratch.autodiff.node import Node


class Arithmetic(Node):
    """What `+ - * / ** @` do, and where their slopes go; the other operand may be a plain array or number."""

    def __add__(self, other: Any) -> Self:
        # y = a + b: dy/da = 1, dy/db = 1
        return self._made(self.data + self._values(other), (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other: Any) -> Self:
        a, b = self.data, self._values(other)
        # y = a b: dy/da = b, dy/db = a
        return self._made(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other: Any) -> Self:
        a, b = self.data, self._values(other)
        # y = a / b: dy/da = 1 / b, dy/db = -a / b^2
        return self._made(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / b**2))

    def __pow__(self, exponent: float) -> Self:
        if not isinstance(exponent, int | float):
            raise ValueError(f"an exponent must be a number, got {type(exponent).__name__}")
        x = self.data
        # y = x^n: dy/dx = n x^(n - 1)
        return self._made(x**exponent, (self, lambda g: g * exponent * x ** (exponent - 1)))

    def __matmul__(self, other: Any) -> Self:
        a, b = self.data, self._values(other)
        # Y = A B: dL/dA = dL/dY B^T, dL/dB = A^T dL/dY
        return self._made(
            a @ b,
            (self, lambda g: _as_result(g, a, b) @ _transposed(_as_columns(b))),
            (other, lambda g: _like(_transposed(_as_rows(a)) @ _as_result(g, a, b), b)),
        )

    def __rmatmul__(self, other: ArrayLike) -> Self:
        return type(self)(other) @ self

    def __neg__(self) -> Self:
        return self * -1

    def __sub__(self, other: Any) -> Self:
        return self + (-other if isinstance(other, Arithmetic) else -self._values(other))

    def __rsub__(self, other: ArrayLike) -> Self:
        return -self + other

    def __rtruediv__(self, other: ArrayLike) -> Self:
        return self**-1 * other

    __radd__ = __add__
    __rmul__ = __mul__


def _transposed(matrices: np.ndarray) -> np.ndarray:
    return np.swapaxes(matrices, -1, -2)


def _as_rows(a: np.ndarray) -> np.ndarray:
    """A vector on the left of a product is a row, (K,) to (1, K)."""
    return a[None, :] if a.ndim == 1 else a


def _as_columns(b: np.ndarray) -> np.ndarray:
    """A vector on the right of a product is a column, (K,) to (K, 1)."""
    return b[:, None] if b.ndim == 1 else b


def _as_result(g: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The slope with the axes back that the product of vectors dropped."""
    g = np.expand_dims(g, -1) if b.ndim == 1 else g
    return np.expand_dims(g, -2) if a.ndim == 1 else g


def _like(slope: np.ndarray, b: np.ndarray) -> np.ndarray:
    """A column's slope as that of the vector that it was, (..., K, 1) to (..., K)."""
    return slope[..., 0] if b.ndim == 1 else slope
