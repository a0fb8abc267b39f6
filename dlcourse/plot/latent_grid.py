"""A walk through a latent space: what a decoder makes of the points of a grid. Lesson 09_1."""

from __future__ import annotations

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled

MOST_TICKS = 5


@styled
def latent_grid(
    decoded: np.ndarray,
    *,
    alt: str,
    title: str,
    x: np.ndarray,
    y: np.ndarray,
    x_label: str = "first latent variable",
    y_label: str = "second latent variable",
    side: float = 4.6,
) -> Picture:
    """One tile for each point of the grid, edge to edge, with the latent variables at the axes; grey tiles as ink.

    Args:
        decoded: The decoder's pictures, numbers from 0 to 1, shape (R, C, height, width) or (R, C, height, width, 1 or
            3); `decoded[row, column]` is that of the point `(x[column], y[row])`.
        alt: The alternative text.
        title: What to see.
        x: The first latent variable of each column, rising, shape (C,).
        y: The second one of each row, rising, shape (R,): the first row is drawn at the bottom.
        x_label: Name of the first latent variable.
        y_label: Name of the second one.
        side: Of the longer side of the grid, in inches.

    Raises:
        ValueError: If a shape is wrong, or a number is not from 0 to 1.

    Example:
        >>> tiles = np.linspace(0, 1, 4).reshape(2, 2, 1, 1) * np.ones((2, 2, 8, 8))
        >>> latent_grid(tiles, x=[-1.0, 1.0], y=[-1.0, 1.0], title="Four points", alt="Four tiles from white to black.")
        Figure: Four tiles from white to black.
    """
    tiles, x, y = _checked(decoded, x, y)
    rows, columns, height, width = tiles.shape[:4]
    # the first row at the bottom, each tile itself the right way up
    whole = np.moveaxis(tiles[::-1], 2, 1).reshape(rows * height, columns * width, *tiles.shape[4:])
    shape = np.array([columns * width, rows * height]) / max(columns * width, rows * height)
    figure, (axes,) = new_figure(width=float(side * shape[0] + 0.9), height=float(side * shape[1] + 0.9))
    axes.imshow(whole, cmap="gray_r", vmin=0, vmax=1, extent=(0, columns, 0, rows), aspect=height / width)
    for axis, values in ((axes.xaxis, x), (axes.yaxis, y)):
        places = np.unique(np.linspace(0, len(values) - 1, MOST_TICKS).round().astype(int))
        axis.set_ticks((places + 0.5).tolist(), [f"{values[place]:.2g}".replace("-", "−") for place in places])
    axes.set(xlabel=x_label, ylabel=y_label, title=title)
    axes.grid(False)
    return Picture(figure, alt)


def _checked(decoded: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tiles, x, y = (np.asarray(each, "float64") for each in (decoded, x, y))
    if tiles.ndim not in (4, 5) or tiles.shape[4:] not in ((), (1,), (3,)) or tiles.size == 0:
        raise ValueError(
            f"decoded must have shape (rows, columns, height, width) or one more of 1 or 3, got {tiles.shape}"
        )
    if x.shape != (tiles.shape[1],) or y.shape != (tiles.shape[0],):
        raise ValueError(
            f"x must be one number for each of {tiles.shape[1]} columns and y for each of {tiles.shape[0]} rows, "
            f"got {x.shape} and {y.shape}"
        )
    if (np.diff(x) <= 0).any() or (np.diff(y) <= 0).any():
        raise ValueError(f"x and y must rise, got {x.tolist()} and {y.tolist()}")
    outside = tiles[~((tiles >= 0) & (tiles <= 1))]
    if outside.size:
        raise ValueError(f"decoded must be numbers from 0 to 1, got {float(outside[0])}")
    return (tiles[..., 0] if tiles.shape[4:] == (1,) else tiles), x, y
