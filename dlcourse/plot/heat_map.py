"""A matrix seen as colours with its numbers: correlations, scores over two settings, weights, gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcourse.plot.matrix import check_names, checked_matrix, draw_cells, name_cells, widen, write_numbers
from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import DIVERGING, SEQUENTIAL

MOST_NUMBERED_CELLS = 150


@styled
def heat_map(
    values: np.ndarray,
    *,
    alt: str,
    title: str,
    row_names: Sequence[str] = (),
    column_names: Sequence[str] = (),
    x_label: str = "",
    y_label: str = "",
    value_label: str = "value",
    decimals: int = 2,
    signed: bool = False,
    limits: tuple[float, float] | None = None,
    cell: float = 0.52,
) -> Picture:
    """A cell for each number of a matrix, coloured by it, with the number inside where there are at most 150 cells.

    Args:
        values: Shape (R, C); the first row is on top.
        alt: The alternative text.
        title: What to see.
        row_names: One name for each row.
        column_names: One name for each column.
        x_label: What the columns are.
        y_label: What the rows are.
        value_label: What the numbers are, with their unit, beside the scale of the colours.
        decimals: Of the numbers in the cells.
        signed: Centre the colours on zero, blue below it and red above.
        limits: The numbers at the ends of the scale; those of the matrix without it.
        cell: Side of a cell in inches.

    Raises:
        ValueError: If the shape is wrong, a number is not finite, or the names are not one for each row or column.

    Example:
        >>> heat_map([[1.0, 0.5], [0.5, 1.0]], title="Two features", alt="A matrix of two by two correlations.")
        Figure: A matrix of two by two correlations.
    """
    matrix = checked_matrix("values", values)
    check_names("row_names", row_names, matrix.shape[0])
    check_names("column_names", column_names, matrix.shape[1])
    rows, columns = matrix.shape
    width, height = np.clip([cell * columns + 2.0, cell * rows + 1.2], [3.2, 2.2], [9.0, 8.0])
    figure, (axes,) = new_figure(width=float(width), height=float(height))
    shown = draw_cells(axes, matrix, DIVERGING if signed else SEQUENTIAL, limits or _limits(matrix, signed))
    if matrix.size <= MOST_NUMBERED_CELLS:
        write_numbers(axes, shown, np.vectorize(lambda value: _number(value, decimals))(matrix))
    name_cells(axes, row_names, column_names)
    axes.set(xlabel=x_label, ylabel=y_label)
    figure.colorbar(shown, ax=axes, label=value_label)
    widen(figure)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _limits(matrix: np.ndarray, signed: bool) -> tuple[float, float]:
    if not signed:
        return float(matrix.min()), float(matrix.max())
    largest = float(np.abs(matrix).max())
    return -largest, largest


def _number(value: float, decimals: int) -> str:
    """A minus sign as wide as a plus, and no minus before a zero."""
    return f"{value:z.{decimals}f}".replace("-", "−")
