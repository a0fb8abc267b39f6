"""Stand-in for MNIST: scikit-learn's 8 x 8 digits, enlarged, slanted, turned and shifted to 28 x 28.

The training images come from the training part of `data.load("digits")`, the test images from its test part, so that no
digit is on both sides.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real.mnist import CLASSES
from dlcourse.data.standins.making import generator

TRAIN, TEST = 6000, 1000
SIZE, DIGIT = 28, 20.0
BLOCK = 500
PROVENANCE = Provenance(
    source="scikit-learn's load_digits, 1,797 images of 8 x 8 pixels, enlarged to 28 x 28 with random slant, "
    "turn and shift",
    licence="CC BY 4.0",
    citation="Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository",
    embedded=True,
    stand_in_for="mnist",
)


def stand_in() -> Dataset:
    """6,000 training and 1,000 test images, uint8 of shape (28, 28), white on black."""
    from dlcourse.data.load import load

    digits = load("digits")
    x_train, y_train = _enlarged(digits.x_train, digits.y_train, TRAIN, seed=1)
    x_test, y_test = _enlarged(digits.x_test, digits.y_test, TEST, seed=2)
    return Dataset("mnist", x_train, y_train, x_test, y_test, (), CLASSES, PROVENANCE)


def _enlarged(images: np.ndarray, labels: np.ndarray, number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Each small digit several times, never twice the same way."""
    random = generator(seed)
    chosen = np.concatenate([random.permutation(len(images)) for _ in range(-(-number // len(images)))])[:number]
    ways = random.random((number, 5), dtype="float32") * 2 - 1
    padded = np.pad(images[chosen].astype("float32"), ((0, 0), (1, 1), (1, 1)))
    blocks = [_warped(padded[start : start + BLOCK], ways[start : start + BLOCK]) for start in range(0, number, BLOCK)]
    return np.concatenate(blocks), labels[chosen]


def _warped(padded: np.ndarray, ways: np.ndarray) -> np.ndarray:
    """Sample the padded digits (B, 10, 10) at the places that the pixels of the large images come from.

    A turn by the angle whose half has the tangent t has cosine (1 - t^2) / (1 + t^2) and sine 2 t / (1 + t^2): no
    trigonometry, hence the same bits everywhere.
    """
    turn, slant, stretch, right, down = (ways[:, [way], None] for way in range(5))
    tangent = 0.06 * turn
    cosine, sine = (1 - tangent * tangent) / (1 + tangent * tangent), 2 * tangent / (1 + tangent * tangent)
    step = np.float32(8 / DIGIT) * (1 + 0.1 * stretch)
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype("float32")[:, None] - np.float32((SIZE - 1) / 2)
    y, x = y - 1.5 * down, x - 1.5 * right
    x = x + 0.15 * slant * y
    return _ink(_sampled(padded, 4.5 + step * (sine * x + cosine * y), 4.5 + step * (cosine * x - sine * y)))


def _sampled(padded: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Bilinear interpolation; beyond the padding there is black."""
    row, column = np.clip(row, 0, 8.999), np.clip(column, 0, 8.999)
    top, left = row.astype(int), column.astype(int)
    down, right = row - top.astype("float32"), column - left.astype("float32")
    image = np.arange(len(padded))[:, None, None]
    upper = padded[image, top, left] * (1 - right) + padded[image, top, left + 1] * right
    lower = padded[image, top + 1, left] * (1 - right) + padded[image, top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def _ink(value: np.ndarray) -> np.ndarray:
    """Grey of 0 to 16 as crisp strokes of 0 to 255."""
    return np.rint(np.clip((value - 5) * np.float32(255 / 7), 0, 255)).astype("uint8")
