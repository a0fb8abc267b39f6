"""The block against one assembled from Keras's own layers, and what its masks, residuals and cache promise."""

import keras
import numpy as np
import pytest
from backends import assert_same
from oracle import values_and_gradients, with_weights

from dlcourse.layers import TransformerBlock

B, T, S, D, HEADS, HIDDEN = 2, 5, 3, 8, 2, 12
draw = np.random.default_rng(0)
INPUTS = draw.normal(size=(B, T, D)).astype("float32")
CONTEXT = draw.normal(size=(B, S, 6)).astype("float32")


class FromKerasLayers(keras.Model):
    """The same block from stock layers, written the other way round: one list of steps."""

    def __init__(self, activation, normalize_first, causal, cross_attention):
        super().__init__()
        attend = [keras.layers.MultiHeadAttention(HEADS, D // HEADS) for _ in range(1 + cross_attention)]
        self.attend, self.first, self.causal = attend, normalize_first, causal
        self.norms = [keras.layers.LayerNormalization(epsilon=1e-5) for _ in range(2 + cross_attention)]
        self.dense = [keras.layers.Dense(HIDDEN, activation=activation), keras.layers.Dense(D)]

    def call(self, inputs, context=None):
        steps = [lambda x: self.attend[0](x, x, use_causal_mask=self.causal)]
        if context is not None:
            steps.append(lambda x: self.attend[1](x, context))
        steps.append(lambda x: self.dense[1](self.dense[0](x)))
        for step, norm in zip(steps, self.norms, strict=True):
            inputs = inputs + step(norm(inputs)) if self.first else norm(inputs + step(inputs))
        return inputs

    def in_order(self):
        """The layers in the order in which ours keeps its weights."""
        pairs = zip(self.attend, self.norms, strict=False)
        return [layer for pair in pairs for layer in pair] + [*self.dense, self.norms[-1]]


@pytest.mark.parametrize("cross_attention", [False, True])
@pytest.mark.parametrize("normalize_first", [False, True])
@pytest.mark.parametrize(("activation", "causal"), [("relu", True), ("gelu", False)])
def test_values_and_gradients_are_those_of_stock_layers(activation, causal, normalize_first, cross_attention):
    options = {"activation": activation, "normalize_first": normalize_first, "causal": causal}
    arguments = (INPUTS, CONTEXT) if cross_attention else (INPUTS,)
    ours = TransformerBlock(HEADS, HIDDEN, cross_attention=cross_attention, **options)
    weights = iter(with_weights(ours, *arguments))
    theirs = FromKerasLayers(cross_attention=cross_attention, **options)
    theirs(*arguments)
    for layer in theirs.in_order():
        layer.set_weights([next(weights) for _ in layer.weights])
    expected = values_and_gradients(theirs, theirs, *arguments)
    by_variable = {id(w): g for w, g in zip(theirs.trainable_weights, expected[1 + len(arguments) :], strict=True)}
    in_order = [by_variable[id(weight)] for layer in theirs.in_order() for weight in layer.trainable_weights]
    assert_same(
        values_and_gradients(ours, ours, *arguments), [*expected[: 1 + len(arguments)], *in_order], tolerance=5e-6
    )


def test_the_approximate_gelu_is_the_one_of_gpt2():
    blocks = [TransformerBlock(HEADS, HIDDEN, activation=name) for name in ("gelu_approximate", "gelu")]
    blocks[1].build(INPUTS.shape)
    weights = with_weights(blocks[0], INPUTS)
    blocks[1].set_weights(weights)
    approximate, exact = (block(INPUTS).numpy() for block in blocks)
    assert 1e-6 < np.abs(approximate - exact).max() < 1e-2


@pytest.mark.parametrize(("cross_attention", "use_bias"), [(False, True), (True, True), (False, False)])
def test_the_number_of_parameters_is_the_formula_of_the_docstring(cross_attention, use_bias):
    block = TransformerBlock(HEADS, HIDDEN, cross_attention=cross_attention, use_bias=use_bias)
    block.build((B, T, D), (B, S, D) if cross_attention else None)
    attentions, norms = 1 + cross_attention, 2 + cross_attention
    kernels = 4 * D * D * attentions + 2 * D * HIDDEN
    biases = (4 * D * attentions + HIDDEN + D) * use_bias
    assert block.count_params() == kernels + biases + 2 * D * norms


def test_a_causal_block_does_not_look_ahead_and_another_does():
    other = INPUTS.copy()
    other[:, 3] += 1
    for causal in (True, False):
        block = TransformerBlock(HEADS, HIDDEN, causal=causal)
        assert np.array_equal(block(INPUTS)[:, :3], block(other)[:, :3]) == causal


def test_padding_in_inputs_or_context_changes_no_other_place():
    block = TransformerBlock(HEADS, HIDDEN, cross_attention=True)
    layer = keras.layers.Masking()
    short, context = INPUTS.copy(), CONTEXT.copy()
    short[:, 3:], context[:, 2:] = 0, 0
    padded = block(layer(short), layer(context))
    bare = block(INPUTS[:, :3], CONTEXT[:, :2])
    np.testing.assert_allclose(padded[:, :3], bare, rtol=1e-5, atol=1e-5)


def test_a_context_mask_hides_a_part_of_the_context():
    block = TransformerBlock(HEADS, HIDDEN, cross_attention=True)
    mask = np.array([True, True, False])[None, None]
    hidden = block(INPUTS, CONTEXT, context_attention_mask=mask)
    np.testing.assert_allclose(hidden, block(INPUTS, CONTEXT[:, :2]), rtol=1e-5, atol=1e-6)


def test_pre_norm_leaves_the_stream_as_it_is_where_nothing_is_added():
    block = TransformerBlock(HEADS, HIDDEN)
    block.build(INPUTS.shape)
    block.set_weights([np.zeros(weight.shape) for weight in block.weights])
    np.testing.assert_array_equal(block(INPUTS), INPUTS)


@pytest.mark.parametrize("options", [{}, {"normalize_first": False}, {"rotary": True}], ids=str)
def test_with_a_cache_token_by_token_gives_what_all_at_once_gives(options):
    block = TransformerBlock(HEADS, HIDDEN, causal=True, **options)
    expected = block(INPUTS)
    cache, outputs = block.initial_cache(B, T), []
    for position in range(T):
        output, cache = block(INPUTS[:, position : position + 1], cache=cache, position=position)
        outputs.append(output)
    np.testing.assert_allclose(np.concatenate(outputs, axis=1), expected, rtol=1e-5, atol=2e-6)


def test_a_cache_goes_along_with_a_context():
    block = TransformerBlock(HEADS, HIDDEN, causal=True, cross_attention=True)
    expected = block(INPUTS, CONTEXT)
    output, _ = block(INPUTS, CONTEXT, cache=block.initial_cache(B, T))
    np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-6)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="the width D must be a multiple of num_heads, got 8 and 3"):
        TransformerBlock(3, HIDDEN)(INPUTS)
    with pytest.raises(ValueError, match="a block with cross_attention=True needs context, got None"):
        TransformerBlock(HEADS, HIDDEN, cross_attention=True)(INPUTS)
    with pytest.raises(ValueError, match="a block with cross_attention=False takes no context, got "):
        TransformerBlock(HEADS, HIDDEN)(INPUTS, CONTEXT)
    block = TransformerBlock(HEADS, HIDDEN)
    block.build(INPUTS.shape)
    with pytest.raises(ValueError, match="a cache is for a block with causal=True, got causal=False"):
        block(INPUTS, cache=block.initial_cache(B, T))
