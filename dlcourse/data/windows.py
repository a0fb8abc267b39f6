"""A time series as examples to learn from: stretches of the past and what came next, cut without leaks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

Columns = int | Sequence[int] | None


class Windows(NamedTuple):
    """Examples from one part of a series.

    Attributes:
        x: Stretches of the past, of shape (B, T, D), or (B, T, 1) of a series of one variable.
        y: What came after each, of shape (B, H), or (B, H, K) for several target columns.
        times: At which time of the series each target lies, of shape (B, H).
    """

    x: np.ndarray
    y: np.ndarray
    times: np.ndarray


def windows(
    series: np.ndarray,
    length: int,
    horizon: int = 1,
    *,
    stride: int = 1,
    gap: int = 0,
    targets: Columns = None,
    shares: Sequence[float] = (0.8, 0.2),
    reach_back: bool = False,
) -> tuple[Windows, ...]:
    r"""Windows of a series, in parts that follow one another in time: training, then test.

    Example b of a part that begins at time s looks at times $s + b \cdot \text{stride}$ to
    $s + b \cdot \text{stride} + T - 1$, skips the gap and is asked for the H times that follow. No window reaches into
    another part: what a model is tested on, it has not seen in training, neither as target nor as input. Scaling must
    keep to that as well: take mean and deviation from the training part alone.

    Args:
        series: Values at equal steps of time, of shape (N,) or, with a column for each variable, (N, D).
        length: How many steps T the model looks at.
        horizon: How many steps H it is asked for.
        stride: Steps from the start of one window to that of the next.
        gap: Steps between the last input and the first target.
        targets: Which column, or columns, to ask for; None asks for all.
        shares: What share of the series each part gets, in the order of time.
        reach_back: Whether inputs of a later part may reach back into the one before, whose values are known by then.
            Then every time of that part is a target; its targets remain unseen in training.

    Returns:
        `Windows`, one for each share. Its inputs and targets are read-only views of the series, not copies.

    Raises:
        ValueError: If the series has another shape, a number is out of its range, the shares do not add up to 1 or a
            part is too short for one window.

    Example:
        >>> train, test = windows(np.arange(10.0), length=3, horizon=2, shares=(0.5, 0.5))
        >>> train.x[:, :, 0].tolist(), train.y.tolist()
        ([[0.0, 1.0, 2.0]], [[3.0, 4.0]])
        >>> test.x[:, :, 0].tolist(), test.y.tolist(), test.times.tolist()
        ([[5.0, 6.0, 7.0]], [[8.0, 9.0]], [[8, 9]])
    """
    values = _valid_series(series)
    _valid_steps(length, horizon, stride, gap)
    columns = _valid_columns(targets, np.ndim(series), values.shape[1])
    edges = _edges(len(values), shares)
    back = length + gap if reach_back else 0
    parts = [_part(values, max(0, start - back), end, length + gap + horizon) for start, end in pairwise(edges)]
    return tuple(_windows(first, view[::stride], stride, length, length + gap, columns) for first, view in parts)


def _part(values: np.ndarray, start: int, end: int, span: int) -> tuple[int, np.ndarray]:
    """The start of a part and every stretch of that span in it, of shape (B, D, span)."""
    if end - start < span:
        raise ValueError(
            f"each part must have length + gap + horizon = {span} steps or more, "
            f"got {end - start} in the part from {start} to {end}"
        )
    return start, np.lib.stride_tricks.sliding_window_view(values[start:end], span, axis=0)


def _windows(start: int, view: np.ndarray, stride: int, length: int, ahead: int, columns: Columns) -> Windows:
    """What is looked at and what is asked for: the first `length` steps of each stretch, and those from `ahead` on."""
    x = view[:, :, :length].transpose(0, 2, 1)  # (B, T, D)
    asked = view[:, slice(None) if columns is None else columns, ahead:]  # (B, H) or (B, K, H)
    y = asked if asked.ndim == 2 else asked.transpose(0, 2, 1)
    firsts = start + stride * np.arange(len(view)) + ahead
    return Windows(x, y, firsts[:, None] + np.arange(view.shape[2] - ahead))


def _edges(count: int, shares: Sequence[float]) -> list[int]:
    """Where the parts begin, and where the last one ends."""
    if not len(shares) or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"shares must be positive and add up to 1, got {tuple(shares)}")
    return [0, *(round(count * share) for share in np.cumsum(shares))]


def _valid_series(series: np.ndarray) -> np.ndarray:
    values = np.asarray(series)
    if values.ndim not in (1, 2) or values.dtype.kind not in "iuf":
        raise ValueError(f"series must be numbers of shape (N,) or (N, D), got {values.dtype} of shape {values.shape}")
    return values[:, None] if values.ndim == 1 else values


def _valid_steps(length: int, horizon: int, stride: int, gap: int) -> None:
    for name, steps, least in (("length", length, 1), ("horizon", horizon, 1), ("stride", stride, 1), ("gap", gap, 0)):
        if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < least:
            raise ValueError(f"{name} must be an integer of at least {least}, got {steps!r}")


def _valid_columns(targets: Columns, dimensions: int, count: int) -> Columns:
    if targets is None:
        return 0 if dimensions == 1 else None
    if not all(isinstance(each, int) and 0 <= each < count for each in np.atleast_1d(targets).tolist()):
        raise ValueError(f"targets must be columns from 0 to {count - 1}, got {targets!r}")
    return targets if isinstance(targets, int) else list(targets)
