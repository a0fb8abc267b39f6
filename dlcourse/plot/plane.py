"""What figures of the plane share: points told apart by marker and colour, regions of classes, straight lines.

The drawing functions here take matplotlib axes; what a lesson calls is `decision_regions` and `boundary_steps`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb

from dlcourse.plot.style import BLACK, CYCLE, MARKERS

Predict = Callable[[np.ndarray], np.ndarray]
GRID_POINTS = 300
MARGIN = 0.08
DARKEST_TINT, LIGHTEST_TINT = 0.3, 0.1


@dataclass(frozen=True)
class Box:
    """The part of the plane that is shown."""

    left: float
    right: float
    bottom: float
    top: float


def checked_plane(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of shape (N, 2) and their labels of shape (N,).

    Raises:
        ValueError: If the shapes are others, there is no point, or a number is NaN or infinite.
    """
    x, y = np.asarray(x, dtype="float64"), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) == 0:
        raise ValueError(f"x must hold points of the plane, shape (N, 2), got {x.shape}")
    if y.shape != (len(x),):
        raise ValueError(f"y must have one label per point, shape ({len(x)},), got {y.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"x must hold finite numbers, got {int((~np.isfinite(x)).sum())} NaN or infinite")
    return x, y


def box_around(x: np.ndarray) -> Box:
    """The points' extent and a margin around it."""
    low, high = x.min(axis=0), x.max(axis=0)
    room = np.where(high > low, (high - low) * MARGIN, 1.0)
    (left, bottom), (right, top) = low - room, high + room
    return Box(float(left), float(right), float(bottom), float(top))


def class_names_of(classes: np.ndarray, names: Sequence[str] | None) -> list[str]:
    """One name for each class, in ascending order of the labels.

    Raises:
        ValueError: If there are not as many names as classes.
    """
    if names is None:
        return [f"class {label}" for label in classes.tolist()]
    if len(names) != len(classes):
        raise ValueError(f"class_names must name the {len(classes)} classes {classes.tolist()}, got {list(names)}")
    return list(names)


def draw_points(
    axes: Axes, x: np.ndarray, y: np.ndarray, classes: np.ndarray, names: Sequence[str], size: float = 28
) -> None:
    """One scatter for each class, with its own marker and colour."""
    for position, label in enumerate(classes):
        across, up = x[y == label].T
        axes.scatter(
            across,
            up,
            s=size,
            marker=MARKERS[position % len(MARKERS)],
            color=CYCLE[position % len(CYCLE)],
            linewidths=0,
            label=names[position],
            zorder=3,
        )


def draw_regions(axes: Axes, predict: Predict, classes: np.ndarray, box: Box) -> None:
    """Tint the plane by the class that `predict` gives, the first class darkest; black lines part the regions.

    Raises:
        ValueError: If `predict` gives another number of answers than it got points, or an answer that is no class.
    """
    across, up = np.linspace(box.left, box.right, GRID_POINTS), np.linspace(box.bottom, box.top, GRID_POINTS)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)  # (points, 2)
    answers = _as_positions(predict(grid), classes, len(grid)).reshape(GRID_POINTS, GRID_POINTS)
    axes.imshow(
        answers,
        origin="lower",
        extent=(box.left, box.right, box.bottom, box.top),
        cmap=ListedColormap(_tints(len(classes))),
        vmin=-0.5,
        vmax=len(classes) - 0.5,
        interpolation="nearest",
        aspect="auto",
        zorder=0,
    )
    for position in range(len(classes) - 1):
        inside = (answers == position).astype("float64")
        if 0 < inside.mean() < 1:
            axes.contour(across, up, inside, levels=[0.5], colors=BLACK, linewidths=1.4, zorder=2)


def draw_line(axes: Axes, weights: np.ndarray, bias: float, **style: Any) -> None:
    """The straight line on which `weights @ x + bias` is zero; nothing where the weights are zero, too."""
    length = float(weights @ weights)
    if length == 0:
        return
    foot = -bias * weights / length
    axes.axline(tuple(foot), tuple(foot + np.array([-weights[1], weights[0]]) / np.sqrt(length)), **style)


def show_box(axes: Axes, box: Box) -> None:
    """Set the limits and take the grid away: regions are the background."""
    axes.set(xlim=(box.left, box.right), ylim=(box.bottom, box.top))
    axes.grid(False)


def _as_positions(answers: np.ndarray, classes: np.ndarray, points: int) -> np.ndarray:
    answers = np.asarray(answers)
    if answers.size != points:
        raise ValueError(f"predict must give one answer per point, {points} of them, got shape {answers.shape}")
    answers = answers.reshape(-1)
    strange = answers[~np.isin(answers, classes)]
    if len(strange):
        raise ValueError(
            f"predict must give one of the classes {classes.tolist()}, got {strange[0]!s}: "
            "turn scores or probabilities into classes first"
        )
    return np.searchsorted(classes, answers)


def _tints(count: int) -> list[tuple[float, float, float]]:
    strengths = np.linspace(DARKEST_TINT, LIGHTEST_TINT, count)
    colours = np.array([to_rgb(CYCLE[position % len(CYCLE)]) for position in range(count)])
    return [tuple(row) for row in 1 - strengths[:, None] * (1 - colours)]
