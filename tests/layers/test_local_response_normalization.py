"""Local response normalization equals TensorFlow's, values and gradients, for any radius."""

import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import LocalResponseNormalization

IMAGES = np.random.default_rng(0).normal(0, 3, (2, 4, 5, 9)).astype("float32")
UPSTREAM = np.random.default_rng(1).normal(size=IMAGES.shape).astype("float32")


@pytest.mark.parametrize("radius", [0, 1, 2, 5, 20])
@pytest.mark.parametrize(("bias", "alpha", "beta"), [(2.0, 1e-4, 0.75), (1.0, 0.3, 0.5), (0.5, 2.0, 1.5)])
def test_values_and_gradients_are_tensorflows(radius, bias, alpha, beta):
    images = tf.constant(IMAGES)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(images)
        ours = LocalResponseNormalization(radius, bias, alpha, beta)(images)
        theirs = tf.nn.local_response_normalization(images, radius, bias, alpha, beta)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    gradients = [tape.gradient(each, images, output_gradients=UPSTREAM) for each in (ours, theirs)]
    np.testing.assert_allclose(*gradients, rtol=1e-4, atol=1e-5)


def test_large_activations_do_not_overflow_in_half_precision():
    layer = LocalResponseNormalization(dtype="mixed_float16")
    large = np.full((1, 1, 1, 5), 1000.0, "float32")
    ours = layer(large).numpy()
    assert ours.dtype == np.float16
    np.testing.assert_allclose(ours, LocalResponseNormalization()(large), rtol=2e-3)


def test_an_active_channel_damps_its_neighbours_and_no_others():
    quiet = np.ones((1, 1, 1, 7), "float32")
    loud = quiet.copy()
    loud[..., 3] = 100
    layer = LocalResponseNormalization(radius=2, alpha=0.1)
    damped = (layer(loud) < layer(quiet)).numpy()[0, 0, 0]
    np.testing.assert_array_equal(damped, [False, True, True, False, True, True, False])
