"""Attention as a heat map: from which positions each position takes what it needs, a panel for each head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcourse.plot.matrix import check_names, draw_cells, name_cells, widen
from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import SEQUENTIAL

ROUNDING = 1e-4
MOST_COLUMNS = 4


@styled
def attention_heat_map(
    weights: np.ndarray,
    *,
    alt: str,
    title: str,
    queries: Sequence[str] = (),
    keys: Sequence[str] = (),
    head_names: Sequence[str] = (),
    query_label: str = "query",
    key_label: str = "key",
) -> Picture:
    r"""A row for each query: how its attention is shared among the keys, all heads on the scale from 0 to 1.

    $$A = \mathrm{softmax}(Q K^\top / \sqrt{d}), \qquad A_{ij} \ge 0, \qquad \sum_j A_{ij} \le 1$$

    A sum below 1 is a row with attention dropped out, or with nothing to attend to. Bahdanau, Cho and Bengio (2015),
    Neural machine translation by jointly learning to align and translate, drew such figures first.

    Args:
        weights: A, shape (T, S), or of several heads, shape (heads, T, S).
        alt: The alternative text.
        title: What to see.
        queries: The T tokens that attend.
        keys: The S tokens that are attended to.
        head_names: One name for each head; "head 1", "head 2" ... without them.
        query_label: What a row is.
        key_label: What a column is.

    Raises:
        ValueError: If the shape is wrong, a weight is not from 0 to 1 or the sum of a row above 1, as before the
            softmax, or names do not fit.

    Example:
        >>> alt = "Each of two tokens sees itself and the past."
        >>> attention_heat_map([[1.0, 0.0], [0.5, 0.5]], title="Causal", alt=alt)
        Figure: Each of two tokens sees itself and the past.
    """
    heads = _checked(weights)
    count, rows, columns = heads.shape
    check_names("queries", queries, rows)
    check_names("keys", keys, columns)
    check_names("head_names", head_names, count)
    names = head_names or [f"head {number + 1}" if count > 1 else "" for number in range(count)]
    across = min(count, MOST_COLUMNS)
    down = -(-count // across)
    side = 3.6 if count == 1 else 2.2
    figure, all_axes = new_figure(
        down, across, width=min(9.6, across * side + 1.6), height=down * side * min(max(rows / columns, 0.5), 1.5) + 0.9
    )
    for position, axes in enumerate(all_axes):
        axes.set_visible(position < count)
    for position, (axes, head, name) in enumerate(zip(all_axes, heads, names, strict=False)):
        shown = draw_cells(axes, head, SEQUENTIAL, (0, 1))
        name_cells(axes, queries, keys)
        axes.set_title(name)
        axes.set_xlabel(key_label if position >= count - across else "")
        axes.set_ylabel(query_label if position % across == 0 else "")
        axes.tick_params(labelleft=position % across == 0, labelbottom=position >= count - across)
    figure.colorbar(shown, ax=all_axes, label="attention weight")
    widen(figure)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _checked(weights: np.ndarray) -> np.ndarray:
    """Of shape (heads, T, S)."""
    heads = np.asarray(weights, dtype="float64")
    if heads.ndim not in (2, 3) or heads.size == 0:
        raise ValueError(f"weights must have shape (T, S) or (heads, T, S), none of them 0, got {heads.shape}")
    outside = heads[~((heads >= -ROUNDING) & (heads <= 1 + ROUNDING))]
    if outside.size:
        raise ValueError(f"weights must be from 0 to 1, as a softmax gives them, got {float(outside[0])}")
    sums = heads.sum(axis=-1)
    if sums.max() > 1 + ROUNDING * heads.shape[-1]:
        raise ValueError(f"the weights of a query must add up to at most 1, got {float(sums.max())}")
    return heads if heads.ndim == 3 else heads[None]
