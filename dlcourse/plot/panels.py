"""The same functions seen in several ways, side by side: a value, its slope, its curvature."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import LINE_STYLES


@styled
def panels(
    x: np.ndarray,
    lines: Mapping[str, Mapping[str, np.ndarray]],
    *,
    alt: str,
    title: str,
    x_label: str,
    y_limits: Mapping[str, tuple[float, float]] | None = None,
) -> Picture:
    """A panel for each view, over the same x; a line's name has one colour and one dash in all of them.

    Args:
        x: Where the lines are known, shape (N,).
        lines: For each panel, its title and its lines: name and values of shape (N,), the same names in every panel.
        alt: The alternative text.
        title: What to see.
        x_label: Name of the x axis, with its unit.
        y_limits: Lowest and highest y shown, by the panel's title.

    Raises:
        ValueError: If there is no panel or no line, the names differ between panels, or a line is not as long as x.
    """
    names = [list(each) for each in lines.values()]
    if not names or not names[0] or any(each != names[0] for each in names):
        raise ValueError(f"every panel must have the same lines, at least one, got {names}")
    x = np.asarray(x)
    figure, all_axes = new_figure(1, len(lines), width=min(9.0, 0.8 + 2.2 * len(lines)), height=2.9)
    for axes, (view, drawn) in zip(all_axes, lines.items(), strict=True):
        axes.axhline(0, color="0.6", linewidth=0.8)
        for position, (name, y) in enumerate(drawn.items()):
            if np.shape(y) != x.shape:
                raise ValueError(f"line {name!r} must have the shape of x, {x.shape}, got {np.shape(y)}")
            axes.plot(x, np.asarray(y), LINE_STYLES[position % len(LINE_STYLES)], label=name)
        axes.set(xlabel=x_label, title=view)
        if y_limits and view in y_limits:
            axes.set_ylim(*y_limits[view])
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    if len(names[0]) > 1:
        figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(names[0]))
    return Picture(figure, alt)
