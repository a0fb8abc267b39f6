"""One more feature, which is the spread of the batch as the paper computes it."""

import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import MinibatchStandardDeviation


def by_loops(inputs, group):
    """The paper's three sentences: deviation over the batch, average of all, a constant feature map."""
    features = np.empty((*inputs.shape[:-1], 1))
    for start in range(0, len(inputs), group):
        members = inputs[start : start + group]
        features[start : start + group] = np.mean(np.sqrt(np.var(members, axis=0) + 1e-8))
    return np.concatenate([inputs, features], axis=-1)


@pytest.mark.parametrize("shape", [(6, 4), (6, 3, 2, 5)])
@pytest.mark.parametrize("group", [None, 2, 3, 6])
def test_it_equals_loops_over_the_groups(shape, group):
    inputs = np.random.default_rng(0).normal(size=shape).astype("float32")
    ours = MinibatchStandardDeviation(group)(inputs).numpy()
    np.testing.assert_allclose(ours, by_loops(inputs, group or 6), rtol=1e-5, atol=1e-6)


def test_a_collapsed_batch_gets_nothing_and_a_finite_gradient():
    inputs = tf.ones((4, 3))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        feature = MinibatchStandardDeviation()(inputs)[:, -1]
    np.testing.assert_allclose(feature, np.zeros(4), atol=2e-4)
    np.testing.assert_allclose(tape.gradient(feature, inputs), np.zeros((4, 3)), atol=1e-3)


def test_gradients_equal_finite_differences():
    inputs = np.random.default_rng(1).normal(size=(4, 3))
    layer = MinibatchStandardDeviation(2, dtype="float64")

    def value(numbers):
        return np.sum(np.sin(by_loops(numbers, 2)))

    with tf.GradientTape() as tape:
        watched = tf.constant(inputs)
        tape.watch(watched)
        total = tf.reduce_sum(tf.sin(layer(watched)))
    steps = 1e-6 * np.eye(12).reshape(12, 4, 3)
    expected = [(value(inputs + step) - value(inputs - step)) / 2e-6 for step in steps]
    # The statistic is computed in single precision, hence 1e-5 and not 1e-8.
    np.testing.assert_allclose(np.ravel(tape.gradient(total, watched)), expected, rtol=1e-4, atol=1e-5)


def test_a_batch_that_the_group_does_not_divide_is_refused():
    with pytest.raises(ValueError, match="the batch must be divisible by group_size 4, got a batch of 6"):
        MinibatchStandardDeviation(4)(np.zeros((6, 2)))


def test_inputs_without_features_are_refused():
    with pytest.raises(ValueError, match=r"inputs must have a batch axis and a feature axis, got shape \(6,\)"):
        MinibatchStandardDeviation()(np.zeros(6))
