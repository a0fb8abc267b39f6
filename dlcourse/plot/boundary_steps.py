"""How a linear classifier's boundary moves while it learns: one small panel for each update."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.plane import (
    Box,
    box_around,
    checked_plane,
    class_names_of,
    draw_line,
    draw_points,
    draw_regions,
    show_box,
)
from dlcourse.plot.style import BLACK

COLUMNS = 4
ARROW_SHARE = 0.22


@styled
def boundary_steps(
    x: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray,
    biases: np.ndarray,
    causes: np.ndarray,
    *,
    alt: str,
    x_label: str = "$x_1$",
    y_label: str = "$x_2$",
    class_names: Sequence[str] | None = None,
) -> Picture:
    r"""One panel for each update of a classifier that answers +1 where :math:`w \cdot x + b > 0` and -1 elsewhere.

    A panel shows the boundary after the update (solid), the one before (dotted), a ring around the example that caused
    the update, and an arrow along :math:`w`, which points to the side of +1.

    Args:
        x: Points, shape (N, 2).
        y: Labels, -1 or +1, shape (N,).
        weights: At the start and after each update, shape (U + 1, 2).
        biases: At the same moments, shape (U + 1,).
        causes: The row of x that caused each update, shape (U,).
        alt: The alternative text.
        x_label: Name of the horizontal axis, with its unit.
        y_label: Name of the vertical axis, with its unit.
        class_names: Names of -1 and +1, for the legend.

    Raises:
        ValueError: If a shape is wrong, there is no update, or a label is neither -1 nor +1.
    """
    x, y = checked_plane(x, y)
    weights, biases = _checked_history(weights, biases, len(causes))
    classes = np.array([-1, 1])
    if not np.isin(y, classes).all():
        raise ValueError(f"labels must be -1 or +1, got {np.unique(y)[:4].tolist()}")
    names = class_names_of(classes, class_names)
    columns = min(COLUMNS, len(causes))
    rows = -(-len(causes) // columns)
    figure, all_axes = new_figure(rows, columns, width=1.8 * columns + 0.2, height=1.7 * rows + 0.5)
    box = box_around(x)
    for step, axes in enumerate(all_axes[: len(causes)], start=1):
        _draw_step(axes, weights, biases, step, box)
        draw_points(axes, x, y, classes, names)
        _draw_ring(axes, x[causes[step - 1]])
        show_box(axes, box)
        axes.set_title(f"update {step}", fontsize=10)
        axes.label_outer()
    for axes in all_axes[len(causes) :]:
        axes.set_axis_off()
    handles, texts = all_axes[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside upper right", ncols=len(names))
    figure.supxlabel(x_label, fontsize=10)
    figure.supylabel(y_label, fontsize=10)
    return Picture(figure, alt)


def _draw_step(axes: Axes, weights: np.ndarray, biases: np.ndarray, step: int, box: Box) -> None:
    now, bias = weights[step], float(biases[step])
    draw_regions(axes, lambda points: np.where(points @ now + bias > 0, 1, -1), np.array([-1, 1]), box)
    draw_line(axes, weights[step - 1], float(biases[step - 1]), color=BLACK, linestyle=":", linewidth=1.2, zorder=2)
    _draw_arrow(axes, now, bias, box)


def _draw_ring(axes: Axes, point: np.ndarray) -> None:
    axes.scatter(point[0], point[1], s=150, facecolors="none", edgecolors=BLACK, linewidths=1.8, zorder=4)


def _draw_arrow(axes: Axes, weights: np.ndarray, bias: float, box: Box) -> None:
    """From the boundary's middle inside the box along the weights, in the direction of class +1."""
    if not weights.any():
        return
    spans = np.array([box.right - box.left, box.top - box.bottom])
    centre = np.array([box.left + box.right, box.bottom + box.top]) / 2
    start = centre - (centre @ weights + bias) * weights / (weights @ weights)
    direction = weights / np.linalg.norm(weights / spans)
    axes.annotate(
        "",
        xy=tuple(start + ARROW_SHARE * direction),
        xytext=tuple(start),
        arrowprops={"arrowstyle": "-|>", "color": BLACK, "linewidth": 1.6},
        zorder=5,
    )


def _checked_history(weights: np.ndarray, biases: np.ndarray, updates: int) -> tuple[np.ndarray, np.ndarray]:
    weights, biases = np.asarray(weights, dtype="float64"), np.asarray(biases, dtype="float64")
    if updates == 0:
        raise ValueError("causes must hold at least one update, got none")
    if weights.shape != (updates + 1, 2) or biases.shape != (updates + 1,):
        raise ValueError(
            f"{updates} updates need weights of shape ({updates + 1}, 2) and biases of shape ({updates + 1},), "
            f"got {weights.shape} and {biases.shape}"
        )
    return weights, biases
