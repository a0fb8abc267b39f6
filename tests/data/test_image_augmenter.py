"""The layer of the augmenter inside of models: configuration, saving, types, messages."""

import keras
import numpy as np
import pytest

from dlcourse import data
from dlcourse.data.image_augmenter import ImageAugmenter

IMAGES = np.random.default_rng(0).random((8, 8, 8, 1)).astype("float32")
LABELS = np.eye(2, dtype="float32")[np.arange(8) % 2]
OPTIONS = {"flip": "both", "rotate": 20, "crop": 1, "noise": 0.1, "cutout": 0.2, "mixup": 0.3, "cutmix": 1.0}


def test_a_configuration_gives_a_layer_that_draws_the_same():
    layer = data.augmenter(**OPTIONS)
    again = ImageAugmenter.from_config(layer.get_config())
    for ours, theirs in zip(layer(IMAGES, LABELS, training=True), again(IMAGES, LABELS, training=True), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_saved_model_augments_in_training_and_not_in_prediction(tmp_path):
    model = keras.Sequential([keras.Input((8, 8, 1)), data.augmenter(noise=0.1, crop=1), keras.layers.Flatten()])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(IMAGES), IMAGES.reshape(8, -1))
    assert not np.array_equal(loaded(IMAGES, training=True), IMAGES.reshape(8, -1))


def test_a_model_trains_with_it_as_its_first_layer():
    same = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((8, 8, 1)), data.augmenter(noise=0.5), same])
    model.compile("sgd", "mse")
    assert model.output_shape == (None, 8, 8, 1)
    assert model.evaluate(IMAGES, IMAGES, verbose=0) == 0
    assert model.fit(IMAGES, IMAGES, verbose=0).history["loss"][0] > 0.1


def test_the_shapes_are_those_of_the_inputs():
    layer = data.augmenter(mixup=0.2)
    assert layer.compute_output_shape((None, 8, 8, 1)) == (None, 8, 8, 1)
    assert layer.compute_output_shape((None, 8, 8, 1), (None, 2)) == ((None, 8, 8, 1), (None, 2))


@pytest.mark.parametrize("training", [True, False])
def test_labels_come_back_with_the_images_only_if_they_went_in(training):
    layer = data.augmenter(noise=0.1)
    assert isinstance(layer(IMAGES, LABELS, training=training), tuple)
    assert not isinstance(layer(IMAGES, training=training), tuple)


def test_a_layer_that_mixes_needs_no_labels_in_prediction():
    np.testing.assert_array_equal(data.augmenter(mixup=0.2)(IMAGES), IMAGES)


def test_whether_it_mixes_can_be_asked():
    assert data.augmenter(cutmix=1.0).mixes
    assert not data.augmenter(noise=0.1).mixes


@pytest.mark.parametrize(
    ("labels", "message"),
    [((), r"of shape \(batch, classes\), got none"), ((np.arange(8),), r"got shape \(8,\)")],
)
def test_mixing_without_one_hot_labels_is_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        data.augmenter(mixup=0.2)(IMAGES, *labels, training=True)
