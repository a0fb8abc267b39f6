"""Receptive fields: known tables, and the pixels on which an output's gradient is not zero."""

import importlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import layers, models
from dlcourse.models import receptive_field

module = importlib.import_module("dlcourse.models.receptive_field")


def seen(model, place):
    """First and last row and column of the pixels on which an output depends, found by changing every pixel."""
    images = tf.constant(np.random.default_rng(0).uniform(1, 2, (1, *model.input_shape[1:])).astype("float32"))
    for weight in model.trainable_weights:
        weight.assign(np.random.default_rng(1).uniform(0.1, 0.2, weight.shape).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(images)
        output = tf.reduce_sum(model(images)[0, place[0], place[1]])
    gradient = np.abs(tape.gradient(output, images)[0]).sum(-1)
    rows, columns = (np.flatnonzero(gradient.sum(axis)) for axis in (1, 0))
    return (rows[0], rows[-1]), (columns[0], columns[-1])


def told(field, place):
    """The same, from what is computed."""
    ends = []
    for size, stride, centre, index in zip(*field, place, strict=True):
        middle = centre + stride * index
        ends.append((middle - (size - 1) / 2, middle + (size - 1) / 2))
    return tuple(ends)


small, padding = st.integers(1, 3), st.sampled_from(["same", "valid"])
convolutions = st.tuples(st.just("Conv2D"), st.just(1), st.tuples(st.integers(1, 4), small), st.integers(1, 2), padding)
dilated = st.tuples(st.just("Conv2D"), st.just(1), small, st.just(1), padding, st.none(), st.just(2))
poolings = st.tuples(st.just("AveragePooling2D"), small, st.integers(1, 2), padding)
paddings = st.tuples(st.just("ZeroPadding2D"), st.tuples(st.integers(0, 2), st.integers(0, 2)))
stacks = st.lists(st.one_of(convolutions, dilated, poolings, paddings), min_size=1, max_size=3)


@settings(max_examples=30, deadline=None)
@given(stacks, st.integers(40, 43), st.integers(40, 43))
def test_it_is_where_the_gradient_of_an_output_in_the_middle_is_not_zero(stack, rows, columns):
    described = [getattr(keras.layers, kind)(*arguments) for kind, *arguments in stack]
    model = keras.Sequential([keras.Input((rows, columns, 1)), *described])
    place = tuple(length // 2 for length in model.output_shape[1:3])
    assert told(receptive_field(model), place) == seen(model, place)


@pytest.mark.parametrize(
    "block",
    [
        layers.DepthwiseSeparableBlock(2, 3, 2),
        layers.InceptionBlock(1, (1, 1), (1, 1), 1),
        layers.MinPooling2D(3, 2),
        layers.Residual([keras.layers.Conv2D(2, 3, 2, "same"), keras.layers.Conv2D(2, 3, 1, "same")], "projection", 2),
        layers.SqueezeExcite(2),
    ],
    ids=lambda block: type(block).__name__,
)
def test_it_knows_the_blocks_of_this_package(block):
    model = keras.Sequential([keras.Input((21, 20, 2)), block])
    place = (4, 5)
    (rows, columns) = seen(model, place)
    computed = told(receptive_field(model), place)
    if isinstance(block, layers.SqueezeExcite):
        assert (rows, columns) == ((0, 20), (0, 19))
        assert receptive_field(model).size == (21, 20)
    elif isinstance(block, layers.MinPooling2D):
        assert computed == ((8, 10), (10, 12))
    else:
        assert computed == (rows, columns)


@pytest.mark.parametrize(
    ("layer", "size", "stride"),
    [("conv1", 11, 4), ("pool1", 19, 8), ("conv2", 51, 8), ("pool2", 67, 16), ("conv5", 163, 16), ("pool5", 195, 32)],
)
def test_alexnet_sees_what_the_tables_say(layer, size, stride):
    field = receptive_field(models.alexnet(num_classes=2, width=1 / 32), layer)
    assert (field.size, field.stride) == ((size, size), (stride, stride))


@pytest.mark.parametrize(
    ("layer", "size", "stride"),
    [
        ("block1_conv2", 5, 1),
        ("block2_pool", 16, 4),
        ("block3_pool", 44, 8),
        ("block5_conv3", 196, 16),
        ("block5_pool", 212, 32),
    ],
)
def test_vgg16_sees_what_the_tables_say(layer, size, stride):
    field = receptive_field(models.vgg16((64, 64, 3), 2, width=1 / 64), layer)
    assert (field.size, field.stride) == ((size, size), (stride, stride))


@pytest.mark.parametrize(
    ("name", "options", "size"),
    [
        ("resnet18", {}, 435),
        pytest.param("resnet50", {}, 483, marks=pytest.mark.slow),
        pytest.param("resnet50", {"strides_in": "3x3"}, 427, marks=pytest.mark.slow),
        pytest.param("resnet101", {}, 1027, marks=pytest.mark.slow),
        pytest.param("resnet152", {}, 1507, marks=pytest.mark.slow),
    ],
)
def test_residual_networks_see_what_the_tables_say(name, options, size):
    model = getattr(models, name)((64, 64, 3), 2, width=1 / 64, **options)
    last = [layer.name for layer in model.layers if layer.name.startswith("conv5") and layer.name.endswith("_out")][-1]
    field = receptive_field(model, last)
    assert (field.size, field.stride) == ((size, size), (32, 32))


def test_each_layer_of_a_stack_sees_more_and_two_of_three_see_what_one_of_five_does():
    stack = [keras.layers.Conv2D(4, 3, padding="same", name=f"conv{number}") for number in range(4)]
    assert [receptive_field(stack, layer.name).size[0] for layer in stack] == [3, 5, 7, 9]
    assert receptive_field(stack).centre == (0, 0)


def test_a_sequence_has_one_axis_and_a_causal_convolution_looks_back():
    stack = [keras.layers.Conv1D(2, 2, padding="causal", dilation_rate=2**level) for level in range(4)]
    assert receptive_field(stack) == ((16,), (1,), (-7.5,))


def test_an_output_for_the_whole_image_sees_all_of_it():
    model = models.lenet5()
    assert receptive_field(model) == ((32, 32), (0, 0), (15.5, 15.5))
    assert receptive_field(model, "S4") == ((16, 16), (4, 4), (7.5, 7.5))


def test_a_nested_model_is_followed():
    inner = keras.Sequential([keras.Input((9, 9, 1)), keras.layers.Conv2D(1, 3), keras.layers.Conv2D(1, 3, 2)])
    inputs = keras.Input((11, 11, 1))
    model = keras.Model(inputs, inner(keras.layers.Cropping2D(1)(inputs)))
    assert receptive_field(model) == ((5, 5), (2, 2), (3.0, 3.0))


def test_branches_that_meet_take_the_wider_and_must_agree_in_stride():
    inputs = keras.Input((16, 16, 1))
    narrow, wide = (keras.layers.Conv2D(1, size, padding="same")(inputs) for size in (3, 7))
    assert receptive_field(keras.Model(inputs, keras.layers.Concatenate()([narrow, wide]))).size == (7, 7)
    assert receptive_field(keras.Model(inputs, narrow + wide)).size == (7, 7)
    small = keras.layers.Conv2D(1, 1, 16)(inputs)
    with pytest.raises(ValueError, match="branches that meet in 'join' must have one stride"):
        receptive_field(keras.Model(inputs, keras.layers.Add(name="join")([narrow, small])))


@pytest.mark.parametrize(
    ("stack", "options", "message"),
    [
        ([keras.layers.UpSampling2D(name="up")], {}, "receptive_field does not know layer 'up', a UpSampling2D"),
        ([keras.layers.Conv2D(1, 3, name="one")], {"layer": "two"}, r"layer must be one of \['one'\], got 'two'"),
        (
            [keras.layers.Flatten(name="flat")],
            {},
            "layer 'flat' sees the whole image, so that input_shape must be known",
        ),
        (
            [keras.layers.Conv2D(1, 3, data_format="channels_first", name="one")],
            {},
            "layer 'one' must have its channels last, got 'channels_first'",
        ),
    ],
    ids=["unknown", "no such layer", "whole image", "channels first"],
)
def test_what_it_cannot_tell_is_refused(stack, options, message):
    with pytest.raises(ValueError, match=message):
        receptive_field(stack, **options)


def test_a_name_that_no_layer_of_a_graph_has_is_refused():
    with pytest.raises(ValueError, match=r"layer must be one of \['inputs', 'C1', .*, got 'C2'"):
        receptive_field(models.lenet5(), "C2")
