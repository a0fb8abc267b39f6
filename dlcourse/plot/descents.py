"""Walks down a function of one number: where each step stands, one panel for each way of walking. Lesson 04_1."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import CYCLE, MARKERS

ROOM = 0.08


@styled
def descents(
    function: Callable[[np.ndarray], np.ndarray],
    walks: Mapping[str, np.ndarray],
    limits: tuple[float, float],
    *,
    alt: str,
    title: str,
    x_label: str,
    y_label: str,
) -> Picture:
    """The function as a grey line, and on it the points that each walk visited, joined in their order.

    A walk's first point is drawn larger. What leaves the frame, as a walk that diverges does, is cut off.

    Args:
        function: Takes an array and gives one height for each number of it.
        walks: For each panel, its title and the visited places: shape (T,) for one walk, (R, T) for R of them.
        limits: Lowest and highest place shown.
        alt: The alternative text.
        title: What to see.
        x_label: Name of the horizontal axis.
        y_label: Name of the vertical axis.

    Raises:
        ValueError: If there is no panel, or a walk visits no place.
    """
    if not walks or any(np.size(each) == 0 for each in walks.values()):
        raise ValueError(f"walks must hold at least one panel and none empty, got {_sizes(walks)}")
    x = np.linspace(*limits, 400)
    heights = function(x)
    room = ROOM * np.ptp(heights)
    figure, all_axes = new_figure(1, len(walks), width=min(9.0, 1.0 + 2.6 * len(walks)), height=3.2)
    for axes, (name, walk) in zip(all_axes, walks.items(), strict=True):
        axes.plot(x, heights, color="0.6", linewidth=1.5, zorder=1)
        for position, places in enumerate(np.atleast_2d(walk)):
            color, marker = CYCLE[position % len(CYCLE)], MARKERS[position % len(MARKERS)]
            axes.plot(places, function(places), marker=marker, color=color, linewidth=1, markersize=4)
            axes.plot(places[0], function(places[:1])[0], marker, color=color, markersize=9)
        axes.set(title=name, xlabel=x_label, xlim=limits, ylim=(heights.min() - room, heights.max() + room))
        axes.label_outer()
    all_axes[0].set_ylabel(y_label)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _sizes(walks: Mapping[str, np.ndarray]) -> dict[str, int]:
    return {name: int(np.size(each)) for name, each in walks.items()}
