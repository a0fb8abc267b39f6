"""Rules that arguments of several builders share; each raises a `ValueError` with the rule and what was received."""

from __future__ import annotations

from typing import Any

from dlcourse.layers.arguments import positive_integer, positive_number


def image_shape(input_shape: Any, least: int = 1) -> tuple[int, int, int]:
    """The shape (rows, columns, channels), if all are known and rows and columns are enough."""
    shape = tuple(input_shape) if isinstance(input_shape, list | tuple) else ()
    known = len(shape) == 3 and all(isinstance(each, int) and each > 0 for each in shape)
    if not known or min(shape[:2]) < least:
        raise ValueError(
            f"input_shape must be (rows, columns, channels) with at least {least} rows and columns, got {input_shape!r}"
        )
    return shape


def classifier(num_classes: Any, activation: Any) -> None:
    """Refuse no class at all, and a softmax over one, which is 1 whatever goes in."""
    positive_integer("num_classes", num_classes)
    if num_classes == 1 and activation == "softmax":
        raise ValueError("classifier_activation must be 'sigmoid' or None for one class, got 'softmax'")


def scaled(units: int, width: float, multiple: int = 1) -> int:
    """So many units times the width, rounded to the multiple and no less than it."""
    positive_number("width", width)
    return max(1, round(units * width / multiple)) * multiple
