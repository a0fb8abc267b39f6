r"""Intersection over union: how well a box or a mask sits on another. Lesson 02_1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def intersection_over_union(boxes: ArrayLike, others: ArrayLike) -> np.ndarray:
    r"""The shared area of two boxes divided by the area that either covers, for every pair.

    $$\mathrm{IoU}(A, B) = \frac{|A \cap B|}{|A \cup B|} = \frac{|A \cap B|}{|A| + |B| - |A \cap B|}$$

    Jaccard (1901), Etude comparative de la distribution florale dans une portion des Alpes et des Jura.

    Args:
        boxes: Shape (N, 4): left, top, right, bottom, with right and bottom not below left and top.
        others: Shape (M, 4).

    Returns:
        From 0 to 1, shape (N, M); 0 for two boxes without area.

    Raises:
        ValueError: If a shape is not as said, or a box ends before it begins.

    Example:
        >>> intersection_over_union([[0, 0, 2, 2]], [[0, 0, 2, 2], [1, 1, 3, 3], [5, 5, 6, 6]]).round(4)
        array([[1.    , 0.1429, 0.    ]])
    """
    a, b = _boxes("boxes", boxes), _boxes("others", others)
    corners = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = (corners[1] - corners[0]).clip(0).prod(axis=-1)  # (N, M)
    areas = [(each[:, 2:] - each[:, :2]).prod(axis=-1) for each in (a, b)]
    # |A n B| / (|A| + |B| - |A n B|)
    return _ratio(shared, areas[0][:, None] + areas[1][None, :] - shared)


def mask_intersection_over_union(masks: ArrayLike, others: ArrayLike) -> np.ndarray:
    """Intersection over union for every pair of masks, counted in pixels.

    Args:
        masks: Truth values, or zeros and ones, shape (N, rows, columns).
        others: The same, shape (M, rows, columns).

    Returns:
        From 0 to 1, shape (N, M); 0 for two empty masks.

    Raises:
        ValueError: If a shape is not as said or a number is neither 0 nor 1.

    Example:
        >>> mask_intersection_over_union([[[1, 1, 0]]], [[[0, 1, 1]], [[1, 1, 0]]]).round(4)
        array([[0.3333, 1.    ]])
    """
    a, b = np.asarray(masks), np.asarray(others)
    if a.ndim != 3 or b.ndim != 3 or a.shape[1:] != b.shape[1:]:
        raise ValueError(
            f"masks must have shapes (N, rows, columns) and (M, rows, columns), got {a.shape} and {b.shape}"
        )
    if not (np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all()):
        raise ValueError("masks must hold truth values or 0 and 1, got other numbers")
    flat = [each.reshape(len(each), -1).astype(float) for each in (a, b)]
    shared = flat[0] @ flat[1].T
    return _ratio(shared, flat[0].sum(axis=1)[:, None] + flat[1].sum(axis=1)[None, :] - shared)


def _boxes(name: str, boxes: ArrayLike) -> np.ndarray:
    array = np.asarray(boxes, float)
    array = array.reshape(0, 4) if array.size == 0 else array
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(f"{name} must have shape (N, 4), got {array.shape}")
    if (array[:, 2:] < array[:, :2]).any():
        wrong = array[(array[:, 2:] < array[:, :2]).any(axis=1)][0]
        raise ValueError(
            f"a box must be left, top, right, bottom with right and bottom not before, got {wrong.tolist()}"
        )
    return array


def _ratio(shared: np.ndarray, either: np.ndarray) -> np.ndarray:
    return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)
