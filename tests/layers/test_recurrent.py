"""Cells and layers against Keras's own with the same weights: values and gradients, every option."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from backends import assert_same
from oracle import values_and_gradients, with_weights

from dlcourse.layers import GRU, LSTM, GRUCell, LSTMCell, SimpleRNNCell

B, T, D, UNITS = 3, 4, 3, 5
draw = np.random.default_rng(0)
INPUTS = draw.normal(size=(B, T, D)).astype("float32")
STATES = [draw.normal(size=(B, UNITS)).astype("float32") for _ in range(2)]
MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1]], dtype=bool)
LAYERS = {
    "LSTM": (LSTM, keras.layers.LSTM, {}),
    "LSTM without bias": (LSTM, keras.layers.LSTM, {"use_bias": False}),
    "GRU, reset after": (GRU, keras.layers.GRU, {"reset_after": True}),
    "LSTM, own gradient": (LSTM, keras.layers.LSTM, {"own_gradient": True}),
    "GRU, own gradient": (GRU, keras.layers.GRU, {"own_gradient": True}),
    "GRU, reset before": (GRU, keras.layers.GRU, {"reset_after": False}),
    "GRU without bias": (GRU, keras.layers.GRU, {"use_bias": False}),
}
CELLS = {
    "SimpleRNN": (SimpleRNNCell, keras.layers.SimpleRNNCell, {}, 1),
    "LSTM": (LSTMCell, keras.layers.LSTMCell, {}, 2),
    "GRU, reset after": (GRUCell, keras.layers.GRUCell, {"reset_after": True}, 1),
    "GRU, reset before": (GRUCell, keras.layers.GRUCell, {"reset_after": False}, 1),
}
FLAGS = ["return_sequences", "return_state", "go_backwards"]


def pair(name, **options):
    """Ours and Keras's, with the same weights."""
    ours, theirs, own = LAYERS[name]
    keras_own = {name: value for name, value in own.items() if name != "own_gradient"}
    layers = ours(UNITS, **own, **options), theirs(UNITS, **keras_own, **options)
    weights = with_weights(layers[0], INPUTS)
    layers[1](INPUTS)
    layers[1].set_weights(weights)
    return layers


def states_of(name):
    return STATES if name.startswith("LSTM") else STATES[:1]


@pytest.mark.parametrize("masked", [False, True], ids=["all", "masked"])
@pytest.mark.parametrize("with_state", [False, True], ids=["zeros", "state"])
@pytest.mark.parametrize("flags", list(itertools.product([False, True], repeat=3)), ids=str)
@pytest.mark.parametrize("name", [name for name in LAYERS if "bias" not in name])
def test_values_and_gradients_are_those_of_keras(name, flags, with_state, masked):
    states = states_of(name) if with_state else []
    results = []
    for layer in pair(name, **dict(zip(FLAGS, flags, strict=True))):

        def call(inputs, *states, layer=layer):
            return layer(inputs, initial_state=list(states) or None, mask=MASK if masked else None)

        results.append(values_and_gradients(layer, call, INPUTS, *states))
    assert_same(*results, tolerance=1e-6)


@pytest.mark.parametrize("name", ["LSTM without bias", "GRU without bias"])
def test_without_a_bias_they_are_those_of_keras(name):
    results = [values_and_gradients(layer, layer, INPUTS) for layer in pair(name)]
    assert_same(*results, tolerance=1e-6)


@pytest.mark.parametrize("name", CELLS)
def test_one_step_and_its_gradients_are_those_of_keras(name):
    ours, theirs, options, count = CELLS[name]
    cells = ours(UNITS, **options), theirs(UNITS, **options)
    weights = with_weights(cells[0], INPUTS[:, 0], STATES[:count])
    cells[1](INPUTS[:, 0], STATES[:count])
    cells[1].set_weights(weights)
    results = [
        values_and_gradients(cell, lambda x, *states, cell=cell: cell(x, list(states)), INPUTS[:, 0], *STATES[:count])
        for cell in cells
    ]
    assert_same(*results, tolerance=1e-6)


@pytest.mark.parametrize("name", CELLS)
def test_a_state_carried_by_hand_is_what_keras_loop_carries(name):
    ours, _, options, count = CELLS[name]
    cell = ours(UNITS, **options)
    looped = keras.layers.RNN(cell)(INPUTS)
    states = cell.get_initial_state(batch_size=B)
    assert len(states) == count
    for t in range(T):
        output, states = cell(INPUTS[:, t], states)
    np.testing.assert_allclose(output, looped, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_a_stateful_layer_goes_on_where_the_last_batch_ended(name):
    for layer in pair(name, stateful=True):
        layer.reset_state()
        halves = layer(INPUTS[:, :2]), layer(INPUTS[:, 2:])
        layer.reset_state()
        np.testing.assert_allclose(layer(INPUTS), halves[1], rtol=1e-5, atol=1e-6)
        assert not np.allclose(layer(INPUTS), halves[1], atol=1e-4)


@pytest.mark.parametrize("name", [name for name in LAYERS if "own" not in name])
def test_weights_go_both_ways_and_start_alike(name):
    ours, theirs, own = LAYERS[name]
    made = []
    for kind in (theirs, ours):
        keras.utils.set_random_seed(3)
        layer = kind(UNITS, **own)
        layer.build(INPUTS.shape)
        made.append(layer)
    assert_same(made[1].get_weights(), made[0].get_weights(), tolerance=0)
    made[0].set_weights(made[1].get_weights())


@pytest.mark.parametrize(
    ("layer", "count"), [(LSTM(64), 49_408), (GRU(64), 37_248), (GRU(64, reset_after=False), 37_056)]
)
def test_on_128_inputs_64_units_have_the_published_number_of_parameters(layer, count):
    layer.build((None, None, 128))
    assert layer.count_params() == count


def test_bidirectional_from_keras_takes_them():
    layer = keras.layers.Bidirectional(LSTM(64))
    layer.build((None, 10, 128))
    assert layer.count_params() == 98_816
    assert layer(np.zeros((2, 10, 128))).shape == (2, 128)


@pytest.mark.parametrize("reset_after", [False, True])
def test_an_update_gate_that_replaces_is_one_that_keeps_with_its_signs_turned(reset_after):
    keep, replace = (GRU(UNITS, reset_after=reset_after, update=update) for update in ("keep", "replace"))
    weights = with_weights(keep, INPUTS)
    replace(INPUTS)
    for weight in weights:
        weight[..., :UNITS] *= -1
    replace.set_weights(weights)
    np.testing.assert_allclose(replace(INPUTS), keep(INPUTS), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize("kind", [LSTM, GRU])
def test_the_own_gradient_is_that_of_automatic_differentiation_compiled_by_xla(kind, use_bias):
    plain, own = (kind(UNITS, use_bias=use_bias, return_sequences=True, own_gradient=own) for own in (False, True))
    weights = with_weights(plain, INPUTS)
    own(INPUTS)
    own.set_weights(weights)
    results = []
    for layer, jit_compile in [(plain, False), (own, True), (own, False)]:
        compiled = tf.function(lambda x, layer=layer: values_and_gradients_of(layer, x), jit_compile=jit_compile)
        results.append([each.numpy() for each in compiled(tf.constant(INPUTS))])
    assert_same(results[1], results[0], tolerance=1e-6)
    assert_same(results[2], results[0], tolerance=1e-6)


def values_and_gradients_of(layer, inputs):
    weights = [weight.value for weight in layer.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs)
        total = tf.reduce_sum(tf.sin(outputs))
    return [outputs, *tape.gradient(total, [inputs, *weights])]


def test_the_own_gradient_takes_sequences_of_unknown_length():
    layer = LSTM(UNITS, own_gradient=True)
    model = keras.Sequential([keras.Input((None, D)), layer, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(INPUTS, np.ones((B, 1)), verbose=0).history["loss"][0])


def test_the_own_gradient_is_refused_with_a_reset_before_the_product():
    with pytest.raises(ValueError, match="own_gradient must be False with reset_after=False, got True"):
        GRU(UNITS, reset_after=False, own_gradient=True)


def test_a_forget_gate_begins_open_unless_told_otherwise():
    for told, first in [(True, 1), (False, 0)]:
        cell = LSTMCell(2, unit_forget_bias=told)
        cell.build((None, 3))
        np.testing.assert_array_equal(cell.bias, [0, 0, first, first, 0, 0, 0, 0])


@pytest.mark.parametrize("name", LAYERS)
def test_padding_at_the_end_changes_nothing(name):
    layer, _ = pair(name)
    padded = np.concatenate([INPUTS, np.full((B, 2, D), 9, "float32")], axis=1)
    mask = np.arange(T + 2) < T
    np.testing.assert_allclose(layer(padded, mask=np.tile(mask, (B, 1))), layer(INPUTS), rtol=1e-5, atol=1e-6)
