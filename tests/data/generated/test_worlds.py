"""The bandit and the grid worlds: their optimum is known, and playing gives what the model says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.data.generated import Bandit, GridWorld
from dlcourse.data.generated.grid_world import ACTIONS, MAPS


def value_iteration(world: GridWorld, discount: float, steps: int | None = None) -> np.ndarray:
    """Values of states and actions, to convergence or for so many steps to go; of shape (fields, 4)."""
    values = np.zeros(world.observation_space.n)
    for _ in range(steps or 100_000):
        q = world.rewards + discount * world.transitions @ values
        if steps is None and np.abs(q.max(axis=1) - values).max() < 1e-12:
            return q
        values = q.max(axis=1)
    return q


def played(world: GridWorld, policy: np.ndarray, episodes: int, discount: float = 1.0) -> list[float]:
    returns = []
    for episode in range(episodes):
        field, _ = world.reset(seed=episode)
        total, weight, ended = 0.0, 1.0, False
        while not ended:
            field, reward, terminated, truncated, _ = world.step(int(policy[field]))
            total, weight, ended = total + weight * reward, weight * discount, terminated or truncated
        returns.append(total)
    return returns


def test_the_lake_with_frozen_lakes_rules_has_its_published_optimum() -> None:
    world = GridWorld("lake", slip=2 / 3)
    assert value_iteration(world, 1.0, steps=100).max(axis=1)[world.start] == pytest.approx(0.74, abs=0.005)
    assert value_iteration(world, 0.99).max(axis=1)[world.start] == pytest.approx(0.542, abs=0.001)


def test_the_cliff_is_13_steps_long_along_the_edge() -> None:
    world = GridWorld("cliff", step_reward=-1, goal_reward=0, hole_reward=-100)
    assert value_iteration(world, 1.0, steps=100).max(axis=1)[world.start] == -13


def test_the_room_is_8_steps_long_both_ways_around() -> None:
    world = GridWorld("room")
    q = value_iteration(world, 0.9)
    assert q.max(axis=1)[world.start] == pytest.approx(0.9**7)
    assert q[world.start, ACTIONS.index("down")] == pytest.approx(q[world.start, ACTIONS.index("right")])


@pytest.mark.parametrize(("name", "slip", "episodes", "error"), [("room", 0.0, 3, 1e-9), ("lake", 2 / 3, 1500, 0.04)])
def test_playing_the_best_policy_earns_what_value_iteration_says(name, slip, episodes, error) -> None:
    world = GridWorld(name, slip=slip, steps=400)
    q = value_iteration(world, 0.99)
    returns = played(world, q.argmax(axis=1), episodes, discount=0.99)
    assert np.mean(returns) == pytest.approx(q.max(axis=1)[world.start], abs=error)


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("slip", [0.0, 0.3])
def test_the_probabilities_of_every_action_add_up_to_one(name: str, slip: float) -> None:
    world = GridWorld(name, slip=slip)
    assert world.transitions.sum(axis=-1) == pytest.approx(np.ones((world.observation_space.n, 4)))
    assert not world.rewards[world.terminal].any()


def test_steps_happen_as_often_as_the_transitions_say() -> None:
    world = GridWorld("lake", slip=0.5, steps=10**6)
    counts = np.zeros(16)
    world.reset(seed=0)
    for _ in range(8000):
        field, _, _, _, _ = world.step(ACTIONS.index("right"))
        counts[field] += 1
        world.reset()
    assert counts / 8000 == pytest.approx(world.transitions[0, ACTIONS.index("right")], abs=0.02)


def test_walls_and_edges_leave_the_agent_where_it_is() -> None:
    world = GridWorld(["S#G"])
    assert world.reset() == (0, {})
    for action in range(4):
        assert world.step(action)[0] == 0


def test_an_episode_is_cut_off_after_its_steps() -> None:
    world = GridWorld(["S#G"], steps=2)
    world.reset()
    assert [world.step(0)[2:4] for _ in range(2)] == [(False, False), (False, True)]


def test_reaching_the_goal_ends_the_episode_and_nothing_goes_on_after() -> None:
    world = GridWorld(["SG"], step_reward=-0.5)
    world.reset()
    assert world.step(ACTIONS.index("right")) == (1, 0.5, True, False, {})
    with pytest.raises(RuntimeError, match=r"the episode has ended: call reset\(\)"):
        world.step(0)


def test_the_map_is_drawn_with_the_agent_or_with_marks() -> None:
    world = GridWorld(["S.", "#G"])
    assert world.draw() == "A .\n# G"
    assert world.draw([">", "v", "?", "?"]) == "> v\n# G"


@pytest.mark.parametrize("layout", [["S."], ["SG", "."], ["SSG"], ["SGx"]])
def test_rows_that_are_no_map_are_refused(layout: list[str]) -> None:
    with pytest.raises(ValueError, match=r"layout must be equally long rows of S, G, H, # and \. with one S and a G"):
        GridWorld(layout)


def test_an_unknown_map_and_an_unknown_action_are_refused() -> None:
    with pytest.raises(ValueError, match="layout must be one of room, cliff, lake, got 'maze'"):
        GridWorld("maze")
    with pytest.raises(ValueError, match="action must be an integer from 0 to 3, got 4"):
        GridWorld().step(4)


def test_each_arm_pays_its_mean_with_the_deviation_and_tells_the_regret() -> None:
    bandit = Bandit(means=[0.2, 1.0], deviation=0.5, steps=10**6)
    bandit.reset(seed=0)
    for arm in (0, 1):
        pay = [bandit.step(arm)[1] for _ in range(4000)]
        assert np.mean(pay) == pytest.approx(bandit.means[arm], abs=0.03)
        assert np.std(pay) == pytest.approx(0.5, abs=0.03)
        assert bandit.step(arm)[4]["regret"] == pytest.approx(1.0 - bandit.means[arm])
    assert bandit.best_action == 1


def test_the_drawn_means_are_the_seeds_and_resetting_with_a_seed_repeats_the_pay() -> None:
    first, second = Bandit(seed=3), Bandit(seed=3)
    assert np.array_equal(first.means, second.means)
    assert not np.array_equal(first.means, Bandit(seed=4).means)
    first.reset(seed=1)
    pay = first.step(0)
    first.reset(seed=1)
    assert first.step(0) == pay


def test_a_bandits_episode_is_cut_off_and_never_ends_by_itself() -> None:
    bandit = Bandit(steps=2)
    bandit.reset()
    assert [bandit.step(0)[2:4] for _ in range(2)] == [(False, False), (False, True)]


def test_a_bandit_of_one_arm_is_refused() -> None:
    with pytest.raises(ValueError, match=r"means must be two numbers or more, got \[1.0\]"):
        Bandit(means=[1.0])
