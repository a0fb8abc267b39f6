"""Sums as strings, "47+385" to "432": can a network that reads characters learn to carry?"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import halves, one_of, provenance, split, stream, texts, whole
from dlcourse.data.registry import Entry


def arithmetic_strings(
    train: int = 8000, test: int = 1000, digits: int = 3, operations: str = "+", seed: int = 0
) -> Dataset:
    """Pairs such as "47+385" and "432"; no task is in both parts, nor is its mirror image "385+47".

    Numbers have 1 to `digits` digits, each length as often as the small ones allow. `extra` holds `carries_train` and
    `carries_test`: how many columns carry (or borrow), which is what makes a task hard.

    Args:
        train: Number of training pairs, at least 1.
        test: Number of test pairs, at least 1.
        digits: Of the longest numbers, 1 to 6.
        operations: `"+"`, `"-"` or `"+-"`; differences are of the larger and the smaller number.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range, the operations are none of those, or there are not so many tasks.
    """
    train, count = whole("train", train, 1), train + whole("test", test, 1)
    operations = one_of("operations", operations, ("+", "-", "+-"))
    large, small, minus = _tasks(count, whole("digits", digits, 1, 6), operations, stream(seed))
    if len(large) < count:
        raise ValueError(f"train + test must be at most the {len(large)} tasks that such numbers give, got {count}")
    turned = stream(seed, 1).random(count) < 0.5
    first, second = np.where(turned & ~minus, small, large), np.where(turned & ~minus, large, small)
    sign = np.where(minus, "-", "+")
    x = texts([f"{a}{o}{b}" for a, o, b in zip(first, sign, second, strict=True)])
    y = texts([str(value) for value in np.where(minus, large - small, large + small)])
    (x_train, x_test), (y_train, y_test) = halves(x, train), halves(y, train)
    extra = split(train, carries=carries(large, small, minus))
    return Dataset("arithmetic_strings", x_train, y_train, x_test, y_test, (), (), PROVENANCE, extra)


def carries(large: np.ndarray, small: np.ndarray, minus: np.ndarray) -> np.ndarray:
    """In how many columns the written sum carries, or the written difference borrows, of shape (N,)."""
    total, held = np.zeros(large.shape, "int64"), np.zeros(large.shape, "int64")
    for column in range(7):
        upper, lower = large // 10**column % 10, small // 10**column % 10
        held = np.where(minus, upper - lower - held < 0, upper + lower + held > 9).astype("int64")
        total += held
    return total


def _tasks(
    count: int, digits: int, operations: str, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At most `count` different tasks: larger number, smaller number, whether it is a difference."""
    drawn = 4 * count
    below = 10 ** random.integers(1, digits + 1, (2, drawn))
    pair = np.sort(np.floor(random.random((2, drawn)) * below).astype("int64"), axis=0)
    minus = random.integers(0, 2, drawn) == 1 if operations == "+-" else np.full(drawn, operations == "-")
    _, first = np.unique(np.stack([*pair, minus]), axis=1, return_index=True)
    chosen = np.sort(first)[:count]  # in the order drawn
    return pair[1, chosen], pair[0, chosen], minus[chosen]


PROVENANCE = provenance("sums and differences of whole numbers")
ENTRIES = (
    Entry(
        "arithmetic_strings",
        "generated",
        "Add numbers written as characters: what a sequence model must carry along.",
        PROVENANCE,
        arithmetic_strings,
    ),
)
