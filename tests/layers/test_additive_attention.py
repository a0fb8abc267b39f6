"""Additive attention against the paper's equations in NumPy, with gradients, and against Keras's where they meet."""

import keras
import numpy as np
import pytest
from backends import assert_same
from oracle import values_and_gradients, with_weights

from dlcourse.layers import AdditiveAttention

B, T, S, UNITS = 2, 3, 4, 5
draw = np.random.default_rng(0)
QUERY, VALUE, KEY = (
    draw.normal(size=(B, length, width)).astype("float32") for length, width in [(T, 6), (S, 2), (S, 3)]
)


def by_equation(query, value, key, w, u, v):
    """One query and one key at a time, as on paper."""
    weights = np.zeros((B, T, S))
    for b, t in np.ndindex(B, T):
        e = np.array([v @ np.tanh(query[b, t] @ w + key[b, j] @ u) for j in range(S)])
        weights[b, t] = np.exp(e) / np.exp(e).sum()
    return np.einsum("btj,bjv->btv", weights, value), weights


def test_contexts_and_weights_are_those_of_the_equations():
    layer = AdditiveAttention(UNITS)
    weights = with_weights(layer, QUERY, VALUE, KEY)
    ours = [each.numpy() for each in layer(QUERY, VALUE, KEY, return_attention_scores=True)]
    assert_same(ours, list(by_equation(QUERY, VALUE, KEY, *weights)), tolerance=1e-6)


def test_gradients_are_the_slopes_of_the_equations():
    layer = AdditiveAttention(UNITS)
    weights = with_weights(layer, QUERY, VALUE, KEY)
    inputs = [QUERY, VALUE, KEY, *weights]
    _, *gradients = values_and_gradients(layer, layer, QUERY, VALUE, KEY)
    step = 1e-5
    for place, (array, gradient) in enumerate(zip(inputs, gradients, strict=True)):
        for index in [(0,) * array.ndim, (-1,) * array.ndim]:
            sides = []
            for sign in (1, -1):
                moved = [each.astype("float64") for each in inputs]
                moved[place][index] += sign * step
                sides.append(np.sin(by_equation(*moved)[0]).sum())
            assert gradient[index] == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-3, abs=1e-5)


def test_with_identity_kernels_it_is_keras_own():
    query, value = draw.normal(size=(2, B, T, UNITS)).astype("float32")
    ours, theirs = AdditiveAttention(UNITS), keras.layers.AdditiveAttention()
    theirs([query, value])
    scale = draw.normal(size=UNITS).astype("float32")
    theirs.set_weights([scale])
    ours.build(query.shape, value.shape)
    ours.set_weights([np.eye(UNITS), np.eye(UNITS), scale])
    results = [
        values_and_gradients(layer, call, query, value)[:3]
        for layer, call in [(ours, ours), (theirs, lambda *both: theirs(list(both)))]
    ]
    assert_same(*results, tolerance=1e-6)


def test_a_masked_place_gets_no_weight_and_changes_nothing():
    layer = AdditiveAttention(UNITS)
    padded = VALUE.copy()
    padded[:, -1] = 0
    context, weights = layer(QUERY, keras.layers.Masking()(padded), return_attention_scores=True)
    np.testing.assert_array_equal(weights[..., -1], 0)
    np.testing.assert_allclose(context, layer(QUERY, VALUE[:, :-1]), rtol=1e-5, atol=1e-6)


def test_without_a_key_the_values_are_the_keys():
    layer = AdditiveAttention(UNITS)
    np.testing.assert_array_equal(layer(QUERY, VALUE), layer(QUERY, VALUE, VALUE))


def test_inputs_of_another_rank_are_refused():
    with pytest.raises(ValueError, match=r"query must have shape \(B, T, D\) with a known D, got \(2, 6\)"):
        AdditiveAttention(UNITS)(QUERY[:, 0], VALUE)
