"""The curve of a learning-rate range test. Lesson 04_2."""

from __future__ import annotations

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import VERMILION


@styled
def learning_rate_range(
    rates: np.ndarray, losses: np.ndarray, *, alt: str, title: str, suggestion: float | None = None
) -> Picture:
    """The loss over learning rates on a logarithmic axis, with a line at the suggested rate.

    Args:
        rates: The rates that were tried, above 0, shape (S,).
        losses: The smoothed loss at each, shape (S,).
        alt: The alternative text.
        title: What to see.
        suggestion: The rate to mark.

    Raises:
        ValueError: If the arrays are empty or differ in shape, or a rate is not above 0.
    """
    rates, losses = np.asarray(rates), np.asarray(losses)
    if rates.shape != losses.shape or rates.ndim != 1 or not rates.size:
        raise ValueError(
            f"rates and losses must both have shape (S,) with S at least 1, got {rates.shape} and {losses.shape}"
        )
    if not (rates > 0).all():
        raise ValueError(f"rates must be above 0, got {rates.min()}")
    figure, (axes,) = new_figure()
    axes.plot(rates, losses)
    if suggestion is not None:
        axes.axvline(suggestion, color=VERMILION, linestyle="--", label=f"suggested: {suggestion:.1e}")
        axes.legend()
    axes.set(xscale="log", xlabel="learning rate", ylabel="smoothed loss", title=title)
    return Picture(figure, alt)
