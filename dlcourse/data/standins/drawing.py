"""Shapes drawn for a whole batch of images at once, with soft edges.

A shape's parameters are arrays of shape (B,) or numbers; a drawn shape is a mask of shape (B, height, width), 1 inside,
0 outside, in between along the edge, one pixel wide. Only operations that are exact in IEEE arithmetic are used, so
that the bytes are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Number = float | np.ndarray


class Canvas:
    """A grid of pixel centres for B images.

    Args:
        batch: How many images are drawn at once.
        size: Height and width in pixels.
    """

    def __init__(self, batch: int, size: int) -> None:
        self.batch = batch
        self.y, self.x = np.mgrid[0:size, 0:size].astype("float32")[:, None]

    def placed(self, x: Number, y: Number, scale: Number, mirrored: np.ndarray) -> Canvas:
        """The same grid with its origin moved to (x, y), its unit scaled, and left and right swapped where mirrored."""
        moved = Canvas.__new__(Canvas)
        moved.batch = self.batch
        sideways = _column(np.where(mirrored, -1, 1))
        moved.x = (self.x - _column(x)) / _column(scale) * sideways
        moved.y = (self.y - _column(y)) / _column(scale)
        return moved

    def ellipse(self, x: Number, y: Number, half_width: Number, half_height: Number) -> np.ndarray:
        """A filled ellipse around (x, y)."""
        return _soft(self._ellipse(x, y, half_width, half_height))

    def ring(self, x: Number, y: Number, half_width: Number, half_height: Number, thickness: Number) -> np.ndarray:
        """The outline of an ellipse."""
        return _soft(np.abs(self._ellipse(x, y, half_width, half_height)) - _column(thickness) / 2)

    def polygon(self, *corners: tuple[Number, Number]) -> np.ndarray:
        """A filled convex polygon whose corners are given clockwise, as seen with y pointing down."""
        distances = [self._beyond(start, end) for start, end in zip(corners, [*corners[1:], corners[0]], strict=True)]
        return _soft(_largest(distances))

    def line(self, start: tuple[Number, Number], end: tuple[Number, Number], thickness: Number) -> np.ndarray:
        """A straight stroke with round ends."""
        x0, y0, x1, y1 = (_column(value) for value in (*start, *end))
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((self.x - x0) * dx + (self.y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
        distance = np.sqrt((self.x - x0 - along * dx) ** 2 + (self.y - y0 - along * dy) ** 2)
        return _soft(distance - _column(thickness) / 2)

    def _ellipse(self, x: Number, y: Number, half_width: Number, half_height: Number) -> np.ndarray:
        width, height = _column(half_width), _column(half_height)
        radius = np.sqrt(((self.x - _column(x)) / width) ** 2 + ((self.y - _column(y)) / height) ** 2)
        return (radius - 1) * np.minimum(width, height)

    def _beyond(self, start: tuple[Number, Number], end: tuple[Number, Number]) -> np.ndarray:
        """Distance to the left of the edge, which is outside when one goes round clockwise."""
        x0, y0, x1, y1 = (_column(value) for value in (*start, *end))
        dx, dy = x1 - x0, y1 - y0
        length = np.sqrt(dx * dx + dy * dy)
        return ((self.x - x0) * dy - (self.y - y0) * dx) / length


def union(*masks: np.ndarray) -> np.ndarray:
    """What is in any of the shapes."""
    return _largest(masks)


def _largest(arrays: Sequence[np.ndarray]) -> np.ndarray:
    largest = arrays[0]
    for array in arrays[1:]:
        largest = np.maximum(largest, array)
    return largest


def _column(value: Number) -> np.ndarray:
    """Parameters as float32 of shape (B, 1, 1) or (1, 1, 1), so that they meet the grid."""
    return np.asarray(value, dtype="float32").reshape(-1, 1, 1)


def _soft(distance: np.ndarray) -> np.ndarray:
    return np.clip(0.5 - distance, 0, 1)
