"""Woven cloth, clean and with defects: anomaly detection where only clean examples are there to learn from.

Each picture is a square of cloth under slanting light: two families of threads that cross, at a pitch, angle, phase,
brightness and contrast of its own. A defect changes a few pixels; brightness and contrast of the whole picture hardly
tell it, what a model of clean cloth cannot explain does.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import halves, provenance, real, split, stream, whole
from dlcourse.data.registry import Entry

KINDS = ("clean", "scratch", "hole", "stain", "loose thread")


def defective_textures(
    train: int = 600, test: int = 400, side: int = 32, contrast: float = 1.0, noise: float = 0.04, seed: int = 0
) -> Dataset:
    """Cloth: clean alone in the training part, half clean and half with a defect in the test part.

    `x` has shape (N, side, side, 1), 0 to 1; `y` is the kind: 0 clean, 1 scratch, 2 hole, 3 stain, 4 loose thread.
    `extra["masks_train"]` and `extra["masks_test"]`, of shape (N, side, side), are True where a defect is.

    Args:
        train: Number of training pictures, at least 1.
        test: Number of test pictures, at least 8.
        side: Pixels along a picture's side, at least 16.
        contrast: Strength of the defects, 0 to 2; 0 leaves none to see.
        noise: Standard deviation of the pixels' noise.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    train, test, side = whole("train", train, 1), whole("test", test, 8), whole("side", side, 16)
    contrast, noise, random = real("contrast", contrast, 0, 2), real("noise", noise, 0), stream(seed)
    clean = np.zeros(train + test - test // 2, "int64")
    kinds = np.concatenate([clean, 1 + np.arange(test // 2) % 4])
    kinds[train:] = random.permutation(kinds[train:])
    x, masks = _cloth(kinds, side, contrast, random)
    x = np.clip(x + noise * random.standard_normal(x.shape), 0, 1).astype("float32")[..., None]
    (x_train, x_test), (y_train, y_test) = halves(x, train), halves(kinds, train)
    extra = split(train, masks=masks)
    return Dataset("defective_textures", x_train, y_train, x_test, y_test, (), KINDS, PROVENANCE, extra)


def _cloth(kinds: np.ndarray, side: int, contrast: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pictures without noise, and where their defects are, both of shape (N, side, side)."""
    count = len(kinds)
    across, down = _turned(count, side, random)
    pitch = 5.0 + 1.0 * random.random((count, 1, 1))
    phase = 2 * np.pi * random.random((2, count, 1, 1))
    along, mask, change = _defects(kinds, side, random)
    slip = contrast * np.pi * along  # a loose thread runs half a pitch beside its place
    warp = np.cos(2 * np.pi * across / pitch + phase[0] + slip)
    weft = np.cos(2 * np.pi * down / pitch + phase[1])
    light = 0.1 * (random.random((2, count, 1, 1)) - 0.5)
    grid = np.linspace(-1, 1, side)
    shade = 0.5 + 0.1 * (random.random((count, 1, 1)) - 0.5) + light[0] * grid[:, None] + light[1] * grid
    weave = (0.6 + 0.8 * random.random((count, 1, 1))) * (0.12 * warp + 0.12 * weft + 0.05 * warp * weft)
    return shade + weave + contrast * change, mask


def _turned(count: int, side: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates across and down, turned by an angle of up to 4 degrees either way, of shape (count, side, side)."""
    angle = np.radians(8 * random.random((count, 1, 1)) - 4)
    row, column = np.mgrid[:side, :side] - (side - 1) / 2
    return np.cos(angle) * column - np.sin(angle) * row, np.sin(angle) * column + np.cos(angle) * row


def _defects(kinds: np.ndarray, side: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By how much threads slip, where any defect is, and by how much brightness changes: each (N, side, side)."""
    count = len(kinds)
    row, column = np.mgrid[:side, :side].astype("float64")
    middle = side * (0.2 + 0.6 * random.random((2, count, 1, 1)))
    size = side / 32 * (1.0 + 0.5 * random.random((count, 1, 1)))
    angle = np.pi * random.random((count, 1, 1))
    along = (column - middle[0]) * np.cos(angle) + (row - middle[1]) * np.sin(angle)
    beside = (row - middle[1]) * np.cos(angle) - (column - middle[0]) * np.sin(angle)
    distance = np.hypot(along, beside)
    shapes = {
        "scratch": (np.abs(beside) < 0.7 * size) & (np.abs(along) < 7 * size),
        "hole": distance < 2.2 * size,
        "stain": np.hypot(along / 1.6, beside) < 4 * size,
        "loose thread": (np.abs(column - middle[0]) < 2.5 * size) & (np.abs(row - middle[1]) < 8 * size),
    }
    sign = np.where(random.random((count, 1, 1)) < 0.5, -1.0, 1.0)
    depth = {"scratch": 0.25, "hole": -0.3, "stain": 0.12 * sign, "loose thread": 0.0}
    chosen = {kind: shape & (kinds == KINDS.index(kind))[:, None, None] for kind, shape in shapes.items()}
    change = sum((depth[kind] * shape for kind, shape in chosen.items()), np.zeros((count, side, side)))
    return chosen["loose thread"].astype("float64"), np.any(list(chosen.values()), axis=0), change


PROVENANCE = provenance("woven cloth with scratches, holes, stains and loose threads")
ENTRIES = (
    Entry(
        "defective_textures",
        "generated",
        "Find the defects having seen clean cloth alone: autoencoders and thresholds.",
        PROVENANCE,
        defective_textures,
    ),
)
