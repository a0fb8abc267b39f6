"""Batch, layer and root-mean-square normalization: what they mean, and Keras's own with the same weights."""

import keras
import numpy as np
import pytest
from backends import assert_same
from fresh_process import answer_of
from oracle import values_and_gradients, with_weights

from dlcourse.layers import BatchNormalization, LayerNormalization, RMSNormalization

draw = np.random.default_rng(0)
SEQUENCES = draw.normal(2, 3, (6, 5, 4)).astype("float32")
MASK = np.arange(5) < np.array([5, 3, 1, 5, 2, 4])[:, None]


def pair(kind, inputs, **options):
    """Ours and Keras's, with the same weights; a moving variance is positive."""
    layers = kind(**options), getattr(keras.layers, kind.__name__)(**options)
    weights = [np.abs(weight) + 0.1 for weight in with_weights(layers[0], inputs)]
    layers[1](inputs)
    for layer in layers:
        layer.set_weights(weights)
    return layers


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (LayerNormalization, {}),
        (LayerNormalization, {"epsilon": 1e-6, "scale": False}),
        (LayerNormalization, {"center": False}),
        (RMSNormalization, {}),
        (RMSNormalization, {"epsilon": 0.1}),
    ],
)
@pytest.mark.parametrize("shape", [(6, 4), (3, 5, 4), (2, 3, 5, 4)])
def test_layer_and_rms_normalization_are_those_of_keras(kind, options, shape):
    inputs = draw.normal(2, 3, shape).astype("float32")
    results = [values_and_gradients(layer, layer, inputs) for layer in pair(kind, inputs, **options)]
    assert_same(*results, tolerance=3e-6)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    "options",
    [{}, {"momentum": 0.5, "epsilon": 0.1}, {"center": False}, {"scale": False}, {"synchronized": True}, {"axis": 2}],
    ids=str,
)
def test_batch_normalization_and_its_moving_statistics_are_those_of_keras(options, training, masked):
    if masked and options.get("synchronized"):
        options = {}
    results = []
    for layer in pair(BatchNormalization, SEQUENCES, **options):

        def call(inputs, layer=layer):
            return layer(inputs, training=training, mask=MASK if masked else None)

        results.append([*values_and_gradients(layer, call, SEQUENCES), *layer.get_weights()])
    assert_same(*results, tolerance=3e-6)


@pytest.mark.parametrize("axis", [1, -1])
def test_batch_normalization_of_images_takes_the_axis_of_the_channels(axis):
    images = draw.normal(size=(3, 4, 5, 2)).astype("float32")
    results = [
        values_and_gradients(layer, lambda x, layer=layer: layer(x, training=True), images)
        for layer in pair(BatchNormalization, images, axis=axis)
    ]
    assert_same(*results, tolerance=3e-6)


def test_in_training_a_batch_comes_out_with_mean_0_and_variance_1():
    normalized = BatchNormalization(epsilon=1e-9)(SEQUENCES, training=True).numpy()
    np.testing.assert_allclose(normalized.mean(axis=(0, 1)), 0, atol=1e-6)
    np.testing.assert_allclose(normalized.var(axis=(0, 1)), 1, rtol=1e-5)


def test_at_inference_an_example_does_not_depend_on_its_batch_and_in_training_it_does():
    layer = BatchNormalization()
    layer(SEQUENCES, training=True)
    for training, same in [(False, True), (True, False)]:
        together, alone = layer(SEQUENCES, training=training), layer(SEQUENCES[:2], training=training)
        assert np.allclose(together[:2], alone) == same


def test_what_is_masked_counts_for_nothing():
    other = np.where(MASK[..., None], SEQUENCES, 1000).astype("float32")
    layers = BatchNormalization(), BatchNormalization()
    for layer, inputs in zip(layers, (SEQUENCES, other), strict=True):
        layer(inputs, training=True, mask=MASK)
    assert_same(layers[0].get_weights(), layers[1].get_weights(), tolerance=1e-6)
    np.testing.assert_allclose(layers[0].moving_mean, 0.01 * SEQUENCES[MASK].mean(axis=0), rtol=1e-5)


def test_frozen_it_infers_also_in_training():
    layer = BatchNormalization(trainable=False)
    before = layer(SEQUENCES)
    np.testing.assert_array_equal(layer(SEQUENCES, training=True), before)
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(4))


@pytest.mark.parametrize("kind", [LayerNormalization, RMSNormalization])
def test_an_example_does_not_depend_on_the_batch(kind):
    layer = kind()
    np.testing.assert_allclose(layer(SEQUENCES)[:1], layer(SEQUENCES[:1]), rtol=1e-6)


def test_layer_normalization_forgets_shift_and_scale_and_rms_the_scale_alone():
    layers = LayerNormalization(epsilon=1e-9), RMSNormalization(epsilon=1e-9)
    for layer, forgets_shift in zip(layers, (True, False), strict=True):
        np.testing.assert_allclose(layer(SEQUENCES * 7), layer(SEQUENCES), rtol=1e-4, atol=1e-5)
        assert np.allclose(layer(SEQUENCES + 7), layer(SEQUENCES), atol=1e-3) == forgets_shift


def test_half_precision_does_not_overflow_in_the_squares():
    inputs = np.array([[1000.0, 3000.0]], "float16")
    for kind in (LayerNormalization, RMSNormalization):
        assert np.isfinite(kind(dtype="float16")(inputs)).all()


UNSYNCHRONIZED = """
import json, numpy, tensorflow as tf
from dlcourse.layers import BatchNormalization
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    layer = BatchNormalization()
    layer.build((2, 3))
try:
    strategy.run(lambda: layer(tf.ones((2, 3)), training=True))
except ValueError as error:
    print(json.dumps(str(error)))
"""


@pytest.mark.slow
def test_replicas_that_are_not_synchronized_are_refused():
    message = "synchronized must be True with more than one replica, got False and 2"
    assert message in answer_of(UNSYNCHRONIZED)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"axis must be one of known size, got 3 for inputs of shape \(6, 5, 4\)"):
        BatchNormalization(axis=3)(SEQUENCES)
    with pytest.raises(ValueError, match="synchronized statistics must be of inputs without a mask, got a mask"):
        BatchNormalization(synchronized=True)(SEQUENCES, training=True, mask=MASK)
    with pytest.raises(ValueError, match=r"inputs must have shape \(\.\.\., D\) with a known D, got \(None, None\)"):
        LayerNormalization().build((None, None))
