"""How numbers are spread: one panel per sample, on common axes, each with its mean marked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import BLACK, CYCLE


@styled
def histograms(
    samples: Mapping[str, np.ndarray],
    *,
    alt: str,
    title: str,
    x_label: str,
    limits: tuple[float, float] | None = None,
    bins: int = 40,
) -> Picture:
    """A histogram per sample, as shares of the sample, with a dashed line at its mean.

    Args:
        samples: Name and numbers of each sample, arrays of any shape.
        alt: The alternative text.
        title: What to see.
        x_label: What the numbers are, with their unit.
        limits: Lowest and highest x shown; from the smallest to the largest number without it.
        bins: Number of bars in a panel.

    Raises:
        ValueError: If there is no sample, or one is empty.
    """
    if not samples or any(np.size(each) == 0 for each in samples.values()):
        raise ValueError(f"samples must be at least one and none empty, got sizes {_sizes(samples)}")
    flat = {name: np.ravel(each) for name, each in samples.items()}
    lowest, highest = limits or (min(each.min() for each in flat.values()), max(each.max() for each in flat.values()))
    figure, panels = new_figure(1, len(flat), width=7.2, height=3.0)
    for axes, (name, numbers), color in zip(panels, flat.items(), CYCLE, strict=False):
        shares = np.full(numbers.shape, 1 / numbers.size)
        axes.hist(numbers, np.linspace(lowest, highest, bins + 1).tolist(), weights=shares, color=color)
        axes.axvline(numbers.mean(), color=BLACK, linestyle="--", label="mean")
        axes.set(title=name, xlabel=x_label, ylim=(0, None))
        axes.sharey(panels[0])
    panels[0].set_ylabel("share")
    panels[0].legend()
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _sizes(samples: Mapping[str, np.ndarray]) -> dict[str, int]:
    return {name: int(np.size(each)) for name, each in samples.items()}
