"""Question 7.2: how large the result of a convolution is."""

from __future__ import annotations

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_sizes(rng):
    def case(name, n, f, s=1, p=0, d=1, **options):
        return Case(name, {"n": n, "f": f, "s": s, "p": p, "d": d}, **options)

    a, b, c, e = (int(number) for number in rng.integers(0, 20, size=4))
    return [
        case("a kernel alone", 12 + a, 3 + 2 * (a % 2)),
        case("padding", 11 + b, 5, p=1 + b % 2),
        case("a stride that comes out even", 2 * (8 + c) + 1, 3, s=2),
        case("a stride with pixels left over", 3 * (7 + e) + 2, 3, s=3),
        case("dilation", 20 + a, 3, d=2 + a % 2),
        case("all of them", 31 + b, 5, s=2 + b % 2, p=2 + c % 2, d=2, points=2),
    ]


def output_size(n, f, s, p, d):
    return (n + 2 * p - d * (f - 1) - 1) // s + 1


def output_size_by_counting(n, f, s, p, d):
    return len(range(0, n + 2 * p - d * (f - 1), s))


def output_size_by_walking(n, f, s, p, d):
    places, start = 0, 0
    while start + d * (f - 1) < n + 2 * p:
        places, start = places + 1, start + s
    return places


def size_without_one(n, f, s, p, d):
    return (n + 2 * p - d * (f - 1) - 1) // s


def size_padded_once(n, f, s, p, d):
    return (n + p - d * (f - 1) - 1) // s + 1


def size_without_dilation(n, f, s, p, d):
    return (n + 2 * p - f) // s + 1


def size_dilated_kernel(n, f, s, p, d):
    return (n + 2 * p - d * f) // s + 1


def size_rounded_up(n, f, s, p, d):
    return -(-(n + 2 * p - d * (f - 1) - 1) // s) + 1


def size_not_rounded(n, f, s, p, d):
    return (n + 2 * p - d * (f - 1) - 1) / s + 1


def size_to_nearest(n, f, s, p, d):
    return round((n + 2 * p - d * (f - 1) - 1) / s + 1)


def size_without_brackets(n, f, s, p, d):
    return n + 2 * p - d * (f - 1) - 1 // s + 1


def size_without_last_number(n, f, s, p, d):
    return (n + 2 * p - d * (f - 1)) // s + 1


def size_dilated_once(n, f, s, p, d):
    return (n + 2 * p - (f + d - 1)) // s + 1


def size_gaps_of_d(n, f, s, p, d):
    return (n + 2 * p - (f + (f - 1) * d)) // s + 1


def size_divided_by_dilation(n, f, s, p, d):
    return (n + 2 * p - f) // (s * d) + 1


def size_padding_taken_away(n, f, s, p, d):
    return output_size(n, f, s, -p, d)


def size_without_padding_and_dilation(n, f, s, p, d):
    return output_size(n, f, s, 0, 1)


def size_stride_once(n, f, s, p, d):
    return (n + 2 * p - d * (f - 1)) // s


def size_without_padding(n, f, s, p, d):
    return output_size(n, f, s, 0, d)


def size_without_stride(n, f, s, p, d):
    return output_size(n, f, 1, p, d)


QUESTION = QuestionDefinition(
    id="7.2",
    title="Output sizes",
    draw=draw_sizes,
    reference=output_size,
    accepted=[output_size_by_counting, output_size_by_walking],
    mistakes=[
        Mistake(
            size_without_one,
            "first place",
            "One too few: the steps between places were counted. The first place, before any step, counts as well.",
        ),
        Mistake(size_padded_once, "both sides", "Padding is added on both sides, so it counts twice."),
        Mistake(
            size_without_dilation,
            "holes",
            "Right without dilation. A dilated kernel has holes between its numbers and covers more pixels than it has "
            "numbers.",
        ),
        Mistake(
            size_dilated_kernel,
            "gaps",
            "Nearly: a dilated kernel does not cover d f pixels. Between f numbers there are f - 1 gaps; draw f = 3, d = 2.",
        ),
        Mistake(
            size_rounded_up,
            "left over",
            "Right where the stride comes out even. Where pixels are left over at the end, the kernel does not fit once "
            "more: round down.",
        ),
        Mistake(
            size_to_nearest,
            "left over",
            "Right where the stride comes out even. Where pixels are left over at the end, the kernel does not fit once "
            "more: round down, not to the nearest number.",
        ),
        Mistake(
            size_not_rounded,
            "whole number",
            "Right where the stride comes out even. The number of places is a whole number: round down, with `//`.",
        ),
        Mistake(
            size_stride_once,
            "first place",
            "Right for a stride of 1. With a larger one, subtract 1, divide, then add 1: the first place needs no step.",
        ),
        Mistake(
            size_without_brackets,
            "Brackets",
            "Right for a stride of 1. Brackets are missing: `//` comes before `+` and `-`, so only the number just before "
            "it is divided.",
        ),
        Mistake(
            size_without_last_number,
            "one too many",
            "Often one too many: from its first number to its last the kernel covers d (f - 1) + 1 pixels; the last number "
            "counts, too.",
        ),
        Mistake(
            size_dilated_once,
            "every gap",
            "Right without dilation. It makes every gap between neighbouring numbers of the kernel longer, not one alone.",
        ),
        Mistake(
            size_gaps_of_d,
            "no holes",
            "With d = 1 there are no holes: numbers that lie d apart have d - 1 pixels between them.",
        ),
        Mistake(
            size_divided_by_dilation,
            "holes",
            "Right without dilation. It does not change the steps: a dilated kernel has holes, so it covers more pixels.",
        ),
        Mistake(
            size_padding_taken_away,
            "larger",
            "Right without padding. Padding makes the axis larger; it was taken away.",
        ),
        Mistake(
            size_without_padding_and_dilation,
            "not used yet",
            "Right for a kernel alone and for strides. Padding and dilation are not used yet.",
        ),
        Mistake(size_without_padding, "padding", "Right without padding, which is not used yet."),
        Mistake(size_without_stride, "stride", "Right for a stride of 1: the stride is not used yet."),
    ],
    hints=[
        "Take it in steps: how long is the padded axis, and how many pixels does the kernel cover from its first number to "
        "its last?",
        "With f numbers that lie d apart, the kernel covers d (f - 1) + 1 pixels.",
        "The kernel can move on by (padded length - covered) pixels, in steps of s. How many whole steps is that, and how "
        "many places?",
    ],
)
