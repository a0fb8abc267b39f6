"""How large the gradient is in each layer, over the training steps. Lesson 06_2."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import MaxNLocator

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import LINE_STYLES, SEQUENTIAL

SMALLEST = 1e-30


@styled
def gradient_flow(steps: np.ndarray, norms: Mapping[str, np.ndarray], *, alt: str, title: str) -> Picture:
    """A line per layer on a logarithmic axis, from dark for the first layer to light for the last.

    Args:
        steps: When the norms were taken, shape (S,).
        norms: For each layer, its name and the norm of its gradient at each step, shape (S,).
        alt: The alternative text.
        title: What to see.

    Raises:
        ValueError: If there is no layer or no step, or the norms of one do not have the shape of the steps.
    """
    steps = np.asarray(steps)
    if not norms or not steps.size:
        raise ValueError(f"norms must hold at least one layer and step, got {len(norms)} and {steps.size}")
    figure, (axes,) = new_figure()
    shades = mpl.colormaps[SEQUENTIAL](np.linspace(0, 0.9, len(norms)))
    for position, (name, values) in enumerate(norms.items()):
        if np.shape(values) != steps.shape:
            raise ValueError(
                f"norms of {name!r} must have the shape of the steps, {steps.shape}, got {np.shape(values)}"
            )
        drawn = np.maximum(values, SMALLEST)  # a logarithmic axis has no zero
        style = LINE_STYLES[position % len(LINE_STYLES)]
        axes.plot(steps, drawn, style, color=shades[position], marker="." if steps.size < 3 else "", label=name)
    axes.set(yscale="log", xlabel="step", ylabel="norm of the gradient", title=title)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    return Picture(figure, alt)
