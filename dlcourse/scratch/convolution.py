r"""The convolution of a network: by loops, as it is defined, and by im2col, as it is computed. Lesson 07_1.

What is called a convolution here is a cross-correlation: the kernel is not flipped. Its numbers are learned, so that it
does not matter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.scratch.arrays import real_array
from dlcourse.scratch.autodiff import Tensor
from dlcourse.scratch.output_size import conv_output_size, padding_widths

METHODS = ("im2col", "loops")
BORDERS = ("zero", "nearest")


def conv2d(
    x: ArrayLike | Tensor,
    kernel: ArrayLike | Tensor,
    stride: int = 1,
    padding: int | str = "valid",
    dilation: int = 1,
    groups: int = 1,
    border: str = "zero",
    method: str = "im2col",
) -> Any:
    r"""Slide a kernel over pictures and take the sum of products at each place.

    $$y_{n i j f} = \sum_{u, v, c} x_{n,\; i s + u d,\; j s + v d,\; c}\; k_{u v c f}$$

    with stride s and dilation d, in pictures to which the padding has been added. `"im2col"` copies every patch into a
    row and takes one matrix product: hundreds of times faster. With a `Tensor` the result is a `Tensor`, too, and
    `backward` gives the gradients. In g groups, an output channel sees a g-th of the input channels alone.
    Fukushima (1980), Neocognitron; LeCun et al. (1989), Backpropagation applied to handwritten zip code recognition;
    im2col: Chellapilla, Puri and Simard (2006), High performance convolutional neural networks.

    Args:
        x: Pictures, shape (N, rows, columns, C); or one without channels, shape (rows, columns).
        kernel: Shape (f, g, C / groups, F), input and output channels last; with a picture without channels, (f, g).
        stride: s, at least 1.
        padding: `"valid"` for none, `"same"` for as much as keeps the size at stride 1, or a number for each side.
        dilation: d, at least 1; 1 is a kernel without holes.
        groups: g, a divisor of C and of F.
        border: What is added around: `"zero"`, or the `"nearest"` value of the picture.
        method: `"im2col"`, or `"loops"`, for arrays alone.

    Returns:
        Shape (N, rows', columns', F), or (rows', columns').

    Raises:
        ValueError: If shapes do not fit, or an argument is not as said.

    Example:
        >>> picture = [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]]
        >>> conv2d(picture, [[-1, 1]])
        array([[0., 1., 0.],
               [0., 1., 0.],
               [0., 1., 0.]])
    """
    x, kernel = (each if isinstance(each, Tensor) else real_array(each) for each in (x, kernel))
    if x.ndim == kernel.ndim == 2:
        x, kernel = x.reshape((1, *x.shape, 1)), kernel.reshape((*kernel.shape, 1, 1))
        y = conv2d(x, kernel, stride, padding, dilation, groups, border, method)
        return y.reshape(y.shape[1:3])
    _check(x, kernel, groups, border, method)
    for size, length in zip(x.shape[1:3], kernel.shape[:2], strict=True):
        conv_output_size(size, length, stride, padding, dilation)
    padded = _padded(x, [padding_widths(n, f, stride, padding, dilation) for n, f in _sizes(x, kernel)], border)
    return {"im2col": _by_im2col, "loops": _by_loops}[method](padded, kernel, stride, dilation, groups)


def _by_loops(x: np.ndarray, kernel: np.ndarray, stride: int, dilation: int, groups: int) -> np.ndarray:
    """One number of the result after another."""
    (rows, columns), (_, _, depth, features) = _places(x, kernel, stride, dilation), kernel.shape
    y = np.empty((len(x), rows, columns, features), np.result_type(x, kernel))
    for i, j, f in np.ndindex(y.shape[1:]):
        channels = slice(f // (features // groups) * depth, None)
        patch = x[:, i * stride :: dilation, j * stride :: dilation, channels]
        patch = patch[:, : kernel.shape[0], : kernel.shape[1], :depth]  # (N, f, g, C / groups)
        # y_nijf = sum_uvc x_n,(is + ud),(js + vd),c k_uvcf
        y[:, i, j, f] = (patch * kernel[..., f]).sum(axis=(1, 2, 3))
    return y


def _by_im2col(x: Any, kernel: Any, stride: int, dilation: int, groups: int) -> Any:
    """Every patch as a row of a matrix, times the kernel as a matrix; for arrays and tensors alike."""
    height, width, depth, features = kernel.shape
    rows, columns = _places(x, kernel, stride, dilation)
    i = np.arange(rows)[:, None] * stride + np.arange(height) * dilation  # (rows', f)
    j = np.arange(columns)[:, None] * stride + np.arange(width) * dilation  # (columns', g)
    patches = x[:, i[:, None, :, None], j[None, :, None, :]]  # (N, rows', columns', f, g, C)
    count = len(x) * rows * columns
    left = patches.reshape((count, height * width, groups, depth)).transpose(2, 0, 1, 3)
    left = left.reshape((groups, count, height * width * depth))
    right = kernel.reshape((height * width * depth, groups, features // groups)).transpose(1, 0, 2)
    product = (left @ right).transpose(1, 0, 2)  # (N rows' columns', groups, F / groups)
    return product.reshape((len(x), rows, columns, features))


def _padded(x: Any, widths: list[tuple[int, int]], border: str) -> Any:
    if border == "nearest":
        i, j = (np.arange(-a, n + b).clip(0, n - 1) for (a, b), n in zip(widths, x.shape[1:3], strict=True))
        return x[:, i[:, None], j[None, :]]
    around = [(0, 0), *widths, (0, 0)]
    return x.pad(around) if isinstance(x, Tensor) else np.pad(x, around)


def _places(x: Any, kernel: Any, stride: int, dilation: int) -> tuple[int, ...]:
    return tuple(conv_output_size(n, f, stride, 0, dilation) for n, f in _sizes(x, kernel))


def _sizes(x: Any, kernel: Any) -> list[tuple[int, int]]:
    return list(zip(x.shape[1:3], kernel.shape[:2], strict=True))


def _check(x: Any, kernel: Any, groups: int, border: str, method: str) -> None:
    if x.ndim != 4 or kernel.ndim != 4:
        raise ValueError(
            "x must have shape (N, rows, columns, C) and kernel (f, g, C, F), or both two axes, "
            f"got {x.shape} and {kernel.shape}"
        )
    if groups < 1 or x.shape[3] != kernel.shape[2] * groups or kernel.shape[3] % groups:
        raise ValueError(
            f"x must have the kernel's channels times groups, and its features be a multiple of groups, "
            f"got {x.shape}, {kernel.shape} and {groups}"
        )
    if border not in BORDERS:
        raise ValueError(f"border must be one of {', '.join(BORDERS)}, got {border!r}")
    if method not in METHODS or (method == "loops" and (isinstance(x, Tensor) or isinstance(kernel, Tensor))):
        raise ValueError(f"method must be one of {', '.join(METHODS)}, a Tensor's im2col, got {method!r}")
