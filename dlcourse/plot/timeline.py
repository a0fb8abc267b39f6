"""Years and what happened in them, on a scale that keeps their distances: a history of the field. Lesson 01_1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import CYCLE, MARKERS

LINE = 0.27
LABEL_AT, TEXT_AT = 0.09, 0.11


@styled
def timeline(
    years: Sequence[float], labels: Sequence[str], *, alt: str, title: str, groups: Sequence[str] = ()
) -> Picture:
    """Time runs downwards on a true scale; labels stand beside it, evenly spaced, each led to its year by a line.

    Args:
        years: When, in any order, shape (N,).
        labels: What, a short text for each year.
        alt: The alternative text.
        title: What to see.
        groups: To which group each belongs (theory, data, machines): one colour and marker for each group.

    Raises:
        ValueError: If there are no years, a year is not finite, or labels or groups are not one for each.

    Example:
        >>> alt = "Two events, 28 years apart."
        >>> timeline([1958, 1986], ["perceptron", "backpropagation"], title="Two steps", alt=alt)
        Figure: Two events, 28 years apart.
    """
    when = np.asarray(years, "float64")
    if when.ndim != 1 or not when.size or not np.isfinite(when).all():
        raise ValueError(f"years must be finite numbers, at least one, got {list(years)}")
    if len(labels) != len(when) or len(groups) not in (0, len(when)):
        raise ValueError(
            f"labels must be one for each of {len(when)} years, and groups too or none, "
            f"got {len(labels)} and {len(groups)}"
        )
    order = np.argsort(when, kind="stable")
    kinds = list(dict.fromkeys(groups)) or [""]
    span = float(np.ptp(when)) or 1.0
    spots = np.linspace(when.min(), when.min() + span, len(when)) if len(when) > 1 else when
    figure, (axes,) = new_figure(width=7.2, height=LINE * max(len(when), 4) + 0.7 + 0.3 * bool(groups))
    for place, event in zip(spots, order, strict=True):
        kind = kinds.index(groups[event]) if groups else 0
        color = CYCLE[kind % len(CYCLE)]
        axes.plot([0, LABEL_AT], [when[event], place], color="0.6", linewidth=0.8)
        axes.plot(0, when[event], MARKERS[kind % len(MARKERS)], color=color, markersize=6, clip_on=False, zorder=3)
        axes.plot(LABEL_AT, place, MARKERS[kind % len(MARKERS)], color=color, markersize=5)
        axes.text(TEXT_AT, place, f"{when[event]:.0f}  {labels[event]}", va="center", fontsize=9)
    for kind, name in enumerate(kinds if groups else []):
        axes.plot([], [], MARKERS[kind % len(MARKERS)], color=CYCLE[kind % len(CYCLE)], label=name)
    axes.set(xlim=(0, 1), ylim=(when.min() + 1.03 * span, when.min() - 0.03 * span), xticks=[], ylabel="year")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(title)
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    if groups:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=min(len(kinds), 4))
    return Picture(figure, alt)
