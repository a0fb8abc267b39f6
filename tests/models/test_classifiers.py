"""One contract for every builder of a classifier; `builders.py` has an entry for each."""

import functools
import inspect
from pathlib import Path

import keras
import numpy as np
import pytest
from builders import CLASSES, DEEP, OTHER_BACKENDS, SIBLINGS, SMALL, built
from fresh_process import answer_of

from dlcourse import models

EAGER = keras.config.backend() == "tensorflow"


def marks(name):
    return [pytest.mark.slow] * (name in DEEP) + [pytest.mark.backend] * (name in OTHER_BACKENDS)


each_one = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=marks(name)) for name in SMALL if name not in SIBLINGS]
)


def examples(model, number=4):
    return np.random.default_rng(1).random((number, *model.input_shape[1:]), "float32")


def outputs(model):
    """What the model gives for its examples, compiled where calling it op by op is slow."""
    x = examples(model)
    return model(x, training=False).numpy() if EAGER else model.predict(x, verbose=0)


@functools.cache
def model_of(name):
    """The model that no test changes, and what it gives."""
    model = built(name)
    return model, outputs(model)


def wanted(parameters):
    """Whether these are the parameters of a builder of a classifier; its siblings pass theirs on as options."""
    known = {"classifier_activation", "options"} & set(parameters)
    return (
        bool(known) and {"input_shape", "num_classes"} <= set(parameters) and not {"weights", "size"} & set(parameters)
    )


def test_every_builder_of_a_classifier_is_under_the_contract():
    functions = {name: getattr(models, name) for name in models.__all__ if inspect.isfunction(getattr(models, name))}
    found = {name for name, function in functions.items() if wanted(inspect.signature(function).parameters)}
    assert found == set(SMALL)


@each_one
def test_it_gives_a_distribution_over_the_classes_for_each_example(name):
    model, probabilities = model_of(name)
    assert probabilities.shape == (4, *model.output_shape[1:])
    assert model.output_shape[-1] == CLASSES
    np.testing.assert_allclose(probabilities.sum(-1), 1, rtol=1e-5)


@each_one
def test_without_an_activation_it_gives_what_goes_into_the_softmax(name):
    model, expected = model_of(name)
    logits = built(name, classifier_activation=None)
    logits.set_weights(model.get_weights())
    softmax = keras.ops.convert_to_numpy(keras.ops.softmax(outputs(logits)))
    np.testing.assert_allclose(softmax, expected, rtol=1e-4, atol=1e-6)


@each_one
def test_a_step_of_training_reaches_its_weights_and_leaves_them_finite(name):
    model = built(name, **{"dropout": 0.0} if name.startswith(("vgg", "alexnet")) else {})
    # Like Adam, it moves by the rate whatever has a gradient, however small; in fewer operations.
    model.compile(keras.optimizers.Lion(1e-3), "sparse_categorical_crossentropy", run_eagerly=EAGER)
    x = examples(model)
    places = model.output_shape[1:-1]
    y = np.random.default_rng(2).integers(0, CLASSES, (4, *places))
    before = [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    loss = model.fit(x, y, verbose=0).history["loss"][0]
    after = [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    assert np.isfinite(loss)
    assert all(np.isfinite(weight).all() for weight in after)
    still = [
        weight.path
        for weight, old, new in zip(model.trainable_weights, before, after, strict=True)
        if np.array_equal(old, new)
    ]
    # With as few filters as here, all that a layer has may give zero after ReLU.
    assert len(still) < len(after) / 4, still


@each_one
def test_its_config_makes_the_same_model(name):
    model, expected = model_of(name)
    again = keras.Model.from_config(model.get_config())
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(outputs(again), expected, rtol=1e-5, atol=1e-6)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """What a fresh process gets from each saved model, and what the models gave here."""
    folder, here = tmp_path_factory.mktemp("models"), {}
    for name in set(SMALL) - DEEP:
        model, here[name] = model_of(name)
        model.save(folder / f"{name}.keras")
        np.save(folder / f"{name}.npy", examples(model))
    path = str(Path(__file__).parent)
    lines = f"import json, sys; sys.path.insert(0, {path!r}); import fresh_classifiers"
    return answer_of(f"{lines}; print(json.dumps(fresh_classifiers.predictions({str(folder)!r})))"), here


@pytest.mark.parametrize("name", [name for name in SMALL if name not in DEEP])
def test_saved_it_loads_in_a_fresh_process_and_predicts_the_same(name, loaded):
    there, here = loaded
    np.testing.assert_allclose(there[name], here[name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"num_classes": 0}, "num_classes must be a positive integer, got 0"),
        ({"num_classes": 1}, "classifier_activation must be 'sigmoid' or None for one class, got 'softmax'"),
        ({"width": 0.0}, "width must be a positive number, got 0.0"),
        ({"width": float("nan")}, "width must be a positive number, got nan"),
    ],
    ids=["no class", "one class", "no width", "undefined width"],
)
def test_a_wrong_number_is_refused_with_the_rule_and_the_value(name, wrong, message):
    with pytest.raises(ValueError, match=message):
        built(name, **wrong)


@pytest.mark.parametrize("name", [name for name in SMALL if name != "mlp"])
@pytest.mark.parametrize("shape", [(32, 32), (0, 32, 3), (None, None, 3), 32], ids=str)
def test_a_wrong_shape_is_refused_with_the_rule_and_the_value(name, shape):
    with pytest.raises(
        ValueError, match=r"input_shape must be \(rows, columns, channels\) with at least .*, got"
    ) as it:
        built(name, input_shape=shape)
    assert str(shape) in str(it.value)


@pytest.mark.parametrize(("name", "least"), [("vgg11", 32), ("resnet18", 32), ("convnext_tiny", 32), ("alexnet", 17)])
def test_images_too_small_for_the_poolings_are_refused(name, least):
    with pytest.raises(ValueError, match=f"with at least {least} rows and columns"):
        built(name, input_shape=(least - 1, 40, 3))
    assert built(name, input_shape=(least, 40, 3)).output_shape == (None, CLASSES)


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("mlp", {"hidden": (3, 0)}, "each number of hidden must be a positive integer, got 0"),
        ("mlp", {"input_shape": (0,)}, "each number of input_shape must be a positive integer, got 0"),
        ("mlp", {"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        ("lenet5", {"pooling": "min"}, "pooling must be one of 'average', 'max', got 'min'"),
        ("alexnet", {"groups": 0}, "groups must be a positive integer, got 0"),
        ("alexnet", {"dropout": -0.1}, "dropout must be at least 0 and below 1, got -0.1"),
        ("vgg16", {"dropout": 1.5}, "dropout must be at least 0 and below 1, got 1.5"),
        ("resnet50", {"strides_in": "2x2"}, "strides_in must be one of '1x1', '3x3', got '2x2'"),
        ("resnet18", {"strides_in": "3x3"}, "strides_in is for bottlenecks, .* got '3x3'"),
        ("resnet_cifar", {"depth": 18}, r"depth must be 6n \+ 2 for an n of at least 1, got 18"),
        ("resnet_cifar", {"depth": 2}, r"depth must be 6n \+ 2 for an n of at least 1, got 2"),
        ("convnext_tiny", {"drop_path": 1.0}, "drop_path must be at least 0 and below 1, got 1.0"),
        ("unet", {"depth": 0}, "depth must be a positive integer, got 0"),
        ("unet", {"input_shape": (16, 18, 1)}, r"divisible by 2\*\*depth, 4, got \(16, 18\)"),
    ],
)
def test_a_builders_own_arguments_are_refused_with_the_rule_and_the_value(name, wrong, message):
    with pytest.raises(ValueError, match=message):
        built(name, **wrong)


def test_one_class_goes_with_a_sigmoid():
    model = built("unet", num_classes=1, classifier_activation="sigmoid")
    assert model.output_shape == (None, 16, 16, 1)
