"""What every plotting function of the course returns: a matplotlib figure with the sentence that says what it shows.

A `Picture` shows itself as the last line of a cell: a PNG whose metadata carry the alternative text, which screen
readers and the course's site use, and the same text as its plain form.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from dlcourse.plot.style import STYLE

P = ParamSpec("P")


class Picture:
    """A finished figure and its alternative text.

    Args:
        figure: The figure, a plain `matplotlib.figure.Figure`.
        alt: One or two sentences that tell what is seen to a person who does not see it.

    Raises:
        ValueError: If `alt` is shorter than 20 characters: a name is not a description.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        if len(alt.strip()) < 20:
            raise ValueError(f"alt must describe the figure in a sentence (at least 20 characters), got {alt!r}")
        self.figure = figure
        self.alt = " ".join(alt.split())

    def png(self) -> bytes:
        """The figure as PNG bytes, the same bytes each time; a palette of 256 colours makes it a third of the size."""
        drawn, packed = io.BytesIO(), io.BytesIO()
        with mpl.rc_context(STYLE):
            self.figure.savefig(drawn, format="png")
        palette = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        told = PngInfo()
        told.add_itxt("Description", self.alt)
        palette.save(packed, format="PNG", optimize=True, pnginfo=told)
        return packed.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the PNG to `path` and return the path."""
        target = Path(path)
        target.write_bytes(self.png())
        return target

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        return {"text/plain": repr(self), "image/png": self.png()}, {"image/png": {"alt": self.alt}}


def styled(plot: Callable[P, Picture]) -> Callable[P, Picture]:
    """Draw in the course's style, whatever style the person has set; every plotting function wears it."""

    @functools.wraps(plot)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with mpl.rc_context(STYLE):
            return plot(*args, **kwargs)

    return drawn


def new_figure(
    rows: int = 1, columns: int = 1, *, width: float = 6.4, height: float = 3.6
) -> tuple[Figure, list[Axes]]:
    """A figure in the course's style and its axes, row by row; it belongs to no window and is drawn by nobody else.

    Args:
        rows: Number of rows of axes.
        columns: Number of columns of axes.
        width: Of the whole figure, in inches.
        height: Of the whole figure, in inches.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.flat)
