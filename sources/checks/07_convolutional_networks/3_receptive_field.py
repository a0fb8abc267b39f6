"""Question 7.3: the receptive field of a stack of layers."""

from __future__ import annotations

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_stacks(rng):
    def odd(count, largest=3):
        return [2 * int(k) + 1 for k in rng.integers(1, largest + 1, size=count)]

    def stack(sizes, strides):
        return [[int(f), int(s)] for f, s in zip(sizes, strides, strict=True)]

    a, b, c = odd(3)
    return [
        Case("one layer", {"layers": stack([a], [1])}),
        Case("three layers without strides", {"layers": stack(odd(3), [1, 1, 1])}),
        Case("a stride in the last layer", {"layers": stack([b, c], [1, 2])}),
        Case("a stride in the first layer", {"layers": stack([c, b], [2, 1])}),
        Case("convolutions and poolings", {"layers": stack([a, 2, b, 2, c], [1, 2, 1, 2, 1])}, points=2),
        Case("strides of 2 and 3", {"layers": stack([*odd(3), 3], [2, 3, 2, 1])}, points=2),
    ]


def receptive_field(layers):
    size, step = 1, 1
    for f, s in layers:
        size += (f - 1) * step
        step *= s
    return size


def receptive_field_backwards(layers):
    pixels = 1
    for f, s in reversed(layers):
        pixels = (pixels - 1) * s + f
    return pixels


def receptive_field_by_looking(layers):
    seen = {0}
    for f, s in reversed(layers):
        seen = {place * s + offset for place in seen for offset in range(f)}
    return max(seen) - min(seen) + 1


def field_sum(layers):
    return sum(f for f, _ in layers)


def field_without_strides(layers):
    return 1 + sum(f - 1 for f, _ in layers)


def field_stride_too_early(layers):
    size, step = 1, 1
    for f, s in layers:
        step *= s
        size += (f - 1) * step
    return size


def field_stride_forgotten(layers):
    size, step = 1, 1
    for f, s in layers:
        size += (f - 1) * step
        step = s
    return size


def field_strides_added(layers):
    size, step = 1, 1
    for f, s in layers:
        size += (f - 1) * step
        step += s - 1
    return size


def field_product(layers):
    product = 1
    for f, _ in layers:
        product *= f
    return product


def field_windows_added(layers):
    size, step = 1, 1
    for f, s in layers:
        size, step = size + f * step, step * s
    return size


def field_first_layer_alone(layers):
    return receptive_field(layers[:1])


def field_pairs_swapped(layers):
    return receptive_field([[s, f] for f, s in layers])


def field_strides_summed(layers):
    size, step = 1, 1
    for f, s in layers:
        size, step = size + (f - 1) * step, step + s
    return size


def field_half_windows(layers):
    size, step = 1, 1
    for f, s in layers:
        size, step = size + 2 * (f // 2) * step, step * s
    return size


def field_own_stride(layers):
    return 1 + sum((f - 1) * s for f, s in layers)


def field_multiplied(layers):
    size = 1
    for f, s in layers:
        size = size * s + f - 1
    return size


def field_first_window_twice(layers):
    return receptive_field(layers) + layers[0][0] - 1


def field_first_stride_lost(layers):
    return receptive_field([[layers[0][0], 1], *layers[1:]])


def field_other_way(layers):
    return receptive_field(layers[::-1])


def field_from_nothing(layers):
    return receptive_field(layers) - 1


def field_area(layers):
    return receptive_field(layers) ** 2


QUESTION = QuestionDefinition(
    id="7.3",
    title="Receptive field",
    draw=draw_stacks,
    reference=receptive_field,
    accepted=[receptive_field_backwards, receptive_field_by_looking],
    mistakes=[
        Mistake(
            field_sum,
            "overlap",
            "The windows of neighbouring outputs overlap: a second layer of 3 sees three windows of 3 that begin one "
            "pixel apart, 5 pixels and not 6.",
        ),
        Mistake(
            field_windows_added,
            "overlap",
            "A layer was given f steps. It adds f - 1: its windows overlap, and the first of its f inputs is there already.",
        ),
        Mistake(
            field_first_layer_alone,
            "inside the loop",
            "Only the first layer was counted. Does `return` stand inside the loop?",
        ),
        Mistake(
            field_pairs_swapped,
            "[f, s]",
            "Window and stride were exchanged: each layer is `[f, s]`, the window first.",
        ),
        Mistake(
            field_without_strides,
            "stride",
            "Right without strides. Above a layer with stride 2, neighbouring outputs lie two pixels of the input apart.",
        ),
        Mistake(
            field_stride_too_early,
            "above it",
            "A layer's stride does not change what the layer itself sees, only the layers above it.",
        ),
        Mistake(
            field_stride_forgotten,
            "all layers below",
            "Only the stride of the layer just below is used. The strides of all layers below multiply.",
        ),
        Mistake(
            field_strides_summed,
            "multiply",
            "Strides multiply, they are not added: begin with steps of 1, and after two layers with stride 3 they are 9.",
        ),
        Mistake(
            field_half_windows,
            "even",
            "Right for windows of odd size. One of even size, such as a pooling of 2, adds f - 1 steps as well.",
        ),
        Mistake(
            field_own_stride,
            "above it",
            "A layer's stride does not change what the layer itself sees, only the layers above it; and there the strides "
            "of all layers below multiply.",
        ),
        Mistake(
            field_multiplied,
            "step",
            "A stride does not make the field larger that is there already. It makes the step between neighbours longer, "
            "by which the layers above add.",
        ),
        Mistake(
            field_first_window_twice,
            "twice",
            "The first window counts twice: at the start and in the loop. Without a layer an output sees one pixel.",
        ),
        Mistake(
            field_first_stride_lost,
            "first layer",
            "Right where the first layer has stride 1. Its stride counts, too: start with one pixel and loop over all layers.",
        ),
        Mistake(field_strides_added, "multiply", "Strides multiply: two layers with stride 3 make steps of 9 pixels."),
        Mistake(
            field_product, "add up", "What a layer adds depends on the steps below it, but it is added: sizes add up."
        ),
        Mistake(
            field_other_way, "from the input", "The list goes from the input upwards; it was read from the other end."
        ),
        Mistake(field_from_nothing, "one pixel", "One too few: without any layer, an output sees one pixel, itself."),
        Mistake(field_area, "one direction", "That is the area. Asked for is the size along one direction."),
    ],
    hints=[
        "Start from one pixel. What does a layer of f add when neighbouring inputs of it lie one pixel apart?",
        "Keep two numbers while you walk upwards: the size so far, and how many pixels of the input lie between "
        "neighbouring outputs.",
        "A layer adds (f - 1) times that step, and after that multiplies the step by its stride.",
    ],
)
