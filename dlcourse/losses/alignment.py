"""Targets and predictions in one shape, with nothing broadcast that was not meant to be."""

from __future__ import annotations

from typing import Any

from keras import ops


def aligned(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both in one shape, with a last axis of 1 added where only one lacks it: (N,) and (N, 1) must not broadcast."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    true_shape, pred_shape = tuple(y_true.shape), tuple(y_pred.shape)
    if (*true_shape, 1) == pred_shape:
        return ops.expand_dims(y_true, -1), y_pred
    if true_shape == (*pred_shape, 1):
        return y_true, ops.expand_dims(y_pred, -1)
    same_rank = len(true_shape) == len(pred_shape)
    if not same_rank or any(a != b for a, b in zip(true_shape, pred_shape, strict=True) if None not in (a, b)):
        raise ValueError(f"y_true must have the shape of y_pred, {pred_shape}, got {true_shape}")
    return y_true, y_pred
