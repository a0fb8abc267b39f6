"""Lines over one axis: functions and their derivatives, training histories, anything against anything."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import BLACK, LINE_STYLES


@styled
def curves(
    x: np.ndarray,
    lines: Mapping[str, np.ndarray],
    *,
    title: str,
    x_label: str,
    y_label: str,
    alt: str,
    y_limits: tuple[float, float] | None = None,
    log_y: bool = False,
    points: tuple[np.ndarray, np.ndarray] | None = None,
) -> Picture:
    """Several lines over the same x, told apart by colour and by dash.

    Args:
        x: Where the lines are known, shape (N,).
        lines: Name and values, each of shape (N,); the names make the legend.
        title: What to see.
        x_label: Name of the x axis, with its unit.
        y_label: Name of the y axis, with its unit.
        alt: The alternative text.
        y_limits: Lowest and highest y shown.
        log_y: Draw y on a logarithmic scale.
        points: x and y, each (M,), of points to draw as black dots: data that lines were fitted to, a place to mark.

    Raises:
        ValueError: If there are no lines, or one is not as long as x.
    """
    if not lines:
        raise ValueError("lines must name at least one line, got none")
    x = np.asarray(x)
    figure, (axes,) = new_figure()
    for position, (name, y) in enumerate(lines.items()):
        if np.shape(y) != x.shape:
            raise ValueError(f"line {name!r} must have the shape of x, {x.shape}, got {np.shape(y)}")
        axes.plot(x, np.asarray(y), LINE_STYLES[position % len(LINE_STYLES)], label=name)
    if points is not None:
        axes.plot(*points, "o", color=BLACK, markersize=5)
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    if log_y:
        axes.set_yscale("log")
    if y_limits:
        axes.set_ylim(*y_limits)
    if len(lines) > 1:
        axes.legend()
    return Picture(figure, alt)
