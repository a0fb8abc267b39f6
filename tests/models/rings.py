"""A ring of eight Gaussians of radius 1, and how much of it some samples cover."""

from __future__ import annotations

import numpy as np

from dlcourse.evaluation import ModeCoverage, mode_coverage

ANGLES = 2 * np.pi * np.arange(8) / 8
CENTERS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def ring(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """So many points and the number of the mode of each."""
    rng = np.random.default_rng(seed)
    modes = rng.integers(8, size=count)
    return (CENTERS[modes] + 0.05 * rng.normal(size=(count, 2))).astype("float32"), modes.astype("int32")


def covered(samples: np.ndarray) -> ModeCoverage:
    """A mode counts if at least 2 % of the samples lie within three standard deviations of it."""
    return mode_coverage(samples, CENTERS, 0.05, within=3.0, least=len(samples) // 50)
