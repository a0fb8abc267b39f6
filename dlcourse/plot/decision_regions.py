"""What a classifier of the plane decides where: its regions behind the data, one panel or several side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.plane import (
    Predict,
    box_around,
    checked_plane,
    class_names_of,
    draw_points,
    draw_regions,
    show_box,
)
from dlcourse.plot.style import BLACK

PANEL_HEIGHT = 2.9
Value = TypeVar("Value")


@styled
def decision_regions(
    predict: Predict | Mapping[str, Predict],
    x: np.ndarray | Mapping[str, np.ndarray],
    y: np.ndarray,
    *,
    alt: str,
    title: str = "",
    x_label: str = "$x_1$",
    y_label: str = "$x_2$",
    class_names: Sequence[str] | None = None,
    mark_origin: bool = False,
) -> Picture:
    """The plane tinted by the predicted class, with the data as points whose marker and colour give the true class.

    Args:
        predict: Takes points of shape (M, 2) and gives a label for each, shape (M,) or (M, 1). Several of them, by
            the title of their panel, stand side by side.
        x: Points, shape (N, 2); by panel where the panels show different ones.
        y: Their labels, shape (N,).
        alt: The alternative text.
        title: What to see, above a single panel.
        x_label: Name of the horizontal axis, with its unit.
        y_label: Name of the vertical axis, with its unit.
        class_names: Names for the legend, in ascending order of the labels.
        mark_origin: Show the plane as far as the point (0, 0), with a cross on it.

    Raises:
        ValueError: If a shape is wrong, a panel has no points, or `predict` gives something that is no label of y.
    """
    panels = dict(predict) if isinstance(predict, Mapping) else {title: predict}
    if not panels:
        raise ValueError("predict must hold at least one panel, got none")
    classes = np.unique(np.asarray(y))
    names = class_names_of(classes, class_names)
    figure, all_axes = new_figure(1, len(panels), width=min(9.0, 1.0 + 3.0 * len(panels)), height=PANEL_HEIGHT)
    for axes, (panel_title, decide) in zip(all_axes, panels.items(), strict=True):
        points, labels = checked_plane(_of_panel(x, panel_title), y)
        box = box_around(np.vstack([points, np.zeros((int(mark_origin), 2))]))
        draw_regions(axes, decide, classes, box)
        draw_points(axes, points, labels, classes, names)
        axes.plot(*np.zeros((2, int(mark_origin))), "+", color=BLACK, markersize=14, markeredgewidth=2)
        show_box(axes, box)
        axes.set(title=panel_title, xlabel=x_label, ylabel=y_label)
    handles, texts = all_axes[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower center", ncols=len(names))
    return Picture(figure, alt)


def _of_panel(value: Value | Mapping[str, Value], panel: str) -> Value:
    if not isinstance(value, Mapping):
        return value
    if panel not in value:
        raise ValueError(f"x must hold the points of panel {panel!r}, got panels {list(value)}")
    return value[panel]
