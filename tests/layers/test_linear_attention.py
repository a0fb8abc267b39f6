"""Equal to its quadratic form, and linear in the length of the sequence."""

import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import LinearAttention
from dlcourse.layers.linear_attention import linear_attention as attend


def elu_features(values):
    return np.where(values > 0, values + 1, np.exp(np.minimum(values, 0)))


def quadratic(query, key, value, causal, mask):
    """The T x T matrix of similarities, written out, in double precision."""
    similarity = np.einsum("bhtk,bhsk->bhts", elu_features(query), elu_features(key))
    if causal:
        similarity = np.tril(similarity)
    if mask is not None:
        similarity = similarity * mask[:, None, None, :]
    return np.einsum("bhts,bhsv->bhtv", similarity / similarity.sum(axis=-1, keepdims=True), value)


def drawn(seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(2, 3, 7, 4)) for _ in range(2)] + [rng.normal(size=(2, 3, 7, 5))]


MASK = np.array([[1, 1, 1, 1, 0, 0, 0], [1, 0, 1, 1, 1, 0, 1]], dtype=bool)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("mask", [None, MASK], ids=["all keys", "masked"])
def test_it_equals_its_quadratic_form(causal, mask):
    query, key, value = drawn()
    ours = attend(*(tf.constant(each, "float32") for each in (query, key, value)), causal, mask)
    np.testing.assert_allclose(ours, quadratic(query, key, value, causal, mask), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("causal", [False, True])
def test_its_gradients_are_those_of_the_quadratic_form(causal):
    arrays = [tf.constant(each, "float32") for each in drawn(1)]

    def by_matrix(query, key, value):
        features = [tf.nn.elu(each) + 1 for each in (query, key)]
        similarity = tf.einsum("bhtk,bhsk->bhts", *features)
        similarity = tf.linalg.band_part(similarity, -1, 0) if causal else similarity
        return similarity @ value / tf.reduce_sum(similarity, axis=-1, keepdims=True)

    def gradients(attention):
        with tf.GradientTape() as tape:
            tape.watch(arrays)
            total = tf.reduce_sum(tf.sin(attention(*arrays)))
        return tape.gradient(total, arrays)

    for one, other in zip(gradients(lambda *each: attend(*each, causal)), gradients(by_matrix), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_the_layer_is_the_projections_around_it():
    inputs = np.random.default_rng(2).normal(size=(2, 7, 6)).astype("float32")
    layer = LinearAttention(num_heads=3, key_dim=4, causal=True)
    ours = layer(inputs, mask=MASK)
    *kernels, output = layer.get_weights()
    heads = [(inputs @ kernel).reshape(2, 7, 3, 4).transpose(0, 2, 1, 3) for kernel in kernels]
    joined = quadratic(*heads, True, MASK).transpose(0, 2, 1, 3).reshape(2, 7, 12)
    np.testing.assert_allclose(ours, joined @ output, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("step", [1, 3, 6])
def test_what_comes_later_changes_nothing_if_causal(step):
    inputs = np.random.default_rng(3).normal(size=(1, 7, 6)).astype("float32")
    changed = inputs.copy()
    changed[:, step:] += 1
    layer = LinearAttention(num_heads=2, key_dim=4, causal=True)
    one, other = layer(inputs).numpy(), layer(changed).numpy()
    np.testing.assert_allclose(one[:, :step], other[:, :step], rtol=1e-6)
    assert not np.allclose(one[:, step:], other[:, step:])


def test_a_masked_place_changes_nothing_elsewhere():
    inputs = np.random.default_rng(4).normal(size=(2, 7, 6)).astype("float32")
    changed = np.where(MASK[..., None], inputs, inputs + 1)
    layer = LinearAttention(num_heads=2, key_dim=4)
    one, other = (layer(each, mask=MASK).numpy() for each in (inputs, changed))
    np.testing.assert_allclose(one[MASK], other[MASK], rtol=1e-5, atol=1e-6)


def test_where_no_key_is_left_the_output_is_zero():
    query, key, value = (tf.constant(each, "float32") for each in drawn())
    nothing = attend(query, key, value, mask=np.zeros((2, 7), dtype=bool))
    np.testing.assert_array_equal(nothing, np.zeros((2, 3, 7, 5)))


def test_inputs_without_steps_are_refused():
    with pytest.raises(ValueError, match=r"inputs must have shape \(B, T, D\) with D known, got \(2, 6\)"):
        LinearAttention(2, 4)(np.zeros((2, 6)))
