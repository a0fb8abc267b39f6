"""Intersection over union and mean average precision against COCO's own tool, and on paper."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from dlcourse.evaluation import (
    average_precisions,
    intersection_over_union,
    mask_intersection_over_union,
    mean_average_precision,
)


def boxes_of(draw, count):
    corner, size = draw.uniform(0, 60, (count, 2)), draw.uniform(5, 40, (count, 2))
    return np.concatenate([corner, corner + size], axis=1)


def with_sizes(boxes):
    """Left, top, width, height, as COCO has it."""
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


def test_boxes_overlap_as_coco_says():
    draw = np.random.default_rng(0)
    a, b = boxes_of(draw, 6), boxes_of(draw, 9)
    expected = coco_mask.iou(with_sizes(a), with_sizes(b), [0] * 9)
    np.testing.assert_allclose(intersection_over_union(a, b), expected, rtol=1e-12)


def test_masks_overlap_as_coco_says():
    masks = np.random.default_rng(0).random((7, 8, 9)) < 0.4
    encoded = [coco_mask.encode(np.asfortranarray(mask.astype(np.uint8))) for mask in masks]
    expected = coco_mask.iou(encoded[:3], encoded[3:], [0] * 4)
    np.testing.assert_allclose(mask_intersection_over_union(masks[:3], masks[3:]), expected, rtol=1e-12)


box = st.tuples(*[st.integers(0, 6)] * 4).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)


@settings(max_examples=80, deadline=None)
@given(box, box)
def test_boxes_of_whole_pixels_overlap_as_the_masks_that_they_cover(a, b):
    masks = np.zeros((2, 1, 6, 6), bool)
    for mask, (left, top, right, bottom) in zip(masks, (a, b), strict=True):
        mask[0, top:bottom, left:right] = True
    np.testing.assert_allclose(intersection_over_union([a], [b]), mask_intersection_over_union(*masks), rtol=1e-12)
    np.testing.assert_array_equal(intersection_over_union([a], [b]), intersection_over_union([b], [a]))


def random_pictures(seed, pictures=6, classes=3):
    """Objects, and detections that are near some of them and far from others."""
    draw = np.random.default_rng(seed)
    detections, objects = [], []
    for _ in range(pictures):
        true_boxes, labels = boxes_of(draw, draw.integers(0, 6)), None
        labels = draw.integers(0, classes, len(true_boxes))
        copies = draw.integers(0, max(len(true_boxes), 1), draw.integers(0, 9) * (len(true_boxes) > 0))
        near = true_boxes[copies] + draw.normal(0, 2, (len(copies), 4))
        near[:, 2:] = np.maximum(near[:, :2] + 1, near[:, 2:])
        found = np.concatenate([near, boxes_of(draw, 3)])
        names = np.concatenate([labels[copies], draw.integers(0, classes, 3)])
        detections.append((found, draw.random(len(found)), names))
        objects.append((true_boxes, labels))
    return detections, objects


def by_coco(detections, objects, most=100):
    """The evaluator's precision: thresholds, recalls, classes."""
    truth = COCO()
    annotations = [
        {
            "image_id": picture,
            "category_id": int(label),
            "bbox": one.tolist(),
            "area": float(one[2] * one[3]),
            "iscrowd": 0,
        }
        for picture, (boxes, labels) in enumerate(objects, start=1)
        for one, label in zip(with_sizes(boxes), labels, strict=True)
    ]
    truth.dataset = {
        "info": {},
        "images": [{"id": picture} for picture in range(1, len(objects) + 1)],
        "categories": [{"id": each} for each in sorted({note["category_id"] for note in annotations})],
        "annotations": [{**note, "id": number} for number, note in enumerate(annotations, start=1)],
    }
    truth.createIndex()
    found = truth.loadRes(
        [
            {"image_id": picture, "category_id": int(label), "bbox": one.tolist(), "score": float(score)}
            for picture, (boxes, scores, labels) in enumerate(detections, start=1)
            for one, score, label in zip(with_sizes(boxes), scores, labels, strict=True)
        ]
    )
    evaluator = COCOeval(truth, found, "bbox")
    evaluator.params.areaRng, evaluator.params.areaRngLbl = [[0, 1e10]], ["all"]
    evaluator.params.maxDets = [most]
    evaluator.evaluate()
    evaluator.accumulate()
    return evaluator.eval["precision"][:, :, :, 0, 0].mean(axis=1)


@pytest.mark.parametrize("most", [2, 100])
@pytest.mark.parametrize("seed", range(8))
def test_random_detections_have_the_average_precisions_of_coco(seed, most):
    detections, objects = random_pictures(seed)
    ours, expected = average_precisions(detections, objects, most=most), by_coco(detections, objects, most)
    assert 0 < expected.mean() < 1
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)
    assert mean_average_precision(detections, objects, most=most) == pytest.approx(expected.mean(), rel=1e-9)


def test_what_is_found_first_and_right_counts_more_than_what_is_found_last():
    there = [([[0, 0, 10, 10]], ["cat"])]
    boxes, labels = [[0, 0, 10, 10], [50, 50, 60, 60]], ["cat", "cat"]
    assert mean_average_precision([(boxes, [0.9, 0.1], labels)], there) == 1
    assert mean_average_precision([(boxes, [0.1, 0.9], labels)], there) == pytest.approx(0.5)


def test_an_object_found_twice_is_right_once():
    there = [([[0, 0, 10, 10], [20, 0, 30, 10]], [0, 0])]
    twice = [([[0, 0, 10, 10], [0, 0, 10, 10], [20, 0, 30, 10]], [0.9, 0.8, 0.7], [0, 0, 0])]
    assert mean_average_precision(twice, there, [0.5]) == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_nothing_found_is_zero():
    assert mean_average_precision([([], [], [])], [([[0, 0, 1, 1]], [0])]) == 0


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        (intersection_over_union, ([[0, 0, 1]], [[0, 0, 1, 1]]), r"boxes must have shape \(N, 4\), got \(1, 3\)"),
        (intersection_over_union, ([[0, 0, 1, 1]], [[2, 0, 1, 1]]), r"right and bottom not before, got \[2.0, 0.0"),
        (mask_intersection_over_union, (np.ones((1, 2, 2)), np.ones((1, 2, 3))), r"got \(1, 2, 2\) and \(1, 2, 3\)"),
        (mask_intersection_over_union, (np.full((1, 1, 1), 2),) * 2, "masks must hold truth values or 0 and 1"),
        (mean_average_precision, ([], [([[0, 0, 1, 1]], [0])]), "of the same pictures, got 0 and 1"),
        (mean_average_precision, ([([], [], [])], [([], [])]), "at least one object, got none in 1 pictures"),
        (
            mean_average_precision,
            ([([[0, 0, 1, 1]], [], [1])], [([], [])]),
            r"as many scores .* got 1, \(0,\) and \(1,\)",
        ),
        (
            mean_average_precision,
            ([([], [], [])], [([[0, 0, 1, 1]], [])]),
            r"as many classes as boxes, got 1 and \(0,\)",
        ),
        (
            mean_average_precision,
            ([([], [], [])], [([[0, 0, 1, 1]], [0])], [0.0]),
            r"above 0 and at most 1, got \[0.0\]",
        ),
    ],
)
def test_a_wrong_argument_is_named(function, arguments, words):
    with pytest.raises(ValueError, match=words):
        function(*arguments)
