"""The contrastive loss against NumPy from the paper's equation, values and gradients, and by its laws."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.losses import NTXent

RANDOM = np.random.default_rng(6)
FIRST, SECOND = RANDOM.normal(0, 1, (2, 5, 3))


def by_loops(first, second, temperature):
    """The loss of each pair from the equation, one embedding after another."""
    z = np.concatenate([first, second])
    z = z / np.linalg.norm(z, axis=-1, keepdims=True)
    n = len(first)
    losses = []
    for i in range(2 * n):
        others = [np.exp(z[i] @ z[k] / temperature) for k in range(2 * n) if k != i]
        losses.append(-np.log(np.exp(z[i] @ z[(i + n) % (2 * n)] / temperature) / np.sum(others)))
    return (np.array(losses[:n]) + losses[n:]) / 2


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
def test_it_is_the_equation_of_the_paper(temperature):
    ours = NTXent(temperature, reduction="none", dtype="float64")(FIRST, SECOND)
    np.testing.assert_allclose(ours, by_loops(FIRST, SECOND, temperature), rtol=1e-12)


def test_its_gradients_reach_both_views_and_are_those_of_the_equation():
    views = tf.constant(FIRST), tf.constant(SECOND)
    with tf.GradientTape() as tape:
        tape.watch(views)
        value = NTXent(0.5, dtype="float64")(*views)
    ours = np.stack(tape.gradient(value, views))
    expected = np.zeros_like(ours)
    for index in np.ndindex(ours.shape):
        step = np.zeros_like(ours)
        step[index] = 1e-6
        ahead, behind = (by_loops(FIRST + s * step[0], SECOND + s * step[1], 0.5).mean() for s in (1, -1))
        expected[index] = (ahead - behind) / 2e-6
    np.testing.assert_allclose(ours, expected, atol=1e-8)


def test_equal_embeddings_cost_the_logarithm_of_the_number_of_others():
    assert float(NTXent()(np.ones((4, 3)), np.ones((4, 3)))) == pytest.approx(np.log(7), rel=1e-6)


def test_the_length_of_an_embedding_and_the_order_of_the_views_do_not_matter():
    plain = NTXent()(FIRST, SECOND)
    np.testing.assert_allclose(NTXent()(3 * FIRST, 0.1 * SECOND), plain, rtol=1e-5)
    np.testing.assert_allclose(NTXent()(SECOND, FIRST), plain, rtol=1e-6)


def test_an_embedding_of_zeros_has_a_finite_gradient():
    views = tf.zeros((2, 3)), tf.ones((2, 3))
    with tf.GradientTape() as tape:
        tape.watch(views)
        value = NTXent()(*views)
    assert all(np.isfinite(gradient).all() for gradient in tape.gradient(value, views))


def test_a_step_downhill_brings_the_views_together():
    first, second = keras.Variable(FIRST, dtype="float32"), tf.constant(SECOND, "float32")
    with tf.GradientTape() as tape:
        before = NTXent()(first, second)
    first.assign_sub(0.5 * tape.gradient(before, first.value))
    assert float(NTXent()(first, second)) < float(before)


@pytest.mark.parametrize("temperature", [0, -0.5, float("nan")])
def test_a_temperature_must_be_positive(temperature):
    with pytest.raises(ValueError, match=f"temperature must be a positive number, got {temperature}"):
        NTXent(temperature)


@pytest.mark.parametrize("second", [SECOND[:4], SECOND[:, :2], SECOND[0], SECOND[..., None]])
def test_views_of_different_shapes_are_named(second):
    with pytest.raises(ValueError, match=r"both views must be embeddings of one shape \(B, D\), got \(5, 3\) and"):
        NTXent()(FIRST, second)
