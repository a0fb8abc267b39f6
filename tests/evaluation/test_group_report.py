"""Rates of groups against scikit-learn, their intervals against SciPy."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from dlcourse.evaluation import group_report

RANDOM = np.random.default_rng(6)
Y = RANDOM.integers(0, 2, 300)
PREDICTED = np.where(RANDOM.uniform(size=300) < 0.8, Y, 1 - Y)
GROUPS = RANDOM.choice(["a", "b", "c"], p=[0.7, 0.2, 0.1], size=300)


@pytest.mark.parametrize("group", ["a", "b", "c"])
def test_rates_are_scikit_learns(group):
    mine = group == GROUPS
    y, predicted, rates = Y[mine], PREDICTED[mine], group_report(Y, PREDICTED, GROUPS).groups[group]
    assert rates["accuracy"].value == pytest.approx(metrics.accuracy_score(y, predicted))
    assert rates["recall"].value == pytest.approx(metrics.recall_score(y, predicted))
    assert rates["precision"].value == pytest.approx(metrics.precision_score(y, predicted))
    assert rates["false_alarms"].value == pytest.approx(1 - metrics.recall_score(y, predicted, pos_label=0))
    assert rates["selected"].value == pytest.approx(predicted.mean())


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_are_wilsons_as_of_scipy(level):
    report = group_report(Y, PREDICTED, GROUPS, level=level)
    for rate in [*report.overall.values(), *report.groups["c"].values()]:
        theirs = binomtest(round(rate.value * rate.of), rate.of).proportion_ci(level, method="wilson")
        assert (rate.low, rate.high) == pytest.approx((theirs.low, theirs.high))


def test_counts_are_those_of_the_groups_and_of_what_a_rate_is_a_share_of():
    report = group_report([1, 1, 0, 0, 0], [1, 0, 1, 0, 0], list("aabbb"))
    assert report.counts == {"a": 2, "b": 3}
    assert {name: rate.of for name, rate in report.overall.items()} == {
        "accuracy": 5,
        "selected": 5,
        "recall": 2,
        "false_alarms": 3,
        "precision": 2,
    }


def test_a_rate_of_nothing_is_unknown_and_takes_no_part_in_the_gap():
    report = group_report([1, 1, 0, 1, 0], [1, 0, 0, 1, 1], list("aabcc"))
    nothing = report.groups["b"]["recall"]
    assert math.isnan(nothing.value)
    assert nothing[1:] == (0, 1, 0)
    assert report.gap("recall") == 0.5


def test_classes_may_be_texts_and_the_positive_one_is_chosen():
    y, predicted = np.where(Y, "ill", "well"), np.where(PREDICTED, "ill", "well")
    assert group_report(y, predicted, GROUPS, positive="ill") == group_report(Y, PREDICTED, GROUPS)
    assert list(group_report(y, predicted, GROUPS, positive=None).overall) == ["accuracy"]


def test_printed_it_is_a_table_with_a_line_for_each_group():
    lines = str(group_report(Y, PREDICTED, GROUPS)).splitlines()
    assert lines[0].split() == ["group", "count", "accuracy", "selected", "recall", "false_alarms", "precision"]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["all", "300"],
        *([name, str((name == GROUPS).sum())] for name in "abc"),
    ]


@pytest.mark.parametrize(
    ("arguments", "keywords", "words"),
    [
        ((Y, PREDICTED[1:], GROUPS), {}, r"got \(300,\), \(299,\) and \(300,\)"),
        (([], [], []), {}, r"N at least 1, got \(0,\)"),
        ((Y, PREDICTED, GROUPS), {"positive": 7}, "a class that occurs, got 7"),
        ((Y, PREDICTED, GROUPS), {"level": 95}, "level must be between 0 and 1, got 95"),
    ],
)
def test_what_cannot_be_reported_is_named(arguments, keywords, words):
    with pytest.raises(ValueError, match=words):
        group_report(*arguments, **keywords)


def test_an_unknown_rate_has_no_gap():
    with pytest.raises(ValueError, match=r"one of accuracy, selected, .* got 'f1'"):
        group_report(Y, PREDICTED, GROUPS).gap("f1")
