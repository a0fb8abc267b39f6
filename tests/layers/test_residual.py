"""Residual connections: the sum, the projections, the gradient that always passes, nested layers saved with it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import Residual

IMAGES = np.random.default_rng(0).normal(size=(2, 7, 6, 3)).astype("float32")
VECTORS = np.random.default_rng(1).normal(size=(5, 4)).astype("float32")


def test_an_identity_adds_what_goes_in():
    inner = keras.layers.Dense(4, "tanh")
    np.testing.assert_allclose(Residual(inner)(VECTORS), inner(VECTORS) + VECTORS, rtol=1e-6)


def test_several_layers_follow_each_other_and_the_sum_is_activated():
    first, second = keras.layers.Dense(6, "relu"), keras.layers.Dense(4)
    ours = Residual([first, second], activation="relu")(VECTORS)
    np.testing.assert_allclose(ours, np.maximum(second(first(VECTORS)) + VECTORS, 0), rtol=1e-6)


@pytest.mark.parametrize("strides", [1, 2, 3])
def test_a_projection_is_a_strided_convolution_of_one_by_one(strides):
    inner = keras.layers.Conv2D(5, 3, strides, "same")
    block = Residual(inner, "projection", strides)
    ours = block(IMAGES)
    stock = keras.layers.Conv2D(5, 1, strides, use_bias=False)
    stock.build(IMAGES.shape)
    stock.set_weights([block.projection.get_weights()[0].reshape(1, 1, 3, 5)])
    np.testing.assert_allclose(ours, inner(IMAGES) + stock(IMAGES), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("depth", [1, 30])
def test_a_gradient_passes_any_depth_of_branches_that_give_nothing(depth):
    blocks = [Residual(keras.layers.Dense(4, kernel_initializer="zeros")) for _ in range(depth)]
    inputs = tf.constant(VECTORS)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = inputs
        for block in blocks:
            outputs = block(outputs)
    np.testing.assert_array_equal(tape.gradient(outputs, inputs), np.ones_like(VECTORS))


def test_layers_inside_learn_that_they_are_training():
    block = Residual([keras.layers.Dropout(0.5, seed=0)])
    np.testing.assert_array_equal(block(VECTORS), 2 * VECTORS)
    kept = np.unique(np.round(block(VECTORS, training=True) / VECTORS, 3))
    np.testing.assert_array_equal(kept, [1, 3])


def test_a_copy_by_its_config_has_layers_of_its_own():
    block = Residual([keras.layers.Dense(4, name="first"), Residual(keras.layers.Dense(4), activation="relu")])
    block(VECTORS)
    again = Residual.from_config(block.get_config())
    again(VECTORS)
    again.set_weights(block.get_weights())
    np.testing.assert_allclose(again(VECTORS), block(VECTORS), rtol=1e-6)
    assert again.branch[0] is not block.branch[0]
    assert len(again.trainable_weights) == 4


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"must give the shape of the shortcut, \(5, 4\), got \(5, 3\)"):
        Residual(keras.layers.Dense(3))(VECTORS)
    with pytest.raises(ValueError, match=r"must give the shape of the shortcut, \(2, 7, 6, 3\), got \(2, 4, 3, 3\)"):
        Residual(keras.layers.Conv2D(3, 3, 2, "same"), "projection")(IMAGES)
