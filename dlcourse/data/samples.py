"""Samples of a data set as text that fits a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from dlcourse.data.dataset import Dataset

if TYPE_CHECKING:
    from rich.console import Console

SHADES = " .:-=+*#%@"
COLUMNS = 78
WIDEST = 38
LONGEST_TEXT = 300
SIGNAL = 64


def kind(dataset: Dataset) -> str:
    """What the samples are: `"text"`, `"images"`, `"signals"`, `"series"`, `"table"` or `"arrays"`."""
    x = dataset.x_train
    if x.dtype == object:
        return "text" if isinstance(x.flat[0], str) else "arrays"
    if dataset.feature_names and x.ndim == 2:
        return "series" if x.shape[1] == 1 and not dataset.class_names else "table"
    if x.ndim == 3 or (x.ndim == 4 and x.shape[-1] in (1, 3)):
        return "images"
    return "signals" if x.ndim == 2 and x.shape[1] >= SIGNAL else "arrays"


def describe(console: Console, dataset: Dataset, purpose: str) -> None:
    """Print what the set is for, where it comes from, and what its arrays are."""
    from rich.table import Table

    console.print(f"{dataset!r}\n{purpose}", soft_wrap=False)
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    provenance = dataset.provenance
    if provenance.stand_in_for:
        facts.add_row("stand-in for", f"{provenance.stand_in_for}: these are not the real data")
    for title in ("source", "licence", "citation"):
        facts.add_row(title, getattr(provenance, title))
    for name, array in _arrays(dataset).items():
        facts.add_row(name, _summary(array))
    console.print(facts)


def print_samples(console: Console, dataset: Dataset, count: int) -> None:
    """Print the first training samples in the way that suits them."""
    printers = {"text": _print_texts, "images": _print_images, "signals": _print_signals}
    print_them = printers.get(kind(dataset), _print_table)
    console.print()
    print_them(console, dataset, min(count, len(dataset.x_train)))


def _arrays(dataset: Dataset) -> dict[str, np.ndarray]:
    parts = {name: getattr(dataset, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    return {**parts, **{name: np.asarray(array) for name, array in dataset.extra.items()}}


def _summary(array: np.ndarray) -> str:
    """Type and shape, and the range of numbers."""
    if array.dtype.kind not in "iufb" or array.size == 0:
        kind_of = "text" if array.dtype == object else str(array.dtype)
        return f"{kind_of} {array.shape}"
    values = array[~np.isnan(array)] if array.dtype.kind == "f" else array
    return f"{array.dtype} {array.shape}, {values.min():g} to {values.max():g}"


def label(dataset: Dataset, index: int) -> str:
    """The target of a training sample in words."""
    target = dataset.y_train[index]
    if np.size(target) == 0:
        return ""
    if dataset.class_names and np.ndim(target) == 0:
        return dataset.class_names[int(target)]
    if np.ndim(target) == 0:
        return target if isinstance(target, str) else f"{target:g}"
    return f"{np.shape(target)}"


def _print_texts(console: Console, dataset: Dataset, count: int) -> None:
    """Label and text, or a text and what it becomes."""
    from rich.text import Text

    for index in range(count):
        target = label(dataset, index)
        told = textwrap.shorten(str(dataset.x_train[index]), LONGEST_TEXT, placeholder=" ...")
        if dataset.y_train.dtype == object:
            console.print(Text.assemble(told, (" -> ", "bold"), target))
        else:
            console.print(Text.assemble((target, "bold"), ": " if target else "", told))


def _print_images(console: Console, dataset: Dataset, count: int) -> None:
    """Images as letters, as many side by side as fit."""
    blocks = [_as_letters(dataset.x_train[index]) for index in range(count)]
    wide = len(blocks[0][0])
    beside = max(1, (COLUMNS + 2) // (wide + 2))
    for start in range(0, count, beside):
        row = range(start, min(start + beside, count))
        console.print("  ".join(label(dataset, index)[:wide].ljust(wide) for index in row).rstrip())
        for lines in zip(*(blocks[index] for index in row), strict=True):
            console.print("  ".join(lines), markup=False, soft_wrap=True)


def _as_letters(image: np.ndarray) -> list[str]:
    """One letter a pixel, brighter pixels as denser letters; a letter is twice as high as wide."""
    grey = _scaled(image.mean(axis=-1) if image.ndim == 3 else image)
    step = max(1, -(-grey.shape[1] // WIDEST))
    grey = _coarser(grey, step, step)
    grey = np.repeat(grey, 2, axis=1) if grey.shape[1] * 2 <= WIDEST else _coarser(grey, 2, 1)
    return ["".join(SHADES[int(value * (len(SHADES) - 1) + 0.5)] for value in row) for row in grey]


def _coarser(grey: np.ndarray, down: int, across: int) -> np.ndarray:
    height, width = grey.shape[0] // down, grey.shape[1] // across
    return grey[: height * down, : width * across].reshape(height, down, width, across).mean(axis=(1, 3))


def _scaled(values: np.ndarray) -> np.ndarray:
    """From the smallest value, 0, to the largest, 1."""
    values = values.astype("float64")
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


def _print_signals(console: Console, dataset: Dataset, count: int) -> None:
    """Loudness over time: each letter stands for a stretch of the signal."""
    for index in range(count):
        signal = np.abs(dataset.x_train[index])
        stretches = signal[: len(signal) // SIGNAL * SIGNAL].reshape(SIGNAL, -1).max(axis=1)
        letters = "".join(SHADES[int(value * (len(SHADES) - 1) + 0.5)] for value in _scaled(stretches))
        console.print(f"{label(dataset, index)[:12]:12} {letters}".rstrip())


def _print_table(console: Console, dataset: Dataset, count: int) -> None:
    """One line a column of the data, one column a sample, so that many features fit."""
    from rich.table import Table

    names = dataset.feature_names or tuple(f"x[{index}]" for index in range(_flat(dataset.x_train[:1]).shape[1]))
    count = min(count, 4)
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("")
    for index in range(count):
        table.add_column(f"sample {index}", justify="right")
    for column, name in list(enumerate(names))[:40]:
        cells = _flat(dataset.x_train[:count])[:, column]
        table.add_row(name, *(_cell(dataset, name, value) for value in cells))
    table.add_row("target", *(label(dataset, index) for index in range(count)))
    console.print(table)
    if len(names) > 40:
        console.print(f"and {len(names) - 40} columns more")


def _flat(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)


def _cell(dataset: Dataset, name: str, value: object) -> str:
    if not isinstance(value, np.number):
        return textwrap.shorten(str(value), 16, placeholder="...")
    if np.isnan(value):
        return "missing"
    if name in dataset.categories:
        return dataset.categories[name][int(value)]
    return f"{value:g}"
