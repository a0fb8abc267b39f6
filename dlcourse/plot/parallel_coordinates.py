"""Trials of a search as lines over one axis for each hyperparameter: what do the good ones share? Lesson 11_2."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import SEQUENTIAL, VERMILION

MOST_TICKS = 5


@styled
def parallel_coordinates(
    columns: Mapping[str, Sequence[Any]],
    *,
    alt: str,
    title: str,
    score: str,
    smaller_is_better: bool = False,
    log: Collection[str] = (),
    best: int = 3,
) -> Picture:
    """A vertical axis for each column and a line for each trial, coloured by its score; the best ones thick and red.

    Inselberg (1985), The plane with parallel coordinates.

    Args:
        columns: For each hyperparameter its name and its value in each of the N trials, numbers or texts; the score
            among them. A pandas table fits as well, as `dict(table)`.
        alt: The alternative text.
        title: What to see.
        score: The column that the search looked at; it is drawn last.
        smaller_is_better: Whether the best trials are those with the smallest score.
        log: Columns drawn on a logarithmic axis.
        best: How many of the best trials are set apart.

    Raises:
        ValueError: If there are fewer than two columns, they differ in length or are empty, `score` or a name in `log`
            is none of them, the score is no number, or a logarithmic value is not above 0.

    Example:
        >>> trials = {"rate": [0.1, 0.01, 0.001], "optimizer": ["sgd", "adam", "adam"], "accuracy": [0.7, 0.9, 0.8]}
        >>> alt = "The best of three trials has Adam with a rate of 0.01."
        >>> parallel_coordinates(trials, score="accuracy", log=["rate"], best=1, title="Three trials", alt=alt)
        Figure: The best of three trials has Adam with a rate of 0.01.
    """
    table = _checked(columns, score, log)
    scores = table[score].astype("float64")
    names = [name for name in table if name != score] + [score]
    figure, (axes,) = new_figure(width=min(9.6, 1.6 + 1.35 * len(names)), height=3.9)
    heights = np.stack([_draw_axis(axes, place, table[name], name in log) for place, name in enumerate(names)])
    order = np.argsort(scores if smaller_is_better else -scores, kind="stable")
    norm = Normalize(scores.min(), scores.max())
    for trial in order[::-1]:
        chosen = trial in order[:best]
        style: dict[str, Any] = {"color": VERMILION, "linewidth": 2.4, "zorder": 4, "marker": "o", "markersize": 4}
        plain = {"color": mpl.colormaps[SEQUENTIAL](norm(scores[trial])), "linewidth": 1.1, "alpha": 0.75, "zorder": 2}
        axes.plot(heights[:, trial], **(style if chosen else plain))
    axes.set(xlim=(-0.3, len(names) - 0.6), ylim=(-0.06, 1.06), yticks=[])
    axes.set_xticks(range(len(names)), names)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(axis="x", length=0)
    figure.colorbar(ScalarMappable(norm, SEQUENTIAL), ax=axes, label=score)
    many = (
        f"the best {best} of {len(scores)} trials are thick and red" if best > 1 else "the best trial is thick and red"
    )
    figure.suptitle(f"{title} ({many})", x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _draw_axis(axes: Axes, place: int, values: np.ndarray, log: bool) -> np.ndarray:
    """One vertical axis with its ticks; where each trial crosses it, from 0 to 1, shape (N,)."""
    if values.dtype.kind in "iuf":
        heights, at, texts = _numeric(values.astype("float64"), log)
    else:
        levels = list(dict.fromkeys(values.tolist()))
        at = np.linspace(0, 1, len(levels)) if len(levels) > 1 else np.array([0.5])
        heights, texts = at[[levels.index(value) for value in values.tolist()]], [str(level) for level in levels]
    axes.axvline(place, color="0.3", linewidth=1, zorder=1)
    for height, text in zip(at, texts, strict=True):
        axes.text(place + 0.04, height, text, fontsize=8, va="center", zorder=5, bbox=_PAPER)
    return heights


def _numeric(values: np.ndarray, log: bool) -> tuple[np.ndarray, np.ndarray, list[str]]:
    different = np.unique(values)
    scale = np.log10 if log else np.asarray
    low, high = float(scale(values.min())), float(scale(values.max()))
    if high == low:
        return np.full(len(values), 0.5), np.array([0.5]), [f"{values[0]:.3g}"]
    heights = (scale(values) - low) / (high - low)
    if len(different) <= MOST_TICKS:
        at = (scale(different) - low) / (high - low)
        return heights, at, [f"{value:.3g}" for value in different]
    at = np.linspace(0, 1, MOST_TICKS)
    ticks = low + at * (high - low)
    return heights, at, [f"{value:.2g}" if log else f"{value:.3g}" for value in (10**ticks if log else ticks)]


def _checked(columns: Mapping[str, Sequence[Any]], score: str, log: Collection[str]) -> dict[str, np.ndarray]:
    table = {name: np.asarray(values) for name, values in columns.items()}
    lengths = {name: values.shape for name, values in table.items()}
    if (
        len(table) < 2
        or len(set(lengths.values())) != 1
        or any(len(each) != 1 or each[0] == 0 for each in lengths.values())
    ):
        raise ValueError(f"columns must be at least two, all of one length of at least 1, got {lengths}")
    strange = [name for name in (score, *log) if name not in table]
    if strange:
        raise ValueError(f"score and log must name columns ({', '.join(table)}), got {strange[0]!r}")
    if table[score].dtype.kind not in "iuf" or not np.isfinite(table[score]).all():
        raise ValueError(f"the score must be finite numbers, got {table[score].tolist()}")
    for name in log:
        if table[name].dtype.kind not in "iuf" or table[name].min() <= 0:
            raise ValueError(f"{name!r} must be numbers above 0 for a logarithmic axis, got {table[name].tolist()}")
    return table


_PAPER = {"facecolor": (1, 1, 1, 0.8), "edgecolor": "none", "pad": 0.4}
