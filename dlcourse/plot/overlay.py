"""Pictures with what was found in them: boxes of a detector, masks of a segmentation, heat maps. Lessons 02_1, 07_3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION

CELL = 2.1
STRENGTH = 0.5
COLORS = (ORANGE, SKY, VERMILION, GREEN, PURPLE, BLUE)
LINES: tuple[Literal["-", "--", ":", "-."], ...] = ("-", "--", ":", "-.")
Boxes = Mapping[str, Sequence[np.ndarray]]


@styled
def overlay(
    pictures: np.ndarray,
    *,
    alt: str,
    title: str,
    boxes: Boxes | None = None,
    texts: Mapping[str, Sequence[Sequence[str]]] | None = None,
    masks: np.ndarray | None = None,
    class_names: Sequence[str] = (),
    captions: Sequence[str] = (),
    columns: int = 4,
) -> Picture:
    """Boxes, each group with its colour and dash, and masks, each class tinted and outlined, on N pictures.

    Args:
        pictures: Shape (N, height, width), (N, height, width, 1) or (N, height, width, 3), drawn from the smallest
            number (black) to the largest of all.
        alt: The alternative text.
        title: What to see.
        boxes: For each group ("true", "predicted") the boxes of each of the N pictures, shape (B, 4): left, top, right,
            bottom, in pixels. A pixel reaches from its number to the next: the whole picture is 0, 0, width, height.
        texts: For each group a short text for each box of each picture, above it: a class, a score.
        masks: The class of each pixel, whole numbers, 0 for what is left as it is, shape (N, height, width).
        class_names: The names of the classes of the masks from 1 on, for the legend.
        captions: One text for each picture, above it.
        columns: The most pictures in a row.

    Raises:
        ValueError: If a shape is wrong, or what is given is not one for each picture, box or class.

    Example:
        >>> alt = "A box around the left half of a grey square."
        >>> overlay(np.ones((1, 8, 8)), boxes={"true": [[[0, 0, 4, 8]]]}, title="One box", alt=alt)
        Figure: A box around the left half of a grey square.
    """
    drawn = _checked_pictures(pictures)
    regions = _checked_masks(masks, drawn.shape[:3], class_names)
    found = _checked_boxes(boxes or {}, texts or {}, len(drawn))
    if len(captions) not in (0, len(drawn)):
        raise ValueError(f"captions must be one for each of {len(drawn)} pictures, got {len(captions)}")
    columns = min(columns, len(drawn))
    rows = -(-len(drawn) // columns)
    height = rows * (CELL * drawn.shape[1] / drawn.shape[2] + 0.25 * bool(captions)) + 0.9
    figure, all_axes = new_figure(rows, columns, width=max(columns * CELL, 3.2), height=min(height, 10.0))
    for position, axes in enumerate(all_axes):
        axes.set_axis_off()
        if position < len(drawn):
            _draw_picture(axes, drawn[position], regions[position] if regions is not None else None)
            for group, (each, words) in enumerate(found.values()):
                _draw_boxes(axes, group, each[position], words[position] if words else [])
            axes.set_title(captions[position] if captions else "", loc="center", fontsize=9)
    handles = _legend(list(found), regions, class_names)
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _draw_picture(axes: Axes, picture: np.ndarray, mask: np.ndarray | None) -> None:
    height, width = picture.shape[:2]
    shown = picture if mask is None else _tinted(picture, mask)
    axes.imshow(shown, extent=(0, width, height, 0), interpolation="nearest")
    for label in np.unique(mask[mask > 0]) if mask is not None else []:
        inside = (mask == label).astype("float64") if mask is not None else picture
        if inside.min() == 0 and min(inside.shape) > 1:
            across, down = np.arange(width) + 0.5, np.arange(height) + 0.5
            axes.contour(across, down, inside, levels=[0.5], colors=[_color(int(label) - 1)], linewidths=1.4)
    axes.set(xlim=(0, width), ylim=(height, 0))


def _tinted(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    shown = picture.copy()
    for label in np.unique(mask[mask > 0]):
        shown[mask == label] = (1 - STRENGTH) * shown[mask == label] + STRENGTH * np.array(
            to_rgb(_color(int(label) - 1))
        )
    return shown


def _draw_boxes(axes: Axes, group: int, boxes: np.ndarray, words: Sequence[str]) -> None:
    color = _color(group)
    for number, (left, top, right, bottom) in enumerate(boxes):
        line = LINES[group % len(LINES)]
        box = Rectangle((left, top), right - left, bottom - top, fill=False, ec=color, lw=1.8, ls=line, zorder=4)
        box.set_path_effects([withStroke(linewidth=3.4, foreground=BLACK)])
        axes.add_patch(box)
        if words:
            paper = {"facecolor": color, "edgecolor": "none", "pad": 0.8}
            axes.text(left, top, words[number], fontsize=7, va="bottom", color=BLACK, bbox=paper, zorder=5)


def _legend(groups: list[str], regions: np.ndarray | None, class_names: Sequence[str]) -> list:
    lines = [
        Line2D([], [], color=_color(n), linestyle=LINES[n % len(LINES)], label=name) for n, name in enumerate(groups)
    ]
    patches = [Patch(color=_color(n), alpha=0.8, label=name) for n, name in enumerate(class_names)]
    return (lines if len(groups) > 1 else []) + (patches if regions is not None else [])


def _color(number: int) -> str:
    return COLORS[number % len(COLORS)]


def _checked_pictures(pictures: np.ndarray) -> np.ndarray:
    """In colour, from 0 to 1, shape (N, height, width, 3)."""
    drawn = np.asarray(pictures, "float64")
    if drawn.ndim not in (3, 4) or drawn.shape[3:] not in ((), (1,), (3,)) or drawn.size == 0:
        raise ValueError(f"pictures must have shape (N, height, width) or one more of 1 or 3, got {drawn.shape}")
    drawn = (drawn - drawn.min()) / (np.ptp(drawn) or 1.0)
    return np.broadcast_to(drawn.reshape(*drawn.shape[:3], -1), (*drawn.shape[:3], 3))


def _checked_masks(masks: np.ndarray | None, shape: tuple[int, ...], names: Sequence[str]) -> np.ndarray | None:
    if masks is None:
        return None
    regions = np.asarray(masks)
    if regions.shape != shape or regions.dtype.kind not in "iub" or regions.min() < 0:
        raise ValueError(
            f"masks must be whole numbers of at least 0 of shape {shape}, got {regions.dtype} {regions.shape}"
        )
    if names and regions.max() > len(names):
        raise ValueError(f"class_names must name every class of the masks, {regions.max()}, got {len(names)}")
    return regions.astype("int64")


def _checked_boxes(boxes: Boxes, texts: Mapping, count: int) -> dict[str, tuple[list[np.ndarray], list]]:
    strange = set(texts) - set(boxes)
    if strange:
        raise ValueError(f"texts must be of groups of boxes ({', '.join(boxes)}), got {sorted(strange)[0]!r}")
    found: dict[str, tuple[list[np.ndarray], list]] = {}
    for group, each in boxes.items():
        arrays = [np.asarray(one, "float64").reshape(-1, 4) if np.size(one) % 4 == 0 else None for one in each]
        words = [list(one) for one in texts.get(group, [])]
        if len(arrays) != count or any(one is None for one in arrays):
            raise ValueError(
                f"{group!r} must have boxes of shape (B, 4) for each of {count} pictures, got {len(arrays)}"
            )
        if words and [len(one) for one in words] != [len(one) for one in arrays if one is not None]:
            raise ValueError(f"texts of {group!r} must be one for each box, got {[len(one) for one in words]}")
        found[group] = [one for one in arrays if one is not None], words
    return found
