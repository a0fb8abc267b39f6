"""The same numbers in another arrangement: what moved forward moves back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from dlcourse.scratch.autodiff.functions import Functions


class Shapes(Functions):
    """Reshaping, transposing, indexing, padding and joining."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    @property
    def dtype(self) -> np.dtype:
        """The precision."""
        return self.data.dtype

    def __len__(self) -> int:
        return len(self.data)

    def reshape(self, *shape: Any) -> Self:
        """The numbers in order in another shape, given as one tuple or one by one."""
        before = self.shape
        return self._made(self.data.reshape(*shape), (self, lambda g: g.reshape(before)))

    def transpose(self, *axes: int) -> Self:
        """The axes in another order; without one, reversed."""
        order = [axis % self.ndim for axis in axes] or list(reversed(range(self.ndim)))
        return self._made(self.data.transpose(order), (self, lambda g: g.transpose(np.argsort(order))))

    @property
    def T(self) -> Self:  # noqa: N802  NumPy's name
        """The axes reversed."""
        return self.transpose()

    def __getitem__(self, index: Any) -> Self:
        """Numbers by position, slice, truth values or arrays of positions, which may repeat."""
        x = self.data
        return self._made(x[index], (self, lambda g: _put_back(g, x, index)))

    def pad(self, widths: Sequence[tuple[int, int]]) -> Self:
        """Zeros around: for each axis how many before and how many behind."""
        inside = tuple(slice(before, before + size) for (before, _), size in zip(widths, self.shape, strict=True))
        return self._made(np.pad(self.data, widths), (self, lambda g: g[inside]))

    @classmethod
    def concatenate(cls, tensors: Sequence[Shapes], axis: int = 0) -> Self:
        """Several behind one another along an axis that exists."""
        ends = np.cumsum([each.shape[axis] for each in tensors])
        result = cls(np.concatenate([each.data for each in tensors], axis))
        result.edges = tuple((each, _part(place, ends[:-1], axis)) for place, each in enumerate(tensors))
        return result

    @classmethod
    def stack(cls, tensors: Sequence[Shapes], axis: int = 0) -> Self:
        """Several of one shape beside one another along a new axis."""
        result = cls(np.stack([each.data for each in tensors], axis))
        result.edges = tuple((each, _slice_at(place, axis)) for place, each in enumerate(tensors))
        return result


def _put_back(slope: np.ndarray, x: np.ndarray, index: Any) -> np.ndarray:
    """The slope where its numbers were taken from, 0 elsewhere; what was taken twice is added twice."""
    back = np.zeros_like(x)
    np.add.at(back, index, slope)
    return back


def _part(place: int, cuts: np.ndarray, axis: int) -> Any:
    return lambda g: np.split(g, cuts, axis)[place]


def _slice_at(place: int, axis: int) -> Any:
    return lambda g: np.take(g, place, axis)
