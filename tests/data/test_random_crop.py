"""Padding and cutting: every image is a shifted copy of itself, each by a shift of its own."""

import keras
import numpy as np
import pytest

from dlcourse.data.random_crop import PaddedRandomCrop

IMAGES = np.random.default_rng(0).random((200, 5, 6, 2)).astype("float32")


def _shift(image, original, pixels, fill):
    """Which of the cuts of the padded original the image is."""
    padded = np.pad(original, ((pixels, pixels), (pixels, pixels), (0, 0)), constant_values=fill)
    height, width, _ = original.shape
    places = [(top, left) for top in range(2 * pixels + 1) for left in range(2 * pixels + 1)]
    (place,) = (each for each in places if np.array_equal(image, padded[each[0] :, each[1] :][:height, :width]))
    return place


def test_every_image_is_cut_from_its_padded_self_and_all_places_are_about_equally_likely():
    cut = np.asarray(PaddedRandomCrop(2, fill_value=0.5, seed=0)(IMAGES, training=True))
    places = [_shift(image, original, 2, 0.5) for image, original in zip(cut, IMAGES, strict=True)]
    counts = np.bincount([5 * top + left for top, left in places], minlength=25)
    assert counts.min() >= 1
    assert counts.max() <= 20


def test_in_prediction_images_pass():
    np.testing.assert_array_equal(PaddedRandomCrop(2)(IMAGES), IMAGES)


def test_a_configuration_gives_a_layer_that_draws_the_same():
    layer = PaddedRandomCrop(3, fill_value=-1.0, seed=5)
    again = PaddedRandomCrop.from_config(layer.get_config())
    np.testing.assert_array_equal(layer(IMAGES, training=True), again(IMAGES, training=True))


def test_a_batch_of_unknown_size_can_be_cut():
    model = keras.Sequential([keras.Input((5, 6, 2)), PaddedRandomCrop(1), keras.layers.Dense(2)])
    assert model.layers[0].output.shape == (None, 5, 6, 2)
    model.compile("sgd", "mse")
    assert model.fit(IMAGES, IMAGES, verbose=0).history["loss"][0] > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PaddedRandomCrop(0), "pixels must be at least 1, got 0"),
        (lambda: PaddedRandomCrop(1)(IMAGES[0], training=True), r"of known size, got shape \(5, 6, 2\)"),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()
