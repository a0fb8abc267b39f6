"""Mode coverage on a ring of Gaussians whose answer is known."""

import numpy as np
import pytest

from dlcourse.evaluation import mode_coverage

ANGLES = np.arange(8) * np.pi / 4
RING = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def drawn(modes, count=4000, deviation=0.05):
    draw = np.random.default_rng(0)
    return RING[draw.choice(modes, count)] + draw.normal(0, deviation, (count, 2))


def test_true_samples_reach_all_modes_and_as_many_are_good_as_a_gaussian_of_two_axes_says():
    result = mode_coverage(drawn(range(8)), RING, 0.05)
    assert result.modes == 8
    assert result.good_share == pytest.approx(1 - np.exp(-4.5), abs=4 * np.sqrt(0.011 / 4000))
    assert result.counts.sum() == round(4000 * result.good_share)


@pytest.mark.parametrize("modes", [[3], [0, 4], [1, 2, 5]])
def test_a_generator_of_few_modes_is_found_out(modes):
    result = mode_coverage(drawn(modes), RING, 0.05)
    assert np.flatnonzero(result.counts).tolist() == modes
    assert result.modes == len(modes)


def test_samples_between_the_modes_are_not_good():
    assert mode_coverage(np.zeros((5, 2)), RING, 0.05)[:2] == (0, 0.0)


def test_the_limit_itself_is_within_and_one_sample_is_not_enough_where_two_are_asked_for():
    samples = [[1.0], [0.0], [0.5]]
    assert mode_coverage(samples, [[0.0]], 0.5, within=2.0).good_share == 1
    assert mode_coverage(samples, [[0.0], [9.0]], 0.1, least=2).modes == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((np.zeros((3, 2)), np.zeros((4, 3)), 0.1), r"samples must have shape \(N, D\).*got \(3, 2\) and \(4, 3\)"),
        ((np.zeros((0, 2)), RING, 0.1), r"none empty, got \(0, 2\) and \(8, 2\)"),
        ((RING, RING, 0.0), "deviation must be a positive number, got 0.0"),
        ((RING, RING, 0.1, float("nan")), "within must be a positive number, got nan"),
        ((RING, RING, 0.1, 3.0, 0), "least must be at least 1, got 0"),
    ],
)
def test_a_wrong_argument_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        mode_coverage(*arguments)
