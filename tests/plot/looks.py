"""Figures compared by their looks: both made coarse, so that how a font is rendered makes no difference.

`python tests/plot/looks.py` draws the stored pictures anew; look at each before you keep it.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from dlcourse import plot

FOLDER = Path(__file__).with_name("looks")
COARSE, BLUR = 40, 8
# Letters without hinting and smoothing: at most 0.005 and 0.06. Trajectories that start elsewhere: 0.004 and 0.13.
LARGEST_MEAN, LARGEST_ANYWHERE = 0.01, 0.1
ALT = "A figure that is compared with a stored one."


def coarse(picture: plot.Picture) -> Image.Image:
    """The figure, blurred over 8 pixels, at a width of 40 pixels."""
    drawn = Image.open(io.BytesIO(picture.png())).convert("RGB").filter(ImageFilter.GaussianBlur(BLUR))
    return drawn.resize((COARSE, round(COARSE * drawn.height / drawn.width)), Image.Resampling.BOX)


def assert_looks_like(picture: plot.Picture, name: str) -> None:
    """Fail where the coarse pixels, from 0 to 1, differ from the stored ones by more than rendering does."""
    found = np.asarray(coarse(picture), float) / 255
    stored = np.asarray(Image.open(FOLDER / f"{name}.png").convert("RGB"), float) / 255
    assert found.shape == stored.shape, f"{name} has the shape {found.shape}, not {stored.shape}"
    difference = np.abs(found - stored)
    told = f"{name} differs by {difference.mean():.3f} in the mean and by {difference.max():.3f} at most"
    assert difference.mean() <= LARGEST_MEAN, told
    assert difference.max() <= LARGEST_ANYWHERE, told


def _surface(start: float = 1.6) -> plot.Picture:
    at = np.linspace(-2, 2, 41)
    bowl = 0.1 + at[None, :] ** 2 + 3 * at[:, None] ** 2
    ways = {"descent": np.linspace([1.8, start], [0.0, 0.0], 9), "momentum": np.linspace([1.8, start], [-1.5, 0.2], 9)}
    return plot.loss_surface(at, at, bowl, trajectories=ways, minimum=(0, 0), title="A bowl", alt=ALT)


def _confusion(counts: tuple = ((40, 9, 1), (5, 60, 5), (0, 20, 10))) -> plot.Picture:
    return plot.confusion_matrix(np.array(counts), class_names=["a", "b", "c"], title="Three classes", alt=ALT)


def _roc() -> plot.Picture:
    rates = np.linspace(0, 1, 30)
    return plot.roc_curve({"good": (rates, rates**0.2), "fair": (rates, rates**0.6)}, title="Two models", alt=ALT)


def _histograms() -> plot.Picture:
    layers = {f"layer {depth}": np.linspace(-1, 1, 200) ** 3 * 0.6**depth for depth in range(4)}
    return plot.activation_histograms({"run": layers}, bins=20, title="Through depth", alt=ALT)


def _overlay() -> plot.Picture:
    masks = np.zeros((1, 16, 24), int)
    masks[0, 4:12, 3:10] = 1
    boxes = {"true": [[[3, 4, 10, 12]]], "predicted": [[[12, 2, 22, 14]]]}
    grey = np.tile(np.linspace(0, 1, 24), (1, 16, 1))
    return plot.overlay(grey, masks=masks, boxes=boxes, class_names=["cat"], title="A mask", alt=ALT)


def _attention() -> plot.Picture:
    weights = np.tril(np.ones((6, 6))) / np.arange(1, 7)[:, None]
    return plot.attention_heat_map(np.stack([weights, np.eye(6)]), title="Causal", alt=ALT)


def _parallel() -> plot.Picture:
    trials = {"rate": [1e-3, 1e-2, 1e-1, 1.0], "units": [8, 32, 16, 8], "loss": [0.5, 0.1, 0.3, 2.0]}
    return plot.parallel_coordinates(trials, score="loss", log=["rate"], smaller_is_better=True, title="Four", alt=ALT)


def _graph() -> plot.Picture:
    edges = [("input", "conv 1"), ("conv 1", "conv 2"), ("conv 2", "add"), ("input", "add")]
    return plot.graph(edges, highlighted=["add"], title="A residual block", alt=ALT)


FIGURES = {
    "activation_histograms": _histograms,
    "attention_heat_map": _attention,
    "confusion_matrix": _confusion,
    "graph": _graph,
    "loss_surface": _surface,
    "overlay": _overlay,
    "parallel_coordinates": _parallel,
    "roc_curve": _roc,
}


def main() -> None:
    """Store each figure as it looks now."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in FIGURES.items():
        coarse(draw()).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
