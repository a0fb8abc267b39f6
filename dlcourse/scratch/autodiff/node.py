r"""A node of the graph: an array, what it was computed from, and how a slope goes back along each edge.

Every operation knows one thing: given the slope of some scalar L with respect to its result, $\partial L / \partial y$,
what is the slope with respect to each of its inputs, $\partial L / \partial x$? Reverse-mode differentiation asks every
node once, from the last to the first, and adds up what arrives over several ways: the chain rule. Linnainmaa (1970),
The representation of the cumulative rounding error of an algorithm as a Taylor expansion of the local rounding errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.scratch.arrays import real_array

# From the slope with respect to a result to the slope with respect to one input, before broadcasting is undone.
Pull = Callable[[np.ndarray], np.ndarray]


class Node:
    """An array `data` and, after `backward`, its gradient `grad`, of the same shape and 0 at first."""

    # NumPy leaves `array + node` to the node, where it would otherwise make an array of nodes.
    __array_ufunc__ = None

    def __init__(self, data: ArrayLike) -> None:
        self.data = real_array(data)
        self.grad = np.zeros_like(self.data)
        self.edges: tuple[tuple[Node, Pull], ...] = ()

    def backward(self, gradient: ArrayLike | None = None) -> None:
        r"""Add $\partial L / \partial x$ to the `grad` of every x that this came from, itself included.

        Args:
            gradient: $\partial L / \partial y$ with respect to this one, of its shape; without it this must be a single
                number, and is L itself.

        Raises:
            ValueError: If there is no `gradient` and more than one number here, or its shape is another.
        """
        slopes = {id(self): self._seed(gradient)}
        for node in reversed(self._inputs_first()):
            slope = slopes.pop(id(node))
            node.grad = node.grad + slope
            for parent, pull in node.edges:
                # dL/dx = sum over all y made of x: dL/dy dy/dx
                arriving = sum_to_shape(pull(slope), parent.data.shape).astype(parent.data.dtype)
                slopes[id(parent)] = slopes[id(parent)] + arriving if id(parent) in slopes else arriving

    def zero_grad(self) -> None:
        """Forget the gradient: before the next `backward`, which adds to it."""
        self.grad = np.zeros_like(self.data)

    def _seed(self, gradient: ArrayLike | None) -> np.ndarray:
        if gradient is None and self.data.size != 1:
            raise ValueError(f"backward without a gradient needs a single number, got shape {self.data.shape}")
        seed = np.ones_like(self.data) if gradient is None else real_array(gradient).astype(self.data.dtype)
        if seed.shape != self.data.shape:
            raise ValueError(f"the gradient must have shape {self.data.shape}, got {seed.shape}")
        return seed

    def _inputs_first(self) -> list[Node]:
        """Every node that this one came from, each after all of its inputs; without recursion, however long."""
        order: list[Node] = []
        seen: set[int] = set()
        stack: list[tuple[Node, bool]] = [(self, False)]
        while stack:
            node, inputs_done = stack.pop()
            if inputs_done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack.extend((parent, False) for parent, _ in node.edges)
        return order

    def _made(self, data: np.ndarray, *edges: tuple[Any, Pull]) -> Self:
        """A result, with an edge to each input that is a node; constants have none."""
        result = type(self)(data)
        result.edges = tuple((parent, pull) for parent, pull in edges if isinstance(parent, Node))
        return result

    def _values(self, other: Any) -> np.ndarray:
        """The array of another operand; a bare number takes this one's precision."""
        if isinstance(other, Node):
            return other.data
        return np.asarray(other, self.data.dtype) if isinstance(other, int | float) else real_array(other)


def sum_to_shape(slope: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Undo broadcasting: an input that was used in many places gets the sum of what comes back from them."""
    slope = slope.sum(axis=tuple(range(slope.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 and slope.shape[axis] != 1)
    return slope.sum(axis=stretched, keepdims=True)
