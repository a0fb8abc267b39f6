"""Attention against Keras's own with the same weights, answers that fit on paper, and the cache."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from backends import assert_same
from oracle import values_and_gradients, with_weights

from dlcourse.layers import MultiHeadAttention, scaled_dot_product
from dlcourse.layers.scaled_dot_product import (
    attention,
    attention_weights,
    causal_mask,
    masked_softmax,
    weighted_sum,
)

B, T, S, D = 2, 4, 5, 6
draw = np.random.default_rng(0)
QUERY = draw.normal(size=(B, T, D)).astype("float32")
VALUE = draw.normal(size=(B, S, 3)).astype("float32")
KEY = draw.normal(size=(B, S, 7)).astype("float32")
MASK = draw.random((B, T, S)) < 0.6


def both(**options):
    """Ours and Keras's, with the same weights, called with a key."""
    pair = [kind(num_heads=2, key_dim=4, **options) for kind in (MultiHeadAttention, keras.layers.MultiHeadAttention)]
    weights = with_weights(pair[0], QUERY, VALUE, KEY)
    pair[1](QUERY, VALUE, KEY)
    pair[1].set_weights(weights)
    return pair


@pytest.mark.parametrize("attention_mask", [None, MASK, MASK[:, None] & np.array([True, False])[:, None, None]])
@pytest.mark.parametrize("use_causal_mask", [False, True])
@pytest.mark.parametrize("options", [{}, {"use_bias": False}, {"value_dim": 3}])
def test_values_scores_and_gradients_are_those_of_keras(options, use_causal_mask, attention_mask):
    results = []
    for layer in both(**options):

        def call(query, value, key, layer=layer):
            given = {"attention_mask": attention_mask, "use_causal_mask": use_causal_mask}
            return layer(query, value, key, return_attention_scores=True, **given)

        results.append(values_and_gradients(layer, call, QUERY, VALUE, KEY))
    assert_same(*results, tolerance=2e-6)


def test_without_a_key_the_values_are_the_keys():
    layer = MultiHeadAttention(2, 4)
    np.testing.assert_array_equal(layer(QUERY, VALUE), layer(QUERY, VALUE, VALUE))


def test_weights_go_both_ways_and_have_keras_shapes():
    ours, theirs = both(value_dim=3)
    assert [weight.shape for weight in ours.weights] == [weight.shape for weight in theirs.weights]
    ours.set_weights(theirs.get_weights())
    theirs.set_weights(ours.get_weights())


@pytest.mark.parametrize("where", ["queries", "values", "both"])
def test_masks_that_keras_carries_act_as_in_keras(where):
    query, value = QUERY.copy(), VALUE.copy()
    query[0, -1], value[1, -2:] = 0, 0
    results = []
    for layer in both():
        masked = keras.layers.Masking()
        q = masked(query) if where != "values" else keras.ops.convert_to_tensor(query)
        v = masked(value) if where != "queries" else keras.ops.convert_to_tensor(value)
        results.append([np.array(each) for each in layer(q, v, KEY, return_attention_scores=True)])
    assert_same(*results, tolerance=2e-6)


def test_eight_heads_of_64_on_width_512_have_the_published_number_of_parameters():
    layer = MultiHeadAttention(8, 64)
    layer.build((None, 10, 512), (None, 10, 512))
    assert layer.count_params() == 1_050_624


def test_on_two_by_two_the_answer_fits_on_paper():
    weights = attention_weights(np.array([[2.0, 0.0]]), np.array([[1.0, 5.0], [1.0, -5.0]]))
    np.testing.assert_allclose(weights, [[0.5, 0.5]])
    np.testing.assert_allclose(weighted_sum(weights, np.array([[1.0, 2.0], [3.0, 6.0]])), [[2.0, 4.0]])


LONG = draw.normal(size=(3, B, 3, 80, 4)).astype("float32")
RANDOM = draw.random((B, 3, 80, 80)) < 0.5
RANDOM[:, 0, 5] = False


@pytest.mark.parametrize("length", [4, 80])
@pytest.mark.parametrize(
    "mask", [None, causal_mask(80, 80), RANDOM[0, 0], RANDOM[0], RANDOM[:, :1], RANDOM, RANDOM[:1], RANDOM[:, :, :1]]
)
def test_head_by_head_and_all_at_once_are_the_same(length, mask, monkeypatch):
    parts = [tf.constant(each) for each in LONG[:, :, :, :length]]
    mask = None if mask is None else np.asarray(mask)[..., :length, :length]
    calls = []
    monkeypatch.setattr(scaled_dot_product, "attention_weights", lambda *a: calls.append(1) or attention_weights(*a))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(parts)
        result = attention(*parts, mask)
        at_once = weighted_sum(attention_weights(parts[0], parts[1], mask), parts[2])
    assert len(calls) == (3 if length == 80 else 1)
    assert_same(result, at_once, tolerance=1e-6)
    assert_same(tape.gradient(result, parts), tape.gradient(at_once, parts), tolerance=2e-6)


def test_a_length_that_is_not_known_yet_is_computed_all_at_once():
    function = tf.function(attention, input_signature=[tf.TensorSpec((None, 3, None, 4))] * 3)
    assert_same(function(*LONG), attention(*map(tf.constant, LONG)), tolerance=1e-6)


def test_the_root_keeps_the_variance_of_the_scores_at_one():
    query, key = (np.random.default_rng(seed).normal(size=(400, 64)) for seed in (1, 2))
    scores = np.log(attention_weights(query, key))
    scores -= scores.mean(axis=1, keepdims=True)
    assert scores.var() == pytest.approx(1, rel=0.02)


def test_a_query_that_may_look_nowhere_gets_zeros_and_no_gradient():
    scores = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(scores)
        weights = masked_softmax(scores, np.array([[False, False], [True, True]]))
    np.testing.assert_array_equal(weights[0], [0, 0])
    np.testing.assert_array_equal(tape.gradient(weights, scores)[0], [0, 0])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_masks_without_an_overflow(dtype):
    scores = keras.ops.cast([[1.0, 60000.0], [1.0, 2.0]], dtype)
    weights = keras.ops.cast(masked_softmax(scores, np.array([True, False])), "float32")
    np.testing.assert_array_equal(weights, [[1, 0], [1, 0]])


@pytest.mark.parametrize("changed", [1, 2, 3])
def test_under_a_causal_mask_a_later_token_changes_no_earlier_output(changed):
    layer = MultiHeadAttention(2, 4)
    other = QUERY.copy()
    other[:, changed] += 10
    before, after = (layer(x, x, use_causal_mask=True).numpy() for x in (QUERY, other))
    np.testing.assert_array_equal(before[:, :changed], after[:, :changed])
    assert (before[:, changed:] != after[:, changed:]).any()


def test_a_masked_key_changes_nothing():
    layer = MultiHeadAttention(2, 4)
    mask = np.array([True, True, True, False, True])[None, None]
    other = VALUE.copy()
    other[:, 3] = 100
    first, second = (layer(QUERY, value, attention_mask=mask) for value in (VALUE, other))
    np.testing.assert_array_equal(first, second)


def test_dropout_falls_on_the_weights_and_not_at_inference():
    layer = MultiHeadAttention(1, 4, dropout=0.5)
    keras.utils.set_random_seed(0)
    _, seen = layer(QUERY, VALUE, training=True, return_attention_scores=True)
    np.testing.assert_allclose(np.sum(seen, axis=-1), 1, rtol=1e-5)
    assert not np.allclose(layer(QUERY, VALUE, training=True), layer(QUERY, VALUE))


@pytest.mark.parametrize("rotary", [False, True])
@pytest.mark.parametrize("steps", [[4], [1, 1, 1, 1], [2, 1, 1], [1, 3]], ids=str)
def test_with_a_cache_token_by_token_gives_what_all_at_once_gives(steps, rotary):
    layer = MultiHeadAttention(2, 4, rotary=rotary)
    expected = layer(QUERY, QUERY, use_causal_mask=True)
    cache, outputs, position = layer.initial_cache(B, length=6), [], 0
    for count in steps:
        new = QUERY[:, position : position + count]
        output, cache = layer(new, new, cache=cache, position=position)
        outputs.append(output)
        position += count
    assert [each.shape for each in cache] == [(B, 2, 6, 4)] * 2
    np.testing.assert_allclose(np.concatenate(outputs, axis=1), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_the_position_may_be_a_tensor_in_a_compiled_loop(jit_compile):
    layer = MultiHeadAttention(2, 4)
    expected = layer(QUERY, QUERY, use_causal_mask=True)

    @tf.function(jit_compile=jit_compile)
    def step(new, cache, position):
        return layer(new, new, cache=cache, position=position, return_attention_scores=True)

    cache = layer.initial_cache(B, T)
    for position in range(T):
        output, weights, cache = step(QUERY[:, position : position + 1], cache, tf.constant(position))
        np.testing.assert_allclose(output, expected[:, position : position + 1], rtol=1e-5, atol=1e-6)
        assert weights.shape == (B, 2, 1, T)


def test_with_a_cache_left_padding_is_hidden_by_an_attention_mask():
    layer = MultiHeadAttention(2, 4)
    padded = np.concatenate([np.full((B, 1, D), 9, "float32"), QUERY], axis=1)
    visible = np.array([False, True, True, True, True, True])[None, None]
    output, _ = layer(padded, padded, cache=layer.initial_cache(B, 6), attention_mask=visible)
    expected = layer(QUERY, QUERY, use_causal_mask=True)
    np.testing.assert_allclose(output[:, 1:], expected, rtol=1e-5, atol=1e-6)


def test_a_mask_of_the_values_with_a_cache_is_refused():
    layer = MultiHeadAttention(2, 4)
    masked = keras.layers.Masking()(QUERY)
    with pytest.raises(ValueError, match="with a cache, padding must be given by attention_mask"):
        layer(QUERY, masked, cache=layer.initial_cache(B, T))


def test_inputs_of_another_rank_are_refused():
    with pytest.raises(ValueError, match=r"query must have shape \(B, T, D\) with a known D, got \(4, 6\)"):
        MultiHeadAttention(2, 4)(QUERY[0], VALUE)


def test_a_causal_mask_with_a_position_shows_what_lies_before():
    np.testing.assert_array_equal(causal_mask(2, 3), [[True, False, False], [True, True, False]])
    np.testing.assert_array_equal(causal_mask(1, 3, position=1), [[True, True, False]])
