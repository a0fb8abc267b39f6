"""Lines that were measured at different places: the same loss against updates, records or seconds. Lesson 04_1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import LINE_STYLES, MARKERS

Line = tuple[np.ndarray, np.ndarray]


@styled
def traces(
    panels: Mapping[str, Mapping[str, Line]],
    *,
    alt: str,
    title: str,
    y_label: str,
    y_limits: tuple[float, float] | None = None,
    log_x: bool = False,
    log_y: bool = False,
    markers: bool = False,
) -> Picture:
    """Panels that share their y axis and their lines' names; each line has its own x.

    Args:
        panels: For each panel, the name of its x axis and its lines: name, and x and y of one shape (N,), where N may
            differ from line to line. Every panel has the same names.
        alt: The alternative text.
        title: What to see.
        y_label: Name of the y axis, with its unit.
        y_limits: Lowest and highest y shown.
        log_x: Draw x on a logarithmic scale.
        log_y: Draw y on a logarithmic scale.
        markers: Mark the places where the lines are known.

    Raises:
        ValueError: If there is no panel or no line, the names differ between panels, or x and y differ in shape.
    """
    names = [list(each) for each in panels.values()]
    if not names or not names[0] or any(each != names[0] for each in names):
        raise ValueError(f"every panel must have the same lines, at least one, got {names}")
    figure, all_axes = new_figure(1, len(panels), width=6.4 if len(panels) == 1 else 8.0, height=3.6)
    for axes, (x_label, lines) in zip(all_axes, panels.items(), strict=True):
        for position, (name, (x, y)) in enumerate(lines.items()):
            if np.ndim(x) != 1 or np.shape(x) != np.shape(y):
                raise ValueError(f"x and y of {name!r} must have one shape (N,), got {np.shape(x)} and {np.shape(y)}")
            marker = MARKERS[position % len(MARKERS)] if markers else ""
            axes.plot(x, y, LINE_STYLES[position % len(LINE_STYLES)] + marker, markersize=4, label=name)
        axes.set(xlabel=x_label, xscale="log" if log_x else "linear", yscale="log" if log_y else "linear")
        if y_limits:
            axes.set_ylim(*y_limits)
        axes.label_outer()
    all_axes[0].set_ylabel(y_label)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    if len(names[0]) > 1:
        figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=min(len(names[0]), 4))
    return Picture(figure, alt)
