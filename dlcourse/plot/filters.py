"""The kernels of a convolution as pictures: what each filter answers to. Lessons 07_1 and 07_2."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from dlcourse.plot.matrix import widen
from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import DIVERGING

CELL = 0.78


@styled
def filters(
    kernels: np.ndarray, *, alt: str, title: str, columns: int = 8, most: int = 32, channels: int = 4
) -> Picture:
    """The filters of one layer, all on one scale.

    Of one input channel: a grid, blue below zero and red above. Of three: a grid in colour, grey where the weight is
    zero. Of any other number: a row for each filter, its first input channels from left to right, blue and red.

    Args:
        kernels: A `Conv2D`'s kernel, shape (height, width, channels in, filters).
        alt: The alternative text.
        title: What to see.
        columns: The most pictures in a row of a grid.
        most: The most filters drawn, the first ones.
        channels: The most input channels drawn, where there are neither one nor three.

    Raises:
        ValueError: If the shape is wrong, a weight is not finite, or a number to draw is below 1.

    Example:
        >>> edge = np.array([[-1.0, 0.0, 1.0]] * 3).reshape(3, 3, 1, 1)
        >>> filters(edge, title="One filter", alt="A kernel that rises from left to right.")
        Figure: A kernel that rises from left to right.
    """
    kernels = _checked(kernels, {"columns": columns, "most": most, "channels": channels})
    largest = float(np.abs(kernels).max()) or 1.0
    each = np.moveaxis(kernels[..., :most], -1, 0)  # (filters, height, width, channels)
    if kernels.shape[2] in (1, 3):
        return _grid(each, largest, min(columns, len(each)), title, alt)
    return _rows(each[..., :channels], largest, title, alt)


def _grid(each: np.ndarray, largest: float, columns: int, title: str, alt: str) -> Picture:
    rows = -(-len(each) // columns)
    grey = each.shape[-1] == 1
    width = max(columns * CELL + 1.1 * grey, 2.6)
    figure, all_axes = new_figure(rows, columns, width=width, height=max(rows * CELL, 1.2 * grey) + 0.5)
    for axes, kernel in zip(all_axes, each, strict=False):
        # in colour, a weight of zero is half of each colour
        shown = _draw(axes, kernel[..., 0], largest) if grey else axes.imshow((1 + kernel / largest) / 2)
    for position, axes in enumerate(all_axes):
        axes.set_visible(position < len(each))
        _bare(axes)
    if grey:
        figure.colorbar(shown, ax=all_axes, label="weight")
    widen(figure)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _rows(each: np.ndarray, largest: float, title: str, alt: str) -> Picture:
    rows, columns = len(each), each.shape[-1]
    height = min(rows * CELL + 0.9, 9.0)
    figure, all_axes = new_figure(rows, columns, width=columns * CELL + 2.0, height=height)
    for position, axes in enumerate(all_axes):
        row, column = divmod(position, columns)
        shown = _draw(axes, each[row, ..., column], largest)
        _bare(axes)
        if row == rows - 1:
            axes.set_xlabel(f"channel {column}", fontsize=8)
        if column == 0:
            axes.set_ylabel(f"filter {row}", fontsize=8, rotation=0, ha="right", va="center")
    figure.colorbar(shown, ax=all_axes, label="weight")
    widen(figure)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _draw(axes: Axes, kernel: np.ndarray, largest: float) -> AxesImage:
    return axes.imshow(kernel, cmap=DIVERGING, vmin=-largest, vmax=largest, interpolation="nearest")


def _bare(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    axes.spines[:].set_visible(True)


def _checked(kernels: np.ndarray, numbers: dict[str, int]) -> np.ndarray:
    kernels = np.asarray(kernels, dtype="float64")
    if kernels.ndim != 4 or kernels.size == 0:
        raise ValueError(f"kernels must have shape (height, width, channels, filters), got {kernels.shape}")
    if not np.isfinite(kernels).all():
        raise ValueError(f"kernels must hold finite numbers, got {int((~np.isfinite(kernels)).sum())} NaN or infinite")
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name} must be at least 1, got {number}")
    return kernels
