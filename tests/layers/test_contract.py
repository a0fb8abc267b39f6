"""One contract for every layer that `dlcourse.layers` exports: a new layer joins by an entry in `samples.py`."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from fresh_models import arrays_of
from fresh_process import answer_of
from samples import SAMPLES

from dlcourse import layers

every_layer = pytest.mark.parametrize("name", SAMPLES)
in_both_modes = pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
ERRORS = {"mixed_float16": 1e-2, "mixed_bfloat16": 5e-2}


def class_of(name):
    return getattr(layers, name.split(",")[0])


def layer_of(name, **arguments):
    keras.utils.set_random_seed(0)
    return class_of(name)(**{**SAMPLES[name].arguments, **arguments})


def call(layer, name, arguments=None, **options):
    """The layer's outputs, flat."""
    sample = SAMPLES[name]
    keras.utils.set_random_seed(1)
    arguments = sample.call_arguments if arguments is None else arguments
    return keras.tree.flatten(layer(*arguments, **sample.options, **options))


def symbolic(name, make):
    """The sample's inputs as symbols of unknown batch, in the same structure."""
    arguments = SAMPLES[name].call_arguments
    return keras.tree.map_structure(lambda array: make(array.shape[1:], dtype=str(array.dtype)), arguments)


def shown(outputs):
    """Outputs of any type in single precision, for NumPy."""
    return [keras.ops.convert_to_numpy(keras.ops.cast(output, "float32")) for output in outputs]


def assert_close(ours, expected, tolerance):
    for one, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def head(outputs):
    """One number per example from whatever a layer gives."""
    flat = [keras.layers.Flatten()(output) for output in keras.tree.flatten(outputs)]
    together = keras.layers.Concatenate()(flat) if len(flat) > 1 else flat[0]
    return keras.layers.Dense(1, name="head")(together)


def functional_model(name):
    inputs = symbolic(name, keras.Input)
    return keras.Model(keras.tree.flatten(inputs), head(layer_of(name)(*inputs, **SAMPLES[name].options)))


class Subclassed(keras.Model):
    """The layer, and a mean of all that it gives."""

    def __init__(self, name):
        super().__init__()
        self.sample = SAMPLES[name]
        self.layer, self.scale = layer_of(name), keras.layers.Dense(1)

    def call(self, inputs, training=False):
        arguments = keras.tree.pack_sequence_as(self.sample.call_arguments, list(inputs))
        outputs = keras.tree.flatten(self.layer(*arguments, **self.sample.options, training=training))
        means = [keras.ops.mean(keras.ops.reshape(each, (4, -1)), axis=1, keepdims=True) for each in outputs]
        return self.scale(keras.ops.concatenate(means, axis=1))


def sequential_model(name):
    (inputs,) = symbolic(name, keras.Input)
    return keras.Sequential([inputs, layer_of(name), keras.layers.Flatten(), keras.layers.Dense(1)])


def in_sequence(name):
    """Whether the layer takes one array and gives one, as in `keras.Sequential`."""
    sample = SAMPLES[name]
    return isinstance(sample.inputs, np.ndarray) and len(call(layer_of(name), name)) == 1 and not sample.options


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Where a fresh process has put what it got from every saved model, and its errors."""
    folder = tmp_path_factory.mktemp("models")
    for name, sample in SAMPLES.items():
        model = functional_model(name)
        keras.utils.set_random_seed(2)
        np.savez(folder / f"{name}.npz", *keras.tree.flatten(sample.call_arguments))
        model.save(folder / f"{name}.keras")
        np.savez(folder / f"{name}.saved.npz", model(keras.tree.flatten(sample.call_arguments)))
    here = str(Path(__file__).parent)
    lines = f"import json, sys; sys.path.insert(0, {here!r}); import fresh_models"
    return folder, answer_of(f"{lines}; print(json.dumps(fresh_models.answers({str(folder)!r})))")


def answer(answers, name, made):
    folder, errors = answers
    assert errors.get(f"{name}.{made}") is None, errors[f"{name}.{made}"]
    return arrays_of(folder / f"{name}.{made}.npz")


def test_every_exported_layer_has_a_sample():
    assert {name.split(",")[0] for name in SAMPLES} == set(layers.__all__)


@every_layer
def test_config_round_trip_gives_the_same_layer(name):
    layer = layer_of(name)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert type(again) is type(layer)
    assert again.get_config() == layer.get_config()
    assert SAMPLES[name].arguments.items() <= layer.get_config().items()
    assert keras.saving.get_registered_name(type(layer)) == f"dlcourse>{type(layer).__name__}"


@pytest.mark.slow
@every_layer
def test_a_saved_model_loads_in_a_fresh_process_and_predicts_the_same(name, answers):
    loaded, saved = (answer(answers, name, made) for made in ("predictions", "saved"))
    assert np.isfinite(loaded).all()
    if not SAMPLES[name].is_random(training=False):
        assert_close(loaded, saved, 1e-5)


@pytest.mark.slow
@every_layer
def test_two_mirrored_devices_train_it_as_one_does(name, answers):
    one, two = (answer(answers, name, made) for made in ("one", "two"))
    assert all(np.isfinite(weight).all() for weight in two)
    if not SAMPLES[name].is_random(training=True) and not SAMPLES[name].batch_statistics:
        assert_close(two, one, 1e-5)


@in_both_modes
@every_layer
def test_the_shape_and_type_told_are_those_that_come_out(name, training):
    layer = layer_of(name)
    told = call(layer, name, symbolic(name, lambda shape, dtype: keras.KerasTensor((None, *shape), dtype)))
    real = call(layer, name, training=training)
    assert [(each.shape[1:], each.dtype) for each in told] == [(each.shape[1:], each.dtype.name) for each in real]
    if "compute_output_shape" in vars(type(layer)) and not SAMPLES[name].options:
        shapes = keras.tree.map_structure(np.shape, SAMPLES[name].call_arguments)
        computed = layer.compute_output_shape(*shapes)
        assert keras.tree.flatten(computed) == keras.tree.flatten([tuple(each.shape) for each in real])


@every_layer
def test_what_the_training_flag_changes_is_what_the_sample_says(name):
    layer, sample = layer_of(name), SAMPLES[name]
    inference = shown(call(layer, name, training=False))
    training, again = (shown(call(layer, name, training=True)) for _ in range(2))
    same = all(np.allclose(a, b, rtol=1e-6) for a, b in zip(inference, training, strict=True))
    assert same == (sample.training == "same")
    drawn = not all(np.allclose(a, b, rtol=1e-6) for a, b in zip(training, again, strict=True))
    assert drawn == sample.is_random(training=True)


@in_both_modes
@every_layer
@pytest.mark.parametrize("policy", ERRORS)
def test_under_mixed_precision_it_gives_nearly_the_same_in_its_own_type(name, policy, training):
    expected = shown(call(layer_of(name), name, training=training))
    keras.config.set_dtype_policy(policy)
    try:
        layer = layer_of(name)
        ours = call(layer, name, training=training)
    finally:
        keras.config.set_dtype_policy("float32")
    assert all(output.dtype == layer.compute_dtype for output in ours)
    assert all(weight.dtype == "float32" for weight in layer.trainable_weights)
    assert all(np.isfinite(output).all() for output in shown(ours))
    if not SAMPLES[name].is_random(training):
        assert_close(shown(ours), expected, ERRORS[policy] * SAMPLES[name].rtol)


@every_layer
@pytest.mark.parametrize(("jit_compile", "training"), [(False, False), (True, True)], ids=["graph", "xla"])
def test_compiled_it_gives_what_it_gives_eagerly_gradients_included(name, jit_compile, training):
    sample, layer = SAMPLES[name], layer_of(name)
    call(layer, name)
    arguments = keras.tree.map_structure(tf.constant, sample.call_arguments)
    floating = [each for each in keras.tree.flatten(arguments) if each.dtype.is_floating]

    def values_and_gradients():
        with tf.GradientTape() as tape:
            tape.watch(floating)
            values = keras.tree.flatten(layer(*arguments, **sample.options, training=training))
            total = sum(tf.reduce_sum(tf.sin(value)) for value in values)
        watched = [*floating, *(weight.value for weight in layer.trainable_weights)]
        gradients = tape.gradient(total, watched, unconnected_gradients="zero")
        return [tf.convert_to_tensor(each) for each in (*values, *gradients)]

    eager = values_and_gradients()
    compiled = tf.function(values_and_gradients, jit_compile=jit_compile)()
    assert all(np.isfinite(each).all() for each in (*eager, *compiled))
    if not sample.is_random(training):
        assert_close(compiled, eager, 1e-5 * sample.rtol)


@every_layer
def test_functional_and_subclassed_models_and_sequences_learn_with_it(name):
    inputs = keras.tree.flatten(SAMPLES[name].call_arguments)
    for kind in [Subclassed] + [sequential_model] * in_sequence(name):
        model = kind(name)
        model.compile("sgd", "mse", run_eagerly=True)
        loss = model.train_on_batch(inputs if kind is Subclassed else inputs[0], np.ones((4, 1)))
        assert np.isfinite(loss)
    model = functional_model(name)
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(inputs, np.ones((4, 1)), verbose=0).history["loss"][0])


class Probe(keras.layers.Layer):
    """Keeps the mask that comes with its input."""

    supports_masking = True

    def call(self, inputs, mask=None):
        self.seen = mask
        return inputs


@every_layer
def test_a_mask_goes_in_and_comes_out_as_the_sample_says(name):
    sample, layer, probe = SAMPLES[name], layer_of(name), Probe()
    assert layer.supports_masking == (sample.mask != "none")
    if sample.mask == "none":
        return
    first, *others = keras.tree.flatten(sample.call_arguments)
    if sample.mask != "makes":
        first = np.array(first)
        first[0, -1] = 0
        first = keras.layers.Masking()(first)
        expected = keras.ops.any(first != 0, axis=-1)
    arguments = keras.tree.pack_sequence_as(sample.call_arguments, [first, *others])
    probe(call(layer, name, arguments)[0])
    assert (probe.seen is None) == (sample.mask == "ends")
    if sample.mask == "passes":
        np.testing.assert_array_equal(probe.seen, expected)


@pytest.mark.parametrize(("name", "wrong", "message"), [(n, *each) for n, s in SAMPLES.items() for each in s.wrong])
def test_a_wrong_argument_is_refused_with_the_rule_and_the_value(name, wrong, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        layer_of(name, **wrong)
