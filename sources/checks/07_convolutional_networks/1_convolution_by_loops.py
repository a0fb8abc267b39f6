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


def _at_every_place(x, kernel, product):
    """A result of the right shape whose numbers `product` makes, given the place and the filter."""
    y = np.zeros((x.shape[0] - kernel.shape[0] + 1, x.shape[1] - kernel.shape[1] + 1, kernel.shape[-1]))
    for i, j, f in np.ndindex(y.shape):
        y[i, j, f] = product(i, j, f)
    return y


def convolve_all_filters_everywhere(x, kernel):
    return convolve_filters_added(x, kernel) * np.ones(kernel.shape[-1])


def convolve_averaged(x, kernel):
    return convolve(x, kernel) / kernel[..., 0].size


def convolve_channels_left(x, kernel):
    height, width = kernel.shape[:2]
    return _at_every_place(
        x, kernel, lambda i, j, f: np.sum(x[i : i + height, j : j + width] * kernel[..., f], axis=(0, 1))
    )


def convolve_last_channel(x, kernel):
    return convolve(x[..., -1:], kernel[:, :, -1:])


def convolve_first_patch_everywhere(x, kernel):
    height, width = kernel.shape[:2]
    return _at_every_place(x, kernel, lambda i, j, f: np.sum(x[:height, :width] * kernel[..., f]))


def convolve_side_by_side(x, kernel):
    height, width = kernel.shape[:2]

    def product(i, j, f):
        patch = x[i * height : (i + 1) * height, j * width : (j + 1) * width]
        return np.sum(patch * kernel[..., f]) if patch.shape[:2] == (height, width) else 0

    return _at_every_place(x, kernel, product)


def convolve_loops_end_early(x, kernel):
    y = convolve(x, kernel)
    y[-1], y[:, -1] = 0, 0
    return y


def convolve_into_zeros(x, kernel):
    y, inside = np.zeros((*x.shape[:2], kernel.shape[-1])), convolve(x, kernel)
    y[: inside.shape[0], : inside.shape[1]] = inside
    return y


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
        Mistake(
            convolve_all_filters_everywhere,
            "of its own",
            "The filters were added up, and each channel of the result holds the same sum. Each of them makes a channel of "
            "its own: take one filter at a time, `kernel[:, :, :, f]`.",
        ),
        Mistake(
            convolve_averaged,
            "summed",
            "These are means. The products under the kernel are summed.",
        ),
        Mistake(
            convolve_channels_left,
            "over the channels",
            "The sum over rows and columns leaves a number for each channel, too many for one place of the result. Sum "
            "over the channels as well.",
        ),
        Mistake(
            convolve_last_channel,
            "every channel",
            "Only the last channel counts, and the sum goes over every channel: in a loop, `=` forgets those before, `+=` adds.",
        ),
        Mistake(
            convolve_first_patch_everywhere,
            "has to move",
            "Every place has the number of the first one. The patch under the kernel has to move with i and j.",
        ),
        Mistake(
            convolve_side_by_side,
            "one pixel",
            "Patches lie side by side, as in pooling. With stride 1 the kernel moves on by one pixel, so patches overlap.",
        ),
        Mistake(
            convolve_loops_end_early,
            "stay 0",
            "The shape is right, but the last row and the last column stay 0: the loops end one place too early. "
            "`range(n)` already ends with n - 1.",
        ),
        Mistake(
            convolve_into_zeros,
            "as large as the image",
            "The numbers are right, but the result is as large as the image, so there are zeros where the kernel does not "
            "fit. It has n - f + 1 places along each axis.",
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
