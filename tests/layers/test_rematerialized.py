"""The wrapped layer's outputs, gradients and state, for less memory."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from fresh_process import answer_of

from dlcourse.layers import Rematerialized

INPUTS = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


def block():
    """Several layers with weights, statistics and a seed."""
    keras.utils.set_random_seed(0)
    dropout = keras.layers.Dropout(0.5, seed=3)
    dense = [keras.layers.Dense(5, "tanh"), keras.layers.Dense(3)]
    inner = keras.Sequential([keras.Input((4,)), dense[0], keras.layers.BatchNormalization(), dropout, dense[1]])
    inner(INPUTS)
    return inner


def values_gradients_and_state(layer, training, wrap):
    inputs = tf.constant(INPUTS)

    def compute():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, training=training)
            total = tf.reduce_sum(tf.sin(outputs))
        return outputs, *tape.gradient(total, [inputs, *(weight.value for weight in layer.trainable_weights)])

    return [*wrap(compute)(), *(variable.numpy() for variable in layer.non_trainable_variables)]


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize(
    "wrap",
    [lambda each: each, tf.function, lambda each: tf.function(each, jit_compile=True)],
    ids=["eager", "graph", "xla"],
)
def test_outputs_gradients_and_state_are_those_of_the_wrapped_layer(wrap, training):
    expected = values_gradients_and_state(block(), training, wrap)
    ours = values_gradients_and_state(Rematerialized(block()), training, wrap)
    assert len(ours) == len(expected) > 8
    for one, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_trained_by_fit_it_ends_at_the_same_weights():
    def trained(wrap):
        inner = block()
        model = keras.Sequential([keras.Input((4,)), wrap(inner)])
        model.compile("sgd", "mse")
        model.fit(INPUTS, INPUTS[:, :3], batch_size=3, epochs=2, shuffle=False, verbose=0)
        return inner.get_weights()

    for one, other in zip(trained(Rematerialized), trained(lambda inner: inner), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_numbers_of_words_go_in_as_well():
    embedding = keras.layers.Embedding(5, 3)
    wrapped = Rematerialized(embedding)
    words = tf.constant([[1, 4, 1]])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(wrapped(words) ** 2)
    gradient = tf.convert_to_tensor(tape.gradient(total, embedding.embeddings.value))
    counts = np.array([0, 2, 0, 0, 1])[:, None]
    np.testing.assert_allclose(gradient, 2 * counts * embedding.get_weights()[0], rtol=1e-5)


def test_a_mask_reaches_a_wrapped_layer_that_takes_one():
    keras.utils.set_random_seed(0)
    recurrent = keras.layers.SimpleRNN(2)
    sequences = np.random.default_rng(2).normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[True, True, False, False], [True, True, True, True]])
    expected = recurrent(sequences, mask=mask)
    np.testing.assert_allclose(Rematerialized(recurrent)(sequences, mask=mask), expected, rtol=1e-6)
    assert not np.allclose(expected, recurrent(sequences))


def test_penalties_of_weights_are_counted_once():
    wrapped = Rematerialized(keras.layers.Dense(2, kernel_regularizer="l2"))
    wrapped(INPUTS)
    np.testing.assert_allclose(wrapped.losses, [0.01 * np.sum(wrapped.layer.get_weights()[0] ** 2)], rtol=1e-5)


PEAK = """
import json, re, keras, tensorflow as tf
from pathlib import Path
from dlcourse.layers import Rematerialized
def mebibytes(name):
    return int(re.search(name + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
def block():
    inner = [keras.Input((512,))] + [keras.layers.Activation("tanh") for _ in range(6)] + [keras.layers.Dense(512)]
    return keras.Sequential(inner)
wrap = Rematerialized if {wrapped} else (lambda layer: layer)
model = keras.Sequential([keras.Input((512,))] + [wrap(block()) for _ in range(8)])
inputs = tf.ones((4096, 512))
@tf.function(input_signature=[tf.TensorSpec((None, 512))])
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x)))
    return [tf.reduce_sum(each) for each in tape.gradient(loss, [weight.value for weight in model.trainable_weights])]
step(inputs[:8])
before = mebibytes("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
step(inputs)
print(json.dumps(mebibytes("VmHWM") - before))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak of memory is read as Linux gives it")
def test_a_deep_network_takes_less_than_two_thirds_of_the_memory():
    # 56 activations of 8 MiB: 448 MiB when all are kept; wrapped, 8 inputs and the inside of one block: 120 MiB.
    plain, wrapped = (answer_of(PEAK.format(wrapped=each)) for each in (False, True))
    print(f"peak above the start: {plain:.0f} MiB plain, {wrapped:.0f} MiB rematerialized")
    assert plain > 350
    # About two fifths on a quiet machine; a busy one frees later.
    assert wrapped < 2 / 3 * plain
