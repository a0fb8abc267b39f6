"""Folds held to scikit-learn's splitters and to what they promise; what would leak is refused."""

import numpy as np
import pytest
from sklearn import model_selection

from dlcourse.evaluation import folds
from dlcourse.evaluation.splits import SCHEMES

RANDOM = np.random.default_rng(0)
Y = RANDOM.integers(0, 3, 60)
GROUPS = RANDOM.integers(0, 12, 60)
THEIRS = {
    "k-fold": model_selection.KFold(5, shuffle=True, random_state=3),
    "stratified": model_selection.StratifiedKFold(5, shuffle=True, random_state=3),
    "grouped": model_selection.GroupKFold(5, shuffle=True, random_state=3),
    "stratified-grouped": model_selection.StratifiedGroupKFold(5, shuffle=True, random_state=3),
    "time-series": model_selection.TimeSeriesSplit(5),
}


def made(scheme, **keywords):
    groups = GROUPS if scheme.endswith("grouped") else None
    return folds(Y, scheme, groups=groups, **{"seed": 3, **keywords})


@pytest.mark.parametrize("scheme", SCHEMES)
def test_folds_are_scikit_learns(scheme):
    groups = GROUPS if scheme.endswith("grouped") else None
    for ours, theirs in zip(made(scheme), THEIRS[scheme].split(Y, Y, groups), strict=True):
        np.testing.assert_array_equal(ours[0], np.sort(theirs[0]))
        np.testing.assert_array_equal(ours[1], np.sort(theirs[1]))


@pytest.mark.parametrize("scheme", [scheme for scheme in SCHEMES if scheme != "time-series"])
def test_every_example_is_tested_once_and_trains_the_other_folds(scheme):
    found = made(scheme)
    np.testing.assert_array_equal(np.sort(np.concatenate([test for _, test in found])), np.arange(60))
    for train, test in found:
        np.testing.assert_array_equal(np.setdiff1d(np.arange(60), test), train)


@pytest.mark.parametrize("scheme", ["grouped", "stratified-grouped"])
def test_no_group_is_on_both_sides(scheme):
    for train, test in made(scheme):
        assert not set(GROUPS[train]) & set(GROUPS[test])


def test_a_series_is_tested_after_all_that_was_trained_on_with_the_gap_between():
    for train, test in made("time-series", gap=2):
        assert test.min() - train.max() == 3


def test_each_class_has_its_share_in_each_stratified_fold():
    for _, test in made("stratified"):
        np.testing.assert_allclose(np.bincount(Y[test], minlength=3), np.bincount(Y) / 5, atol=1)


def test_another_seed_gives_other_folds_and_the_same_seed_the_same():
    assert not np.array_equal(made("k-fold")[0][1], made("k-fold", seed=4)[0][1])
    np.testing.assert_array_equal(made("k-fold")[0][1], made("k-fold")[0][1])


@pytest.mark.parametrize(
    ("arguments", "keywords", "words"),
    [
        ((Y, "random"), {}, "scheme must be one of k-fold, .*got 'random'"),
        ((Y,), {"count": 1}, "from 2 to the number of examples, got 1"),
        ((Y[:3],), {"count": 4}, "from 2 to the number of examples, got 4"),
        (([0, 0, 0, 1], "stratified"), {"count": 2}, "at least 2 examples, got 1 of 1"),
        (([0.5, 0.1], "stratified"), {"count": 2}, "labels of classes .* got float64"),
        ((Y,), {"groups": GROUPS}, "'k-fold' would tear apart groups"),
        ((Y, "time-series"), {"groups": GROUPS}, "'time-series' would tear apart groups"),
        ((Y, "grouped"), {}, "'grouped' needs groups"),
        ((Y, "grouped"), {"groups": GROUPS[:5]}, r"each of 60 examples.*got shape \(5,\)"),
        ((Y, "grouped"), {"groups": Y}, "at least 5 different ones, got .* with 3"),
        ((Y, "k-fold"), {"gap": 1}, "got 1 for 'k-fold'"),
        ((Y, "time-series"), {"gap": 50}, "60 examples are too few for 5 folds in time with a gap of 50"),
    ],
)
def test_what_cannot_be_split_or_would_leak_is_named(arguments, keywords, words):
    with pytest.raises(ValueError, match=words):
        folds(*arguments, **keywords)
