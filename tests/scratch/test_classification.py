"""Precision, recall and F1 against scikit-learn, and on paper."""

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.scratch import precision_recall_f1

Y, Y_HAT = np.random.default_rng(0).integers(0, 4, (2, 50))


@pytest.mark.parametrize("average", ["macro", "micro", "weighted", None])
def test_each_average_is_that_of_scikit_learn(average):
    *expected, _ = sklearn.metrics.precision_recall_fscore_support(Y, Y_HAT, average=average)
    for ours, theirs in zip(precision_recall_f1(Y, Y_HAT, average), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    pairs=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12),
    average=st.sampled_from(["macro", "micro", "weighted", None]),
    zero_division=st.sampled_from([0.0, 1.0]),
)
def test_any_answers_give_what_scikit_learn_gives_classes_never_called_included(pairs, average, zero_division):
    y, y_hat = zip(*pairs, strict=True)
    *expected, _ = sklearn.metrics.precision_recall_fscore_support(
        y, y_hat, average=average, zero_division=zero_division
    )
    for ours, theirs in zip(precision_recall_f1(y, y_hat, average, zero_division), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=str(pairs))


@pytest.mark.parametrize("zero_division", [0.0, 1.0])
@pytest.mark.parametrize(("y", "y_hat"), [([0, 1, 1], [1, 1, 0]), ([0, 0], [0, 0]), ([0, 0], [1, 1]), ([1], [1])])
def test_the_binary_form_is_that_of_scikit_learn(y, y_hat, zero_division):
    *expected, _ = sklearn.metrics.precision_recall_fscore_support(
        y, y_hat, average="binary", zero_division=zero_division
    )
    assert precision_recall_f1(y, y_hat, "binary", zero_division) == pytest.approx(tuple(expected))


def test_the_micro_average_is_the_accuracy():
    assert precision_recall_f1(Y, Y_HAT, "micro") == pytest.approx(((Y == Y_HAT).mean(),) * 3)


def test_accuracy_lies_where_f1_does_not():
    rare, never = np.eye(1, 100, dtype=int)[0], np.zeros(100, int)
    assert precision_recall_f1(rare, never, "micro").f1 == pytest.approx(0.99)
    assert precision_recall_f1(rare, never, "binary").f1 == 0


def test_classes_may_be_words():
    assert precision_recall_f1(["cat", "dog"], ["cat", "cat"], None).recall.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0, 1], [0]), r"must have one shape \(N,\) with N at least 1, got \(2,\) and \(1,\)"),
        (([[0]], [[0]]), r"got \(1, 1\) and \(1, 1\)"),
        (([], []), r"got \(0,\) and \(0,\)"),
        (([0], [0], "mean"), "average must be one of macro, micro, weighted, binary, None, got 'mean'"),
        (([0, 2], [0, 1], "binary"), r"average 'binary' needs the classes 0 and 1, got \[0, 1, 2\]"),
    ],
)
def test_a_wrong_argument_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        precision_recall_f1(*arguments)
