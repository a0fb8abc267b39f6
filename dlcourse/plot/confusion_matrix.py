"""The confusion matrix: which class is taken for which. Lesson 11_1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcourse.plot.matrix import check_names, checked_matrix, draw_cells, name_cells, widen, write_numbers
from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import SEQUENTIAL

CELL = 0.48


@styled
def confusion_matrix(
    counts: np.ndarray,
    *,
    alt: str,
    title: str,
    class_names: Sequence[str] = (),
    shares: bool = False,
) -> Picture:
    r"""A row for each true class, a column for each predicted one; the colour is the share of the row.

    $$C_{ij} = |\{n : y_n = i,\ \hat{y}_n = j\}|, \qquad \text{colour}_{ij} = C_{ij} / \sum_k C_{ik}$$

    The diagonal holds what is right, and by the colour the recall of each class, however rare it is.

    Args:
        counts: C, whole numbers of at least 0, shape (K, K): what `sklearn.metrics.confusion_matrix` gives.
        alt: The alternative text.
        title: What to see.
        class_names: One name for each of the K classes.
        shares: Write the share of the row in each cell, in percent, instead of the count.

    Raises:
        ValueError: If the shape is not (K, K), a count is negative or no whole number, or the names are not K.

    Example:
        >>> alt = "Eight of ten cats and nine of ten dogs are right."
        >>> confusion_matrix([[8, 2], [1, 9]], title="Cats, dogs", alt=alt)
        Figure: Eight of ten cats and nine of ten dogs are right.
    """
    matrix = checked_matrix("counts", counts)
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"counts must have shape (classes, classes), got {matrix.shape}")
    wrong = matrix[(matrix < 0) | (matrix != np.round(matrix))]
    if wrong.size:
        raise ValueError(f"counts must be whole numbers of at least 0, got {float(wrong[0])}")
    check_names("class_names", class_names, len(matrix))
    part = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = float(np.clip(CELL * len(matrix), 2.3, 6.0))
    figure, (axes,) = new_figure(width=side + 2.0, height=side + 1.1)
    shown = draw_cells(axes, part, SEQUENTIAL, (0, 1))
    texts = np.vectorize(lambda value: f"{value:.0f}")(100 * part if shares else matrix)
    write_numbers(axes, shown, texts, size=9 if len(matrix) <= 12 else 6)
    name_cells(axes, class_names, class_names)
    axes.set(xlabel="predicted class", ylabel="true class")
    figure.colorbar(shown, ax=axes, label="share of the true class")
    unit = " (percent of the row)" if shares else ""
    widen(figure)
    figure.suptitle(title + unit, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)
