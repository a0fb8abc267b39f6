"""One style for every figure of the course: sizes that read on a laptop, colours that the colour-blind can tell apart.

The colours are Okabe and Ito's (2008, "Color Universal Design"), ordered so that neighbours also differ in lightness
and a print in grey can be read.
"""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from cycler import cycler

BLACK, ORANGE, SKY, GREEN, BLUE, VERMILION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
CYCLE = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BLACK)
LINE_STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SEQUENTIAL = "cividis"
DIVERGING = "RdBu_r"

STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 10,
    "axes.prop_cycle": cycler(color=CYCLE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.constrained_layout.use": True,
    "figure.dpi": 96,
    "figure.facecolor": "white",
    "figure.figsize": (6.4, 3.6),
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.alpha": 0.3,
    "image.cmap": SEQUENTIAL,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.dpi": 96,
}


def use_style() -> None:
    """Set the course's style for every figure of this process."""
    mpl.rcParams.update(STYLE)
