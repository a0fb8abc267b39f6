"""Curves of a classifier over all its thresholds: ROC, and precision against recall. Lesson 11_1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import LINE_STYLES

ROUNDING = 1e-9
Rates = Mapping[str, tuple[np.ndarray, np.ndarray]]


@styled
def roc_curve(models: Rates, *, alt: str, title: str) -> Picture:
    r"""The rate of true alarms against that of false ones, a line for each model, its area in the legend.

    $$\mathrm{TPR} = \frac{\mathrm{TP}}{\mathrm{TP} + \mathrm{FN}}, \qquad
      \mathrm{FPR} = \frac{\mathrm{FP}}{\mathrm{FP} + \mathrm{TN}}, \qquad
      \mathrm{AUC} = \int_0^1 \mathrm{TPR}\; d\,\mathrm{FPR}$$

    A coin gives the dashed diagonal and an area of 0.5. The area is the probability that a positive example scores
    above a negative one. Fawcett (2006), An introduction to ROC analysis.

    Args:
        models: For each model its name, its false positive rates and its true positive rates, two arrays of shape
            (N,): the first two of the three that `sklearn.metrics.roc_curve` gives.
        alt: The alternative text.
        title: What to see.

    Raises:
        ValueError: If there is no model, two arrays differ in shape, a rate is not from 0 to 1, or the false positive
            rates fall.

    Example:
        >>> rates = [0.0, 0.0, 1.0], [0.0, 0.8, 1.0]
        >>> roc_curve({"mine": rates}, title="A good model", alt="A curve far above the diagonal.")
        Figure: A curve far above the diagonal.
    """
    figure, (axes,) = new_figure(width=4.6, height=4.4)
    axes.plot([0, 1], [0, 1], linestyle=(0, (1, 3)), color="0.4", label="a coin, area 0.500")
    for position, (name, pair) in enumerate(_checked(models).items()):
        false, true = pair
        if (np.diff(false) < -ROUNDING).any():
            raise ValueError(f"the false positive rates of {name!r} must not fall, got {false.tolist()}")
        axes.plot(false, true, LINE_STYLES[position % 4], label=f"{name}, area {np.trapezoid(true, false):.3f}")
    axes.set(title=title, xlabel="false positive rate", ylabel="true positive rate", aspect="equal")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.legend(loc="lower right")
    return Picture(figure, alt)


@styled
def precision_recall_curve(models: Rates, *, alt: str, title: str, positive_share: float) -> Picture:
    r"""Precision against recall, a line for each model, its average precision in the legend.

    $$\mathrm{AP} = \sum_n (R_n - R_{n-1})\, P_n$$

    Steps and no slopes: between two thresholds there is no model. The dotted line is a coin, whose precision is the
    share of positives; where these are rare this figure tells more than the ROC. Davis and Goadrich (2006), The
    relationship between precision-recall and ROC curves.

    Args:
        models: For each model its name, its precisions P and its recalls R, two arrays of shape (N,), the recalls
            falling, as `sklearn.metrics.precision_recall_curve` gives them.
        alt: The alternative text.
        title: What to see.
        positive_share: The share of positives among all examples, from 0 to 1.

    Raises:
        ValueError: If there is no model, two arrays differ in shape, a number is not from 0 to 1, or the recalls rise.

    Example:
        >>> pair = [0.25, 0.75, 1.0], [1.0, 0.8, 0.0]
        >>> alt = "The precision stays at 0.75 up to a recall of 0.8."
        >>> precision_recall_curve({"mine": pair}, title="Rare positives", positive_share=0.25, alt=alt)
        Figure: The precision stays at 0.75 up to a recall of 0.8.
    """
    if not 0 <= positive_share <= 1:
        raise ValueError(f"positive_share must be from 0 to 1, got {positive_share}")
    figure, (axes,) = new_figure(width=4.6, height=4.7)
    axes.axhline(positive_share, linestyle=(0, (1, 3)), color="0.4", label=f"a coin, AP {positive_share:.3f}")
    for position, (name, pair) in enumerate(_checked(models).items()):
        precision, recall = pair
        if (np.diff(recall) > ROUNDING).any():
            raise ValueError(f"the recalls of {name!r} must not rise, got {recall.tolist()}")
        average = float(-np.diff(recall) @ precision[:-1])
        style = LINE_STYLES[position % 4]
        axes.step(recall, precision, style, where="post", label=f"{name}, AP {average:.3f}")
    axes.set(title=title, xlabel="recall", ylabel="precision", aspect="equal")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return Picture(figure, alt)


def _checked(models: Rates) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    if not models:
        raise ValueError("models must name at least one model, got none")
    checked = {name: (np.asarray(one, "float64"), np.asarray(two, "float64")) for name, (one, two) in models.items()}
    for name, (one, two) in checked.items():
        if one.shape != two.shape or one.ndim != 1 or one.size < 2:
            raise ValueError(
                f"{name!r} must have two arrays of shape (N,) with N at least 2, got {one.shape} and {two.shape}"
            )
        both = np.concatenate([one, two])
        outside = both[~((both >= 0) & (both <= 1 + ROUNDING))]
        if outside.size:
            raise ValueError(f"the rates of {name!r} must be from 0 to 1, got {float(outside[0])}")
    return checked
