"""Multiply-adds: counted one by one for small convolutions, by formula for other layers, and what is refused."""

import importlib
import itertools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import layers, models
from dlcourse.models import count_multiply_adds

module = importlib.import_module("dlcourse.models.multiply_adds")


def one_by_one(length, channels, filters, size, stride, rate, groups):
    """Every product of a convolution without padding over a square image, as nested loops make it."""
    outputs = (length - rate * (size - 1) - 1) // stride + 1
    products = 0
    for _row, _column, filter_ in itertools.product(range(outputs), range(outputs), range(filters)):
        group = filter_ // (filters // groups)
        for _u, _v, channel in itertools.product(range(size), range(size), range(channels)):
            products += channel // (channels // groups) == group
    return products


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_convolution_costs_what_its_loops_make(data):
    size, groups = data.draw(st.integers(1, 3)), data.draw(st.sampled_from([1, 2, 3]))
    stride = data.draw(st.integers(1, 3))
    rate = data.draw(st.integers(1, 2)) if stride == 1 else 1
    length = data.draw(st.integers(rate * (size - 1) + 1, 8))
    channels, filters = (groups * data.draw(st.integers(1, 2)) for _ in range(2))
    layer = keras.layers.Conv2D(filters, size, stride, dilation_rate=rate, groups=groups)
    expected = one_by_one(length, channels, filters, size, stride, rate, groups)
    assert count_multiply_adds(layer, (length, length, channels)) == expected


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (keras.layers.Dense(5), (7,), 35),
        (keras.layers.Dense(5), (4, 3, 7), 4 * 3 * 35),
        (keras.layers.EinsumDense("abc,cde->abde", (None, 2, 3)), (4, 5), 4 * 5 * 6),
        (keras.layers.Conv1D(4, 3, padding="causal"), (10, 2), 10 * 3 * 2 * 4),
        (keras.layers.Conv3D(2, 2), (4, 4, 4, 3), 27 * 8 * 3 * 2),
        (keras.layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), (5, 6, 4), 30 * 9 * 8),
        (keras.layers.SeparableConv2D(7, 3, strides=2, padding="same"), (6, 6, 4), 9 * (9 * 4 + 4 * 7)),
        (keras.layers.Conv2DTranspose(3, 2, 2), (4, 5, 6), 20 * 4 * 6 * 3),
        (keras.layers.MaxPooling2D(2), (4, 4, 3), 0),
        (keras.layers.BatchNormalization(), (4, 4, 3), 0),
        (keras.layers.PReLU(), (4, 3), 0),
        (keras.layers.SimpleRNN(5), (6, 3), 6 * 5 * (3 + 5)),
        (keras.layers.GRU(5, reset_after=True), (6, 3), 6 * 3 * 5 * (3 + 5)),
        (keras.layers.LSTM(5, return_sequences=True), (6, 3), 6 * 4 * 5 * (3 + 5)),
        (keras.layers.Bidirectional(keras.layers.LSTM(5)), (6, 3), 2 * 6 * 4 * 5 * (3 + 5)),
        (keras.layers.RNN([keras.layers.LSTMCell(5), keras.layers.GRUCell(2)]), (6, 3), 6 * (4 * 40 + 3 * 14)),
        (keras.layers.TimeDistributed(keras.layers.Conv2D(2, 3)), (6, 5, 5, 3), 6 * 9 * 9 * 3 * 2),
        (keras.layers.RandomFlip(), (4, 4, 3), 0),
        (layers.InceptionBlock(64, (96, 128), (16, 32), 32), (28, 28, 192), 784 * 163_328),
        (layers.DepthwiseSeparableBlock(8), (5, 5, 4), 25 * (9 * 4 + 4 * 8)),
        (layers.SqueezeExcite(2), (5, 5, 4), 16),
        (layers.LocalResponseNormalization(), (5, 5, 4), 0),
        (layers.Residual(keras.layers.Dense(6), "projection"), (3, 4), 3 * 2 * 24),
        (layers.LSTM(5), (6, 3), 6 * 4 * 5 * (3 + 5)),
        (layers.GRU(5), (6, 3), 6 * 3 * 5 * (3 + 5)),
        (layers.LoRADense(5, rank=2), (3, 7), 3 * (7 * 5 + 7 * 2 + 2 * 5)),
        (layers.LinearAttention(2, 3), (5, 7), 5 * (4 * 7 * 6 + 2 * 2 * 9)),
        (layers.MixtureOfExperts(4, 8, top_k=2), (5, 3), 5 * (3 * 4 + 2 * 2 * 3 * 8)),
    ],
    ids=lambda each: each.name if isinstance(each, keras.layers.Layer) else "",
)
def test_a_layer_costs_what_its_formula_says(layer, shape, expected):
    assert count_multiply_adds(layer, shape) == expected


@pytest.mark.parametrize("kind", [keras.layers.MultiHeadAttention, getattr(layers, "MultiHeadAttention", None)])
def test_attention_costs_its_projections_and_two_products_for_each_pair_of_places(kind):
    queries, values = keras.Input((5, 6)), keras.Input((7, 8))
    heads, size, value_size = 2, 3, 4
    attended = kind(heads, size, value_dim=value_size)(queries, values)
    projections = 5 * 6 * heads * size + 7 * 8 * heads * (size + value_size) + 5 * heads * value_size * 6
    products = heads * 5 * 7 * (size + value_size)
    assert count_multiply_adds(keras.Model([queries, values], attended)) == projections + products


def test_attention_without_weights_costs_its_two_products():
    queries, values = keras.Input((5, 6)), keras.Input((7, 6))
    model = keras.Model([queries, values], keras.layers.Attention()([queries, values]))
    assert count_multiply_adds(model) == 5 * 7 * (6 + 6)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (keras.layers.AdditiveAttention(), 5 * 7 * (6 + 6)),
        (layers.AdditiveAttention(4), 4 * 6 * (5 + 7) + 5 * 7 * (4 + 6)),
        (layers.MultiplicativeAttention("dot"), 5 * 7 * (6 + 6)),
        (layers.MultiplicativeAttention("general"), 5 * 6 * 6 + 5 * 7 * (6 + 6)),
        (layers.MultiplicativeAttention("concat", units=4), 4 * 6 * (5 + 7) + 5 * 7 * (4 + 6)),
    ],
    ids=["keras", "additive", "dot", "general", "concat"],
)
def test_attention_of_other_scores_costs_them_and_the_mean(layer, expected):
    queries, values = keras.Input((5, 6)), keras.Input((7, 6))
    inputs = ([queries, values],) if type(layer).__module__.startswith("keras") else (queries, values)
    assert count_multiply_adds(keras.Model([queries, values], layer(*inputs))) == expected


def test_a_graph_convolution_costs_its_matrix_at_each_node_and_each_pair_of_nodes():
    nodes, adjacency = keras.Input((5, 3)), keras.Input((5, 5))
    model = keras.Model([nodes, adjacency], layers.GraphConvolution(4)([nodes, adjacency]))
    assert count_multiply_adds(model) == 5 * 3 * 4 + 5 * 5 * 4


def test_a_vision_transformer_costs_its_patches_blocks_and_head():
    model = models.vit("tiny", input_shape=(32, 32, 3), num_classes=3, width=12, depth=2, num_heads=3)
    block = 5 * 12 * 12 * (4 + 8) + 2 * 5 * 5 * 12  # four patches and the class token
    assert count_multiply_adds(model, (32, 32, 3)) == 4 * 768 * 12 + 2 * block + 12 * 3


def test_every_use_of_a_shared_layer_and_every_nested_model_counts():
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), keras.layers.Dense(4, "relu")])
    inputs = keras.Input((4,))
    model = keras.Model(inputs, inner(inner(inputs)) + keras.layers.Dense(4)(inputs))
    assert count_multiply_adds(model) == 5 * 16


class Subclassed(keras.Model):
    """One layer, used twice."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)

    def call(self, inputs):
        return self.dense(self.dense(inputs))


def test_a_subclassed_model_is_followed_for_the_shape_that_is_given():
    assert count_multiply_adds(Subclassed(), (3, 4)) == 2 * 3 * 16


def test_an_open_size_needs_a_shape_and_the_given_one_counts():
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(2, 3)])
    with pytest.raises(ValueError, match=r"every size must be known, give input_shape: .*\(None, None, 3\)"):
        count_multiply_adds(model)
    assert count_multiply_adds(model, (5, 6, 3)) == 3 * 4 * 9 * 3 * 2


def test_without_a_shape_a_layer_alone_is_refused():
    with pytest.raises(ValueError, match=r"every size must be known, give input_shape: the model has \[\]"):
        count_multiply_adds(keras.layers.Dense(3))


def test_one_shape_for_two_inputs_is_refused():
    inputs = [keras.Input((3,)), keras.Input((3,))]
    with pytest.raises(ValueError, match="input_shape is for a model with one input, this one has 2"):
        count_multiply_adds(keras.Model(inputs, keras.layers.Add()(inputs)), (3,))


class Unknown(keras.layers.Layer):
    """A layer with a weight of its own beside a known one."""

    def build(self, shape):
        self.dense = keras.layers.Dense(2)
        self.dense.build(shape)
        self.matrix = self.add_weight(shape=(2, 3), name="matrix")

    def call(self, inputs):
        return keras.ops.matmul(self.dense(inputs), self.matrix)


def test_a_layer_with_weights_of_its_own_is_refused_by_name_and_counts_by_a_rule_that_is_given():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), Unknown(name="odd")])
    with pytest.raises(ValueError, match=r"^no rule for layer 'odd', a Unknown, .* give rules={'Unknown'"):
        count_multiply_adds(model)
    assert (
        count_multiply_adds(model, rules={"Unknown": lambda layer, inputs, output: inputs[0][0] * (4 * 2 + 2 * 3)})
        == 16 + 14
    )


def test_a_recurrent_layer_of_convolutions_is_refused_by_name():
    with pytest.raises(ValueError, match="no rule for layer 'pictures', a ConvLSTM2D: its cell has more than matrices"):
        count_multiply_adds(keras.layers.ConvLSTM2D(2, 3, name="pictures"), (4, 8, 8, 3))


def test_nothing_is_left_behind_even_by_an_error():
    original = keras.layers.Layer.__call__
    with pytest.raises(ValueError, match="no rule"):
        count_multiply_adds(Unknown(), (4,))
    assert keras.layers.Layer.__call__ is original
    layer = keras.layers.Dense(2)
    count_multiply_adds(layer, (3,))
    np.testing.assert_allclose(layer(np.ones((1, 3), "float32")), layer.get_weights()[0].sum(0)[None], rtol=1e-6)
