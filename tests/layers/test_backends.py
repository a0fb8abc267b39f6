"""Every layer under another backend than TensorFlow: the same config, shapes, values and gradients.

TensorFlow's come from a fresh process, for the same inputs and weights; there, they are held to their oracles.
"""

import functools
import os
from pathlib import Path

import keras
import numpy as np
import pytest
from backends import assert_same, of_layer
from fresh_models import arrays_of
from fresh_process import answer_of
from samples import SAMPLES

from dlcourse import layers

pytestmark = pytest.mark.backend
every_layer = pytest.mark.parametrize("name", SAMPLES)
HERE = Path(__file__).parent


def layer_of(name):
    return getattr(layers, name.split(",")[0])(**SAMPLES[name].arguments)


@functools.cache
def results(name):
    """The symbolic outputs of a layer, its real ones, and the gradients."""
    layer, sample = layer_of(name), SAMPLES[name]
    symbols = keras.tree.map_structure(
        lambda array: keras.KerasTensor((None, *array.shape[1:]), str(array.dtype)), sample.call_arguments
    )
    told = keras.tree.flatten(layer(*symbols, **sample.options))
    return told, *of_layer(layer, sample.call_arguments, **sample.options)


def write_all(folder):
    """What each layer gives here, in a file of its own."""
    for name in SAMPLES:
        _, outputs, gradients = results(name)
        np.savez(Path(folder) / f"{name}.npz", *outputs, *gradients)


@pytest.fixture(scope="module")
def tensorflow_answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tensorflow")
    paths = [str(HERE), str(HERE.parent)]
    lines = f"import sys; sys.path[:0] = {paths!r}; import test_backends"
    answer_of(f"{lines}; test_backends.write_all({str(folder)!r}); print('true')", "tensorflow")
    return folder


def test_it_does_not_run_on_tensorflow():
    assert keras.config.backend() == os.environ["KERAS_BACKEND"] != "tensorflow"


@every_layer
def test_config_round_trip_gives_the_same_layer(name):
    layer = layer_of(name)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.get_config() == layer.get_config()


@every_layer
def test_the_shape_and_type_told_are_those_that_come_out(name):
    told, real, _ = results(name)
    assert [(each.shape[1:], each.dtype) for each in told] == [(each.shape[1:], each.dtype.name) for each in real]


@every_layer
def test_values_and_gradients_are_those_under_tensorflow(name, tensorflow_answers):
    _, outputs, gradients = results(name)
    expected = arrays_of(tensorflow_answers / f"{name}.npz")
    assert all(np.isfinite(each).all() for each in (*outputs, *gradients, *expected))
    if not SAMPLES[name].is_random(training=False):
        assert_same([*outputs, *gradients], expected, tolerance=1e-5 * SAMPLES[name].rtol)
