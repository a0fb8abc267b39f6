"""Pictures in a row or a grid: images of a data set, or weights that have an image's shape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import DIVERGING

CELL = 1.1


@styled
def images(
    pictures: np.ndarray,
    *,
    alt: str,
    title: str = "",
    labels: Sequence[str] = (),
    columns: int = 8,
    signed: bool = False,
) -> Picture:
    """Grey pictures on one scale, the highest value black as ink is; with `signed`, blue below zero and red above.

    Args:
        pictures: Shape (N, height, width).
        alt: The alternative text.
        title: What to see.
        labels: A caption for each picture; none without it.
        columns: The most pictures in a row.
        signed: Centre the colours on zero and show their scale beside the pictures: for weights.

    Raises:
        ValueError: If the shape is wrong, or there are captions but not one for each picture.
    """
    pictures = np.asarray(pictures, dtype="float64")
    if pictures.ndim != 3 or pictures.size == 0:
        raise ValueError(f"pictures must have shape (N, height, width) with N at least 1, got {pictures.shape}")
    if labels and len(labels) != len(pictures):
        raise ValueError(f"labels must be one for each of the {len(pictures)} pictures, got {len(labels)}")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    cell = CELL if not signed else 2 * CELL
    height = rows * (cell + 0.25 * bool(labels)) + 0.4 * bool(title)
    figure, all_axes = new_figure(rows, columns, width=columns * cell + 0.9 * signed, height=height)
    largest = np.abs(pictures).max()
    limits = {"vmin": -largest, "vmax": largest, "cmap": DIVERGING} if signed else {"vmin": 0, "cmap": "gray_r"}
    for axes, picture in zip(all_axes, pictures, strict=False):
        shown = axes.imshow(picture, **({"vmax": pictures.max()} | limits), interpolation="nearest")
    for position, axes in enumerate(all_axes):
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        axes.spines[:].set_visible(position < len(pictures))
        axes.set_title(labels[position] if position < len(labels) else "", loc="center", fontsize=9)
    if signed:
        figure.colorbar(shown, ax=all_axes, label="value")
    if title:
        figure.suptitle(title, x=0.01, horizontalalignment="left", fontsize=11)
    return Picture(figure, alt)
