"""Samples of a data set at a glance: images or short signals side by side, or one long series."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from dlcourse.plot.picture import Picture, new_figure

COLUMNS = 6


def contact_sheet(samples: np.ndarray, labels: Sequence[str], *, alt: str) -> Picture:
    """Samples in rows of six, each under its label.

    Args:
        samples: Images of shape (N, height, width), (N, height, width, 1) or (N, height, width, 3), or signals of shape
            (N, length). Each is drawn from its own smallest to its own largest value.
        labels: One label a sample.
        alt: What is seen, in a sentence.

    Raises:
        ValueError: If there are no samples, or not one label for each.
    """
    if len(samples) == 0 or len(samples) != len(labels):
        raise ValueError(f"there must be one label a sample, got {len(labels)} labels for {len(samples)} samples")
    columns = min(len(samples), COLUMNS)
    rows = -(-len(samples) // columns)
    figure, all_axes = new_figure(rows, columns, width=1.3 * columns, height=1.5 * rows)
    for index, axes in enumerate(all_axes):
        axes.set_axis_off()
        if index < len(samples):
            _draw(axes, samples[index])
            axes.set_title(labels[index], fontsize=7)
    return Picture(figure, alt)


def long_series(times: np.ndarray, values: np.ndarray, *, label: str, alt: str) -> Picture:
    """A series over its whole length.

    Args:
        times: Of shape (N,).
        values: Of shape (N,).
        label: What the times are.
        alt: What is seen, in a sentence.
    """
    figure, (axes,) = new_figure(width=7.2, height=3)
    axes.plot(times, values, linewidth=0.6)
    axes.set_xlabel(label)
    return Picture(figure, alt)


def _draw(axes: Axes, sample: np.ndarray) -> None:
    if sample.ndim == 1:
        axes.plot(sample, linewidth=0.5)
        return
    shown = sample[..., 0] if sample.ndim == 3 and sample.shape[-1] == 1 else sample
    axes.imshow(_scaled(shown), cmap="gray", interpolation="nearest")


def _scaled(image: np.ndarray) -> np.ndarray:
    """From 0 to 1."""
    image = image.astype("float64")
    low, high = image.min(), image.max()
    return (image - low) / (high - low) if high > low else np.zeros_like(image)
