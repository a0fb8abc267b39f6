"""What dropout means, and that it is Keras's own, bit for bit, for the same seed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import Dropout

ONES = np.ones((200, 10, 20), "float32")


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_mean_stays_and_survivors_are_scaled(rate):
    dropped = Dropout(rate, seed=0)(ONES, training=True).numpy()
    assert np.mean(dropped == 0) == pytest.approx(rate, abs=0.01)
    np.testing.assert_allclose(dropped[dropped != 0], 1 / (1 - rate), rtol=1e-6)
    assert dropped.mean() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("options", [{}, {"training": False}])
def test_at_inference_nothing_happens(options):
    np.testing.assert_array_equal(Dropout(0.5)(ONES, **options), ONES)


def test_a_rate_of_0_drops_nothing():
    np.testing.assert_array_equal(Dropout(0)(ONES, training=True), ONES)


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_for_the_same_seed_it_drops_what_keras_drops(rate):
    ours, theirs = (kind(rate, seed=3) for kind in (Dropout, keras.layers.Dropout))
    for _ in range(2):
        np.testing.assert_allclose(ours(ONES, training=True), theirs(ONES, training=True), rtol=1e-6)


@pytest.mark.parametrize(("noise_shape", "axis"), [((None, 1, None), 1), ((None, None, 1), 2), ((1, None, None), 0)])
def test_along_an_axis_of_size_1_of_the_noise_one_draw_is_shared(noise_shape, axis):
    dropped = Dropout(0.5, noise_shape=noise_shape, seed=0)(ONES, training=True).numpy()
    assert (dropped == dropped.take([0], axis=axis)).all()
    assert 0 < np.mean(dropped == 0) < 1


def test_each_call_draws_anew_and_a_seed_repeats_the_draws():
    layers = Dropout(0.5, seed=7), Dropout(0.5, seed=7)
    first, second = ([layer(ONES, training=True).numpy() for _ in range(2)] for layer in layers)
    assert not np.array_equal(*first)
    np.testing.assert_array_equal(first, second)


def test_a_gradient_passes_where_nothing_was_dropped():
    inputs = tf.constant(ONES[:2])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        dropped = Dropout(0.5, seed=0)(inputs, training=True)
    np.testing.assert_array_equal(tape.gradient(dropped, inputs), dropped)


def test_an_infinite_number_that_is_dropped_is_gone():
    dropped = Dropout(0.5, seed=0)(ONES * np.float32("inf"), training=True).numpy()
    assert set(np.unique(dropped)) == {0, np.inf}


def test_noise_of_another_rank_is_refused():
    with pytest.raises(ValueError, match=r"noise_shape must have as many axes as the inputs, 3, got \(None, 1\)"):
        Dropout(0.5, noise_shape=(None, 1))(ONES)
