"""Training curves: one panel for each number that training recorded, over the epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from dlcourse.plot.picture import Picture, new_figure, styled

VALIDATION = "val_"


@styled
def history(
    record: Mapping[str, Sequence[float]],
    *,
    alt: str,
    title: str = "",
    metrics: Sequence[str] | None = None,
) -> Picture:
    """A panel for each metric over the epochs; where there is a `val_` twin, both are in the same panel.

    Args:
        record: What `model.fit(...).history` holds: a list of one number per epoch for each metric's name.
        alt: The alternative text.
        title: What to see, above the panels.
        metrics: Which metrics to draw, in this order; all that are recorded without it.

    Raises:
        ValueError: If nothing is recorded, a metric is not in the record, or the lists differ in length.
    """
    chosen = list(metrics) if metrics is not None else [name for name in record if not name.startswith(VALIDATION)]
    epochs = np.arange(1, _length(record, chosen) + 1)
    figure, all_axes = new_figure(1, len(chosen), width=min(9.0, 0.6 + 3.0 * len(chosen)), height=2.7)
    for axes, name in zip(all_axes, chosen, strict=True):
        axes.plot(epochs, record[name], "-", label="training")
        if VALIDATION + name in record:
            axes.plot(epochs, record[VALIDATION + name], "--", label="validation")
            axes.legend()
        axes.set(xlabel="epoch", ylabel=name.replace("_", " "))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if title:
        figure.suptitle(title, x=0.01, horizontalalignment="left", fontsize=11)
    return Picture(figure, alt)


def _length(record: Mapping[str, Sequence[float]], chosen: Sequence[str]) -> int:
    if not chosen:
        raise ValueError("the record must hold at least one metric, got none")
    missing = [name for name in chosen if name not in record]
    if missing:
        raise ValueError(f"metrics must be in the record ({', '.join(record)}), got {missing[0]!r}")
    drawn = [name for name in record if name.removeprefix(VALIDATION) in chosen]
    lengths = {name: len(record[name]) for name in drawn}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"all lists of the record must be of one length, got {lengths}")
    return lengths[drawn[0]]
