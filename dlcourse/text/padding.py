"""Sequences of different lengths as one array, over `keras.utils.pad_sequences`.

Keras fills and cuts at the left unless told otherwise. Here both happen at the right, as masks, causal models and the
fast recurrent kernels expect.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SIDES = {"right": "post", "left": "pre"}


def pad(
    sequences: Sequence[Sequence[int] | np.ndarray],
    length: int | None = None,
    value: float = 0,
    side: str = "right",
    cut: str = "right",
    dtype: str = "int32",
) -> np.ndarray:
    """One array of sequences, short ones filled, long ones cut.

    Args:
        sequences: N sequences of numbers, or of vectors of the same size.
        length: The length of all; that of the longest when None.
        value: What to fill with.
        side: Where to fill: `"right"` or `"left"`.
        cut: Where to cut: `"right"` or `"left"`.
        dtype: The type of the result.

    Returns:
        An array of shape (N, length, ...).

    Raises:
        ValueError: If there are no sequences, a length is not positive or a side is neither of the two.

    Example:
        >>> pad([[5, 6, 7], [8]], length=2).tolist()
        [[5, 6], [8, 0]]
    """
    import keras

    if len(sequences) == 0:
        raise ValueError("sequences must hold at least one sequence, got none")
    if length is not None and length < 1:
        raise ValueError(f"length must be at least 1, got {length!r}")
    return keras.utils.pad_sequences(
        sequences,
        maxlen=length,
        dtype=dtype,
        padding=_valid_side("side", side),
        truncating=_valid_side("cut", cut),
        value=value,
    )


def language_model_blocks(
    numbers: Sequence[int] | np.ndarray, length: int, stride: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Blocks of a long text and, for each place of each block, the token that comes next.

    Args:
        numbers: The N token numbers of the text.
        length: How many tokens T a block has.
        stride: How far the next block begins after this one; `length` when None, so that no token is predicted twice.

    Returns:
        Inputs and targets, both int32 of shape (B, T) with `targets[b, t] == inputs[b, t + 1]` inside a block. What is
        left over at the end of the text is dropped.

    Raises:
        ValueError: If length or stride is not positive, or the text has fewer than length + 1 tokens.

    Example:
        >>> inputs, targets = language_model_blocks([1, 2, 3, 4, 5], length=2)
        >>> inputs.tolist(), targets.tolist()
        ([[1, 2], [3, 4]], [[2, 3], [4, 5]])
    """
    numbers = np.asarray(numbers, dtype="int32")
    stride = length if stride is None else stride
    if length < 1 or stride < 1:
        raise ValueError(f"length and stride must be at least 1, got {length} and {stride}")
    if numbers.ndim != 1 or len(numbers) <= length:
        raise ValueError(f"numbers must be a vector of more than length = {length} tokens, got shape {numbers.shape}")
    blocks = np.lib.stride_tricks.sliding_window_view(numbers, length + 1)[::stride]
    return blocks[:, :-1].copy(), blocks[:, 1:].copy()


def _valid_side(name: str, side: str) -> str:
    if side not in SIDES:
        raise ValueError(f"{name} must be 'right' or 'left', got {side!r}")
    return SIDES[side]
