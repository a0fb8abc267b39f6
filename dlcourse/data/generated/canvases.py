"""Handwritten digits pasted on larger canvases, with their boxes and masks: detection and segmentation.

Each canvas carries one to three of scikit-learn's real handwritten digits at different places and sizes, scraps of
other digits as clutter, a shaded ground and noise. Digits of the training part of `digits` stand on training canvases
alone.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import provenance, real, stream, whole
from dlcourse.data.registry import Entry

SIZES = (12, 14, 16, 18, 20)  # pixels along a pasted digit's side
SCRAP = 7  # pixels along a scrap's side
INK = 0.3541  # share of full ink from which on a pixel is the digit's; no value that resampling can hit exactly
TRIES = 30  # places tried for a digit before it is left out


def digit_canvases(
    train: int = 1000,
    test: int = 200,
    side: int = 48,
    most: int = 3,
    clutter: int = 4,
    noise: float = 0.05,
    seed: int = 0,
) -> Dataset:
    """Digits on canvases, with what is where.

    `x` holds the canvases, of shape (N, side, side, 1), 0 to 1; `y` the masks, of shape (N, side, side): 0 for the
    ground, 1 + d where digit d has ink. `extra` holds, for each part, `boxes_train`, of shape (N, most, 4): left,
    top, right and bottom edge in pixels (the right and bottom edge lie just outside the ink), and `digits_train`, of
    shape (N, most): the digits in these boxes, -1 (and a box of zeros) where a canvas has fewer.

    Args:
        train: Number of training canvases, at least 1.
        test: Number of test canvases, at least 1.
        side: Pixels along a canvas's side, at least 24.
        most: How many digits a canvas carries at most, 1 to 6; one at least.
        clutter: Number of scraps of other digits on each canvas.
        noise: Standard deviation of the pixels' noise.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    from dlcourse.data.load import load

    side, most, clutter = whole("side", side, 24), whole("most", most, 1, 6), whole("clutter", clutter, 0)
    noise, digits = real("noise", noise, 0), load("digits")
    pools = ((digits.x_train, digits.y_train, whole("train", train, 1)), (digits.x_test, digits.y_test, test))
    parts = []
    for part, (images, labels, count) in enumerate(pools):
        random = stream(seed, part)
        parts.append(_part(images / 16.0, labels, whole("test", count, 1), side, most, clutter, noise, random))
    (x_train, y_train, boxes_train, digits_train), (x_test, y_test, boxes_test, digits_test) = parts
    extra = {"boxes_train": boxes_train, "digits_train": digits_train}
    extra |= {"boxes_test": boxes_test, "digits_test": digits_test}
    names = ("ground", *(str(digit) for digit in range(10)))
    return Dataset("digit_canvases", x_train, y_train, x_test, y_test, (), names, PROVENANCE, extra)


def _part(
    images: np.ndarray,
    labels: np.ndarray,
    count: int,
    side: int,
    most: int,
    clutter: int,
    noise: float,
    random: np.random.Generator,
) -> tuple[np.ndarray, ...]:
    ink = np.zeros((count, side, side))
    masks = np.zeros((count, side, side), "int64")
    _scatter_scraps(ink, images, clutter, random)
    which = random.integers(0, len(images), (count, most))
    size = np.asarray(SIZES)[random.integers(0, len(SIZES), (count, most))]
    left, top, placed = _places(size, side, random)
    boxes, digits = np.zeros((count, most, 4), "float32"), np.full((count, most), -1, "int64")
    patches = {each: enlarge(images, each) for each in SIZES}
    for canvas, slot in np.argwhere(placed):
        patch = patches[size[canvas, slot]][which[canvas, slot]]
        x, y, digit = left[canvas, slot], top[canvas, slot], labels[which[canvas, slot]]
        window = slice(y, y + len(patch)), slice(x, x + len(patch))
        ink[canvas][window] = np.maximum(ink[canvas][window] * (patch < INK / 2), patch)
        masks[canvas][window][patch >= INK] = 1 + digit
        boxes[canvas, slot] = _extent(patch >= INK) + np.array([x, y, x, y])
        digits[canvas, slot] = digit
    return (*_developed(ink, masks, noise, random), *_packed(boxes, digits))


def enlarge(images: np.ndarray, size: int) -> np.ndarray:
    """Images of shape (N, 8, 8), bilinearly resampled to (N, size, size)."""
    old = images.shape[-1]
    position = np.clip((np.arange(size) + 0.5) * old / size - 0.5, 0, old - 1)
    weights = np.maximum(0, 1 - np.abs(position[:, None] - np.arange(old)))  # (size, 8)
    return weights @ images @ weights.T


def _places(size: np.ndarray, side: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Corners for all digits so that no two touch, and which found a place; the first of a canvas always does."""
    count, most = size.shape
    wanted = np.arange(most) < random.integers(1, most + 1, (count, 1))
    tries = np.floor(random.random((2, TRIES, count, most)) * (side - size + 1)).astype("int64")
    left, top, placed = np.zeros_like(size), np.zeros_like(size), np.zeros(size.shape, bool)
    rows = np.arange(count)
    for slot in range(most):
        x, y, own = tries[0, :, :, slot], tries[1, :, :, slot], size[:, slot]
        free = np.ones((TRIES, count), bool)
        for other in range(slot):
            apart_x = (x >= left[:, other] + size[:, other]) | (left[:, other] >= x + own)
            apart_y = (y >= top[:, other] + size[:, other]) | (top[:, other] >= y + own)
            free &= apart_x | apart_y | ~placed[:, other]
        first = free.argmax(axis=0)
        left[:, slot], top[:, slot] = x[first, rows], y[first, rows]
        placed[:, slot] = wanted[:, slot] & free.any(axis=0)
    return left, top, placed


def _scatter_scraps(ink: np.ndarray, images: np.ndarray, clutter: int, random: np.random.Generator) -> None:
    count, side = ink.shape[:2]
    large = enlarge(images, 14)
    which = random.integers(0, len(images), (count, clutter))
    cut = random.integers(3, 14 - SCRAP - 2, (2, count, clutter))
    place = random.integers(0, side - SCRAP + 1, (2, count, clutter))
    offset = np.arange(SCRAP)
    fade = np.minimum(offset + 1, SCRAP - offset) / (SCRAP // 2 + 1)
    for each in range(clutter):
        rows, columns = (corner[:, each, None] + offset for corner in cut)
        scrap = large[which[:, each, None, None], rows[:, :, None], columns[:, None, :]] * np.sqrt(np.outer(fade, fade))
        rows, columns = (corner[:, each, None] + offset for corner in place)
        ink[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]] = scrap


def _extent(mask: np.ndarray) -> np.ndarray:
    """Left, top, right and bottom edge of what is true in a mask of shape (height, width)."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


def _developed(
    ink: np.ndarray, masks: np.ndarray, noise: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Ink, on each canvas 0.4 to 0.6 brighter than a ground that is shaded from 0 to 0.5, with noise, within 0 to 1."""
    count, side = ink.shape[:2]
    across = np.linspace(-0.5, 0.5, side)
    tilt = 0.5 * random.random((2, count, 1, 1)) - 0.25
    ground = 0.25 + tilt[0] * across[:, None] + tilt[1] * across
    strength = 0.4 + 0.2 * random.random((count, 1, 1))
    image = ground + strength * ink + noise * random.standard_normal(ink.shape)
    return np.clip(image, 0, 1).astype("float32")[..., None], masks


def _packed(boxes: np.ndarray, digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes in use first."""
    order = np.argsort(digits < 0, axis=1, kind="stable")
    return np.take_along_axis(boxes, order[:, :, None], axis=1), np.take_along_axis(digits, order, axis=1)


PROVENANCE = provenance(
    "scikit-learn's handwritten digits, enlarged, on shaded and cluttered canvases",
    citation="Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository",
    licence="CC BY 4.0 (the digits)",
)
ENTRIES = (
    Entry(
        "digit_canvases", "generated", "Where is which digit: detection and segmentation.", PROVENANCE, digit_canvases
    ),
)
