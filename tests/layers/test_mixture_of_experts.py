"""Held to loops over tokens and experts; capacity, padding and the balancing loss."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import MixtureOfExperts
from dlcourse.layers.mixture_of_experts import load_balance

TOKENS = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32")


def layer_of(top_k=2, **options):
    layer = MixtureOfExperts(4, 6, top_k=top_k, activation="tanh", **options)
    layer.build((None, None, 5))
    layer.set_weights([np.random.default_rng(1).normal(size=weight.shape) for weight in layer.weights])
    return layer


def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def by_loops(layer, inputs, capacity=None, present=None):
    """Token by token, all first choices before all second ones; what an expert has no room for is lost."""
    gate, hidden_kernel, hidden_bias, output_kernel, output_bias = (each.astype(float) for each in layer.get_weights())
    tokens = inputs.reshape(-1, inputs.shape[-1])
    probabilities = softmax(tokens @ gate)
    chosen = np.argsort(-probabilities, axis=1, kind="stable")[:, : layer.top_k]
    outputs, load = np.zeros(tokens.shape), np.zeros(len(hidden_kernel), int)
    for rank in range(layer.top_k):
        for number, token in enumerate(tokens):
            expert = chosen[number, rank]
            if (present is not None and not present.ravel()[number]) or (capacity and load[expert] >= capacity):
                continue
            load[expert] += 1
            weight = probabilities[number, expert]
            weight = weight / probabilities[number, chosen[number]].sum() if layer.top_k > 1 else weight
            hidden = np.tanh(token @ hidden_kernel[expert] + hidden_bias[expert, 0])
            outputs[number] += weight * (hidden @ output_kernel[expert] + output_bias[expert, 0])
    return outputs.reshape(inputs.shape)


@pytest.mark.parametrize("top_k", [1, 2, 4])
@pytest.mark.parametrize(("factor", "capacity"), [(None, None), (4.0, None), (1.0, "even"), (0.5, "half")])
def test_it_equals_loops_over_tokens_and_experts(top_k, factor, capacity):
    layer = layer_of(top_k, capacity_factor=factor)
    rooms = {None: None, "even": int(np.ceil(12 * top_k / 4)), "half": int(np.ceil(6 * top_k / 4))}
    expected = by_loops(layer, TOKENS, rooms[capacity])
    np.testing.assert_allclose(layer(TOKENS), expected, rtol=1e-4, atol=1e-5)


def test_a_tight_capacity_drops_some_tokens():
    dropped = np.all(layer_of(1, capacity_factor=0.5)(TOKENS).numpy() == 0, axis=-1)
    assert 0 < dropped.sum() < dropped.size


@pytest.mark.parametrize("factor", [None, 1.0])
def test_padding_uses_no_expert_and_takes_no_room(factor):
    layer = layer_of(capacity_factor=factor)
    present = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1]], dtype=bool)
    ours = layer(TOKENS, mask=present).numpy()
    np.testing.assert_array_equal(ours[~present], 0)
    np.testing.assert_allclose(ours, by_loops(layer, TOKENS, factor and 6, present), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("factor", [None, 1.0])
def test_a_model_of_unknown_batch_size_gives_the_same(factor):
    inputs = keras.Input((None, 5))
    layer = layer_of(capacity_factor=factor)
    predicted = keras.Model(inputs, layer(inputs)).predict(TOKENS, verbose=0)
    np.testing.assert_allclose(predicted, layer(TOKENS), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("top_k", [1, 2])
def test_gradients_equal_finite_differences_of_the_loops(top_k):
    layer = layer_of(top_k, dtype="float64")
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.sin(layer(TOKENS.astype(float))))
    weights = layer.get_weights()
    for number, gradient in enumerate(tape.gradient(total, [weight.value for weight in layer.weights])):
        place = (0,) * gradient.ndim
        values = []
        for way in (1e-4, -1e-4):
            moved = [weight.copy() for weight in weights]
            moved[number][place] += way
            layer.set_weights(moved)
            values.append(np.sum(np.sin(by_loops(layer, TOKENS.astype(float)))))
        # The gate is computed in single precision, hence the tolerance.
        np.testing.assert_allclose(gradient[place], (values[0] - values[1]) / 2e-4, rtol=1e-3, atol=1e-5)


def test_the_balancing_loss_is_that_of_the_paper_and_there_in_training_alone():
    layer = layer_of(balance=0.5)
    layer(TOKENS, training=False)
    assert layer.losses == []
    layer(TOKENS, training=True)
    probabilities = softmax(TOKENS.reshape(-1, 5) @ layer.get_weights()[0])
    counts = np.bincount(np.argsort(-probabilities, axis=1)[:, :2].ravel(), minlength=4)
    expected = 0.5 * 4 * np.sum(counts / 24 * probabilities.mean(axis=0))
    np.testing.assert_allclose(layer.losses, [expected], rtol=1e-5)


def test_balance_is_one_where_experts_are_used_alike_and_their_number_where_one_gets_all():
    chosen = np.array([[0], [1], [2], [3]])
    even = load_balance(np.full((4, 4), 0.25, "float32"), chosen, np.ones(4, "float32"))
    collapsed = load_balance(np.eye(4, dtype="float32")[[0, 0, 0, 0]], 0 * chosen, np.ones(4, "float32"))
    np.testing.assert_allclose([even, collapsed], [1, 4], rtol=1e-6)


def test_descent_on_the_loss_evens_out_the_use_of_experts():
    tokens = np.random.default_rng(3).normal(1, 1, size=(64, 5)).astype("float32")
    layer = layer_of(1, balance=1.0)
    layer.gate.assign(0.1 * layer.gate + np.array([1.0, 0, 0, 0]))

    def largest_share():
        return np.bincount(np.argmax(tokens @ layer.gate.numpy(), axis=1), minlength=4).max() / 64

    before = largest_share()
    for _ in range(30):
        with tf.GradientTape() as tape:
            layer(tokens, training=True)
        gradient = tape.gradient(layer.losses[-1], layer.gate.value)
        layer.gate.assign(layer.gate - gradient)
    assert before > 0.9
    assert largest_share() < 0.5


def test_the_experts_start_different_and_in_glorots_range():
    layer = MixtureOfExperts(3, 7)
    layer.build((None, 5))
    kernel = layer.hidden_kernel.numpy()
    assert not np.allclose(kernel[0], kernel[1])
    assert 0.9 < np.abs(kernel).max() / np.sqrt(6 / 12) <= 1
