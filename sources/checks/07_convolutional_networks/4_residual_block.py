"""Question 7.4: a residual block, forward."""

from __future__ import annotations

import numpy as np

from dlcourse import scratch
from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_blocks(rng):
    def case(name, side, channels, filters, stride=1, projected=False, **options):
        def normal(*shape):
            return np.round(rng.normal(size=shape) / np.sqrt(np.prod(shape[:-1])), 3)

        arguments = {
            "x": np.round(rng.normal(size=(1, side, side, channels)), 2),
            "first": normal(3, 3, channels, filters),
            "second": normal(3, 3, filters, filters),
            "shortcut": normal(1, 1, channels, filters) if projected else None,
            "stride": stride,
        }
        return Case(name, arguments, **options)

    return [
        case("one channel", 4, 1, 1),
        case("several channels", 5, 3, 3),
        case("more channels", 4, 2, 4, projected=True, points=2),
        case("half the size", 6, 2, 4, stride=2, projected=True, points=2),
        case("inputs left as they are", 4, 2, 2, pure=True),
    ]


def relu(x):
    return np.maximum(x, 0)


def residual_block(x, first, second, shortcut, stride):
    inside = relu(scratch.conv2d(x, first, stride=stride, padding="same"))
    branch = scratch.conv2d(inside, second, padding="same")
    return relu(branch + (x if shortcut is None else scratch.conv2d(x, shortcut, stride=stride)))


def residual_block_by_matrices(x, first, second, shortcut, stride):
    def same(image, kernel, step):
        rows = -(-image.shape[1] // step)
        missing = max((rows - 1) * step + 3 - image.shape[1], 0)
        before = missing // 2
        padded = np.pad(image, ((0, 0), (before, missing - before), (before, missing - before), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::step, ::step]
        return np.einsum("nijcuv,uvcf->nijf", windows, kernel)

    straight = x if shortcut is None else x[:, ::stride, ::stride] @ shortcut[0, 0]
    return relu(same(relu(same(x, first, stride)), second, 1) + straight)


def residual_block_in_steps(x, first, second, shortcut, stride):
    kept = x.copy()
    y = scratch.conv2d(x, first, stride, "same", method="loops")
    y = y * (y > 0)
    y = scratch.conv2d(y, second, 1, "same", method="loops")
    if shortcut is not None:
        kept = scratch.conv2d(kept, shortcut, stride, "same", method="loops")
    y = y + kept
    return y * (y > 0)


def _with(x, first, second, shortcut, stride, *, inner=relu, outer=relu, added=None, branch_end=lambda y: y):
    inside = inner(scratch.conv2d(x, first, stride=stride, padding="same"))
    branch = branch_end(scratch.conv2d(inside, second, padding="same"))
    straight = x if shortcut is None else scratch.conv2d(x, shortcut, stride=stride)
    return outer(branch + (straight if added is None else added(straight)))


def block_without_shortcut(*arguments):
    return _with(*arguments, added=np.zeros_like)


def block_without_last_relu(*arguments):
    return _with(*arguments, outer=lambda y: y)


def block_relu_before_sum(*arguments):
    return _with(*arguments, outer=lambda y: y, branch_end=relu)


def block_relu_twice(*arguments):
    return _with(*arguments, branch_end=relu)


def block_without_inner_relu(*arguments):
    return _with(*arguments, inner=lambda y: y)


def block_relu_on_shortcut(*arguments):
    return _with(*arguments, added=relu)


def block_projection_ignored(x, first, second, shortcut, stride):
    kept = x[:, ::stride, ::stride]
    missing = second.shape[-1] - x.shape[-1]
    kept = np.pad(kept, ((0, 0), (0, 0), (0, 0), (0, missing)))
    return _with(x, first, second, None, stride, added=lambda _: kept)


def block_subtracted(*arguments):
    return _with(*arguments, added=np.negative)


def block_stride_not_in_shortcut(x, first, second, shortcut, stride):
    inside = relu(scratch.conv2d(x, first, stride=stride, padding="same"))
    straight = x if shortcut is None else scratch.conv2d(x, shortcut)
    return relu(scratch.conv2d(inside, second, padding="same") + straight)


def block_stride_twice(x, first, second, shortcut, stride):
    inside = relu(scratch.conv2d(x, first, stride=stride, padding="same"))
    branch = scratch.conv2d(inside, second, stride=stride, padding="same")
    return relu(branch + (x if shortcut is None else scratch.conv2d(x, shortcut, stride=stride)))


def block_stride_second(x, first, second, shortcut, stride):
    inside = relu(scratch.conv2d(x, first, padding="same"))
    branch = scratch.conv2d(inside, second, stride=stride, padding="same")
    return relu(branch + (x if shortcut is None else scratch.conv2d(x, shortcut, stride=stride)))


def block_without_stride(x, first, second, shortcut, stride):
    return residual_block(x, first, second, shortcut, 1)


def block_branch_from_projection(x, first, second, shortcut, stride):
    if shortcut is not None:
        x = scratch.conv2d(x, shortcut, stride=stride, padding="same")
    return residual_block(x, first, second, None, stride)


def block_without_padding(x, first, second, shortcut, stride):
    branch = scratch.conv2d(relu(scratch.conv2d(x, first, stride=stride)), second)
    return relu(branch + (x if shortcut is None else scratch.conv2d(x, shortcut, stride=stride)))


def block_identity_forgotten(x, first, second, shortcut, stride):
    forgotten = block_without_shortcut(x, first, second, shortcut, stride)
    return forgotten if shortcut is None else residual_block(x, first, second, shortcut, stride)


def block_side_by_side(x, first, second, shortcut, stride):
    branch = _with(x, first, second, shortcut, stride, added=np.zeros_like, outer=lambda y: y)
    straight = x if shortcut is None else scratch.conv2d(x, shortcut, stride=stride)
    return relu(np.concatenate([branch, straight], axis=-1))


def block_without_relu(*arguments):
    return _with(*arguments, inner=lambda y: y, outer=lambda y: y)


def block_asks_an_array(x, first, second, shortcut, stride):
    return residual_block(x, first, second, shortcut if shortcut else None, stride)


def block_in_place(x, first, second, shortcut, stride):
    if shortcut is not None:
        return residual_block(x, first, second, shortcut, stride)
    x += scratch.conv2d(relu(scratch.conv2d(x, first, padding="same")), second, padding="same")
    return relu(x)


QUESTION = QuestionDefinition(
    id="7.4",
    title="A residual block",
    draw=draw_blocks,
    reference=residual_block,
    accepted=[residual_block_by_matrices, residual_block_in_steps],
    mistakes=[
        Mistake(
            block_without_shortcut,
            "input is not added",
            "The two convolutions are right, but the input is not added: that sum is what makes the block residual.",
        ),
        Mistake(block_without_last_relu, "after the sum", "Almost: the last ReLU, after the sum, is missing."),
        Mistake(
            block_relu_before_sum,
            "after the sum",
            "The last ReLU comes before the sum. It belongs after the sum; otherwise the block could only ever add.",
        ),
        Mistake(
            block_relu_twice,
            "only add",
            "There is a ReLU between the second convolution and the sum, so that the branch could only add, never take "
            "away.",
        ),
        Mistake(
            block_without_inner_relu,
            "between the two convolutions",
            "The ReLU between the two convolutions is missing: without it they are one linear map.",
        ),
        Mistake(
            block_relu_on_shortcut,
            "shortcut itself",
            "The shortcut goes through a ReLU of its own. The shortcut itself is to stay linear; its negative numbers count.",
        ),
        Mistake(
            block_projection_ignored,
            "projection",
            "Right where the shortcut is the input itself. Where a kernel is given, the shortcut is its convolution with "
            "the input, a projection.",
        ),
        Mistake(block_subtracted, "subtracted", "The input is subtracted; a residual block adds it."),
        Mistake(
            block_stride_not_in_shortcut,
            "same stride",
            "Right for a stride of 1. The shortcut has to take the same stride as the first convolution, or the two do not "
            "fit together.",
        ),
        Mistake(
            block_stride_twice,
            "second convolution",
            "Right for a stride of 1. The branch takes the stride twice; its second convolution has stride 1.",
        ),
        Mistake(
            block_stride_second,
            "first convolution",
            "Right for a stride of 1. The stride belongs to the first convolution of the branch, not to the second.",
        ),
        Mistake(
            block_without_stride,
            "not used",
            "Right for a stride of 1: the stride is not used yet, neither in the branch nor in the shortcut.",
        ),
        Mistake(
            block_branch_from_projection,
            "Both ways",
            "Right where the shortcut is the input itself. Both ways begin at the block's input; here the branch begins at "
            "the shortcut's result. Was `x` replaced too early?",
        ),
        Mistake(
            block_without_padding,
            'padding="same"',
            'The images shrink inside the block: every convolution is to have `padding="same"`.',
        ),
        Mistake(
            block_identity_forgotten,
            "itself",
            "Right where a kernel for the shortcut is given. Where it is None, the input itself is added.",
        ),
        Mistake(
            block_side_by_side,
            "sum",
            "The two ways are laid side by side, with twice the channels. They meet in a sum, number by number.",
        ),
        Mistake(
            block_without_relu,
            "between the two convolutions",
            "Both ReLUs are missing: the one between the two convolutions and the one after the sum.",
        ),
        Mistake(
            block_asks_an_array,
            "is not None",
            "An array has no truth value, so `if shortcut:` fails. Ask whether it `is not None`.",
        ),
        Mistake(block_in_place, "in place"),
    ],
    hints=[
        'Follow the two ways from the input to the sum. `scratch.conv2d(x, kernel, stride=..., padding="same")` does every '
        "convolution that is needed.",
        "The branch: convolution with the stride, ReLU, convolution with stride 1. No ReLU at its end.",
        "The shortcut: `x` itself where `shortcut` is None, else `x` convolved with it, with the stride. Add, then ReLU.",
    ],
    tolerance=SINGLE_PRECISION,
)
