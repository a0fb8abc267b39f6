"""The paired bootstrap against all resamples there are, against SciPy's and against the normal's closed form."""

import itertools

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

from dlcourse.evaluation import paired_bootstrap

RANDOM = np.random.default_rng(2)
FIRST = (RANDOM.uniform(size=400) < 0.7).astype(int)
SECOND = np.where(RANDOM.uniform(size=400) < 0.8, FIRST, 1 - FIRST)


def test_few_examples_give_what_all_resamples_give():
    first, second = np.array([0.0, 0.3, 0.1, 0.2]), np.array([0.4, 0.2, 0.9, 0.3])
    whole = np.array([np.mean(each) for each in itertools.product(second - first, repeat=4)])
    result = paired_bootstrap(first, second, samples=200_000)
    difference = (second - first).mean()
    assert result.difference == pytest.approx(difference)
    assert (result.low, result.high) == pytest.approx(np.quantile(whole, [0.025, 0.975]), abs=0.01)
    expected = (np.abs(whole - difference) >= difference - 1e-12).mean()
    assert result.p_value == pytest.approx(expected, abs=0.005)


def test_many_examples_give_the_normals_interval_and_p():
    result = paired_bootstrap(FIRST, SECOND, samples=40_000)
    differences = SECOND - FIRST
    error = differences.std() / np.sqrt(400)
    assert result.high - result.low == pytest.approx(2 * 1.96 * error, rel=0.05)
    assert result.p_value == pytest.approx(2 * stats.norm.sf(abs(differences.mean()) / error), abs=0.02)


def test_the_interval_is_scipys():
    theirs = stats.bootstrap((SECOND - FIRST,), np.mean, n_resamples=20_000, method="percentile", rng=0)
    ours = paired_bootstrap(FIRST, SECOND, samples=20_000)
    expected = theirs.confidence_interval
    assert (ours.low, ours.high) == pytest.approx((expected.low, expected.high), abs=0.005)


def test_a_score_of_predictions_that_is_the_mean_gives_what_the_means_give():
    y = RANDOM.integers(0, 2, 200)
    one, two = np.where(RANDOM.uniform(size=(2, 200)) < 0.75, y, 1 - y)
    by_score = paired_bootstrap(one, two, y, score=lambda y, p: (y == p).mean(), samples=500, seed=4)
    by_items = paired_bootstrap(one == y, two == y, samples=500, seed=4)
    assert by_score.difference == pytest.approx(by_items.difference)
    assert (by_score.low, by_score.high) == pytest.approx((by_items.low, by_items.high), abs=0.02)


def test_a_score_that_is_no_mean_is_that_of_the_same_resample_for_both():
    y = RANDOM.integers(0, 2, 100)
    result = paired_bootstrap(y, y, y, score=f1_score, samples=50)
    assert result == (1, 1, 0, 0, 0, 1)
    assert not result.significant


def test_pairing_sees_what_two_separate_intervals_do_not():
    hard = RANDOM.normal(scale=5, size=300)
    first, second = hard, hard + RANDOM.normal(0.2, 0.5, size=300)
    assert paired_bootstrap(first, second).significant
    assert not paired_bootstrap(first, RANDOM.permutation(second)).significant


def test_without_a_difference_one_test_in_twenty_is_significant():
    found = [
        paired_bootstrap(*RANDOM.normal(size=(2, 60)), samples=400, seed=trial).p_value <= 0.05 for trial in range(400)
    ]
    assert 0.02 < np.mean(found) < 0.09


def test_the_seed_decides_and_exchange_turns_the_sign():
    one, two = (paired_bootstrap(FIRST, SECOND, seed=3, samples=2000) for _ in range(2))
    back = paired_bootstrap(SECOND, FIRST, seed=3, samples=2000)
    assert one == two
    assert (back.difference, back.low, back.high) == pytest.approx((-one.difference, -one.high, -one.low))


@pytest.mark.parametrize(
    ("arguments", "keywords", "words"),
    [
        ((FIRST, SECOND[1:]), {}, r"the same examples, at least 2, got \[399, 400\]"),
        (([1], [0]), {}, r"at least 2, got \[1\]"),
        ((FIRST, SECOND, FIRST), {}, "y=given, score=None"),
        ((FIRST, SECOND), {"score": f1_score}, "y=none, score="),
        (([[1, 2], [3, 4]], [[1, 2], [3, 4]]), {}, r"one finite number, got shapes \(2, 2\)"),
        (([1, np.nan], [1, 2]), {}, "one finite number"),
        ((FIRST, SECOND), {"samples": 0}, "got 0 and 0.95"),
        ((FIRST, SECOND), {"level": 1}, "got 10000 and 1"),
    ],
)
def test_what_cannot_be_compared_is_named(arguments, keywords, words):
    with pytest.raises(ValueError, match=words):
        paired_bootstrap(*arguments, **keywords)
