r"""Grid worlds: small enough to be solved exactly, so that a learned value can be held to the true one.

A map is drawn with letters: S start, G goal, H hole, # wall, . floor. The agent goes left, down, right or up (actions
0 to 3); on slippery ground it goes where it wants with probability $1 - p$ and to either side with $p/2$. Walls and
the edge leave it where it is. `transitions` and `rewards` give the Markov decision process itself, for value
iteration:

$$V(s) = \max_a \Big( r(s, a) + \gamma \sum_{s'} P(s' \mid s, a)\, V(s') \Big).$$

The interface is gymnasium's, without gymnasium.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.data.generated.bandit import Discrete
from dlcourse.data.generated.making import one_of, real, stream, whole

ACTIONS = ("left", "down", "right", "up")
MOVES = ((0, -1), (1, 0), (0, 1), (-1, 0))  # rows down, columns right
MAPS = {
    "room": ("S....", ".###.", "...#.", ".#.#.", ".#..G"),
    "cliff": ("............", "............", "............", "SHHHHHHHHHHG"),
    "lake": ("S...", ".H.H", "...H", "H..G"),
}


class GridWorld:
    r"""An agent on a grid; observations are the fields, numbered along the rows from 0.

    The maps: `"room"`, two ways around walls; `"cliff"`, the short way runs along a cliff (Sutton and Barto 2018,
    example 6.6, with the fall as the end); `"lake"`, the layout of gymnasium's FrozenLake, whose rules are `slip=2/3`
    and the rewards as they are here.

    Args:
        layout: One of the names in `MAPS`, or rows of letters, equally long, with one S and at least one G.
        slip: Probability of going to a side instead, 0 to 1.
        step_reward: Reward of each step, and of one that ends the episode besides the other two.
        goal_reward: Reward of reaching a goal, which ends the episode.
        hole_reward: Reward of falling into a hole, which ends the episode.
        steps: Steps until an episode is cut off, at least 1.
        seed: Of the slipping until `reset` is given another.

    Attributes:
        transitions: $P(s' \mid s, a)$, of shape (fields, 4, fields); what ends an episode leads to itself.
        rewards: $r(s, a)$, the expected reward, of shape (fields, 4); 0 where the episode has ended.
        terminal: Whether a field ends the episode, of shape (fields,).
        start: The first field.

    Raises:
        ValueError: If a number is out of range, or the layout is no map.
    """

    def __init__(
        self,
        layout: str | Sequence[str] = "room",
        slip: float = 0.0,
        step_reward: float = 0.0,
        goal_reward: float = 1.0,
        hole_reward: float = 0.0,
        steps: int = 100,
        seed: int = 0,
    ) -> None:
        self.layout = MAPS[one_of("layout", layout, MAPS)] if isinstance(layout, str) else _checked(tuple(layout))
        self.slip, self.steps = real("slip", slip, 0, 1), whole("steps", steps, 1)
        self._letters = np.array([list(row) for row in self.layout])
        self.start = int(np.flatnonzero(self._letters == "S")[0])
        self.terminal = np.isin(self._letters, ("G", "H")).ravel()
        self._bonus = goal_reward * (self._letters == "G").ravel() + hole_reward * (self._letters == "H").ravel()
        self._step_reward = step_reward
        self._moves = [[self._reached(field, move) for move in range(4)] for field in range(self._letters.size)]
        self.transitions = self._transitions()
        live = ~self.terminal[:, None]
        self.rewards = live * (step_reward + self.transitions @ self._bonus)
        self.action_space, self.observation_space = Discrete(4), Discrete(self._letters.size)
        self._random, self._field, self._step = stream(seed), self.start, 0

    def reset(self, *, seed: int | None = None) -> tuple[int, dict[str, Any]]:
        """Go to the start, with another seed for the slipping if there is one; the field and an empty dictionary."""
        if seed is not None:
            self._random = stream(seed)
        self._field, self._step = self.start, 0
        return self._field, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Try to go somewhere.

        Returns:
            The field, the reward, whether the episode has ended there, whether the steps are used up, and an empty
            dictionary.

        Raises:
            ValueError: If the action is not 0 to 3.
            RuntimeError: If the episode has ended and `reset` was not called.
        """
        whole("action", action, 0, 3)
        if self.terminal[self._field]:
            raise RuntimeError("the episode has ended: call reset() before the next step()")
        chance = self._random.random()
        turn = 0 if chance < 1 - self.slip else 1 if chance < 1 - self.slip / 2 else 3
        self._field = self._moves[self._field][(action + turn) % 4]
        self._step += 1
        reward = float(self._step_reward + self._bonus[self._field])
        return self._field, reward, bool(self.terminal[self._field]), self._step >= self.steps, {}

    def draw(self, marks: Sequence[str] | None = None) -> str:
        """The map as text, with A where the agent is, or with a mark for each field: an arrow of a policy, say."""
        fields = self._letters.ravel().copy()
        if marks is None:
            fields[self._field] = "A"
        else:
            open_floor = ~self.terminal & (fields != "#")
            fields[open_floor] = np.asarray(marks)[open_floor]
        return "\n".join(" ".join(row) for row in fields.reshape(self._letters.shape))

    def _transitions(self) -> np.ndarray:
        fields = self._letters.size
        table = np.zeros((fields, 4, fields))
        for field in range(fields):
            for action in range(4):
                for turn, share in ((0, 1 - self.slip), (1, self.slip / 2), (3, self.slip / 2)):
                    table[field, action, self._moves[field][(action + turn) % 4]] += share
        return table

    def _reached(self, field: int, move: int) -> int:
        row, column = divmod(field, self._letters.shape[1])
        down, right = MOVES[move]
        inside = 0 <= row + down < self._letters.shape[0] and 0 <= column + right < self._letters.shape[1]
        blocked = self.terminal[field] or not inside or self._letters[row + down, column + right] == "#"
        return field if blocked else (row + down) * self._letters.shape[1] + column + right


def _checked(layout: tuple[str, ...]) -> tuple[str, ...]:
    together = "".join(layout)
    fits = len({len(row) for row in layout}) == 1 and together.count("S") == 1 and "G" in together
    if not fits or set(together) - set("SGH#."):
        raise ValueError(f"layout must be equally long rows of S, G, H, # and . with one S and a G, got {layout}")
    return layout
