"""Points in the plane that a straight line cannot part, and a ring of eight Gaussians.

Two inputs can be looked at: the decision region of a classifier and the samples of a generator fit on one picture.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import halves, provenance, real, stream, whole
from dlcourse.data.registry import Entry

COLUMNS = ("x", "y")


def moons(train: int = 400, test: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    r"""Two half circles that reach into each other: $(\cos t, \sin t)$ and $(1 - \cos t, \frac{1}{2} - \sin t)$.

    Args:
        train: Number of training points, at least 2.
        test: Number of test points, at least 2.
        noise: Standard deviation of the Gaussian noise on both coordinates; above about 0.3 the moons overlap.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    random, label, points = _start(train, test, 2, seed)
    angle = np.pi * random.random(points)
    sign = 1 - 2 * label
    x = np.stack([label + sign * np.cos(angle), 0.5 * label + sign * np.sin(angle)], axis=1)
    return _dataset("moons", x, label, noise, random, train, ("upper moon", "lower moon"))


def spirals(
    train: int = 600, test: int = 300, arms: int = 2, turns: float = 1.5, noise: float = 0.03, seed: int = 0
) -> Dataset:
    r"""Arms that wind around each other: radius $t$, angle $2\pi(\text{turns}\cdot t + k/\text{arms})$ for arm k.

    Args:
        train: Number of training points, at least `arms`.
        test: Number of test points, at least `arms`.
        arms: Number of classes, 2 to 10.
        turns: How often each arm winds around the origin.
        noise: Standard deviation of the Gaussian noise on both coordinates.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    arms = whole("arms", arms, 2, 10)
    random, label, points = _start(train, test, arms, seed)
    radius = 0.1 + 0.9 * np.sqrt(random.random(points))
    angle = 2 * np.pi * (real("turns", turns, 0) * radius + label / arms)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _dataset("spirals", x, label, noise, random, train, tuple(f"arm {arm + 1}" for arm in range(arms)))


def rings(train: int = 400, test: int = 200, circles: int = 2, noise: float = 0.08, seed: int = 0) -> Dataset:
    """Circles around the origin, of radius 1, 2, ...: no line parts them, the radius does.

    Args:
        train: Number of training points, at least `circles`.
        test: Number of test points, at least `circles`.
        circles: Number of classes, 2 to 10.
        noise: Standard deviation of the Gaussian noise on both coordinates.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    circles = whole("circles", circles, 2, 10)
    random, label, points = _start(train, test, circles, seed)
    angle = 2 * np.pi * random.random(points)
    x = (label + 1)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _dataset("rings", x, label, noise, random, train, tuple(f"circle {each + 1}" for each in range(circles)))


def gaussian_ring(
    train: int = 2000, test: int = 1000, modes: int = 8, radius: float = 2.0, deviation: float = 0.05, seed: int = 0
) -> Dataset:
    r"""Equally many points around each of some centres on a circle: does a generator find all of them?

    The centre of mode k is $\text{radius}\,(\cos\frac{2\pi k}{\text{modes}}, \sin\frac{2\pi k}{\text{modes}})$; the
    centres are in `extra["centres"]`, of shape (modes, 2).

    Args:
        train: Number of training points, at least `modes`.
        test: Number of test points, at least `modes`.
        modes: Number of centres, 2 to 100.
        radius: Of the circle.
        deviation: Standard deviation of each mode, in each direction.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    modes = whole("modes", modes, 2, 100)
    random, label, _ = _start(train, test, modes, seed)
    angle = 2 * np.pi * np.arange(modes) / modes
    centres = real("radius", radius, 0) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    names = tuple(f"mode {each + 1}" for each in range(modes))
    extra = {"centres": centres.astype("float32")}
    return _dataset("gaussian_ring", centres[label], label, deviation, random, train, names, extra)


def _start(train: int, test: int, classes: int, seed: int) -> tuple[np.random.Generator, np.ndarray, int]:
    """The random numbers and shuffled labels, equally many of each class in both parts up to one."""
    random = stream(seed)
    parts = [np.arange(whole(name, size, classes)) % classes for name, size in (("train", train), ("test", test))]
    label = np.concatenate([random.permutation(part) for part in parts])
    return random, label, train + test


def _dataset(
    name: str,
    clean: np.ndarray,
    label: np.ndarray,
    noise: float,
    random: np.random.Generator,
    train: int,
    class_names: tuple[str, ...],
    extra: dict[str, np.ndarray] | None = None,
) -> Dataset:
    deviation = real("deviation" if name == "gaussian_ring" else "noise", noise, 0)
    x = (clean + deviation * random.standard_normal(clean.shape)).astype("float32")
    (x_train, x_test), (y_train, y_test) = halves(x, train), halves(label.astype("int64"), train)
    return Dataset(name, x_train, y_train, x_test, y_test, COLUMNS, class_names, PROVENANCE, extra or {})


PROVENANCE = provenance("points in the plane")
ENTRIES = (
    Entry("moons", "generated", "Two classes that no line parts: a first hidden layer.", PROVENANCE, moons),
    Entry("spirals", "generated", "Wound-up classes: what width and depth buy.", PROVENANCE, spirals),
    Entry("rings", "generated", "Circles around each other: a feature that parts them.", PROVENANCE, rings),
    Entry("gaussian_ring", "generated", "Eight modes: does a generator cover them all?", PROVENANCE, gaussian_ring),
)
