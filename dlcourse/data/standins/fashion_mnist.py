"""Stand-in for Fashion-MNIST: ten kinds of clothes, drawn.

T-shirt, pullover, coat and shirt share one cut and differ in sleeves, length, opening and collar, so that they are
confused here as they are in the real set; sandal, sneaker and boot are confused, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real.fashion_mnist import CLASSES
from dlcourse.data.standins.drawing import Canvas, Number, union
from dlcourse.data.standins.making import generator

TRAIN, TEST = 6000, 1000
SIZE = 28
PROVENANCE = Provenance(
    source="drawn by dlcourse: ten kinds of clothes from polygons, ellipses and strokes with random cut, fabric, light",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('fashion_mnist') in the quick profile",
    embedded=True,
    stand_in_for="fashion_mnist",
)


def stand_in() -> Dataset:
    """6,000 training and 1,000 test images, uint8 of shape (28, 28), a tenth of them of each kind."""
    x_train, y_train = _part(TRAIN, seed=11)
    x_test, y_test = _part(TEST, seed=12)
    return Dataset("fashion_mnist", x_train, y_train, x_test, y_test, (), CLASSES, PROVENANCE)


def _part(number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = generator(seed)
    each = number // len(DRAWERS)
    images = np.concatenate([_Garments(random, each).finished(draw) for draw in DRAWERS])
    labels = np.repeat(np.arange(len(DRAWERS), dtype="int64"), each)
    order = random.permutation(number)
    return images[order], labels[order]


class _Garments:
    """A batch of garments being drawn: the canvas, the random numbers, what is light and what is dark."""

    def __init__(self, random: np.random.Generator, number: int) -> None:
        self.random = random
        self.number = number
        self.canvas = self._placed(Canvas(number, SIZE))
        self.shade = np.ones((number, SIZE, SIZE), dtype="float32")

    def _placed(self, grid: Canvas) -> Canvas:
        """Garments differ in size and are not quite in the middle."""
        scale, middle = self.some(0.82, 1.08), (SIZE - 1) / 2
        x, y = self.some(-1.5, 1.5), self.some(-1.5, 1.5)
        upright = np.zeros(self.number, dtype=bool)
        return grid.placed(middle * (1 - scale) + x, middle * (1 - scale) + y, scale, upright)

    def some(self, low: float, high: float) -> np.ndarray:
        """One number for each garment."""
        return (low + (high - low) * self.random.random(self.number)).astype("float32")

    def darken(self, mask: np.ndarray, amount: Number) -> None:
        """Let a shape be seen inside the garment: a seam, an opening, a strap."""
        self.shade *= 1 - mask * np.reshape(np.asarray(amount, "float32"), (-1, 1, 1))

    def finished(self, draw: Callable[[_Garments], np.ndarray]) -> np.ndarray:
        """The garments as bytes: outline times fabric times light."""
        outline = draw(self)
        light = self.some(0.35, 1.0)[:, None, None]
        grain = self.random.standard_normal((self.number, SIZE, SIZE), dtype="float32")
        bright = outline * self.shade * light * self._fabric() + outline * 0.05 * grain
        return np.rint(np.clip(bright * 255, 0, 255)).astype("uint8")

    def _fabric(self) -> np.ndarray:
        """Plain, striped across or striped along, with light falling from one side."""
        x, y = self.canvas.x, self.canvas.y
        period, phase = self.some(2, 7)[:, None, None], self.some(0, 7)[:, None, None]
        along = self.some(0, 1)[:, None, None] < 0.5
        position = np.where(along, x, y) + phase
        stripe = (position - period * np.floor(position / period)) < period / 2
        strength = np.clip(self.some(-0.6, 0.6), 0, 1)[:, None, None]
        slope = self.some(-0.012, 0.012)[:, None, None]
        return (1 - strength * stripe) * (1 + slope * (x - 13.5))


class _Top(NamedTuple):
    outline: np.ndarray
    middle: np.ndarray
    top: np.ndarray
    bottom: np.ndarray


class _Shoe(NamedTuple):
    upper: np.ndarray
    sole: np.ndarray
    ground: np.ndarray
    toe: np.ndarray
    back: np.ndarray
    instep: np.ndarray


def _top(garments: _Garments, length: tuple[float, float], sleeve: np.ndarray, wide: tuple[float, float]) -> _Top:
    """A top seen from the front; sleeves reach down by `sleeve` pixels."""
    canvas, some = garments.canvas, garments.some
    middle, top, half = some(13, 14), some(2.5, 4.5), some(*wide)
    bottom = top + some(*length)
    hem = half * some(0.9, 1.2)
    body = canvas.polygon((middle - half, top), (middle + half, top), (middle + hem, bottom), (middle - hem, bottom))
    out, thick = some(1.5, 4) + 0.12 * sleeve, some(2.6, 4.2)
    arms = [
        canvas.line((middle + side * (half - 1), top + 2), (middle + side * (half + out), top + 2 + sleeve), thick)
        for side in (-1, 1)
    ]
    neck = canvas.ellipse(middle, top - 0.5, some(1.8, 3.2), some(1, 2.5))
    return _Top(union(body, *arms) * (1 - neck), middle, top, bottom)


def _t_shirt(garments: _Garments) -> np.ndarray:
    return _top(garments, (17, 21), garments.some(3, 7), (5, 7)).outline


def _pullover(garments: _Garments) -> np.ndarray:
    return _top(garments, (17, 21), garments.some(13, 18), (5, 7)).outline


def _coat(garments: _Garments) -> np.ndarray:
    coat = _top(garments, (19, 23), garments.some(14, 19), (5, 7))
    _opening(garments, coat, garments.some(0.2, 0.7), garments.some(0.8, 1.6))
    return coat.outline


def _shirt(garments: _Garments) -> np.ndarray:
    long = garments.some(0, 1) < 0.6
    shirt = _top(garments, (17, 22), np.where(long, garments.some(12, 18), garments.some(3, 8)), (4.8, 7))
    _opening(garments, shirt, garments.some(0, 0.35), garments.some(0.5, 1))
    for side in (-1, 1):
        collar = garments.canvas.line((shirt.middle, shirt.top + 3), (shirt.middle + side * 3, shirt.top), 1.0)
        garments.darken(collar, garments.some(0.1, 0.6))
    return shirt.outline


def _opening(garments: _Garments, top: _Top, depth: np.ndarray, thickness: np.ndarray) -> None:
    garments.darken(garments.canvas.line((top.middle, top.top + 2), (top.middle, top.bottom), thickness), depth)


def _trouser(garments: _Garments) -> np.ndarray:
    canvas, some = garments.canvas, garments.some
    middle, top, bottom, half = some(13, 14), some(1.5, 3), some(24, 26.5), some(3.2, 5)
    crotch, spread = top + some(5, 8), some(0.5, 2.2)
    hips = canvas.polygon(
        (middle - half, top), (middle + half, top), (middle + half, crotch + 1), (middle - half, crotch + 1)
    )
    legs = []
    for side in (-1, 1):
        near, far = middle + side * some(0.4, 0.9), middle + side * half
        foot_near, foot_far = near + side * spread, far + side * spread
        corners = ((near, crotch), (far, crotch), (foot_far, bottom), (foot_near, bottom))
        legs.append(canvas.polygon(*(corners if side > 0 else corners[::-1])))
    return union(hips, *legs)


def _dress(garments: _Garments) -> np.ndarray:
    canvas, some = garments.canvas, garments.some
    middle, top, bottom = some(13, 14), some(1.5, 3.5), some(23.5, 26.5)
    shoulder, waist, hem = some(2.6, 4.6), some(2.4, 4), some(4, 7.5)
    at = top + some(7, 10)
    upper = canvas.polygon(
        (middle - shoulder, top), (middle + shoulder, top), (middle + waist, at), (middle - waist, at)
    )
    skirt = canvas.polygon((middle - waist, at), (middle + waist, at), (middle + hem, bottom), (middle - hem, bottom))
    sleeve = np.where(some(0, 1) < 0.3, some(2, 12), 0.5)
    arms = [
        canvas.line((middle + side * shoulder, top + 1), (middle + side * (shoulder + 1.5), top + 1 + sleeve), 1.8)
        for side in (-1, 1)
    ]
    return union(upper, skirt, *arms) * (1 - canvas.ellipse(middle, top - 0.5, some(1.2, 2.2), some(1, 3)))


def _shoe(garments: _Garments, height: np.ndarray, heel: np.ndarray) -> _Shoe:
    """A shoe that points to the left."""
    canvas, some = garments.canvas, garments.some
    ground, toe, back = some(19, 22), some(1, 3), some(24.5, 26.5)
    instep = toe + (back - toe) * some(0.5, 0.65)
    upper = canvas.polygon(
        (toe, ground - 2.5), (instep, ground - height), (back, ground - height - 0.5), (back, ground), (toe, ground)
    )
    sole = canvas.line((toe + 0.5, ground), (back - 0.5, ground - heel), some(1.6, 2.6))
    return _Shoe(upper, sole, ground, toe, back, instep)


def _sneaker(garments: _Garments) -> np.ndarray:
    shoe = _shoe(garments, garments.some(5, 8.5), np.zeros(garments.number))
    garments.darken(shoe.sole, garments.some(-0.4, 0.5))
    for shift in (2, 4.5):
        start = shoe.instep - shift
        lace = garments.canvas.line((start, shoe.ground - 5.5), (start + 2, shoe.ground - 3), 0.8)
        garments.darken(lace, garments.some(0, 0.6))
    return union(shoe.upper, shoe.sole)


def _sandal(garments: _Garments) -> np.ndarray:
    canvas, some = garments.canvas, garments.some
    heel = np.where(some(0, 1) < 0.5, some(0, 1), some(2, 6))
    _, sole, ground, toe, back, _ = _shoe(garments, some(5, 8), heel)
    peak = some(4, 9)
    straps = [
        canvas.line((toe + (back - toe) * at, ground), (toe + (back - toe) * (at + lean), ground - peak * high), 1.4)
        for at, lean, high in ((0.15, 0.2, 0.6), (0.4, 0.1, 0.8), (0.55, 0.25, 1.0), (0.97, -0.15, 1.1))
    ]
    shown = [strap * (some(0, 1) < 0.75)[:, None, None] for strap in straps]
    support = canvas.line((back - 1, ground - heel), (back - 1, ground + 0.5), 1.5)
    return union(sole, support, *shown)


def _boot(garments: _Garments) -> np.ndarray:
    upper, sole, ground, _, back, instep = _shoe(garments, garments.some(6, 9), garments.some(0, 1.2))
    top = ground - garments.some(10.5, 17)
    front = instep - garments.some(0, 2)
    shaft = garments.canvas.polygon((front, top), (back, top), (back, ground), (front, ground))
    garments.darken(sole, garments.some(-0.2, 0.6))
    return union(upper, shaft, sole)


def _bag(garments: _Garments) -> np.ndarray:
    canvas, some = garments.canvas, garments.some
    middle, half, top, bottom = some(12.5, 14.5), some(7, 12), some(8, 13), some(20, 25.5)
    taper = some(0.75, 1.05)
    body = canvas.polygon(
        (middle - half * taper, top), (middle + half * taper, top), (middle + half, bottom), (middle - half, bottom)
    )
    handle = canvas.ring(middle, top, half * some(0.35, 0.75), some(3, 8), some(1, 2))
    handle = handle * (some(0, 1) < 0.8)[:, None, None]
    flap = top + (bottom - top) * some(0.2, 0.6)
    garments.darken(canvas.line((middle - half, flap), (middle + half, flap), 1.0), some(0, 0.6))
    return union(body, handle)


DRAWERS = (_t_shirt, _trouser, _pullover, _dress, _coat, _sandal, _shirt, _sneaker, _bag, _boot)
