"""A graph of steps, left to right: a computation and its gradients, the blocks of a model. Chapters 4 to 7."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import BLACK, BLUE, SKY, VERMILION

STEP, ROW = 2.55, 1.25
BEND = 0.35
WIDTH, HEIGHT = 1.5, 0.62
INCH = 0.62
Edge = tuple[str, str]


@styled
def graph(
    edges: Sequence[Edge],
    *,
    alt: str,
    title: str = "",
    texts: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
    edge_texts: Mapping[Edge, str] | None = None,
    highlighted: Sequence[str] = (),
) -> Picture:
    """A box for each node, one step to the right of the last of those that lead to it, and an arrow for each edge.

    An arrow that passes over another box is bent around it: a skip connection is seen as one.

    Args:
        edges: Pairs of names: from which node to which; no way may lead back.
        alt: The alternative text.
        title: What to see.
        texts: What stands in a box, by its name; the name itself without it.
        notes: A small text below a box, in red: a value, a gradient, a shape.
        edge_texts: A small text at an arrow: a local derivative.
        highlighted: Names of boxes that are tinted.

    Raises:
        ValueError: If there is no edge, an edge leads back to where it came from, or a name is of no node.

    Example:
        >>> alt = "Three boxes: x, its square and the loss."
        >>> graph([("x", "square"), ("square", "loss")], title="A chain", alt=alt)
        Figure: Three boxes: x, its square and the loss.
    """
    texts, notes, edge_texts = dict(texts or {}), dict(notes or {}), dict(edge_texts or {})
    places = _places(edges)
    strange = [name for name in (*texts, *notes, *highlighted) if name not in places]
    strange += [str(edge) for edge in edge_texts if edge not in edges]
    if strange:
        raise ValueError(
            f"texts, notes and highlighted must name nodes and edges ({', '.join(places)}), got {strange[0]!r}"
        )
    right = max(x for x, _ in places.values()) + WIDTH / 2 + 0.2
    top = max(abs(y) for _, y in places.values()) + HEIGHT + 0.45
    bent = {edge: _bend(edge, places) for edge in edges}
    upper = max([top, *(_peak(edge, places) + 0.2 for edge in edges if bent[edge])])
    top = top + 0.1 * bool(notes)
    figure, (axes,) = new_figure(
        width=INCH * (right + WIDTH / 2 + 0.2), height=INCH * (upper + top) + 0.3 * bool(title)
    )
    for edge in edges:
        _draw_edge(axes, places[edge[0]], places[edge[1]], edge_texts.get(edge, ""), bent[edge])
    for name, place in places.items():
        _draw_node(axes, place, texts.get(name, name), notes.get(name, ""), name in highlighted)
    axes.set(xlim=(-WIDTH / 2 - 0.2, right), ylim=(-top, upper), aspect="equal", title=title)
    axes.set_axis_off()
    return Picture(figure, alt)


def _places(edges: Sequence[Edge]) -> dict[str, tuple[float, float]]:
    """Where each node stands: its depth to the right, and its row among those of the same depth."""
    if not edges:
        raise ValueError("edges must be at least one, got none")
    names = list(dict.fromkeys(name for edge in edges for name in edge))
    depths = dict.fromkeys(names, 0)
    for _ in names:  # the longest way to a node has fewer edges than there are nodes
        for start, end in edges:
            depths[end] = max(depths[end], depths[start] + 1)
    if max(depths.values()) >= len(names):
        raise ValueError(f"no way may lead back to where it came from, got the edges {list(edges)}")
    for name in names:  # what nothing leads to stands just before its first use
        if all(end != name for _, end in edges):
            depths[name] = min(depths[end] for start, end in edges if start == name) - 1
    columns = {depth: [name for name in names if depths[name] == depth] for depth in depths.values()}
    return {
        name: (STEP * depth, ROW * ((len(column) - 1) / 2 - row))
        for depth, column in columns.items()
        for row, name in enumerate(column)
    }


def _bend(edge: Edge, places: Mapping[str, tuple[float, float]]) -> bool:
    """Whether a box stands on the straight line between two others."""
    (x0, y0), (x1, y1) = places[edge[0]], places[edge[1]]
    between = [(x, y) for x, y in places.values() if x0 < x < x1]
    return any(abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - y) < HEIGHT for x, y in between)


def _peak(edge: Edge, places: Mapping[str, tuple[float, float]]) -> float:
    (x0, y0), (x1, y1) = places[edge[0]], places[edge[1]]
    return _height(y0, y1, x1 - x0)


def _height(start: float, end: float, distance: float) -> float:
    """The middle of a bent arrow: half as far above its ends as its control point is."""
    return (start + end) / 2 + HEIGHT / 2 + BEND * distance / 2


def _draw_edge(axes: Axes, start: tuple[float, float], end: tuple[float, float], text: str, bent: bool) -> None:
    (x0, y0), (x1, y1) = start, end
    curve = f"arc3,rad={-BEND}" if bent else "arc3"
    begin, finish = (
        ((x0, y0 + HEIGHT / 2), (x1, y1 + HEIGHT / 2)) if bent else ((x0 + WIDTH / 2, y0), (x1 - WIDTH / 2, y1))
    )
    arrow = {"arrowstyle": "-|>", "color": BLACK, "connectionstyle": curve, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=finish, xytext=begin, arrowprops=arrow)
    if text:
        middle = (_height(y0, y1, x1 - x0) if bent else (y0 + y1) / 2) + 0.06
        side = "center" if bent or y0 == y1 else "right" if y1 > y0 else "left"
        axes.text((begin[0] + finish[0]) / 2, middle, text, ha=side, va="bottom", fontsize=8, color=BLUE)


def _draw_node(axes: Axes, place: tuple[float, float], text: str, note: str, highlighted: bool) -> None:
    x, y = place
    fill = (SKY, 0.45) if highlighted else "white"
    box = FancyBboxPatch(
        (x - WIDTH / 2, y - HEIGHT / 2), WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.12", fc=fill, ec=BLACK
    )
    axes.add_patch(box)
    axes.text(x, y, text, ha="center", va="center", fontsize=9)
    axes.text(x, y - HEIGHT / 2 - 0.06, note, ha="center", va="top", fontsize=8, color=VERMILION)
