"""Points and the lines that were fitted to them, side by side for several versions of the data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import LINE_STYLES, VERMILION

Lines = Mapping[str, tuple[float, float]]


@styled
def fits(
    x: np.ndarray,
    targets: Mapping[str, np.ndarray],
    lines: Mapping[str, Lines],
    *,
    alt: str,
    title: str,
    x_label: str,
    y_label: str,
    marked: np.ndarray | None = None,
) -> Picture:
    """A panel for each version of the targets: the points, and straight lines of given slope and intercept.

    Args:
        x: The points' places, shape (N,).
        targets: For each panel, its title and the points' heights, shape (N,).
        lines: For each panel, by the same titles, the name, slope and intercept of each line.
        alt: The alternative text.
        title: What to see.
        x_label: Name of the x axis, with its unit.
        y_label: Name of the y axis, with its unit.
        marked: Which points to mark, shape (N,), truth values: those that were tampered with, for instance.

    Raises:
        ValueError: If there is no panel, targets and lines name different panels, or a shape is not that of x.
    """
    if not targets or list(targets) != list(lines):
        raise ValueError(f"targets and lines must name the same panels, got {list(targets)} and {list(lines)}")
    x = np.asarray(x)
    marked = np.zeros(x.shape, bool) if marked is None else np.asarray(marked, bool)
    for name, y in (*targets.items(), ("marked", marked)):
        if np.shape(y) != x.shape:
            raise ValueError(f"{name!r} must have the shape of x, {x.shape}, got {np.shape(y)}")
    figure, all_axes = new_figure(1, len(targets), width=min(9.0, 1.0 + 3.1 * len(targets)), height=3.5)
    ends = np.array([x.min(), x.max()])
    for axes, (panel, y) in zip(all_axes, targets.items(), strict=True):
        axes.plot(x[~marked], np.asarray(y)[~marked], "o", color="0.45", markersize=4)
        axes.plot(x[marked], np.asarray(y)[marked], "D", color=VERMILION, markersize=7)
        for position, (name, (slope, intercept)) in enumerate(lines[panel].items()):
            style = LINE_STYLES[position % len(LINE_STYLES)]
            axes.plot(ends, slope * ends + intercept, style, color=f"C{position}", label=name)
        axes.set(title=panel, xlabel=x_label)
        axes.sharey(all_axes[0])
        axes.label_outer()
    all_axes[0].set_ylabel(y_label)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return Picture(figure, alt)
