"""Reliability diagrams: is a classifier right as often as it says it is? Lesson 03_3."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import BLACK, SKY, VERMILION

ROUNDING = 1e-6


@styled
def reliability_diagram(
    models: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    alt: str,
    title: str,
    bins: int = 10,
    lowest: float = 0.0,
) -> Picture:
    r"""Above, the accuracy in each bin of confidence and its gap to the confidence; below, where the predictions lie.

    Bin m of M holds the predictions with a confidence in $((m - 1)/M,\; m/M]$. A bar is as high as the share of them
    that is right; a thick line, the bin's gap, leads from there to a diamond at their mean confidence.
    The expected calibration error is the mean of the gaps, weighted by the shares in the lower panel. Guo et al.
    (2017), On calibration of modern neural networks.

    Args:
        models: For each model, its name, and for each of its N predictions the confidence (largest probability) and
            whether it was right: two arrays of shape (N,).
        alt: The alternative text.
        title: What to see.
        bins: M.
        lowest: Where the axis of the confidence begins; with K classes no confidence is below 1/K.

    Raises:
        ValueError: If there is no model, two arrays differ in shape or are empty, or a confidence is not from 0 to 1.
    """
    if not models:
        raise ValueError("models must name at least one model, got none")
    figure, all_axes = new_figure(2, len(models), width=min(9.0, 0.9 + 2.2 * len(models)), height=3.9)
    grid = all_axes[0].get_gridspec()
    assert grid is not None
    grid.set_height_ratios([3, 1])
    upper, lower = all_axes[: len(models)], all_axes[len(models) :]
    for above, below, (name, (confidence, correct)) in zip(upper, lower, models.items(), strict=True):
        share, accuracy, mean_confidence = _by_bin(np.asarray(confidence), np.asarray(correct), bins)
        _draw_gaps(above, accuracy, mean_confidence)
        below.bar(_middles(bins), share, width=1 / bins, color="0.6", edgecolor=BLACK)
        above.set(title=name, xlim=(lowest, 1), ylim=(0, 1))
        below.set(xlabel="confidence", xlim=(lowest, 1), ylim=(0, 1))
    for axes in all_axes:
        axes.set_xticks([lowest, (lowest + 1) / 2, 1])
        axes.label_outer()
    upper[0].set_ylabel("share that is right")
    lower[0].set_ylabel("share of\npredictions")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    figure.legend(*upper[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return Picture(figure, alt)


def _draw_gaps(axes: Axes, accuracy: np.ndarray, confidence: np.ndarray) -> None:
    middles, width = _middles(len(accuracy)), 1 / len(accuracy)
    axes.plot([0, 1], [0, 1], "--", color=BLACK, linewidth=1.2, label="calibrated")
    axes.bar(middles, accuracy, width=width, color=(SKY, 0.45), edgecolor=BLACK, label="accuracy")
    filled = accuracy + confidence > 0
    axes.vlines(middles[filled], accuracy[filled], confidence[filled], color=VERMILION, linewidth=3, label="gap")
    axes.plot(middles[filled], confidence[filled], "D", color=VERMILION, markersize=5, label="mean confidence")


def _by_bin(confidence: np.ndarray, correct: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of the predictions, accuracy and mean confidence of each bin, shape (M,); an empty bin has 0 of each."""
    if confidence.shape != correct.shape or confidence.ndim != 1 or not confidence.size:
        raise ValueError(
            "confidence and correct must both have shape (N,) with N at least 1, "
            f"got {confidence.shape} and {correct.shape}"
        )
    outside = confidence[~((confidence >= 0) & (confidence <= 1 + ROUNDING))]
    if outside.size:
        raise ValueError(f"confidence must be from 0 to 1, got {float(outside[0])}")
    numbers = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(numbers, minlength=bins)
    sums = [np.bincount(numbers, weights=each, minlength=bins) for each in (correct, confidence)]
    accuracy, mean_confidence = (each / np.maximum(counts, 1) for each in sums)
    return counts / counts.sum(), accuracy, mean_confidence


def _middles(bins: int) -> np.ndarray:
    return (np.arange(bins) + 0.5) / bins
