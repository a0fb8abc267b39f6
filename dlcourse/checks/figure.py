"""A figure as data: titles, labels, scales, lines, points and bars, so that it is judged by what it shows.

Nothing here imports Matplotlib: an answer that drew something has. Pixels, colours and fonts are never looked at.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from dlcourse.checks.data import Data


class NoFigureError(TypeError):
    """What came is no figure; the message is read after "it"."""


def figure_data(shown: object) -> Data:
    """What a figure shows.

    Args:
        shown: A Matplotlib figure or axes, or None for the figure that is current.

    Returns:
        A list with one dict for each axes: `title`, `xlabel`, `ylabel`, `xscale`, `yscale`, `legend` (its texts),
        `lines` (each with `label`, `x`, `y`), `points` (one array of shape (n, 2) for each scatter), `bars` (heights).

    Raises:
        NoFigureError: If there is no figure.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("agg")
        >>> from matplotlib.figure import Figure
        >>> axes = Figure().subplots()
        >>> _ = axes.plot([0, 1], [2, 3], label="loss"), axes.set_xlabel("epoch")
        >>> [shown] = figure_data(axes)
        >>> shown["xlabel"], shown["lines"][0]["label"], shown["lines"][0]["y"].tolist()
        ('epoch', 'loss', [2.0, 3.0])
    """
    drawn = _current() if shown is None else shown
    axes = getattr(drawn, "axes", None)
    several = list(axes) if isinstance(axes, list | tuple) else [axes]
    if axes is None or not all(hasattr(each, "get_xlabel") for each in several):
        raise NoFigureError("gave no figure: return the figure or its axes")
    try:
        return [_axes(each) for each in several]
    finally:
        _close(several)


def _current() -> object:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return pyplot.gcf() if pyplot is not None and pyplot.get_fignums() else None


def _axes(axes: Any) -> dict[str, Data]:
    legend = axes.get_legend()
    return {
        "title": str(axes.get_title()),
        "xlabel": str(axes.get_xlabel()),
        "ylabel": str(axes.get_ylabel()),
        "xscale": str(axes.get_xscale()),
        "yscale": str(axes.get_yscale()),
        "legend": [str(text.get_text()) for text in legend.get_texts()] if legend else [],
        "lines": [_line(line) for line in axes.get_lines()],
        "points": [np.asarray(each.get_offsets(), dtype="float64") for each in axes.collections],
        "bars": [float(patch.get_height()) for patch in axes.patches if hasattr(patch, "get_height")],
    }


def _line(line: Any) -> dict[str, Data]:
    label = str(line.get_label())
    x, y = (np.asarray(values, dtype="float64") for values in (line.get_xdata(), line.get_ydata()))
    return {"label": "" if label.startswith("_") else label, "x": x, "y": y}


def _close(several: list[Any]) -> None:
    """Close the figure in pyplot, which would keep it for ever."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        for axes in several:
            pyplot.close(axes.figure)
