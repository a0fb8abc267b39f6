r"""Mean average precision of object detection, by COCO's rules. Lesson 02_1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.evaluation.intersection_over_union import intersection_over_union

# Of one picture: boxes (D, 4), scores (D,) and classes (D,); boxes (G, 4) and classes (G,).
Detections = tuple[ArrayLike, ArrayLike, ArrayLike]
Objects = tuple[ArrayLike, ArrayLike]
COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())
RECALLS = np.linspace(0, 1, 101)


def mean_average_precision(
    detections: Sequence[Detections],
    objects: Sequence[Objects],
    thresholds: Sequence[float] = COCO_THRESHOLDS,
    most: int = 100,
) -> float:
    r"""The mean over classes and thresholds of the area under the curve of precision against recall.

    In each picture detections of a class are taken by falling score; each is right if it overlaps an object of its
    class that no other has taken by at least the threshold (of several the one that it overlaps most), otherwise
    wrong. Over all pictures, by falling score again,

    $$\mathrm{AP} = \frac{1}{101} \sum_{r \in \{0, 0.01, \dots, 1\}} \max_{r' \ge r} \mathrm{precision}(r')$$

    COCO's mAP is that over thresholds 0.5, 0.55, ..., 0.95; Pascal VOC's at 0.5 alone. Everingham, Van Gool, Williams,
    Winn and Zisserman (2010), The Pascal visual object classes challenge; Lin et al. (2014), Microsoft COCO.

    Args:
        detections: For each picture boxes (D, 4) as left, top, right, bottom, scores (D,) and classes (D,).
        objects: For each picture the true boxes (G, 4) and classes (G,).
        thresholds: Of intersection over union, each above 0 and at most 1.
        most: How many detections of a class in a picture count, those of the highest scores.

    Returns:
        From 0 to 1.

    Raises:
        ValueError: If the numbers of pictures differ, there is no object at all, or a shape or threshold is not as
            said.

    Example:
        >>> boxes = [[0, 0, 10, 10], [20, 20, 30, 30]]
        >>> found = (boxes, [0.9, 0.8], [1, 1])
        >>> mean_average_precision([found], [(boxes[:1], [1])])
        1.0
    """
    return float(average_precisions(detections, objects, thresholds, most).mean())


def average_precisions(
    detections: Sequence[Detections],
    objects: Sequence[Objects],
    thresholds: Sequence[float] = COCO_THRESHOLDS,
    most: int = 100,
) -> np.ndarray:
    """The average precision of each threshold and class, shape (thresholds, classes); for what `mean_...` averages.

    Arguments and errors are those of `mean_average_precision`. The classes are those that an object has, in order.

    Example:
        >>> found = ([[0, 0, 10, 10]], [0.9], [1])
        >>> average_precisions([found], [([[0, 0, 10, 9]], [1])], thresholds=[0.5, 0.95])
        array([[1.],
               [0.]])
    """
    found = [_detections(*each) for each in detections]
    there = [_objects(*each) for each in objects]
    _check(found, there, thresholds)
    classes = np.unique(np.concatenate([labels for _, labels in there]))
    return np.stack([_of_class(found, there, each, np.asarray(thresholds), most) for each in classes], axis=1)


def _of_class(found: list, there: list, label: object, thresholds: np.ndarray, most: int) -> np.ndarray:
    """The average precision of one class at each threshold."""
    scores, right, count = [], [], 0
    for (boxes, confidences, found_labels), (true_boxes, true_labels) in zip(found, there, strict=True):
        mine, truths = found_labels == label, true_boxes[true_labels == label]
        order = np.argsort(-confidences[mine], kind="stable")[:most]
        scores.append(confidences[mine][order])
        overlaps = intersection_over_union(boxes[mine][order], truths)
        right.append(np.array([_matched(overlaps, threshold) for threshold in thresholds]))
        count += len(truths)
    by_score = np.argsort(-np.concatenate(scores), kind="stable")
    return np.array([_average_precision(hits, count) for hits in np.concatenate(right, axis=1)[:, by_score]])


def _matched(overlaps: np.ndarray, threshold: float) -> np.ndarray:
    """Which detections, by falling score, get an object: the one that they overlap most of those not yet taken."""
    free, hits = np.ones(overlaps.shape[1], bool), np.zeros(len(overlaps), bool)
    for place, row in enumerate(overlaps):
        candidates = np.where(free & (row >= threshold), row, -1)
        if candidates.max(initial=-1) >= 0:
            best = len(candidates) - 1 - candidates[::-1].argmax()  # of equals the last, as in COCO's own code
            hits[place], free[best] = True, False
    return hits


def _average_precision(hits: np.ndarray, count: int) -> float:
    """The mean of the best precision at or beyond each of 101 recalls, 0 where a recall is not reached."""
    right = hits.cumsum()
    precision = right / np.arange(1, len(hits) + 1)
    beyond = np.maximum.accumulate(precision[::-1])[::-1]
    # AP = 1/101 sum_r max_{r' >= r} precision(r')
    places = np.searchsorted(right / count, RECALLS, side="left")
    return float(np.append(beyond, 0.0)[places].mean())


def _detections(boxes: ArrayLike, scores: ArrayLike, classes: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    confidences, labels = np.asarray(scores, float), np.asarray(classes)
    array = np.asarray(boxes, float).reshape(-1, 4)
    if confidences.shape != (len(array),) or labels.shape != (len(array),):
        raise ValueError(
            f"detections must have as many scores and classes as boxes, "
            f"got {len(array)}, {confidences.shape} and {labels.shape}"
        )
    return array, confidences, labels


def _objects(boxes: ArrayLike, classes: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    array, labels = np.asarray(boxes, float).reshape(-1, 4), np.asarray(classes)
    if labels.shape != (len(array),):
        raise ValueError(f"objects must have as many classes as boxes, got {len(array)} and {labels.shape}")
    return array, labels


def _check(found: list, there: list, thresholds: Sequence[float]) -> None:
    if len(found) != len(there):
        raise ValueError(f"detections and objects must be of the same pictures, got {len(found)} and {len(there)}")
    if not any(len(boxes) for boxes, _ in there):
        raise ValueError(f"there must be at least one object, got none in {len(there)} pictures")
    if not len(thresholds) or not all(0 < threshold <= 1 for threshold in thresholds):
        raise ValueError(f"thresholds must be above 0 and at most 1, got {list(thresholds)}")
