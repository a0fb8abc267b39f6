r"""How many numbers a convolution or a pooling leaves along an axis. Lesson 07_1."""

from __future__ import annotations

import operator


def conv_output_size(size: int, kernel: int, stride: int = 1, padding: int | str = 0, dilation: int = 1) -> int:
    r"""The number of places at which a kernel fits along an axis.

    $$\left\lfloor \frac{n + 2p - d\,(f - 1) - 1}{s} \right\rfloor + 1$$

    where a kernel of f numbers, d apart, covers $d\,(f - 1) + 1$ of them. With `"same"` it is $\lceil n / s \rceil$,
    whatever the kernel. Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning.

    Args:
        size: n, the numbers along the axis, at least 1.
        kernel: f, at least 1.
        stride: s, how far the kernel moves, at least 1.
        padding: p on each side, `"valid"` (0) or `"same"`.
        dilation: d, at least 1.

    Returns:
        The number of places, at least 1.

    Raises:
        ValueError: If a number is too small or not whole, `padding` is another word, or the kernel does not fit.

    Example:
        >>> conv_output_size(6, 3), conv_output_size(6, 3, padding=1), conv_output_size(224, 7, stride=2, padding=3)
        (4, 6, 112)
    """
    before, behind = padding_widths(size, kernel, stride, padding, dilation)
    covered = dilation * (kernel - 1) + 1
    if covered > size + before + behind:
        raise ValueError(f"a kernel that covers {covered} must fit into {size + before + behind} (padding included)")
    # floor((n + 2 p - d (f - 1) - 1) / s) + 1
    return (size + before + behind - covered) // stride + 1


def padding_widths(size: int, kernel: int, stride: int, padding: int | str, dilation: int) -> tuple[int, int]:
    """How many numbers are added before and behind; an odd one of `"same"` goes behind, as in TensorFlow.

    Raises:
        ValueError: As `conv_output_size`, except for a kernel that does not fit.
    """
    for name, value in (("size", size), ("kernel", kernel), ("stride", stride), ("dilation", dilation)):
        _check_whole(name, value, 1)
    if padding == "valid":
        return 0, 0
    if padding == "same":
        places = -(-size // stride)
        missing = max((places - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
        return missing // 2, missing - missing // 2
    if isinstance(padding, str):
        raise ValueError(f"padding must be a number, 'valid' or 'same', got {padding!r}")
    _check_whole("padding", padding, 0)
    return padding, padding


def _check_whole(name: str, value: int, least: int) -> None:
    try:
        too_small = operator.index(value) < least
    except TypeError:
        too_small = True
    if too_small:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
