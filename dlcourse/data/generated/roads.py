r"""Closed roads in a flat land, and what a camera behind the windscreen sees of them.

A road's middle is the curve $r(\theta) = R(1 + \sum_k a_k \cos(k\theta + \varphi_k))$ around the origin, driven
counter-clockwise; metres and radians throughout. The picture is made by asking of each pixel which point of the
ground it shows and how far that is from the road's middle, so that any position and heading can be seen: also the
wrong ones, into which a learned driver gets itself. `road_views` gives pictures with the steering of an expert;
`Road.drive` lets any function of the picture steer and thereby choose what it sees next.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import halves, provenance, real, split, stream, whole
from dlcourse.data.registry import Entry

HEIGHT, WIDTH, HORIZON = 32, 64, 10  # pixels; the horizon is the edge above row 10
FOCAL, CAMERA = 32.0, 1.6  # pixels (a right angle of view across), metres above the ground
RADIUS, HALF_WIDTH, LINE = 60.0, 3.0, 0.3  # metres
WHEELBASE, LOOK_AHEAD, SPEED, STEP = 2.6, 8.0, 8.0, 0.1  # metres, metres, metres per second, seconds
STEERING_LIMIT = 0.5  # radians
KNOTS = 8192
SKY, GRASS = np.array([0.62, 0.78, 0.95], "float32"), np.array([0.3, 0.5, 0.2], "float32")
ASPHALT, PAINT = np.array([0.38, 0.38, 0.4], "float32"), np.array([0.93, 0.93, 0.93], "float32")


class Road:
    """One closed road.

    Positions have shape (..., 2) in metres, headings (...) in radians, counter-clockwise from the first axis. Offsets
    are metres to the left of the road's middle; the road ends at `HALF_WIDTH` on both sides.

    Args:
        seed: Of the road's shape and of the ground's grain.

    Raises:
        ValueError: If the seed is not an integer of at least 0.
    """

    def __init__(self, seed: int = 0) -> None:
        random = stream(seed)
        order = np.arange(2, 6)
        size = np.array([0.12, 0.12, 0.07, 0.04]) * (0.5 + 0.5 * random.random(4))
        phase = order * (np.arange(KNOTS + 1) * 2 * np.pi / KNOTS)[:, None] + 2 * np.pi * random.random(4)
        self._radius = RADIUS * (1 + np.cos(phase) @ size)
        growth = -RADIUS * np.sin(phase) @ (size * order)  # dr / dtheta
        self._slant = 1 / np.hypot(1, growth / self._radius)
        speed = np.hypot(self._radius, growth)  # ds / dtheta
        self._arc = np.append(0, np.cumsum((speed[1:] + speed[:-1]) / 2)) * 2 * np.pi / KNOTS
        self._grain = random.random((64, 64)).astype("float32")
        self.length = float(self._arc[-1])

    def middle(self, distance: np.ndarray | float) -> np.ndarray:
        """The point of the road's middle after so many metres along it, of shape (..., 2)."""
        knot = np.interp(np.mod(distance, self.length), self._arc, np.arange(KNOTS + 1))
        angle = knot * 2 * np.pi / KNOTS
        radius = np.interp(knot, np.arange(KNOTS + 1), self._radius)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)

    def pose(
        self, distance: np.ndarray | float, offset: np.ndarray | float = 0.0, turn: np.ndarray | float = 0.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Position and heading after so many metres, so far left of the middle, turned so far left of the road."""
        distance = np.asarray(distance, "float64")
        along = self.middle(distance + 0.1) - self.middle(distance - 0.1)
        heading = np.arctan2(along[..., 1], along[..., 0])
        left = np.stack([-np.sin(heading), np.cos(heading)], axis=-1)
        return self.middle(distance) + np.asarray(offset)[..., None] * left, heading + turn

    def offset(self, position: np.ndarray) -> np.ndarray:
        """Metres to the left of the road's middle (to first order in the distance from it), of shape (...)."""
        knot = self._knot(position)
        return (self._radius[knot] - np.hypot(position[..., 0], position[..., 1])) * self._slant[knot]

    def steering(self, position: np.ndarray, heading: np.ndarray) -> np.ndarray:
        r"""The expert's wheel angle: pure pursuit of the middle `LOOK_AHEAD` metres on (Coulter 1992).

        $\delta = \arctan(2 L \sin\alpha / d)$ with the wheelbase L and the target at distance d and angle
        $\alpha$ to the left of the heading.
        """
        target = self.middle(self._arc[self._knot(position)] + LOOK_AHEAD) - position
        bearing = np.arctan2(target[..., 1], target[..., 0]) - heading
        distance = np.hypot(target[..., 0], target[..., 1])
        wanted = np.arctan(2 * WHEELBASE * np.sin(bearing) / distance)
        return np.clip(wanted, -STEERING_LIMIT, STEERING_LIMIT)

    def view(self, position: np.ndarray, heading: np.ndarray | float) -> np.ndarray:
        """What the camera sees: pictures of shape (..., 32, 64, 3), float32 in 0 to 1."""
        forward, left, blur = _ground()
        ahead = np.stack([np.cos(heading), np.sin(heading)], axis=-1)[..., None, None, :]
        aside = np.stack([-np.sin(heading), np.cos(heading)], axis=-1)[..., None, None, :]
        seen = np.asarray(position)[..., None, None, :] + forward[..., None] * ahead + left[..., None] * aside
        distance = np.abs(self.offset(seen)).astype("float32")
        cell = np.floor(2 * seen).astype("int64") % 64  # half a metre a cell
        grain = self._grain[cell[..., 0], cell[..., 1]] - 0.5
        asphalt = np.clip((HALF_WIDTH - distance) / blur + 0.5, 0, 1)
        paint = asphalt * np.clip((LINE / 2 - np.abs(distance - HALF_WIDTH + LINE)) / blur + 0.5, 0, 1)
        picture = np.empty((*np.shape(heading), HEIGHT, WIDTH, 3), "float32")
        picture[..., :HORIZON, :, :] = SKY + 0.15 * np.linspace(-1, 1, HORIZON)[:, None, None]
        below = picture[..., HORIZON:, :, :]
        below[...] = GRASS + asphalt[..., None] * (ASPHALT - GRASS) + paint[..., None] * (PAINT - ASPHALT)
        below += (grain * np.minimum(0.5 / blur, 1) * (0.16 - 0.1 * asphalt))[..., None]
        return np.clip(picture, 0, 1, out=picture)

    def drive(
        self, steer: Callable[[np.ndarray], float], steps: int = 500, offset: float = 0.0, turn: float = 0.0
    ) -> np.ndarray:
        r"""Let a function of the picture steer, ten times a second at 8 m/s, until the car leaves the road.

        The car is a bicycle: $\dot x = v\cos\psi$, $\dot y = v\sin\psi$, $\dot\psi = \frac{v}{L}\tan\delta$.

        Args:
            steer: Takes one picture of shape (32, 64, 3), gives the wheel angle in radians, left positive.
            steps: How many tenths of a second at most.
            offset: Metres to the left of the middle at the start.
            turn: Radians to the left of the road's direction at the start.

        Returns:
            The positions, of shape (steps made + 1, 2); fewer than `steps` + 1 of them if the car left the road.
        """
        position, heading = self.pose(0.0, offset, turn)
        path = [position]
        for _ in range(whole("steps", steps, 1)):
            angle = float(np.clip(steer(self.view(position, heading)), -STEERING_LIMIT, STEERING_LIMIT))
            heading = heading + SPEED * STEP / WHEELBASE * np.tan(angle)
            position = position + SPEED * STEP * np.array([np.cos(heading), np.sin(heading)])
            path.append(position)
            if abs(self.offset(position)) > HALF_WIDTH:
                break
        return np.array(path)

    def _knot(self, position: np.ndarray) -> np.ndarray:
        angle = np.arctan2(position[..., 1], position[..., 0])
        return np.round(angle * KNOTS / (2 * np.pi)).astype("int64") % KNOTS


def road_views(train: int = 1000, test: int = 250, roads: int = 4, noise: float = 0.02, seed: int = 0) -> Dataset:
    """Views of roads with the expert's steering; the test part is of a road that the training part never saw.

    `x` holds pictures of shape (N, 32, 64, 3), 0 to 1, taken up to 2 m beside the middle and turned up to about 20
    degrees, so that recovering can be learned; `y` the wheel angle in radians, left positive, within 0.5 either way.
    `extra` holds `offset_*` (metres to the left of the middle) and `turn_*` (radians to the left of the road).

    Args:
        train: Number of training pictures, at least `roads`.
        test: Number of test pictures, at least 1.
        roads: Number of roads in the training part, `Road(seed)` and on; the test part's is `Road(seed + roads)`.
        noise: Standard deviation of the pixels' noise.
        seed: Of all random numbers, and of the first road.

    Raises:
        ValueError: If a number is out of range.
    """
    train, test = whole("train", train, whole("roads", roads, 1)), whole("test", test, 1)
    random, count = stream(seed), train + test
    offset = np.clip(0.8 * random.standard_normal(count), -2, 2)
    turn = np.clip(0.12 * random.standard_normal(count), -0.35, 0.35)
    where = random.random(count)
    which = np.concatenate([np.arange(train) % roads, np.full(test, roads)])
    x, y = np.empty((count, HEIGHT, WIDTH, 3), "float32"), np.empty(count, "float32")
    for each in range(roads + 1):
        rows, road = which == each, Road(seed + each)
        position, heading = road.pose(where[rows] * road.length, offset[rows], turn[rows])
        x[rows], y[rows] = road.view(position, heading), road.steering(position, heading)
    x += real("noise", noise, 0) * random.standard_normal(x.shape).astype("float32")
    np.clip(x, 0, 1, out=x)
    (x_train, x_test), (y_train, y_test) = halves(x, train), halves(y, train)
    extra = split(train, offset=offset.astype("float32"), turn=turn.astype("float32"))
    return Dataset("road_views", x_train, y_train, x_test, y_test, (), (), PROVENANCE, extra)


def _ground() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each pixel below the horizon looks: metres forward and left, and how many metres it covers across."""
    row = np.arange(HEIGHT - HORIZON)[:, None] + 0.5
    column = WIDTH / 2 - 0.5 - np.arange(WIDTH)
    forward = CAMERA * FOCAL / row + 0 * column
    return forward, forward * column / FOCAL, (forward / FOCAL).astype("float32")


PROVENANCE = provenance("closed roads seen by a camera, with the wheel angle of pure pursuit")
ENTRIES = (
    Entry(
        "road_views",
        "generated",
        "From a picture to the steering wheel, also in a closed loop.",
        PROVENANCE,
        road_views,
    ),
)
