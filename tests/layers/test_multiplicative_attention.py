"""Luong's attention against the paper's equations in NumPy: three scores, global and local."""

import keras
import numpy as np
import pytest
from backends import assert_same
from oracle import values_and_gradients, with_weights

from dlcourse.layers import MultiplicativeAttention

B, T, S, WIDTH, UNITS, WINDOW = 2, 3, 6, 4, 5, 2
draw = np.random.default_rng(0)
QUERY, VALUE = (draw.normal(size=(B, length, WIDTH)).astype("float32") for length in (T, S))
KINDS = [(score, scope) for score in ("dot", "general", "concat") for scope in ("global", "local-m", "local-p")]


def by_equation(score, scope, query, value, *weights):
    """One target and one source place at a time, as on paper."""
    weights, chosen = list(weights), np.zeros((B, T, S))
    score_weights = [weights.pop(0) for _ in range(("dot", "general", "concat").index(score))]
    for b, t in np.ndindex(B, T):
        h = query[b, t]
        scores = np.array([one_score(score, h, value[b, s], *score_weights) for s in range(S)])
        centre = {"global": 0.0, "local-m": float(t)}.get(scope)
        if scope == "local-p":
            centre = S / (1 + np.exp(-weights[1] @ np.tanh(h @ weights[0])))
        near = np.abs(np.arange(S) - centre) <= (WINDOW if scope != "global" else np.inf)
        align = np.where(near, np.exp(scores), 0) / np.exp(scores)[near].sum()
        gauss = np.exp(-((np.arange(S) - centre) ** 2) / (2 * (WINDOW / 2) ** 2))
        chosen[b, t] = align * gauss if scope == "local-p" else align
    return np.einsum("bts,bsd->btd", chosen, value), chosen


def one_score(score, target, source, kernel=None, vector=None):
    if score == "concat":
        return vector @ np.tanh(np.concatenate([target, source]) @ kernel)
    return target @ source if score == "dot" else target @ kernel @ source


def layer_of(score, scope):
    layer = MultiplicativeAttention(score, scope, window=WINDOW, units=UNITS)
    return layer, with_weights(layer, QUERY, VALUE)


@pytest.mark.parametrize(("score", "scope"), KINDS)
def test_contexts_and_weights_are_those_of_the_equations(score, scope):
    layer, weights = layer_of(score, scope)
    ours = [each.numpy() for each in layer(QUERY, VALUE, return_attention_scores=True)]
    assert_same(ours, list(by_equation(score, scope, QUERY, VALUE, *weights)), tolerance=1e-6)


@pytest.mark.parametrize(("score", "scope"), KINDS)
def test_gradients_are_the_slopes_of_the_equations(score, scope):
    layer, weights = layer_of(score, scope)
    inputs, step = [QUERY, VALUE, *weights], 1e-6
    _, *gradients = values_and_gradients(layer, layer, QUERY, VALUE)
    for place, gradient in enumerate(gradients):
        index = (0,) * gradient.ndim
        sides = []
        for sign in (1, -1):
            moved = [each.astype("float64") for each in inputs]
            moved[place][index] += sign * step
            sides.append(np.sin(by_equation(score, scope, *moved)[0]).sum())
        assert gradient[index] == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-3, abs=1e-5)


def test_dot_and_global_is_keras_own():
    ours, theirs = MultiplicativeAttention("dot"), keras.layers.Attention()
    results = [
        values_and_gradients(layer, call, QUERY, VALUE)
        for layer, call in [(ours, ours), (theirs, lambda *both: theirs(list(both)))]
    ]
    assert_same(*results, tolerance=1e-6)


@pytest.mark.parametrize(("score", "scope"), KINDS)
def test_a_masked_end_is_as_if_it_were_not_there(score, scope):
    layer, _ = layer_of(score, scope)
    padded = VALUE.copy()
    padded[:, -2:] = 0
    context, weights = layer(QUERY, keras.layers.Masking()(padded), return_attention_scores=True)
    np.testing.assert_array_equal(weights[..., -2:], 0)
    np.testing.assert_allclose(context, layer(QUERY, VALUE[:, :-2]), rtol=1e-5, atol=1e-6)


def test_a_target_longer_than_source_and_window_sees_nothing():
    layer = MultiplicativeAttention("dot", "local-m", window=1)
    context = layer(VALUE, VALUE[:, :2])
    np.testing.assert_array_equal(context[:, 3:], 0)
    assert (np.abs(context[:, :3]).sum(axis=-1) > 0).all()


def test_step_by_step_a_position_says_which_target_it_is():
    layer, _ = layer_of("general", "local-m")
    whole = layer(QUERY, VALUE)
    np.testing.assert_allclose(layer(QUERY[:, 2:], VALUE, position=2), whole[:, 2:], rtol=1e-5, atol=1e-6)


def test_without_units_the_hidden_layer_is_as_wide_as_a_query():
    layer = MultiplicativeAttention("concat")
    layer.build((None, T, 3), (None, S, 7))
    assert [weight.shape for weight in layer.weights] == [(10, 3), (3,)]


def test_dot_needs_equal_widths():
    with pytest.raises(ValueError, match="query and value must have the same width with score='dot', got 4 and 3"):
        MultiplicativeAttention("dot")(QUERY, VALUE[..., :3])
