"""Temperature scaling against a search on a grid, SciPy's minimiser and closed forms."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, softmax

from dlcourse.evaluation import temperature_scaling

RANDOM = np.random.default_rng(5)
TRUE = RANDOM.normal(scale=2, size=(4000, 5))
LABELS = np.array([RANDOM.choice(5, p=row) for row in softmax(TRUE, axis=1)])


def loss(logits, temperature, labels=LABELS):
    return -log_softmax(logits / temperature, axis=1)[np.arange(len(labels)), labels].mean()


@pytest.mark.parametrize("factor", [0.2, 1.0, 3.0, 40.0])
def test_logits_that_are_too_large_by_a_factor_get_that_factor_back(factor):
    assert temperature_scaling(factor * TRUE, LABELS).value == pytest.approx(factor, rel=0.05)


@pytest.mark.parametrize("factor", [0.2, 3.0])
def test_no_temperature_of_a_fine_grid_is_better(factor):
    found = temperature_scaling(factor * TRUE, LABELS)
    grid = np.geomspace(0.05, 20, 600)
    losses = [loss(factor * TRUE, each) for each in grid]
    assert found.loss_after <= min(losses)
    assert found.value == pytest.approx(grid[np.argmin(losses)], rel=0.02)


def test_it_is_the_minimum_that_scipy_finds():
    theirs = minimize_scalar(lambda t: loss(3 * TRUE, t), bounds=(0.1, 10), options={"xatol": 1e-8})
    found = temperature_scaling(3 * TRUE, LABELS)
    assert found.value == pytest.approx(theirs.x, rel=1e-5)
    assert found.loss_before == pytest.approx(loss(3 * TRUE, 1))
    assert found.loss_after == pytest.approx(theirs.fun)


@pytest.mark.parametrize(("margin", "right", "count"), [(4.0, 3, 4), (10.0, 9, 10), (0.5, 99, 100)])
def test_one_margin_and_a_share_of_right_ones_has_a_closed_form(margin, right, count):
    logits, labels = np.tile([margin, 0.0], (count, 1)), np.array([0] * right + [1] * (count - right))
    assert temperature_scaling(logits, labels).value == pytest.approx(margin / math.log(right / (count - right)))


def test_single_logits_are_those_of_class_one():
    z = 2 * RANDOM.normal(size=500)
    y = (RANDOM.uniform(size=500) < expit(z / 2)).astype(int)
    found = temperature_scaling(z, y)
    assert found == temperature_scaling(np.stack([np.zeros(500), z], axis=1), y)
    np.testing.assert_allclose(found.probabilities(z), expit(z / found.value))


def test_probabilities_keep_the_order_and_add_up_to_one():
    found = temperature_scaling(3 * TRUE, LABELS)
    chances = found.probabilities(3 * TRUE)
    np.testing.assert_array_equal(chances.argsort(axis=1), TRUE.argsort(axis=1))
    np.testing.assert_allclose(chances, softmax(3 * TRUE / found.value, axis=1))


def test_huge_logits_do_not_overflow():
    assert temperature_scaling(1e5 * TRUE, LABELS).value == pytest.approx(1e5, rel=0.05)


@pytest.mark.parametrize(
    ("logits", "labels", "words"),
    [
        (np.ones((2, 2, 2)), [0, 1], r"\(N, K\) or \(N,\).*got \(2, 2, 2\)"),
        (TRUE, LABELS[1:], r"got \(4000, 5\) and \(3999,\)"),
        (np.ones((2, 1)), [0, 0], r"got \(2, 1\)"),
        ([[np.nan, 1.0]], [0], "logits must be finite, got nan"),
        (softmax(TRUE, axis=1), LABELS, "got rows of probabilities"),
        (TRUE, LABELS + 1, "from 0 to 4, got 1 to 5"),
        (TRUE, LABELS * 1.0, "labels must be whole numbers"),
        ([[2.0, 1.0], [0.0, 3.0]], [0, 1], "falls for ever as T goes to 0"),
        ([[2.0, 1.0], [0.0, 3.0]], [1, 0], "tell something of the labels"),
    ],
)
def test_logits_without_a_temperature_are_named(logits, labels, words):
    with pytest.raises(ValueError, match=words):
        temperature_scaling(logits, labels)
