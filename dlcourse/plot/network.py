"""A network drawn as a graph: boxes for inputs, circles for neurons, a line for each weight."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import BLACK, BLUE, VERMILION

RADIUS = 0.42
LAYER_DISTANCE, UNIT_DISTANCE = 3.0, 1.25
MOST_NUMBERED_LINES = 16
NUMBER_AT = 0.36
INCHES = 0.56
LINE_HEIGHT, OUTPUT_LENGTH, SIDE = 0.42, 0.8, 1.2
GREY = "#777777"


@styled
def network(
    layers: Sequence[int],
    *,
    alt: str,
    title: str = "",
    layer_names: Sequence[str] = (),
    unit_names: Sequence[Sequence[str]] = (),
    weights: Sequence[np.ndarray] = (),
    biases: Sequence[np.ndarray] = (),
    output_names: Sequence[str] = (),
    show_shapes: bool = False,
    max_units: int = 5,
) -> Picture:
    """Layers from left to right; given weights, a positive one is a solid line and a negative one is dashed.

    Lines are as thick as their weight is large, and carry its value where there are few of them. Of a layer with more
    than `max_units` units the first ones and the last one are drawn, with dots between them.

    Args:
        layers: Number of units in each layer, the inputs first.
        alt: The alternative text.
        title: What to see.
        layer_names: One name for each layer, below it.
        unit_names: For each layer one short text for each unit, inside it.
        weights: For each layer but the first its matrix, shape (units before, units), as a Dense layer's kernel.
        biases: For each layer but the first its biases, shape (units,), written below the units.
        output_names: For each unit of the last layer the name of what leaves it, at the end of an arrow.
        show_shapes: Write the shapes of weights and biases between the layers.
        max_units: The most units drawn in a layer, at least 3.

    Raises:
        ValueError: If there are fewer than two layers, a layer has no units, or what is given does not fit the layers.
    """
    _check(layers, layer_names, unit_names, weights, biases, output_names, max_units)
    shown = [_shown_units(count, max_units) for count in layers]
    top = UNIT_DISTANCE * max(len(rows) for rows in shown) / 2
    below = -top - LINE_HEIGHT * bool(len(biases)) / 2
    bottom = below - LINE_HEIGHT * (bool(len(layer_names)) + show_shapes)
    right = LAYER_DISTANCE * (len(layers) - 1) + SIDE + OUTPUT_LENGTH * bool(output_names)
    figure, (axes,) = new_figure(width=INCHES * (SIDE + right), height=INCHES * (top - bottom) + 0.3 * bool(title))
    for position in range(1, len(layers)):
        matrix = np.asarray(weights[position - 1]) if len(weights) else None
        _draw_lines(axes, position, shown[position - 1], shown[position], matrix)
    for position, rows in enumerate(shown):
        names = unit_names[position] if unit_names else ()
        bias = np.asarray(biases[position - 1]) if position and len(biases) else None
        _draw_units(axes, position, rows, names, bias)
    _draw_outputs(axes, len(layers) - 1, shown[-1], output_names)
    _write_below(axes, layers, layer_names, show_shapes, below)
    axes.set(xlim=(-SIDE, right), ylim=(bottom, top), title=title, aspect="equal")
    axes.set_axis_off()
    return Picture(figure, alt)


def _shown_units(count: int, most: int) -> list[int | None]:
    """The numbers of the units drawn, from the top; None stands for the dots."""
    return list(range(count)) if count <= most else [*range(most - 2), None, count - 1]


def _place(layer: int, row: int, rows: int) -> tuple[float, float]:
    return layer * LAYER_DISTANCE, UNIT_DISTANCE * ((rows - 1) / 2 - row)


def _draw_units(
    axes: Axes, layer: int, shown: list[int | None], names: Sequence[str], biases: np.ndarray | None
) -> None:
    for row, unit in enumerate(shown):
        x, y = _place(layer, row, len(shown))
        if unit is None:
            axes.text(x, y, "⋮", ha="center", va="center", fontsize=16)
            continue
        axes.add_patch(_box(x, y) if layer == 0 else Circle((x, y), RADIUS, facecolor="white", edgecolor=BLACK))
        if names:
            axes.text(x, y, names[unit], ha="center", va="center", fontsize=9)
        if biases is not None:
            axes.text(x, y - RADIUS - 0.05, f"b = {_number(biases[unit])}", ha="center", va="top", fontsize=8)


def _box(x: float, y: float) -> FancyBboxPatch:
    side = 1.6 * RADIUS
    return FancyBboxPatch(
        (x - side / 2, y - side / 2), side, side, boxstyle="round,pad=0.05", facecolor="#EEEEEE", edgecolor=BLACK
    )


def _draw_lines(
    axes: Axes, layer: int, before: list[int | None], after: list[int | None], matrix: np.ndarray | None
) -> None:
    ends = [
        (_place(layer - 1, i, len(before)), _place(layer, j, len(after)), source, target)
        for i, source in enumerate(before)
        for j, target in enumerate(after)
        if source is not None and target is not None
    ]
    largest = float(np.abs(matrix).max()) if matrix is not None else 0.0
    for start, end, source, target in ends:
        weight = None if matrix is None else float(matrix[source, target])
        axes.plot(*zip(start, end, strict=True), zorder=0, **_line_style(weight, largest))
        if weight is not None and len(ends) <= MOST_NUMBERED_LINES:
            x, y = np.array(start) + NUMBER_AT * (np.array(end) - np.array(start))
            axes.text(x, y, _number(weight), ha="center", va="center", fontsize=9, bbox=_PAPER)


def _line_style(weight: float | None, largest: float) -> dict[str, Any]:
    if weight is None:
        return {"color": GREY, "linewidth": 0.8}
    share = abs(weight) / largest if largest else 0.0
    return {
        "color": BLUE if weight >= 0 else VERMILION,
        "linestyle": "-" if weight >= 0 else "--",
        "linewidth": 0.6 + 2.4 * share,
    }


def _draw_outputs(axes: Axes, layer: int, shown: list[int | None], names: Sequence[str]) -> None:
    for row, unit in enumerate(shown if names else []):
        if unit is None:
            continue
        x, y = _place(layer, row, len(shown))
        axes.annotate(
            names[unit],
            xy=(x + RADIUS, y),
            xytext=(x + RADIUS + OUTPUT_LENGTH, y),
            va="center",
            arrowprops={"arrowstyle": "<|-", "color": BLACK},
        )


def _write_below(axes: Axes, layers: Sequence[int], names: Sequence[str], show_shapes: bool, y: float) -> None:
    for position, name in enumerate(names):
        axes.text(position * LAYER_DISTANCE, y, name, ha="center", va="top", fontsize=9)
    if not show_shapes:
        return
    below = y - LINE_HEIGHT * bool(names)
    for position, (before, count) in enumerate(itertools.pairwise(layers)):
        text = f"W ({before}, {count}), b ({count},)"
        axes.text((position + 0.5) * LAYER_DISTANCE, below, text, ha="center", va="top", fontsize=9, color=GREY)


def _number(value: float) -> str:
    """At most two decimals, and a minus sign that is as wide as a plus."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−")


def _check(
    layers: Sequence[int],
    layer_names: Sequence[str],
    unit_names: Sequence[Sequence[str]],
    weights: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
    output_names: Sequence[str],
    max_units: int,
) -> None:
    if len(layers) < 2 or min(layers) < 1:
        raise ValueError(f"layers must be at least two, each of at least one unit, got {list(layers)}")
    if max_units < 3:
        raise ValueError(f"max_units must be at least 3, got {max_units}")
    _check_shapes("layer_names", [(len(layer_names),)] if len(layer_names) else [], [(len(layers),)])
    _check_shapes("unit_names", [(len(each),) for each in unit_names], [(count,) for count in layers])
    _check_shapes("weights", [np.shape(each) for each in weights], list(itertools.pairwise(layers)))
    _check_shapes("biases", [np.shape(each) for each in biases], [(count,) for count in layers[1:]])
    _check_shapes("output_names", [(len(output_names),)] if len(output_names) else [], [(layers[-1],)])


def _check_shapes(name: str, found: list[tuple[int, ...]], needed: list[tuple[int, ...]]) -> None:
    if found and found != needed:
        raise ValueError(f"{name} must have the shapes {needed}, got {found}")


_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
