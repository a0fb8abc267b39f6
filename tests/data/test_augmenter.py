"""Each change of images does what its name says, by as much as was asked for, to each image by itself."""

import numpy as np
import pytest

from dlcourse import data

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0.2, 0.8, (64, 12, 12, 3)).astype("float32")
CHANGES = {
    "flip": "both",
    "rotate": 30,
    "translate": 0.2,
    "scale": 0.3,
    "crop": 2,
    "brightness": 0.2,
    "contrast": 0.5,
    "blur": 1.0,
    "noise": 0.1,
    "cutout": 0.3,
}


def _changed(images, labels=None, **options):
    result = data.augmenter(**options)(*(part for part in (images, labels) if part is not None), training=True)
    return [np.asarray(part) for part in result] if isinstance(result, tuple) else np.asarray(result)


def _dots(row, column, count=64, size=21):
    """Black images with one white dot."""
    images = np.zeros((count, size, size, 1), "float32")
    images[:, row, column] = 1
    return images


def _centres(images):
    """Where the mass of each image lies, as (row, column), of shape (B, 2)."""
    mass = images[..., 0] / images[..., 0].sum(axis=(1, 2), keepdims=True)
    place = np.arange(images.shape[1])
    return np.stack([mass.sum(axis=2) @ place, mass.sum(axis=1) @ place], axis=1)


@pytest.mark.parametrize("name", CHANGES)
def test_each_image_of_a_batch_has_a_draw_of_its_own(name):
    same = np.repeat(IMAGES[:1], 64, axis=0)
    changed = _changed(same, **{name: CHANGES[name]})
    assert changed.shape == same.shape
    assert len({image.tobytes() for image in changed}) >= (2 if name in ("flip", "blur") else 20)


@pytest.mark.parametrize("name", CHANGES)
def test_in_prediction_images_pass_as_they_are(name):
    layer = data.augmenter(**{name: CHANGES[name]})
    np.testing.assert_array_equal(layer(IMAGES), IMAGES)
    np.testing.assert_array_equal(layer(IMAGES, training=False), IMAGES)


@pytest.mark.parametrize("name", CHANGES)
def test_a_seed_decides_the_draws(name):
    option = {name: CHANGES[name]}
    np.testing.assert_array_equal(_changed(IMAGES, **option), _changed(IMAGES, **option))
    assert not np.array_equal(_changed(IMAGES, **option), _changed(IMAGES, **option, seed=1))


def test_switching_one_change_on_leaves_the_draws_of_the_others_alone():
    flipped = _changed(IMAGES, flip="horizontal")
    both = _changed(IMAGES, flip="horizontal", brightness=1e-6)
    np.testing.assert_allclose(both, flipped, atol=1e-5)


@pytest.mark.parametrize(
    ("flip", "outcomes"), [("horizontal", [(), (2,)]), ("vertical", [(), (1,)]), ("both", [(), (1,), (2,), (1, 2)])]
)
def test_flipping_mirrors_about_half_of_the_images_in_each_direction(flip, outcomes):
    changed = _changed(IMAGES, flip=flip)
    equal = [(np.flip(IMAGES, axes) == changed).all(axis=(1, 2, 3)).mean() for axes in outcomes]
    assert sum(equal) == 1
    assert min(equal) > 0.6 / len(outcomes)


def test_rotating_turns_by_up_to_the_angle_either_way():
    places = _centres(_changed(_dots(10, 17), rotate=40)) - 10
    angles = np.degrees(np.arctan2(places[:, 0], places[:, 1]))
    np.testing.assert_allclose(np.hypot(*places.T), 7, atol=0.3)
    assert np.abs(angles).max() < 42
    assert angles.min() < -25
    assert angles.max() > 25


def test_translating_moves_by_up_to_the_share_of_the_side():
    moved = _centres(_changed(_dots(10, 10), translate=0.2)) - 10
    assert np.abs(moved).max() <= 0.2 * 21 + 1e-3
    assert (moved.min(axis=0) < -2).all()
    assert (moved.max(axis=0) > 2).all()


def test_scaling_changes_the_distance_from_the_centre_by_up_to_the_share():
    distance = _centres(_changed(_dots(10, 15), scale=0.4))[:, 1] - 10
    assert distance.min() > 5 / 1.4 - 0.3
    assert distance.max() < 5 / 0.6 + 0.3
    assert distance.min() < 4 < 7 < distance.max()


def test_brightness_adds_one_number_to_an_image_up_to_the_share_of_the_range():
    grey = np.full((64, 4, 4, 1), 100, "float32")
    added = _changed(grey, brightness=0.2, value_range=(0, 255)) - grey
    assert np.ptp(added, axis=(1, 2, 3)).max() < 1e-4
    assert np.abs(added).max() <= 51.01
    assert added.min() < -30 < 30 < added.max()


def test_contrast_scales_the_distance_from_the_mean():
    changed = _changed(IMAGES, contrast=0.3, value_range=(-5, 5))
    factors = changed.std(axis=(1, 2)) / IMAGES.std(axis=(1, 2))
    np.testing.assert_allclose(changed.mean(axis=(1, 2)), IMAGES.mean(axis=(1, 2)), atol=1e-5)
    assert 0.699 < factors.min() < 0.85 < 1.15 < factors.max() < 1.301


def test_blurring_spreads_the_dots_of_some_images_and_keeps_their_mass():
    changed = _changed(_dots(10, 10), blur=1.0)
    np.testing.assert_allclose(changed.sum(axis=(1, 2, 3)), 1, atol=1e-4)
    untouched = np.mean(changed.max(axis=(1, 2, 3)) == 1)
    assert 0.2 < untouched < 0.8


@pytest.mark.parametrize("value_range", [(0, 1), (0, 255), (-1, 1)])
def test_noise_has_the_deviation_that_was_asked_for(value_range):
    grey = np.zeros((64, 12, 12, 1), "float32")
    noise = _changed(grey, noise=0.1, value_range=value_range)
    span = value_range[1] - value_range[0]
    np.testing.assert_allclose([noise.mean() / span, noise.std() / span], [0, 0.1], atol=0.005)


@pytest.mark.parametrize("low", [0.0, -1.0])
def test_cutting_out_blanks_a_rectangle_of_up_to_the_share_of_the_image(low):
    changed = _changed(IMAGES, cutout=0.3, value_range=(low, 1.0))
    blank = (changed == low).all(axis=3)
    np.testing.assert_array_equal(changed[~blank], IMAGES[~blank])
    rectangle = blank.any(axis=1)[:, None, :] & blank.any(axis=2)[:, :, None]
    np.testing.assert_array_equal(blank, rectangle)
    assert 0.1 < blank.mean(axis=(1, 2)).max() < 0.45


CLASSES = 4
PLAIN = np.repeat(np.arange(CLASSES), 16)
ONE_HOT = np.eye(CLASSES, dtype="float32")[PLAIN]
COLOURED = np.ones((64, 10, 10, 1), "float32") * ONE_HOT[:, None, None, :]


def test_mixup_blends_labels_by_the_weights_that_it_blends_images_by():
    """An image of class k is 1 in channel k, so that its pixels show the weights."""
    images, labels = _changed(COLOURED, ONE_HOT, mixup=0.5)
    np.testing.assert_allclose(images, np.broadcast_to(labels[:, None, None, :], images.shape), atol=1e-5)
    np.testing.assert_allclose(labels.sum(axis=1), 1, atol=1e-5)
    assert ((labels > 0.05).sum(axis=1) == 2).mean() > 0.2


def test_cutmix_mixes_labels_by_the_share_of_the_pixels():
    images, labels = _changed(COLOURED, ONE_HOT, cutmix=1.0)
    assert set(np.unique(images)) == {0, 1}
    np.testing.assert_allclose(images.mean(axis=(1, 2)), labels, atol=0.2)
    assert np.abs(images.mean(axis=(1, 2)) - labels).mean() < 0.03
    assert ((labels > 0.05).sum(axis=1) == 2).mean() > 0.1


def test_labels_pass_where_nothing_mixes():
    images, labels = _changed(IMAGES, PLAIN, noise=0.1)
    assert images.shape == IMAGES.shape
    np.testing.assert_array_equal(labels, PLAIN)


@pytest.mark.parametrize("fill", ["constant", "nearest", "reflect", "wrap"])
def test_what_moving_uncovers_is_filled_as_was_asked_for(fill):
    ones = np.ones((16, 8, 8, 1), "float32")
    moved = _changed(ones, translate=0.5, fill=fill, value_range=(0, 1))
    assert np.allclose(moved, 1, atol=1e-5) == (fill != "constant")


def test_bytes_become_numbers_and_stay_in_their_range():
    images = RNG.integers(0, 256, (8, 12, 12, 3), "uint8")
    changed = _changed(images, brightness=0.5, contrast=0.5, rotate=10, value_range=(0, 255))
    assert changed.dtype == "float32"
    assert changed.min() >= 0
    assert 1 < changed.max() <= 255


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "at least one of flip, rotate, .* must be asked for, got none"),
        ({"flip": "sideways"}, "flip must be one of horizontal, vertical, both, got 'sideways'"),
        ({"rotate": 181}, "rotate must be a number from 0 to 180, got 181"),
        ({"rotate": "10"}, "rotate must be a number from 0 to 180, got '10'"),
        ({"translate": -0.1}, "translate must be a number from 0 to 1, got -0.1"),
        ({"scale": 1.0}, "scale must be a number from 0 to 0.9, got 1.0"),
        ({"crop": 1.5}, "crop must be a whole number of pixels, got 1.5"),
        ({"cutout": 2}, "cutout must be a number from 0 to 1, got 2"),
        ({"mixup": True}, "mixup must be a number from 0 to 1, got True"),
        ({"noise": 0.1, "fill": "zeros"}, "fill must be one of constant, nearest, reflect, wrap, got 'zeros'"),
        ({"noise": 0.1, "value_range": (1, 0)}, r"a smaller and a larger number, got \(1, 0\)"),
        ({"noise": 0.1, "seed": -1}, "seed must be an integer of at least 0, got -1"),
    ],
)
def test_what_is_wrong_is_said(options, message):
    with pytest.raises(ValueError, match=message):
        data.augmenter(**options)
