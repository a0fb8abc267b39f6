"""Micro-batches give the loss and the gradients of the whole batch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.training import accumulate_gradients

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(24, 5)).astype("float32")
Y = DRAW.normal(size=(24, 2)).astype("float32")
WEIGHTS = np.linspace(0.1, 2, 24).astype("float32")


def network(*extra, penalty=None):
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(6, "tanh", kernel_regularizer=penalty)
    return keras.Sequential([keras.Input((5,)), hidden, *extra, keras.layers.Dense(2)])


def whole(model, loss, sample_weight=None):
    with tf.GradientTape() as tape:
        total = loss(Y, model(X, training=True), sample_weight=sample_weight) + sum(model.losses)
    return total, tape.gradient(total, [variable.value for variable in model.trainable_variables])


@pytest.mark.parametrize("micro_batch", [1, 5, 8, 24, 100], ids="in parts of {}".format)
@pytest.mark.parametrize("loss", [keras.losses.MeanSquaredError(), keras.losses.Huber(reduction="sum")])
def test_loss_and_gradients_are_those_of_the_whole_batch(loss, micro_batch):
    model = network(penalty="l2")
    expected, expected_gradients = whole(model, loss, WEIGHTS)
    total, gradients = accumulate_gradients(model, loss, X, Y, micro_batch, WEIGHTS)
    np.testing.assert_allclose(total, expected, rtol=1e-6)
    for one, other in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6 * float(tf.reduce_max(tf.abs(other))))


def test_a_loss_may_be_a_name_or_a_function_and_an_optimizer_takes_the_gradients():
    model = network()
    named = accumulate_gradients(model, "mse", X, Y, 7)
    written = accumulate_gradients(model, lambda y, p: tf.reduce_mean((y - p) ** 2), X, Y, 7)
    np.testing.assert_allclose(named[0], written[0], rtol=1e-6)
    before = model.get_weights()
    keras.optimizers.SGD(0.1).apply(named[1], model.trainable_variables)
    for old, new, gradient in zip(before, model.get_weights(), written[1], strict=True):
        np.testing.assert_allclose(new, old - 0.1 * gradient, rtol=1e-5, atol=1e-7)


def test_it_is_traced_once_for_batches_of_all_lengths_and_notices_what_is_frozen():
    traces = []

    def loss(y, predictions):
        traces.append(1)
        return tf.reduce_mean((y - predictions) ** 2)

    model = network()
    accumulate_gradients(model, loss, X, Y, 8)
    first = len(traces)
    for count in (24, 23, 22, 21):
        accumulate_gradients(model, loss, X[:count], Y[:count], 5)
    assert len(traces) <= 2 * first
    model.layers[0].trainable = False
    assert len(accumulate_gradients(model, loss, X, Y, 8)[1]) == 2


def test_a_weight_that_the_loss_does_not_depend_on_has_no_gradient():
    inputs = keras.Input((5,))
    used, unused = keras.layers.Dense(2)(inputs), keras.layers.Dense(2)(inputs)
    model = keras.Model(inputs, [used, unused])
    _, gradients = accumulate_gradients(model, lambda y, p: tf.reduce_mean((y - p[0]) ** 2), X, Y, 8)
    assert [gradient is None for gradient in gradients] == [False, False, True, True]


def test_several_inputs_and_words_are_taken():
    inputs = [keras.Input((5,)), keras.Input((), dtype="int32")]
    both = keras.layers.Concatenate()([inputs[0], keras.layers.Embedding(4, 3)(inputs[1])])
    model = keras.Model(inputs, keras.layers.Dense(2)(both))
    words = np.arange(24) % 4
    parts = accumulate_gradients(model, "mse", [X, words], Y, 7)
    at_once = accumulate_gradients(model, "mse", [X, words], Y, 24)
    for one, other in zip(parts[1], at_once[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_batch_normalization_is_the_exception_it_sees_each_micro_batch_alone():
    model = network(keras.layers.BatchNormalization(momentum=0.5))
    _, expected = whole(model, keras.losses.MeanSquaredError())
    averages = model.layers[1].moving_mean
    averages.assign(np.zeros(6))
    _, gradients = accumulate_gradients(model, "mse", X, Y, 6)
    assert float(np.max(np.abs(gradients[0] - expected[0]))) > 1e-3
    parts = [model.layers[0](X[start : start + 6]).numpy().mean(0) for start in range(0, 24, 6)]
    moved = np.zeros(6)
    for part in parts:
        moved = 0.5 * moved + 0.5 * part
    np.testing.assert_allclose(averages, moved, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("micro_batch", [0, -1, 2.5, True])
def test_a_micro_batch_that_is_no_positive_integer_is_refused(micro_batch):
    with pytest.raises(ValueError, match="micro_batch must be a positive integer, got"):
        accumulate_gradients(network(), "mse", X, Y, micro_batch)


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"x, y must hold the same number of examples, at least 1, got .*24.*23"):
        accumulate_gradients(network(), "mse", X, Y[:23], 4)


def test_a_loss_for_each_example_is_refused():
    with pytest.raises(ValueError, match="a sum or a mean over the batch, got reduction=None"):
        accumulate_gradients(network(), keras.losses.MeanSquaredError(reduction=None), X, Y, 4)
