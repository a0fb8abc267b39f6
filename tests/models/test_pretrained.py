"""Pretrained backbones: weights from a file or Keras's cache and nowhere else, frozen, in inference mode."""

import importlib

import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving import legacy_h5_format

from dlcourse import models
from dlcourse.models import pretrained

module = importlib.import_module("dlcourse.models.pretrained")
SHAPE = (32, 32, 3)
IMAGES = np.random.default_rng(0).uniform(0, 255, (2, *SHAPE)).astype("float32")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of Keras's, and no way to download into it."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))

    def refuse(*args, **kwargs):
        raise AssertionError("something was to be downloaded")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def small_network():
    keras.utils.set_random_seed(0)
    return models.resnet_cifar(8, (16, 16, 3), 5, width=0.25)


@pytest.mark.parametrize("backbone", module.PUBLISHED)
def test_weights_that_are_not_there_are_asked_for_by_file_and_command(backbone, cache):
    with pytest.raises(FileNotFoundError) as refused:
        pretrained(backbone, 3)
    assert str(cache / module.PUBLISHED[backbone].file) in str(refused.value)
    command = f"python -c \"import keras; keras.applications.{backbone}(include_top=False, weights='imagenet')\""
    assert command in str(refused.value)


@pytest.mark.slow
@pytest.mark.parametrize("backbone", module.PUBLISHED)
def test_the_file_is_the_one_that_keras_would_download(backbone, monkeypatch, nothing_drawn):
    asked = []

    def get_file(name, *args, **kwargs):
        asked.append(name)
        raise InterruptedError

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", get_file)
    with pytest.raises(InterruptedError):
        getattr(keras.applications, backbone)(include_top=False, weights="imagenet", input_shape=(224, 224, 3))
    assert asked == [module.PUBLISHED[backbone].file]


@pytest.fixture
def published(cache):
    """MobileNetV2 with random weights, which lie in the cache in the format of the published file."""
    keras.utils.set_random_seed(1)
    network = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=SHAPE, pooling="avg")
    with h5py.File(cache / module.PUBLISHED["MobileNetV2"].file, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, network)
    return network


@pytest.mark.slow
def test_weights_in_the_cache_are_taken_and_images_are_prepared_inside(published, tmp_path):
    model = pretrained("MobileNetV2", input_shape=SHAPE)
    expected = published(keras.applications.mobilenet_v2.preprocess_input(IMAGES.copy()), training=False)
    np.testing.assert_allclose(model(IMAGES), expected, rtol=1e-4, atol=1e-5)
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "model.keras")(IMAGES), model(IMAGES), rtol=1e-4)


@pytest.mark.slow
def test_weights_of_a_file_are_taken_and_without_any_they_are_drawn(published, cache):
    file = cache / module.PUBLISHED["MobileNetV2"].file
    moved = file.rename(cache / "elsewhere.h5")
    taken = pretrained("MobileNetV2", input_shape=SHAPE, weights=moved)
    np.testing.assert_array_equal(taken.weights[0], published.weights[0])
    drawn = pretrained("MobileNetV2", input_shape=SHAPE, weights=None)
    assert not np.array_equal(drawn.weights[0], published.weights[0])


@pytest.mark.slow
@pytest.mark.parametrize("backbone", ["ResNet50", "EfficientNetB0"])
def test_every_way_to_prepare_images_survives_saving(backbone, tmp_path):
    model = pretrained(backbone, 3, input_shape=SHAPE, weights=None)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(IMAGES), model(IMAGES), rtol=1e-4, atol=1e-6)


def test_of_a_model_the_last_layer_is_replaced_and_the_rest_is_frozen_in_inference_mode():
    trained = small_network()
    model = pretrained(trained, 3)
    images = IMAGES[:, :16, :16] / 255
    features = keras.Model(trained.input, trained.layers[-1].input)
    head = model.get_layer("predictions")
    expected = head(features(images, training=False))
    np.testing.assert_allclose(model(images, training=False), expected, rtol=1e-5)
    np.testing.assert_array_equal(model(images, training=True), model(images, training=False))
    assert [weight.path for weight in model.trainable_weights] == [weight.path for weight in head.weights]


def test_training_it_changes_the_head_alone_and_moves_no_statistics():
    model = pretrained(small_network(), 3)
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.get_weights()
    model.fit(IMAGES[:, :16, :16], np.array([0, 2]), verbose=0)
    changed = [
        weight.path for weight, old in zip(model.weights, before, strict=True) if not np.array_equal(weight, old)
    ]
    assert changed == [weight.path for weight in model.get_layer("predictions").weights]


def test_the_backbone_learns_where_that_is_asked_for_and_still_moves_no_statistics_in_fit():
    model = pretrained(small_network(), 3, trainable=True)
    assert len(model.trainable_weights) > 2
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.get_weights()
    model.fit(IMAGES[:, :16, :16] / 255, np.array([0, 2]), verbose=0)
    same = {weight.path for weight, old in zip(model.weights, before, strict=True) if np.array_equal(weight, old)}
    assert {weight.path for weight in model.weights if "moving" in weight.path} <= same
    assert any("conv" in path for path in {weight.path for weight in model.weights} - same)


def test_a_saved_model_is_a_backbone_and_without_classes_gives_features(tmp_path):
    trained = small_network()
    trained.save(tmp_path / "trained.keras")
    for path in (tmp_path / "trained.keras", str(tmp_path / "trained.keras")):
        model = pretrained(path)
        assert model.output_shape == (None, 16)
        images = IMAGES[:, :16, :16]
        np.testing.assert_allclose(model(images), pretrained(trained)(images), rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("ResNet51",), ValueError, r"backbone must be a \.keras file, a model, or one of ConvNeXtTiny, .*'ResNet51'"),
        (("ResNet50", 0), ValueError, "num_classes must be a positive integer, got 0"),
        (("gone.keras",), FileNotFoundError, "there is no saved model at gone.keras"),
        ((keras.Sequential([keras.Input((3,)), keras.layers.ReLU()]),), ValueError, "must be Dense, .* got ReLU"),
    ],
    ids=["unknown", "no class", "no file", "no head"],
)
def test_what_it_cannot_build_on_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        pretrained(*arguments)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"input_shape": (32, 32, 1)}, ValueError, r"must have 3 channels for a published backbone, got \(32, 32, 1\)"),
        ({"weights": "gone.h5"}, FileNotFoundError, "there are no weights for MobileNetV2 at gone.h5"),
    ],
)
def test_wrong_options_of_a_published_backbone_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        pretrained("MobileNetV2", 3, **options)
