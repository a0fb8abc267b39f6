"""What a signal becomes on its way through a deep network: the histogram of each layer's numbers. Chapters 4 and 5."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import BLACK, CYCLE

PANEL = 0.62
ROOM = 1.45


@styled
def activation_histograms(
    runs: Mapping[str, Mapping[str, np.ndarray]],
    *,
    alt: str,
    title: str,
    x_label: str = "activation",
    limits: tuple[float, float] | None = None,
    bins: int = 50,
) -> Picture:
    """A column for each run, the layers from top to bottom, all over one axis; each panel tells mean and deviation.

    The bars of a panel are shares of the layer's numbers, up to its highest bar: what is compared is where the numbers
    lie. Numbers beyond the limits count into the outermost bars, so that no tail is hidden.

    Args:
        runs: For each run (an initializer, an activation function) the numbers of each layer by its name, arrays of
            any shape; the same layers in every run.
        alt: The alternative text.
        title: What to see.
        x_label: What the numbers are, with their unit: activations, gradients, weights.
        limits: Lowest and highest x shown; from the smallest to the largest number without it.
        bins: Number of bars in a panel.

    Raises:
        ValueError: If there is no run or no layer, the layers differ between runs, or a layer is empty or not finite.

    Example:
        >>> layers = {"layer 1": [-1.0, 0.0, 1.0], "layer 2": [-0.1, 0.0, 0.1]}
        >>> alt = "The second layer's numbers lie near zero."
        >>> activation_histograms({"small": layers}, title="It shrinks", alt=alt)
        Figure: The second layer's numbers lie near zero.
    """
    flat = _checked(runs)
    names = list(next(iter(flat.values())))
    edges = np.linspace(*(limits or _extent(flat)), bins + 1)
    figure, all_axes = new_figure(
        len(names), len(flat), width=min(9.6, 1.0 + 2.9 * len(flat)), height=min(PANEL * len(names) + 1.0, 10.0)
    )
    for position, axes in enumerate(all_axes):
        row, column = divmod(position, len(flat))
        _draw(axes, flat[list(flat)[column]][names[row]], edges, CYCLE[column % len(CYCLE)])
        if column == 0:
            axes.set_ylabel(names[row], rotation=0, ha="right", va="center", fontsize=9)
        if row == 0:
            axes.set_title(list(flat)[column])
        axes.tick_params(labelbottom=row == len(names) - 1)
        if row == len(names) - 1:
            axes.set_xlabel(x_label)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _draw(axes: Axes, numbers: np.ndarray, edges: np.ndarray, color: str) -> None:
    counts, _ = np.histogram(np.clip(numbers, edges[0], edges[-1]), edges)
    axes.stairs(counts / numbers.size, edges, fill=True, color=color)
    axes.axvline(0, color=BLACK, linewidth=0.8, linestyle=":")
    text = f"mean {_number(numbers.mean())}, std {_number(numbers.std())}"
    axes.text(0.99, 0.94, text, transform=axes.transAxes, ha="right", va="top", fontsize=7, bbox=_PAPER)
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, ROOM * counts.max() / numbers.size), yticks=[])
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.spines["left"].set_visible(False)


def _number(value: float) -> str:
    return f"{value:.2g}".replace("-", "−")


def _extent(flat: dict[str, dict[str, np.ndarray]]) -> tuple[float, float]:
    numbers = [each for layers in flat.values() for each in layers.values()]
    low, high = min(each.min() for each in numbers), max(each.max() for each in numbers)
    return (float(low), float(high)) if high > low else (float(low) - 0.5, float(high) + 0.5)


def _checked(runs: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, dict[str, np.ndarray]]:
    names = [list(layers) for layers in runs.values()]
    if not names or not names[0] or any(each != names[0] for each in names):
        raise ValueError(f"every run must have the same layers, at least one, got {names}")
    flat = {
        run: {name: np.ravel(np.asarray(values, "float64")) for name, values in layers.items()}
        for run, layers in runs.items()
    }
    for run, layers in flat.items():
        for name, numbers in layers.items():
            if not numbers.size or not np.isfinite(numbers).all():
                raise ValueError(f"{name!r} of {run!r} must hold finite numbers, at least one, got {numbers}")
    return flat


_PAPER = {"facecolor": (1, 1, 1, 0.7), "edgecolor": "none", "pad": 0.6}
