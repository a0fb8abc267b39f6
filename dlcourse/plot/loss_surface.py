"""The loss over two parameters, with the ways that optimizers take on it, and cuts through it. Chapters 4 and 5."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.patheffects import withStroke

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import BLACK, LINE_STYLES, MARKERS, ORANGE, SKY, VERMILION

# On a dark map the course's light colours are the ones that stand out.
ON_SURFACE = (ORANGE, SKY, "#FFFFFF", VERMILION, "#F0E442")
MOST_MARKERS = 12


@styled
def loss_surface(
    x: np.ndarray,
    y: np.ndarray,
    losses: np.ndarray,
    *,
    alt: str,
    title: str,
    trajectories: Mapping[str, np.ndarray] | None = None,
    minimum: tuple[float, float] | None = None,
    x_label: str = "first parameter",
    y_label: str = "second parameter",
    levels: int = 14,
    log: bool = False,
) -> Picture:
    """Contours of the loss, dark where it is low, and a line for each optimizer from its start (a large marker) on.

    Args:
        x: Values of the first parameter, rising, shape (C,).
        y: Values of the second parameter, rising, shape (R,).
        losses: The loss at `(x[column], y[row])`, shape (R, C): what `np.meshgrid(x, y)` leads to.
        alt: The alternative text.
        title: What to see.
        trajectories: For each optimizer its name and the parameters after each step, shape (steps, 2).
        minimum: Where the loss is lowest: a star.
        x_label: Name of the first parameter.
        y_label: Name of the second one.
        levels: Number of contours.
        log: Space the contours by equal factors; every loss must then be above 0.

    Raises:
        ValueError: If a shape is wrong, x or y does not rise, or a loss is not finite or, for `log`, not above 0.

    Example:
        >>> at = np.linspace(-1, 1, 5)
        >>> bowl = at[None, :] ** 2 + at[:, None] ** 2
        >>> way = {"descent": [[1.0, 1.0], [0.5, 0.5], [0.0, 0.0]]}
        >>> loss_surface(at, at, bowl, trajectories=way, title="A bowl", alt="A straight way down into a round bowl.")
        Figure: A straight way down into a round bowl.
    """
    x, y, losses = _checked(x, y, losses, log)
    figure, (axes,) = new_figure(width=6.4, height=4.4)
    low, high = float(losses.min()), float(losses.max())
    high = high if high > low else low + 1.0
    heights = np.geomspace(low, high, levels) if log else np.linspace(low, high, levels)
    norm = LogNorm(low, high) if log else Normalize(low, high)
    shown = axes.contourf(x, y, losses, levels=heights, norm=norm)
    axes.contour(x, y, losses, levels=heights[1:], colors="white", linewidths=0.4, alpha=0.5)
    for position, (name, way) in enumerate((trajectories or {}).items()):
        _draw_way(axes, position, name, np.asarray(way, "float64"))
    if minimum is not None:
        axes.plot(*minimum, "*", color="white", markeredgecolor=BLACK, markersize=15, label="minimum", zorder=5)
    axes.set(xlabel=x_label, ylabel=y_label, xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), title=title)
    axes.grid(False)
    figure.colorbar(shown, ax=axes, label="loss (logarithmic)" if log else "loss", format="%.3g")
    if trajectories or minimum is not None:
        handles = axes.get_legend_handles_labels()
        legend = figure.legend(*handles, loc="outside lower center", ncols=min(len(handles[0]), 4))
        legend.set(frame_on=True)
        legend.get_frame().set(facecolor="0.45", edgecolor="none")
        for text in legend.get_texts():
            text.set_color("white")
    return Picture(figure, alt)


@styled
def loss_slices(
    positions: np.ndarray,
    slices: Mapping[str, np.ndarray],
    *,
    alt: str,
    title: str,
    x_label: str = "step along a direction",
    log_y: bool = False,
) -> Picture:
    r"""The loss along straight lines through a point, $L(\theta + \alpha d)$, a line for each direction or model.

    How wide and how smooth a minimum is, at a cost of a few evaluations. Goodfellow, Vinyals and Saxe (2015),
    Qualitatively characterizing neural network optimization problems; Li, Xu, Taylor, Studer and Goldstein (2018),
    Visualizing the loss landscape of neural nets, with directions scaled as the filters are.

    Args:
        positions: Alpha, rising, shape (N,); at 0 is the point itself, marked by a line.
        slices: For each direction or model its name and its losses, shape (N,).
        alt: The alternative text.
        title: What to see.
        x_label: What the positions are.
        log_y: Draw the loss on a logarithmic scale.

    Raises:
        ValueError: If there is no slice, or one is not as long as the positions.

    Example:
        >>> alt = "A parabola with its foot at zero."
        >>> loss_slices([-1.0, 0.0, 1.0], {"wide": [1.0, 0.0, 1.0]}, title="A minimum", alt=alt)
        Figure: A parabola with its foot at zero.
    """
    along = np.asarray(positions, "float64")
    if not slices:
        raise ValueError("slices must name at least one, got none")
    figure, (axes,) = new_figure()
    axes.axvline(0, color="0.6", linewidth=0.8)
    for position, (name, losses) in enumerate(slices.items()):
        if along.ndim != 1 or np.shape(losses) != along.shape:
            raise ValueError(f"slice {name!r} must have the shape of positions, {along.shape}, got {np.shape(losses)}")
        axes.plot(along, np.asarray(losses), LINE_STYLES[position % len(LINE_STYLES)], label=name)
    axes.set(title=title, xlabel=x_label, ylabel="loss")
    if log_y:
        axes.set_yscale("log")
    if len(slices) > 1:
        axes.legend()
    return Picture(figure, alt)


def _draw_way(axes: Axes, position: int, name: str, way: np.ndarray) -> None:
    if way.ndim != 2 or way.shape[1:] != (2,) or not len(way):
        raise ValueError(f"trajectory {name!r} must have shape (steps, 2) with a step at least, got {way.shape}")
    color = ON_SURFACE[position % len(ON_SURFACE)]
    marker = MARKERS[position % len(MARKERS)]
    style = LINE_STYLES[position % len(LINE_STYLES)]
    every = max(1, len(way) // MOST_MARKERS)
    (line,) = axes.plot(*way.T, style, color=color, marker=marker, markersize=4, markevery=every, label=name, zorder=3)
    line.set_path_effects([withStroke(linewidth=3.2, foreground=BLACK)])
    axes.plot(*way[0], marker, color=color, markeredgecolor=BLACK, markersize=9, zorder=4)


def _checked(x: np.ndarray, y: np.ndarray, losses: np.ndarray, log: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y, losses = (np.asarray(each, "float64") for each in (x, y, losses))
    for name, each in (("x", x), ("y", y)):
        if each.ndim != 1 or len(each) < 2 or (np.diff(each) <= 0).any():
            raise ValueError(f"{name} must be at least two rising numbers, got shape {each.shape}")
    if losses.shape != (len(y), len(x)):
        raise ValueError(f"losses must have shape (len(y), len(x)) = {(len(y), len(x))}, got {losses.shape}")
    if not np.isfinite(losses).all():
        raise ValueError(f"losses must be finite, got {int((~np.isfinite(losses)).sum())} that are not")
    if log and losses.min() <= 0:
        raise ValueError(f"losses must be above 0 for a logarithmic scale, got {float(losses.min())}")
    return x, y, losses
