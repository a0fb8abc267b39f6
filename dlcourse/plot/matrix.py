"""What figures of a matrix share: its cells in colour, its numbers in ink that can be read on them, its names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from dlcourse.plot.style import BLACK

LEAST_CONTRAST_LUMINANCE = 0.18  # white ink on what is darker, black ink on what is lighter: the ratios are equal here
LONG_NAME = 3


def checked_matrix(name: str, values: np.ndarray) -> np.ndarray:
    """A matrix of finite numbers, shape (R, C).

    Raises:
        ValueError: If the shape is another, it is empty, or a number is NaN or infinite.
    """
    matrix = np.asarray(values, dtype="float64")
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(f"{name} must have shape (rows, columns), both at least 1, got {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise ValueError(f"{name} must hold finite numbers, got {int((~np.isfinite(matrix)).sum())} NaN or infinite")
    return matrix


def widen(figure: Figure) -> None:
    """Keep names at the left edge inside the figure: without it, square cells push them a little beyond."""
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(w_pad=0.09)


def check_names(name: str, names: Sequence[str], count: int) -> None:
    """Names are none, or one for each.

    Raises:
        ValueError: If there is another number of them.
    """
    if len(names) not in (0, count):
        raise ValueError(f"{name} must be {count}, one for each, got {len(names)}")


def draw_cells(axes: Axes, values: np.ndarray, color_map: str, limits: tuple[float, float]) -> AxesImage:
    """Each number as a coloured cell, the first row on top; thin white lines part the cells of a small matrix."""
    shown = axes.imshow(values, cmap=color_map, vmin=limits[0], vmax=limits[1], interpolation="nearest", aspect="equal")
    axes.grid(False)
    axes.spines[:].set_visible(False)
    if max(values.shape) <= 30:
        for across in np.arange(0.5, values.shape[1] - 1):
            axes.axvline(across, color="white", linewidth=0.8)
        for down in np.arange(0.5, values.shape[0] - 1):
            axes.axhline(down, color="white", linewidth=0.8)
    return shown


def write_numbers(axes: Axes, shown: AxesImage, texts: np.ndarray, size: float = 9) -> None:
    """A text in each cell, black or white, whichever stands out more from the cell's colour."""
    values = shown.get_array()
    assert values is not None
    colors = shown.to_rgba(values)[..., :3]
    for (row, column), text in np.ndenumerate(texts):
        ink = "white" if luminance(colors[row, column]) < LEAST_CONTRAST_LUMINANCE else BLACK
        axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=size)


def luminance(color: np.ndarray) -> float:
    """Relative luminance of an sRGB colour as of WCAG 2, from 0 to 1."""
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def name_cells(axes: Axes, row_names: Sequence[str], column_names: Sequence[str]) -> None:
    """Names beside the rows and below the columns, long ones slanted; where there are none, whole numbers."""
    for axis, names in ((axes.yaxis, row_names), (axes.xaxis, column_names)):
        if names:
            axis.set_ticks(range(len(names)), names)
        else:
            axis.set_major_locator(MaxNLocator(integer=True))
    if any(len(name) > LONG_NAME for name in column_names):
        axes.tick_params(axis="x", labelrotation=45)
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
