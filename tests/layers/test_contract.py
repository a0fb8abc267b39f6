"""One contract for every layer that `dlcourse.layers` exports: a new layer joins by an entry in `SAMPLES`.

The entry gives arguments that differ from the defaults, and an input on which the layer does something.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from fresh_process import answer_of

from dlcourse import layers


@dataclass(frozen=True)
class Sample:
    """Constructor arguments and an input, whose first axis is the batch."""

    arguments: dict[str, Any]
    inputs: np.ndarray


SAMPLES = {
    "LabelSmoothing": Sample({"epsilon": 0.2}, np.eye(4, dtype="float32")[[0, 2, 3]]),
}
every_layer = pytest.mark.parametrize("name", sorted(SAMPLES))
in_both_modes = pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
ERRORS = {"mixed_float16": 1e-2, "mixed_bfloat16": 5e-2}


def layer_of(name):
    keras.utils.set_random_seed(0)
    return getattr(layers, name)(**SAMPLES[name].arguments)


def outputs_of(layer, inputs, training):
    keras.utils.set_random_seed(1)
    return layer(inputs, training=training)


def test_every_exported_layer_has_a_sample():
    assert sorted(SAMPLES) == sorted(layers.__all__)


@every_layer
def test_config_round_trip_gives_the_same_layer(name):
    layer = layer_of(name)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert type(again) is type(layer)
    assert again.get_config() == layer.get_config()
    assert SAMPLES[name].arguments.items() <= layer.get_config().items()


@every_layer
def test_a_saved_model_loads_in_a_fresh_process_and_predicts_the_same(name, tmp_path):
    inputs = SAMPLES[name].inputs
    model = keras.Sequential([keras.Input(inputs.shape[1:]), layer_of(name)])
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "inputs.npy", inputs)
    loaded = answer_of(
        "import keras, numpy, dlcourse.layers\n"
        f"model = keras.models.load_model({str(tmp_path / 'model.keras')!r})\n"
        f"print(model(numpy.load({str(tmp_path / 'inputs.npy')!r})).numpy().tolist())"
    )
    np.testing.assert_allclose(loaded, model(inputs), rtol=1e-5, atol=1e-6)


@in_both_modes
@every_layer
def test_the_shape_and_type_told_are_those_that_come_out(name, training):
    inputs = SAMPLES[name].inputs
    layer = layer_of(name)
    told = layer(keras.KerasTensor((None, *inputs.shape[1:]), inputs.dtype), training=training)
    real = outputs_of(layer, inputs, training)
    assert told.shape == (None, *real.shape[1:])
    assert layer.compute_output_shape(inputs.shape) == tuple(real.shape)
    assert told.dtype == real.dtype


@in_both_modes
@every_layer
@pytest.mark.parametrize("policy", ERRORS)
def test_under_mixed_precision_it_gives_nearly_the_same_in_its_own_type(name, policy, training):
    inputs = SAMPLES[name].inputs
    expected = outputs_of(layer_of(name), inputs, training)
    keras.config.set_dtype_policy(policy)
    try:
        layer = layer_of(name)
        ours = outputs_of(layer, inputs, training)
    finally:
        keras.config.set_dtype_policy("float32")
    assert ours.dtype == layer.compute_dtype
    assert all(weight.dtype == "float32" for weight in layer.trainable_weights)
    np.testing.assert_allclose(keras.ops.cast(ours, "float32"), expected, rtol=ERRORS[policy], atol=ERRORS[policy])


@in_both_modes
@every_layer
@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
def test_compiled_it_gives_what_it_gives_eagerly_gradients_included(name, jit_compile, training):
    layer = layer_of(name)

    def value_and_gradients(inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = layer(inputs, training=training)
        watched = [inputs, *(weight.value for weight in layer.trainable_weights)]
        return value, *tape.gradient(value, watched)

    inputs = tf.constant(SAMPLES[name].inputs)
    eager = value_and_gradients(inputs)
    compiled = tf.function(value_and_gradients, jit_compile=jit_compile)(inputs)
    for ours, expected in zip(compiled, eager, strict=True):
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)
