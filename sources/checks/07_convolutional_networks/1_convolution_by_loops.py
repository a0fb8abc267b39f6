"""Question 7.1: a convolution by loops."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_images(rng):
    def case(name, image, kernel, **options):
        arguments = {"x": np.round(rng.normal(size=image), 2), "kernel": np.round(rng.normal(size=kernel), 2)}
        return Case(name, arguments, **options)

    return [
        case("one channel, one filter", (4, 4, 1), (3, 3, 1, 1)),
        case("an image that is wider than high", (4, 7, 1), (2, 2, 1, 1)),
        case("three channels", (5, 5, 3), (3, 3, 3, 1)),
        case("several filters", (5, 6, 2), (3, 3, 2, 4), points=2),
        case("a kernel that is wider than high", (5, 6, 1), (2, 3, 1, 2)),
        case("a kernel of one pixel", (3, 4, 3), (1, 1, 3, 2)),
        case("inputs left as they are", (4, 5, 2), (2, 2, 2, 2), pure=True),
    ]


def convolve(x, kernel):
    height, width, _, filters = kernel.shape
    y = np.zeros((x.shape[0] - height + 1, x.shape[1] - width + 1, filters))
    for i, j, f in np.ndindex(y.shape):
        y[i, j, f] = np.sum(x[i : i + height, j : j + width] * kernel[..., f])
    return y


def convolve_by_windows(x, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(0, 1))
    return np.einsum("ijcuv,uvcf->ijf", windows, kernel)


def convolve_by_shifts(x, kernel):
    rows, columns = x.shape[0] - kernel.shape[0] + 1, x.shape[1] - kernel.shape[1] + 1
    return sum(
        x[u : u + rows, v : v + columns] @ kernel[u, v] for u in range(kernel.shape[0]) for v in range(kernel.shape[1])
    )


def convolve_number_by_number(x, kernel):
    height, width, channels, filters = kernel.shape
    y = [[[0.0] * filters for _ in range(x.shape[1] - width + 1)] for _ in range(x.shape[0] - height + 1)]
    for i, row in enumerate(y):
        for j, place in enumerate(row):
            for u, v, c, f in np.ndindex(height, width, channels, filters):
                place[f] += float(x[i + u, j + v, c] * kernel[u, v, c, f])
    return y


def convolve_flipped(x, kernel):
    return convolve(x, kernel[::-1, ::-1])


def convolve_one_short(x, kernel):
    return convolve(x, kernel)[:-1, :-1]


def convolve_same(x, kernel):
    above, left = (kernel.shape[0] - 1) // 2, (kernel.shape[1] - 1) // 2
    below, right = kernel.shape[0] - 1 - above, kernel.shape[1] - 1 - left
    return convolve(np.pad(x, ((above, below), (left, right), (0, 0))), kernel)


def convolve_channels_apart(x, kernel):
    return convolve(x[..., :1], kernel[:, :, :1])


def convolve_channels_averaged(x, kernel):
    return convolve(x, kernel) / x.shape[-1]


def convolve_first_filter(x, kernel):
    return convolve(x, kernel[..., :1])


def convolve_filters_added(x, kernel):
    return convolve(x, kernel.sum(axis=-1, keepdims=True))


def convolve_transposed(x, kernel):
    return convolve(x.transpose(1, 0, 2), kernel.transpose(1, 0, 2, 3))


def convolve_kernel_transposed(x, kernel):
    side = min(kernel.shape[:2])
    return convolve(x, kernel[:side, :side].transpose(1, 0, 2, 3))


def convolve_filters_first(x, kernel):
    return np.moveaxis(convolve(x, kernel), -1, 0)


def convolve_without_filter_axis(x, kernel):
    return convolve(x, kernel)[..., 0] if kernel.shape[-1] == 1 else convolve(x, kernel)


def convolve_in_place(x, kernel):
    y = convolve(x, kernel)
    x *= 0
    return y


QUESTION = QuestionDefinition(
    id="7.1",
    title="A convolution by loops",
    draw=draw_images,
    reference=convolve,
    accepted=[convolve_by_windows, convolve_by_shifts, convolve_number_by_number],
    mistakes=[
        Mistake(
            convolve_flipped,
            "flipped",
            "The kernel is flipped. That is the convolution of mathematics; the one of neural networks leaves the kernel "
            "as it is and is a cross-correlation.",
        ),
        Mistake(
            convolve_one_short,
            "one place too few",
            "There is one place too few in each direction: a kernel of f numbers fits into n at n - f + 1 places.",
        ),
        Mistake(
            convolve_same,
            "no padding",
            "The image was padded so that the result keeps its size. Asked for is no padding: only places where the "
            "whole kernel lies on the image.",
        ),
        Mistake(
            convolve_channels_apart,
            "every channel",
            "Only the first channel takes part. The sum at each place goes over rows, columns and every channel.",
        ),
        Mistake(
            convolve_channels_averaged,
            "sum",
            "Right up to the number of channels: products are summed over the channels, not averaged.",
        ),
        Mistake(
            convolve_first_filter,
            "last axis",
            "Only the first filter was used. The last axis of the kernel holds one filter beside the other; the result "
            "has one channel for each.",
        ),
        Mistake(
            convolve_filters_added,
            "of its own",
            "The filters were added up. Each of them makes a channel of its own in the result.",
        ),
        Mistake(convolve_transposed, "rows and columns", "The rows and columns of the result are exchanged."),
        Mistake(
            convolve_kernel_transposed,
            "transposed",
            "The kernel is transposed on the way: its first axis goes with the rows of the image, its second with the "
            "columns.",
        ),
        Mistake(
            convolve_filters_first,
            "last axis",
            "The right numbers, but the filters belong on the last axis of the result.",
        ),
        Mistake(
            convolve_without_filter_axis,
            "one filter alone",
            "The last axis is to stay there for one filter alone, too, with length 1.",
        ),
        Mistake(convolve_in_place, "in place"),
    ],
    hints=[
        "Begin with the shape of the result: at how many places does a kernel of f rows fit into n rows?",
        "At place (i, j) the kernel lies on `x[i : i + height, j : j + width]`, a patch with all of its channels.",
        "The patch has the shape of one filter, `kernel[:, :, :, f]`. Multiply the two number by number and sum everything.",
    ],
    tolerance=SINGLE_PRECISION,
)
