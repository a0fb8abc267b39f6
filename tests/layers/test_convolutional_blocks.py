"""Inception, separable and squeeze-and-excitation blocks, and layer scale: against stock layers and papers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import (
    DepthwiseSeparableBlock,
    InceptionBlock,
    LayerScale,
    SqueezeExcite,
)

IMAGES = np.random.default_rng(0).normal(size=(2, 6, 5, 8)).astype("float32")


def with_random_weights(layer):
    layer.build(IMAGES.shape)
    draw = np.random.default_rng(1)
    layer.set_weights([draw.uniform(0.1, 0.9, weight.shape) for weight in layer.weights])
    return layer


def values_and_gradients(model, weights, training=False):
    """What a model gives, and the gradients of a weighted sum to the input and to the given weights."""
    images = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = model(images, training=training)
        total = tf.reduce_sum(
            values * tf.sin(tf.range(tf.size(values), dtype="float32") + 1).numpy().reshape(values.shape)
        )
    return values, *tape.gradient(total, [images, *(weight.value for weight in weights)])


def assert_same(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, np.reshape(other, one.shape), rtol=1e-4, atol=1e-4)


def stock_inception(block):
    weights = iter(block.get_weights())
    inputs = keras.Input(IMAGES.shape[1:])
    filters = {
        "one": (block.one, 1),
        "three_reduce": (block.three[0], 1),
        "three": (block.three[1], 3),
        "five_reduce": (block.five[0], 1),
        "five": (block.five[1], 5),
        "pool": (block.pool, 1),
    }
    layer = {name: keras.layers.Conv2D(*each, padding="same", activation="relu") for name, each in filters.items()}
    pooled = keras.layers.MaxPooling2D(3, 1, "same")(inputs)
    branches = [
        layer["one"](inputs),
        layer["three"](layer["three_reduce"](inputs)),
        layer["five"](layer["five_reduce"](inputs)),
        layer["pool"](pooled),
    ]
    model = keras.Model(inputs, keras.layers.Concatenate()(branches))
    for each in layer.values():
        each.set_weights([next(weights), next(weights)])
    return model, [weight for each in layer.values() for weight in each.weights]


def test_an_inception_block_is_its_four_branches_from_stock_layers():
    block = with_random_weights(InceptionBlock(3, (2, 4), (1, 2), 2))
    stock, weights = stock_inception(block)
    assert_same(values_and_gradients(block, block.weights), values_and_gradients(stock, weights))


@pytest.mark.parametrize(
    ("name", "channels", "arguments", "parameters"),
    [("3a", 192, (64, (96, 128), (16, 32), 32), 163_696), ("5b", 832, (384, (192, 384), (48, 128), 128), 1_444_080)],
)
def test_googlenets_blocks_have_its_parameters(name, channels, arguments, parameters):
    block = InceptionBlock(*arguments, name=f"inception_{name}")
    block.build((None, 7, 7, channels))
    assert block.count_params() == parameters


def stock_separable(block):
    stock = keras.Sequential(
        [
            keras.Input(IMAGES.shape[1:]),
            keras.layers.DepthwiseConv2D(block.kernel_size, block.strides, "same", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.Conv2D(block.filters, 1, use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
        ]
    )
    for ours, theirs in zip(
        (block.depthwise, block.depthwise_norm, block.pointwise, block.pointwise_norm),
        (stock.layers[i] for i in (0, 1, 3, 4)),
        strict=True,
    ):
        theirs.set_weights(ours.get_weights())
    return stock


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("strides", [1, 2])
def test_a_separable_block_is_its_six_stock_layers_moving_statistics_included(strides, training):
    block = with_random_weights(DepthwiseSeparableBlock(4, 3, strides))
    stock = stock_separable(block)
    ours = values_and_gradients(block, block.trainable_weights, training)
    assert_same(ours, values_and_gradients(stock, stock.trainable_weights, training))
    assert_same(block.get_weights(), stock.get_weights())


def test_without_norm_and_activation_between_it_is_a_separable_convolution():
    block = with_random_weights(DepthwiseSeparableBlock(4, 3, 2))
    separable = keras.layers.SeparableConv2D(4, 3, 2, "same", use_bias=False)
    separable.build(IMAGES.shape)
    separable.set_weights([block.depthwise.get_weights()[0], block.pointwise.get_weights()[0]])
    np.testing.assert_allclose(block.pointwise(block.depthwise(IMAGES)), separable(IMAGES), rtol=1e-5, atol=1e-5)


def test_squeeze_and_excitation_is_its_equations():
    layer = with_random_weights(SqueezeExcite(ratio=2))
    w1, b1, w2, b2 = layer.get_weights()
    z = IMAGES.mean((1, 2))
    s = 1 / (1 + np.exp(-(np.maximum(z @ w1 + b1, 0) @ w2 + b2)))
    np.testing.assert_allclose(layer(IMAGES), s[:, None, None] * IMAGES, rtol=1e-5, atol=1e-6)


def test_squeeze_and_excitation_takes_sequences_and_keeps_one_unit_at_least():
    layer = SqueezeExcite(ratio=100)
    assert layer(IMAGES[:, :, 0]).shape == (2, 6, 8)
    assert layer.squeeze.units == 1


@pytest.mark.parametrize("shape", [(None, 8), (None, 3, 3, None)])
def test_squeeze_and_excitation_wants_places_and_known_channels(shape):
    with pytest.raises(
        ValueError, match=r"inputs must have shape \(B, \.\.\., C\) with an axis of places, got \(None, "
    ):
        SqueezeExcite().build(shape)


def test_layer_scale_starts_at_its_first_value_and_learns_a_factor_a_channel():
    layer = LayerScale(0.25)
    np.testing.assert_array_equal(layer(IMAGES), IMAGES / 4)
    _, _, gradient = values_and_gradients(layer, layer.weights)
    assert gradient.shape == (8,)
    with pytest.raises(ValueError, match=r"inputs must have shape \(\.\.\., C\) with a known C, got \(None, None\)"):
        LayerScale().build((None, None))
