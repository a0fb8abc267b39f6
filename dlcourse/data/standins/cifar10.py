"""Stand-in for CIFAR-10: vehicles and animals as coloured silhouettes before blurred backgrounds.

Place, size, direction, colours and light vary so much that pixels alone say little; parts and their arrangement say
what is shown. Sky and water are likelier behind ships and aeroplanes, grass behind animals, as in photographs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real.cifar10 import CLASSES
from dlcourse.data.standins.drawing import Canvas, Number
from dlcourse.data.standins.making import generator

TRAIN, TEST = 5000, 1000
SIZE = 32
BATCH = 50
PROVENANCE = Provenance(
    source="drawn by dlcourse: ten kinds of vehicles and animals as coloured silhouettes before random backgrounds",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('cifar10') in the quick profile",
    embedded=True,
    stand_in_for="cifar10",
)
SKY, WATER, GRASS, EARTH, ROAD = (110, 160, 215), (60, 105, 150), (95, 135, 70), (140, 115, 85), (125, 125, 130)
DARK = (30, 30, 35)


def stand_in() -> Dataset:
    """5,000 training and 1,000 test images, uint8 of shape (32, 32, 3), a tenth of them of each kind."""
    x_train, y_train = _part(TRAIN, seed=21)
    x_test, y_test = _part(TEST, seed=22)
    return Dataset("cifar10", x_train, y_train, x_test, y_test, (), CLASSES, PROVENANCE)


def _part(number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = generator(seed)
    each = number // len(DRAWERS)
    kinds = [drawer for drawer in DRAWERS for _ in range(each // BATCH)]
    images = np.concatenate([_Scenes(random, BATCH, above, below).finished(draw) for draw, above, below in kinds])
    labels = np.repeat(np.arange(len(DRAWERS), dtype="int64"), each)
    order = random.permutation(number)
    return images[order], labels[order]


class _Scenes:
    """A batch of pictures being painted.

    The thing in front is drawn around the origin, about 24 wide, looking left; each picture moves, scales and mirrors
    it.
    """

    def __init__(self, random: np.random.Generator, number: int, above: tuple, below: tuple) -> None:
        self.random, self.number = random, number
        grid = Canvas(number, SIZE)
        self.place = grid.placed(self.some(12, 19), self.some(13, 19), self.some(0.75, 1.15), self.some(0, 1) < 0.5)
        self.picture = np.empty((number, 3, SIZE, SIZE), dtype="float32")
        self.change = np.empty_like(self.picture)
        self._background(grid, above, below)

    def some(self, low: float, high: float) -> np.ndarray:
        """One number for each picture."""
        return (low + (high - low) * self.random.random(self.number)).astype("float32")

    def colour(self, *near: tuple[int, int, int], spread: float = 35) -> np.ndarray:
        """One colour for each picture, (B, 3), near one of those given."""
        chosen = np.asarray(near, dtype="float32")[self.random.integers(0, len(near), self.number)]
        return chosen + self._wobble(spread)

    def paint(self, mask: np.ndarray, colour: np.ndarray | tuple[int, int, int]) -> None:
        """Cover what is inside the shape with the colour."""
        layer = np.asarray(colour, dtype="float32").reshape(-1, 3, 1, 1)
        np.subtract(layer, self.picture, out=self.change)
        self.change *= mask[:, None]
        self.picture += self.change

    def finished(self, draw: Callable[[_Scenes], None]) -> np.ndarray:
        """The pictures as bytes, under a light that has a strength, a tint and some grain."""
        draw(self)
        light = self.some(0.7, 1.2)[:, None] + self._wobble(0.08)
        grain = self.random.standard_normal((self.number, SIZE, SIZE), dtype="float32") * 6
        self.picture += (self._blurred(5, 14) + grain)[:, None]
        self.picture *= light[:, :, None, None]
        return np.rint(np.clip(self.picture, 0, 255)).astype("uint8").transpose(0, 2, 3, 1)

    def _wobble(self, spread: float) -> np.ndarray:
        return ((self.random.random((self.number, 3)) * 2 - 1) * spread).astype("float32")

    def _background(self, grid: Canvas, above: tuple, below: tuple) -> None:
        """Two colours that meet at a horizon, blurred patches over them."""
        horizon = self.some(8, 28)[:, None, None]
        blend = np.clip((grid.y - horizon) / 3, 0, 1)
        upper, lower = self.colour(*above, spread=55), self.colour(*below, spread=55)
        self.picture[:] = upper[:, :, None, None]
        self.paint(np.broadcast_to(blend, (self.number, SIZE, SIZE)), lower)
        patches = self._blurred(4, 1)
        self.paint(np.clip(patches, 0, 0.8), self.colour(GRASS, EARTH, DARK, SKY, spread=60))

    def _blurred(self, cells: int, strength: float) -> np.ndarray:
        """Smooth random fields (B, 32, 32): a coarse grid of random numbers, linearly interpolated."""
        coarse = self.random.standard_normal((self.number, cells, cells), dtype="float32") * np.float32(strength)
        at = np.arange(SIZE, dtype="float32") * np.float32((cells - 1) / SIZE)
        left = at.astype(int)
        share = at - left
        wide = coarse[:, :, left] * (1 - share) + coarse[:, :, left + 1] * share
        return wide[:, left] * (1 - share)[:, None] + wide[:, left + 1] * share[:, None]


def _wheels(scenes: _Scenes, at: tuple[Number, ...], ground: Number, radius: np.ndarray) -> None:
    for x in at:
        scenes.paint(scenes.place.ellipse(x, ground, radius, radius), DARK)
        scenes.paint(scenes.place.ellipse(x, ground, radius * 0.45, radius * 0.45), scenes.colour((150, 150, 150)))


def _legs(
    scenes: _Scenes, at: tuple[Number, ...], top: Number, ground: Number, colour: np.ndarray, wide: float
) -> None:
    for x in at:
        scenes.paint(scenes.place.line((x, top), (x + scenes.some(-1.5, 1.5), ground), wide), colour)


def _eye(scenes: _Scenes, x: Number, y: Number, radius: float = 0.7) -> None:
    scenes.paint(scenes.place.ellipse(x, y, radius, radius), DARK)


def _airplane(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    paint = scenes.colour((225, 225, 230), (190, 195, 205), (90, 100, 120), (215, 60, 50))
    long, high = some(10, 13), some(1.6, 2.8)
    scenes.paint(place.ellipse(0, 0, long, high), paint)
    scenes.paint(place.polygon((long - 4, 0), (long - 2, -7), (long + 1, -7), (long, 0)), paint * 0.85)
    tip, back = some(3, 9), some(3, 8)
    scenes.paint(place.polygon((-3, 0), (3, 0), (back + 2, tip), (back - 1, tip)), paint * 0.7)
    scenes.paint(place.line((-long + 2, -0.5), (-long + 4, -0.5), 1.2), DARK)


def _automobile(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    paint = scenes.colour((190, 40, 40), (40, 70, 160), (210, 210, 215), (60, 60, 65), (200, 170, 50), spread=30)
    high = some(3, 4.5)
    scenes.paint(place.polygon((-8, -high), (-4.5, -8), (4, -8), (8, -high)), paint * 0.9)
    scenes.paint(place.polygon((-5.6, -high), (-3.6, -7), (-0.4, -7), (-0.4, -high)), (150, 185, 205))
    scenes.paint(place.polygon((0.4, -high), (0.4, -7), (3.6, -7), (6, -high)), (150, 185, 205))
    scenes.paint(place.polygon((-12, -high + 0.5), (11.5, -high), (12, 2.5), (-12, 2.5)), paint)
    _wheels(scenes, (-7, 7), 2.5, some(2.2, 3))


def _truck(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    cab = scenes.colour((190, 40, 40), (40, 70, 160), (220, 220, 220), (230, 190, 60), spread=30)
    box = scenes.colour((225, 225, 225), (150, 110, 80), (90, 120, 90), (70, 90, 140))
    roof, front = some(-11, -7.5), some(-6.5, -4)
    scenes.paint(place.polygon((front + 0.6, roof), (13, roof), (13, 2), (front + 0.6, 2)), box)
    scenes.paint(place.polygon((-12, -2), (-10.5, -7), (front, -7), (front, 2.5), (-12, 2.5)), cab)
    scenes.paint(place.polygon((-10.5, -2.5), (-9.6, -6), (front - 0.8, -6), (front - 0.8, -2.5)), (150, 185, 205))
    _wheels(scenes, (-8.5, 5, 10), 2.8, some(2, 2.8))


def _ship(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    hull = scenes.colour((60, 65, 75), (160, 50, 45), (215, 215, 220), (40, 70, 120))
    white, wood, deck = scenes.colour((225, 225, 225)), scenes.colour((120, 90, 80)), some(0, 2)
    scenes.paint(place.polygon((-6, -4), (some(2, 7), -4), (some(3, 8), deck), (-7, deck)), white)
    scenes.paint(place.line((some(-4, 3), -4), (some(-4, 3), some(-12, -7)), some(0.8, 2)), wood)
    scenes.paint(place.polygon((-13, deck), (13, deck), (some(9, 12), 5), (-9, 5)), hull)
    scenes.paint(place.polygon((-16, 5), (16, 5), (16, 6.5), (-16, 6.5)), scenes.colour(WATER))


def _bird(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    coat = scenes.colour((120, 85, 60), (70, 75, 85), (200, 190, 175), (170, 60, 50), (60, 110, 160))
    _legs(scenes, (-1, 2), 3, 9, scenes.colour((150, 100, 50)), 0.9)
    scenes.paint(place.line((5, 1), (12, some(-2, 5)), some(1.8, 3)), coat * 0.8)
    scenes.paint(place.ellipse(0, 0, some(6, 8), some(3.5, 5)), coat)
    scenes.paint(place.ellipse(2, 0, 4, 2), coat * 0.75)
    head = some(-6, -3.5)
    scenes.paint(place.polygon((-12, head), (-8, head - 1.2), (-8, head + 1.2)), (220, 170, 60))
    scenes.paint(place.ellipse(-6.5, head, 2.8, 2.6), coat * 1.05)
    _eye(scenes, -7, head - 0.5)


def _cat(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    fur = scenes.colour((190, 130, 70), (60, 55, 55), (170, 165, 160), (215, 200, 180))
    scenes.paint(place.line((8, 7), (11, some(-6, 3)), 2), fur * 0.9)
    scenes.paint(place.ellipse(1.5, 4, some(6.5, 8), some(4.8, 6)), fur)
    head = some(-4.5, -2)
    for side in (-1, 1):
        ear = ((-4 + side * 4.5, head - 7.5), (-4 + side * 5, head - 1), (-4 + side * 1, head - 4))
        scenes.paint(place.polygon(*(ear if side > 0 else ear[::-1])), fur * 0.85)
    scenes.paint(place.ellipse(-4, head, some(5, 6), some(4.2, 5)), fur * 1.05)
    for side in (-1, 1):
        scenes.paint(place.ellipse(-4 + side * 2, head - 0.8, 1.1, 1.1), scenes.colour((150, 180, 80)))
        _eye(scenes, -4 + side * 2, head - 0.8, 0.6)
    _eye(scenes, -4, head + 1.5)


def _dog(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    fur = scenes.colour((170, 120, 70), (60, 50, 45), (205, 190, 165), (120, 80, 55))
    _legs(scenes, (-4, -2.5, 5, 6.5), 3, 10, fur * 0.9, 2)
    scenes.paint(place.line((8, -1), (12, some(-7, -2)), 1.7), fur)
    scenes.paint(place.ellipse(1.5, 1.5, some(7, 8.5), some(3.2, 4.2)), fur)
    head = some(-6, -3)
    scenes.paint(place.line((-7, head + 1.5), (-11, head + 2), 3.2), fur * 1.1)
    scenes.paint(place.ellipse(-6.5, head, 3.8, 3.6), fur * 1.05)
    scenes.paint(place.ellipse(-4.2, head + 1.5, 1.5, some(2.8, 4)), fur * 0.6)
    _eye(scenes, -7.8, head - 0.6)
    _eye(scenes, -12, head + 1.2, 0.9)


def _deer(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    fur = scenes.colour((150, 105, 65), (170, 125, 80), (120, 90, 65), spread=25)
    _legs(scenes, (-4, -2.5, 5, 6.5), 2, 12, fur * 0.85, 1.2)
    scenes.paint(place.ellipse(1.5, 0.5, some(6.5, 8), some(3, 3.8)), fur)
    scenes.paint(place.ellipse(8.5, -0.5, 1.2, 1.8), (230, 225, 215))
    head = some(-8, -6)
    scenes.paint(place.line((-4, -0.5), (-7, head), 2.6), fur)
    scenes.paint(place.ellipse(-8.5, head, 2.8, 1.7), fur * 1.05)
    antlers = (some(0, 1) < 0.7)[:, None, None]
    for foot, lean in ((-7, -3), (-6.2, 3)):
        beam = place.line((foot, head - 1), (foot + lean, head - 6), 0.8)
        tine = place.line((foot + lean * 0.5, head - 3.5), (foot + 1 + lean, head - 4), 0.8)
        scenes.paint(np.maximum(beam, tine) * antlers, fur * 0.6)
    _eye(scenes, -8.5, head - 0.4, 0.5)


def _horse(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    coat = scenes.colour((120, 75, 45), (60, 45, 40), (205, 200, 195), (90, 60, 45), spread=25)
    _legs(scenes, (-5, -3, 5.5, 7.5), 2, 11.5, coat * 0.9, 1.9)
    scenes.paint(place.line((9, -1), (12, some(4, 8)), 2), coat * 0.5)
    scenes.paint(place.ellipse(1.5, 0.5, some(7.5, 9), some(3.6, 4.6)), coat)
    head = some(-9, -7)
    scenes.paint(place.line((-3.5, -2), (-7, head + 1), 4.2), coat)
    scenes.paint(place.line((-2.5, -3.5), (-5.5, head), 1.8), coat * 0.5)
    scenes.paint(place.line((-7, head), (-11, head + some(2.5, 4)), 2.8), coat * 1.05)
    _eye(scenes, -7.6, head - 0.2, 0.6)


def _frog(scenes: _Scenes) -> None:
    place, some = scenes.place, scenes.some
    skin = scenes.colour((90, 140, 60), (120, 130, 60), (140, 110, 70), (60, 110, 70), spread=30)
    for side in (-1, 1):
        knee = (side * some(8, 11), some(2, 4))
        scenes.paint(place.line((side * 5, 4), knee, 3), skin * 0.85)
        scenes.paint(place.line(knee, (side * 7, 7.5), 2.2), skin * 0.85)
        scenes.paint(place.ellipse(side * some(3.5, 4.5), -3.5, 2.2, 2.2), skin)
    scenes.paint(place.ellipse(0, 2, some(7, 8.5), some(4.8, 6)), skin)
    scenes.paint(place.ellipse(0, 4.5, 4.5, 2.2), skin * 1.3)
    for side in (-1, 1):
        _eye(scenes, side * 4, -3.8, 1.1)


DRAWERS = (
    (_airplane, (SKY, SKY, SKY, (210, 215, 220)), (SKY, SKY, ROAD, GRASS)),
    (_automobile, (SKY, GRASS, ROAD, (200, 200, 205)), (ROAD, ROAD, EARTH)),
    (_bird, (SKY, GRASS, GRASS, (205, 215, 220)), (GRASS, EARTH, SKY, WATER)),
    (_cat, ((170, 150, 130), EARTH, ROAD, GRASS), (EARTH, ROAD, (190, 170, 150))),
    (_deer, (GRASS, SKY, (70, 95, 60)), (GRASS, GRASS, EARTH)),
    (_dog, ((170, 150, 130), GRASS, SKY, ROAD), (GRASS, EARTH, (190, 170, 150))),
    (_frog, (GRASS, EARTH, (70, 95, 60)), (EARTH, GRASS, WATER)),
    (_horse, (SKY, GRASS, (70, 95, 60)), (GRASS, EARTH)),
    (_ship, (SKY, SKY, (200, 205, 210)), (WATER, WATER, WATER, EARTH)),
    (_truck, (SKY, ROAD, GRASS, (200, 200, 205)), (ROAD, ROAD, EARTH)),
)
