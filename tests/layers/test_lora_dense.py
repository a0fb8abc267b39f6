"""It starts as the layer that it adapts, trains the thin matrices alone, and merges into a dense layer."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import LoRADense

INPUTS = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")


def dense_layer(**options):
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense(4, **{"activation": "tanh", "bias_initializer": "normal", **options})
    dense(INPUTS)
    return dense


def trained(dense, **options):
    """An adapted layer whose correction is no longer zero."""
    layer = LoRADense.from_dense(dense, **{"rank": 2, "alpha": 3.0, **options})
    layer.up.assign(np.random.default_rng(1).normal(size=layer.up.shape))
    return layer


@pytest.mark.parametrize("use_bias", [False, True])
def test_at_first_it_gives_what_the_dense_layer_gives(use_bias):
    dense = dense_layer(use_bias=use_bias)
    np.testing.assert_allclose(LoRADense.from_dense(dense, rank=2)(INPUTS), dense(INPUTS), rtol=1e-6)


@pytest.mark.parametrize("options", [{}, {"alpha": None}, {"rank": 4, "alpha": 0.5}])
@pytest.mark.parametrize("use_bias", [False, True])
def test_merged_it_gives_what_it_gives_unmerged(options, use_bias):
    layer = trained(dense_layer(use_bias=use_bias), **options)
    merged = layer.merge()
    assert type(merged) is keras.layers.Dense
    assert not np.allclose(layer(INPUTS), dense_layer(use_bias=use_bias)(INPUTS), atol=0.1)
    np.testing.assert_allclose(merged(INPUTS), layer(INPUTS), rtol=1e-5, atol=1e-6)


def test_outputs_and_gradients_are_those_of_keras_own_adaptation():
    ours, theirs = trained(dense_layer()), dense_layer()
    theirs.enable_lora(2, lora_alpha=3.0)
    theirs.lora_kernel_a.assign(ours.down)
    theirs.lora_kernel_b.assign(ours.up)
    inputs = tf.constant(INPUTS)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        one, other = ours(inputs), theirs(inputs)
        totals = [tf.reduce_sum(tf.sin(each)) for each in (one, other)]
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    our_gradients = tape.gradient(totals[0], [inputs, ours.down.value, ours.up.value])
    their_gradients = tape.gradient(totals[1], [inputs, theirs.lora_kernel_a.value, theirs.lora_kernel_b.value])
    for one, other in zip(our_gradients, their_gradients, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("set_trainable", [False, True])
def test_training_moves_the_thin_matrices_and_leaves_the_rest(set_trainable):
    layer = LoRADense.from_dense(dense_layer(), rank=2)
    if set_trainable:
        layer.trainable = True
    model = keras.Sequential([keras.Input((6,)), layer])
    model.compile("sgd", "mse")
    down, up, kernel, bias = layer.get_weights()
    model.fit(INPUTS, np.ones((5, 4)), epochs=2, verbose=0)
    assert [weight.name for weight in layer.trainable_weights] == ["down", "up"]
    np.testing.assert_array_equal(layer.kernel, kernel)
    np.testing.assert_array_equal(layer.bias, bias)
    assert not np.allclose(layer.down, down)
    assert not np.allclose(layer.up, up)


def test_a_dense_layer_without_weights_is_refused():
    with pytest.raises(ValueError, match="dense must be built, so that it has weights to adapt, got 'plain' without"):
        LoRADense.from_dense(keras.layers.Dense(3, name="plain"))


def test_a_rank_above_the_matrix_is_refused():
    with pytest.raises(ValueError, match="rank must be at most the smaller of 6 inputs and 3 units, got 4"):
        LoRADense(3, rank=4)(INPUTS)
