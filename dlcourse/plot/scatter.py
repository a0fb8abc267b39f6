"""Named points over two axes: what each model costs, and what it is worth. Lesson 07_2."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import CYCLE, MARKERS

SMALLEST, LARGEST = 40.0, 400.0


@styled
def scatter(
    points: Mapping[str, tuple[float, float]],
    *,
    alt: str,
    title: str,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    sizes: Mapping[str, float] | None = None,
) -> Picture:
    """A point for each name, told apart by marker and colour, the names in a legend beside them.

    Args:
        points: Name and place, x and y, of each point.
        alt: The alternative text.
        title: What to see.
        x_label: Name of the x axis, with its unit.
        y_label: Name of the y axis, with its unit.
        log_x: Draw x on a logarithmic scale.
        sizes: A positive number for each name, drawn as the area of its point by its logarithm: the smallest of them
            has the smallest area. Without it all points are equal.

    Raises:
        ValueError: If there is no point, a place on a logarithmic scale or a size is not positive, or the sizes name
            other points.

    Example:
        >>> alt = "Two points, the larger model to the upper right."
        >>> scatter({"small": (1e5, 0.8), "large": (1e7, 0.9)}, title="", x_label="", y_label="", log_x=True, alt=alt)
        Figure: Two points, the larger model to the upper right.
    """
    if not points:
        raise ValueError("points must name at least one point, got none")
    if log_x and min(x for x, _ in points.values()) <= 0:
        raise ValueError(f"x must be positive on a logarithmic scale, got {min(x for x, _ in points.values())}")
    areas = _areas(points, sizes)
    figure, (axes,) = new_figure()
    for position, (name, (x, y)) in enumerate(points.items()):
        marker, colour = MARKERS[position % len(MARKERS)], CYCLE[position % len(CYCLE)]
        axes.scatter([x], [y], s=areas[name], marker=marker, color=colour, alpha=0.8, linewidths=0)
        axes.plot([], [], marker, color=colour, label=name)
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.margins(0.12)
    if log_x:
        axes.set_xscale("log")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right center")
    return Picture(figure, alt)


def _areas(points: Mapping[str, tuple[float, float]], sizes: Mapping[str, float] | None) -> dict[str, float]:
    """The area of each point, in square points of typography."""
    if sizes is None:
        return dict.fromkeys(points, SMALLEST)
    if set(sizes) != set(points) or min(sizes.values()) <= 0:
        raise ValueError(f"sizes must hold a positive number for each of {list(points)}, got {dict(sizes)}")
    logs = {name: float(np.log(size)) for name, size in sizes.items()}
    low, high = min(logs.values()), max(logs.values())
    return {name: SMALLEST + (LARGEST - SMALLEST) * (each - low) / (high - low or 1) for name, each in logs.items()}
