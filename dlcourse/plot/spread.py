"""Several runs of the same experiment: their mean as a line, from the lowest to the highest run as a band."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import MaxNLocator

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import LINE_STYLES, MARKERS


@styled
def spread(
    x: np.ndarray,
    runs: Mapping[str, np.ndarray],
    *,
    alt: str,
    title: str,
    x_label: str,
    y_label: str,
    y_limits: tuple[float, float] | None = None,
    log_y: bool = False,
) -> Picture:
    """A line with a band per experiment, so that one lucky seed is not taken for a result.

    Args:
        x: Where the runs are known, shape (N,).
        runs: Name and values of each experiment, shape (R, N): R runs, usually one per seed.
        alt: The alternative text.
        title: What to see.
        x_label: Name of the x axis, with its unit.
        y_label: Name of the y axis, with its unit.
        y_limits: Lowest and highest y shown.
        log_y: Draw y on a logarithmic scale.

    Raises:
        ValueError: If there is no experiment, or one is not of shape (R, N) with R of at least 1.
    """
    if not runs:
        raise ValueError("runs must name at least one experiment, got none")
    x = np.asarray(x)
    figure, (axes,) = new_figure()
    for position, (name, values) in enumerate(runs.items()):
        values = np.asarray(values)
        if values.ndim != 2 or len(values) == 0 or values.shape[1:] != x.shape:
            raise ValueError(f"runs of {name!r} must be of shape (runs, {x.size}), got {values.shape}")
        style = LINE_STYLES[position % len(LINE_STYLES)] + MARKERS[position % len(MARKERS)]
        (line,) = axes.plot(x, values.mean(axis=0), style, markersize=4, label=name)
        axes.fill_between(x, values.min(axis=0), values.max(axis=0), color=line.get_color(), alpha=0.2, linewidth=0)
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    if np.issubdtype(x.dtype, np.integer):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if log_y:
        axes.set_yscale("log")
    if y_limits:
        axes.set_ylim(*y_limits)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=min(len(runs), 3))
    return Picture(figure, alt)
