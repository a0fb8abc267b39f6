"""What a convolutional network sees on its way: the channels of each layer as pictures. Lessons 07_1 and 07_3."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from dlcourse.plot.matrix import widen
from dlcourse.plot.picture import Picture, new_figure, styled

CELL = 0.95


@styled
def feature_maps(
    layers: Mapping[str, np.ndarray],
    *,
    alt: str,
    title: str,
    image: np.ndarray | None = None,
    channels: int = 8,
) -> Picture:
    """A row of pictures for each layer: its first channels, each from its own smallest (dark) to its largest value.

    Args:
        layers: For each layer its name and what it gave for one picture, shape (height, width, channels).
        alt: The alternative text.
        title: What to see.
        image: The picture itself, shape (height, width), (height, width, 1) or (height, width, 3): a first row.
        channels: The most channels drawn of a layer.

    Raises:
        ValueError: If there is no layer, a shape is wrong, or a value is not finite.

    Example:
        >>> maps = {"conv": np.arange(32.0).reshape(4, 4, 2)}
        >>> feature_maps(maps, title="Two channels", alt="Two maps that brighten from the top to the bottom.")
        Figure: Two maps that brighten from the top to the bottom.
    """
    if not layers or channels < 1:
        raise ValueError(f"there must be a layer and a channel to draw, got {len(layers)} layers, channels={channels}")
    maps = {name: _checked(name, values)[..., :channels] for name, values in layers.items()}
    columns = max(each.shape[-1] for each in maps.values())
    rows = len(maps) + (image is not None)
    figure, all_axes = new_figure(rows, columns, width=min(columns * CELL + 1.1, 9.6), height=rows * CELL + 0.4)
    lines = [all_axes[row * columns : (row + 1) * columns] for row in range(rows)]
    for axes in all_axes:
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        axes.spines[:].set_visible(False)
    if image is not None:
        _draw_image(lines.pop(0)[0], np.asarray(image))
    for row, (name, values) in zip(lines, maps.items(), strict=True):
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
        for axes, channel in zip(row, np.moveaxis(values, -1, 0), strict=False):
            axes.imshow(channel, interpolation="nearest")
    widen(figure)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _draw_image(axes: Axes, image: np.ndarray) -> None:
    picture = np.asarray(image, "float64")
    if picture.ndim not in (2, 3) or picture.shape[2:] not in ((), (1,), (3,)) or picture.size == 0:
        raise ValueError(f"image must have shape (height, width) or (height, width, 1 or 3), got {picture.shape}")
    picture = (picture - picture.min()) / (np.ptp(picture) or 1.0)
    axes.imshow(picture[..., 0] if picture.shape[2:] == (1,) else picture, cmap="gray", interpolation="nearest")
    axes.set_ylabel("input", rotation=0, ha="right", va="center", fontsize=9)


def _checked(name: str, values: np.ndarray) -> np.ndarray:
    maps = np.asarray(values, "float64")
    if maps.ndim != 3 or maps.size == 0:
        raise ValueError(f"layer {name!r} must have shape (height, width, channels), got {maps.shape}")
    if not np.isfinite(maps).all():
        raise ValueError(f"layer {name!r} must hold finite numbers, got {int((~np.isfinite(maps)).sum())} others")
    return maps
