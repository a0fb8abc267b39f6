"""Question 2.1: how well two boxes agree."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_boxes(rng):
    def case(name, across, down, **options):
        """Edges by their rank: `across` and `down` each hold the first box's two edges and the second box's two."""
        edges = []
        for ranks in (across, down):
            places = np.cumsum(rng.integers(2, 9, size=max(ranks) + 1)) * 0.5 + float(rng.integers(0, 20))
            edges.append([float(places[rank]) for rank in ranks])
        (left, right, other_left, other_right), (top, bottom, other_top, other_bottom) = edges
        boxes = {"a": [left, top, right, bottom], "b": [other_left, other_top, other_right, other_bottom]}
        return Case(name, boxes, **options)

    return [
        case("boxes that overlap", (0, 2, 1, 3), (1, 3, 0, 2), points=2),
        case("one box inside the other", (0, 3, 1, 2), (0, 3, 1, 2)),
        case("the same box twice", (0, 1, 0, 1), (0, 1, 0, 1)),
        case("boxes side by side, apart", (0, 1, 2, 3), (0, 2, 1, 3)),
        case("boxes apart both ways", (2, 3, 0, 1), (0, 1, 2, 3)),
        case("boxes that cross", (1, 2, 0, 3), (0, 3, 1, 2)),
    ]


def iou(a, b):
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    intersection = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - intersection
    return intersection / union


def iou_in_numpy(a, b):
    first, second = np.reshape(a, (2, 2)), np.reshape(b, (2, 2))
    sides = np.clip(np.minimum(first[1], second[1]) - np.maximum(first[0], second[0]), 0, None)
    areas = np.prod(first[1] - first[0]) + np.prod(second[1] - second[0])
    return np.prod(sides) / (areas - np.prod(sides))


def iou_in_small_squares(a, b):
    """Every edge lies on a half: count squares of that side."""
    grid = (np.arange(0, 60, 0.5) + 0.25)[:, None]
    inside = []
    for left, top, right, bottom in (a, b):
        inside.append(((left < grid.T) & (right > grid.T)) & ((grid > top) & (grid < bottom)))
    return float((inside[0] & inside[1]).sum() / (inside[0] | inside[1]).sum())


def _areas(a, b):
    return (a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])


def iou_of_areas_added(a, b):
    intersection = iou(a, b) * sum(_areas(a, b)) / (1 + iou(a, b))
    return intersection / sum(_areas(a, b))


def iou_without_clipping(a, b):
    intersection = (min(a[2], b[2]) - max(a[0], b[0])) * (min(a[3], b[3]) - max(a[1], b[1]))
    return intersection / (sum(_areas(a, b)) - intersection)


def iou_product_clipped(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    intersection = max(0.0, width * height)
    return intersection / (sum(_areas(a, b)) - intersection)


def iou_of_smaller_box(a, b):
    intersection = iou(a, b) * sum(_areas(a, b)) / (1 + iou(a, b))
    return intersection / min(_areas(a, b))


def iou_of_hull(a, b):
    intersection = iou(a, b) * sum(_areas(a, b)) / (1 + iou(a, b))
    return intersection / ((max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1])))


def iou_dice(a, b):
    return 2 * iou_of_areas_added(a, b)


def iou_of_width_and_height(a, b):
    """Reads the last two numbers as width and height."""
    return iou([a[0], a[1], a[0] + a[2], a[1] + a[3]], [b[0], b[1], b[0] + b[2], b[1] + b[3]])


def iou_with_pixel_added(a, b):
    return iou([a[0], a[1], a[2] + 1, a[3] + 1], [b[0], b[1], b[2] + 1, b[3] + 1])


def iou_of_bottom_minus_top_turned(a, b):
    """Takes the top edge for the larger number: no box has an inside then."""
    height = max(0.0, min(a[1], b[1]) - max(a[3], b[3]))
    return height * max(0.0, min(a[2], b[2]) - max(a[0], b[0]))


def iou_of_edges_in_pairs(a, b):
    """Reads a box as left, right, top, bottom."""
    return iou([a[0], a[2], a[1], a[3]], [b[0], b[2], b[1], b[3]])


def iou_outer_edges(a, b):
    """Minimum and maximum exchanged."""
    intersection = (max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1]))
    return intersection / (sum(_areas(a, b)) - intersection)


def iou_absolute(a, b):
    intersection = abs(min(a[2], b[2]) - max(a[0], b[0])) * abs(min(a[3], b[3]) - max(a[1], b[1]))
    return intersection / (sum(_areas(a, b)) - intersection)


def iou_without_brackets(a, b):
    return iou_intersection_alone(a, b) / _areas(a, b)[0] + _areas(a, b)[1] - iou_intersection_alone(a, b)


def iou_of_first_box(a, b):
    return iou_intersection_alone(a, b) / _areas(a, b)[0]


def iou_without_brackets_around_union(a, b):
    return iou_intersection_alone(a, b) / sum(_areas(a, b)) - iou_intersection_alone(a, b)


def iou_of_second_box(a, b):
    return iou_intersection_alone(a, b) / _areas(a, b)[1]


def iou_of_larger_box(a, b):
    return iou_intersection_alone(a, b) / max(_areas(a, b))


def iou_whole(a, b):
    return iou(a, b) // 1


def iou_intersection_alone(a, b):
    return iou(a, b) * sum(_areas(a, b)) / (1 + iou(a, b))


BRACKETS = (
    "Division comes before addition and subtraction: only a part of the union is below the line. Put the union in brackets, or "
    "give it a name."
)
QUESTION = QuestionDefinition(
    id="2.1",
    title="Intersection over union",
    draw=draw_boxes,
    reference=iou,
    accepted=[iou_in_numpy, iou_in_small_squares],
    mistakes=[
        Mistake(
            iou_of_areas_added,
            "counted twice",
            "The areas of both boxes are added up as the union. What they share is then counted twice: subtract it once.",
        ),
        Mistake(
            iou_without_clipping,
            "negative",
            "Where the boxes are apart, a width or height of the intersection comes out negative. It is 0 then; two negative "
            "ones would even make a positive area.",
        ),
        Mistake(
            iou_product_clipped,
            "each side",
            "The area of the intersection is kept from falling below 0, but two negative sides have a positive product. Keep "
            "each side at 0 or above.",
        ),
        Mistake(
            iou_of_smaller_box,
            "smaller box",
            "The intersection is divided by the area of the smaller box. A small box inside a large one would be a perfect match.",
        ),
        Mistake(
            iou_of_hull,
            "around both",
            "The intersection is divided by the box around both. The union is what at least one of the boxes covers.",
        ),
        Mistake(
            iou_dice,
            "Dice",
            "That is the Dice coefficient, twice the intersection over the sum of both areas. Here the intersection is divided "
            "by the union.",
        ),
        Mistake(
            iou_of_width_and_height,
            "right and bottom",
            "The last two numbers of a box are taken as width and height. They are the right and bottom edge.",
        ),
        Mistake(
            iou_with_pixel_added,
            "right minus left",
            "A pixel is added to widths and heights. Edges are places, not pixels: the width is right minus left.",
        ),
        Mistake(
            iou_whole,
            "fraction",
            "Only whole numbers come out. `//` drops the fraction: divide with `/`.",
        ),
        Mistake(
            iou_of_bottom_minus_top_turned,
            "0 for all boxes",
            "That is 0 for all boxes, also for those that overlap. Is a side turned round? The top edge has the *smaller* number, as "
            "the left edge has.",
        ),
        Mistake(
            iou_of_edges_in_pairs,
            "left, right, top, bottom",
            "The four numbers are read as left, right, top, bottom. A box is given as left, top, right, bottom: across it goes from "
            "number 0 to number 2, down from 1 to 3.",
        ),
        Mistake(
            iou_outer_edges,
            "inner edges",
            "These are the outer edges of both boxes. The intersection lies between the inner edges: are `min` and `max` exchanged?",
        ),
        Mistake(
            iou_absolute,
            "a gap",
            "The absolute value turns a gap between the boxes into something that they share. A negative side means: nothing is "
            "shared.",
        ),
        Mistake(iou_without_brackets, "brackets", BRACKETS),
        Mistake(iou_without_brackets_around_union, "brackets", BRACKETS),
        Mistake(
            iou_of_first_box,
            "area of `a`",
            "The intersection is divided by the area of `a` alone. The union belongs there.",
        ),
        Mistake(
            iou_of_second_box,
            "divided by the area of",
            "The intersection is divided by the area of `b` alone. The union belongs there.",
        ),
        Mistake(
            iou_of_larger_box,
            "divided by the area of",
            "The intersection is divided by the area of the larger box. The union is what at least one of the boxes covers.",
        ),
        Mistake(
            iou_intersection_alone,
            "area of the intersection",
            "That is the area of the intersection. Divide it by that of the union.",
        ),
    ],
    hints=[
        "The intersection of two boxes is a box again, or nothing. Where does its left edge lie, if those of the boxes lie at 2 "
        "and at 5? Where its right edge?",
        "Its width is `min` of the right edges minus `max` of the left ones, and 0 if that is negative; its height likewise.",
        "The union is area plus area minus intersection.",
    ],
)
