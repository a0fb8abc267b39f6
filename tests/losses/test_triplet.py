"""The triplet loss against loops over its definition, values and gradients, and by its laws."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.losses import TripletLoss, triplet

RANDOM = np.random.default_rng(8)
EMBEDDINGS = RANDOM.normal(0, 1, (9, 3))
LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3])
mining = pytest.mark.parametrize("mining", triplet.MINING)


def by_loops(labels, embeddings, margin, mining):
    """The loss of each anchor, one triplet after another."""
    squared = ((embeddings[:, None] - embeddings[None]) ** 2).sum(axis=-1)
    return np.array([of_anchor(labels, squared[a], a, margin, mining) for a in range(len(labels))])


def of_anchor(labels, distance, anchor, margin, mining):
    positives = [p for p in range(len(labels)) if labels[p] == labels[anchor] and p != anchor]
    negatives = [n for n in range(len(labels)) if labels[n] != labels[anchor]]
    if not positives or not negatives:
        return 0.0
    if mining == "hard":
        return max(0, distance[positives].max() - distance[negatives].min() + margin)
    costs = []
    for p in positives:
        beyond = [distance[n] for n in negatives if distance[n] > distance[p]]
        semi_hard = [min(beyond) if beyond else max(distance[negatives])]
        chosen = distance[negatives] if mining == "all" else semi_hard
        costs += [max(0, distance[p] - each + margin) for each in chosen]
    return np.mean(costs)


def on_sphere(embeddings):
    return embeddings / np.linalg.norm(embeddings, axis=-1, keepdims=True)


def numeric_gradient(function, x, step=1e-6):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        shift = np.zeros_like(x)
        shift[index] = step
        gradient[index] = (function(x + shift) - function(x - shift)) / (2 * step)
    return gradient


@mining
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("margin", [0.2, 1.0])
def test_it_is_what_loops_over_the_triplets_give(mining, normalize, margin):
    loss = TripletLoss(margin, mining, normalize, reduction="none", dtype="float64")
    points = on_sphere(EMBEDDINGS) if normalize else EMBEDDINGS
    np.testing.assert_allclose(loss(LABELS, EMBEDDINGS), by_loops(LABELS, points, margin, mining), atol=1e-12)


@mining
def test_its_gradient_is_that_of_the_loops(mining):
    loss = TripletLoss(0.5, mining, reduction="sum", dtype="float64")
    embeddings = tf.constant(EMBEDDINGS)
    with tf.GradientTape() as tape:
        tape.watch(embeddings)
        value = loss(LABELS, embeddings)
    expected = numeric_gradient(lambda x: by_loops(LABELS, on_sphere(x), 0.5, mining).sum(), EMBEDDINGS)
    np.testing.assert_allclose(tape.gradient(value, embeddings), expected, atol=1e-7)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=2, max_size=7), st.integers(0, 999), st.sampled_from(triplet.MINING))
def test_any_batch_gives_what_the_loops_give(labels, seed, mining):
    embeddings = np.random.default_rng(seed).normal(0, 1, (len(labels), 2))
    ours = TripletLoss(0.3, mining, normalize=False, reduction="none", dtype="float64")(np.array(labels), embeddings)
    np.testing.assert_allclose(ours, by_loops(labels, embeddings, 0.3, mining), atol=1e-12)


@mining
def test_classes_a_margin_apart_cost_nothing(mining):
    embeddings = np.array([[0.0], [0.1], [5.0], [5.1]], "float32")
    assert float(TripletLoss(1.0, mining, normalize=False)([0, 0, 1, 1], embeddings)) == 0


@mining
@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]], ids=["one class", "no pair"])
def test_a_batch_without_a_triplet_costs_nothing_and_has_a_finite_gradient(mining, labels):
    embeddings = tf.constant(EMBEDDINGS[:3])
    with tf.GradientTape() as tape:
        tape.watch(embeddings)
        value = TripletLoss(mining=mining, dtype="float64")(np.array(labels), embeddings)
    assert float(value) == 0
    np.testing.assert_array_equal(tape.gradient(value, embeddings), np.zeros((3, 3)))


def test_embeddings_that_all_coincide_cost_the_margin():
    assert float(TripletLoss(0.2)([0, 0, 1, 1], np.ones((4, 3), "float32"))) == pytest.approx(0.2, abs=1e-6)


@pytest.mark.parametrize("margin", [0, -1.0, float("nan"), float("inf")])
def test_a_margin_must_be_positive(margin):
    with pytest.raises(ValueError, match=f"margin must be a positive number, got {margin}"):
        TripletLoss(margin)


def test_an_unknown_mining_is_named():
    with pytest.raises(ValueError, match="mining must be one of all, semi_hard, hard, got 'soft'"):
        TripletLoss(mining="soft")


@pytest.mark.parametrize("labels", [np.zeros(3), np.zeros((9, 2)), np.zeros((9, 1, 1))])
def test_labels_of_another_shape_are_named(labels):
    with pytest.raises(ValueError, match=r"y_true must be class numbers of shape \(9,\) or \(9, 1\), got shape"):
        TripletLoss()(labels, EMBEDDINGS)


def test_embeddings_of_another_rank_are_named():
    with pytest.raises(ValueError, match=r"y_pred must be embeddings of shape \(B, D\), got shape \(9, 3, 1\)"):
        TripletLoss()(LABELS, EMBEDDINGS[..., None])
