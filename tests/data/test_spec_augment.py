"""SpecAugment: stripes of the widths and places that the paper names, a warp that keeps order, messages."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse import data
from dlcourse.data.spec_augment_layer import SpecAugment

FRAMES, BANDS = 50, 16
SOUNDS = np.random.default_rng(0).normal(size=(400, FRAMES, BANDS)).astype("float32")
OFF = {"time_masks": 0, "frequency_masks": 0}
HIDDEN = 99.0


def _changed(sounds=SOUNDS, **options):
    return np.asarray(data.spec_augment(**options)(sounds, training=True))


def _hidden(axis, **options):
    """Which frames (axis 1) or bands (axis 2) are hidden as a whole, of shape (B, T) or (B, M)."""
    changed = _changed(fill=HIDDEN, **{**OFF, **options})
    stripes = (changed == HIDDEN).all(axis=3 - axis)
    expected = np.expand_dims(stripes, 3 - axis)
    np.testing.assert_array_equal(changed == HIDDEN, np.broadcast_to(expected, changed.shape))
    np.testing.assert_array_equal(changed[changed != HIDDEN], SOUNDS[changed != HIDDEN])
    return stripes


def _runs(stripes):
    """How many separate stripes each example has."""
    return (np.diff(stripes.astype(int), prepend=0, axis=1) == 1).sum(axis=1)


@pytest.mark.parametrize(("axis", "name", "size"), [(1, "time", FRAMES), (2, "frequency", BANDS)])
def test_one_mask_hides_one_stripe_of_every_width_up_to_the_widest_and_everywhere(axis, name, size):
    stripes = _hidden(axis, **{f"{name}_masks": 1, f"{name}_width": 5})
    widths = stripes.sum(axis=1)
    assert _runs(stripes).max() == 1
    counts = np.bincount(widths)
    assert len(counts) == 6
    assert counts.min() > 40  # 400 draws of 6 widths: 67 each, deviation 7.5
    assert stripes.any(axis=0).all()


def test_starts_are_uniform_from_the_first_place_to_the_last():
    stripes = _hidden(1, time_masks=1, time_width=5)
    starts = stripes.argmax(axis=1)[stripes.any(axis=1)]
    assert starts.min() == 0
    assert starts.max() >= FRAMES - 5
    np.testing.assert_allclose(starts.mean(), (FRAMES - 3) / 2, atol=3)


def test_several_masks_are_drawn_each_by_itself():
    runs = _runs(_hidden(1, time_masks=3, time_width=4))
    assert set(runs) == {0, 1, 2, 3} or set(runs) == {1, 2, 3}
    assert np.mean(runs) > 1.5


def test_no_stripe_of_frames_is_wider_than_its_share():
    widths = _hidden(1, time_masks=1, time_width=40, time_share=0.1).sum(axis=1)
    assert widths.max() == 5


def test_a_width_beyond_the_size_hides_at_most_everything():
    stripes = _hidden(2, frequency_masks=1, frequency_width=500)
    assert stripes.sum(axis=1).max() == BANDS


def test_time_and_frequency_masks_hide_together():
    changed = _changed(fill=HIDDEN, time_masks=1, time_width=5, frequency_masks=1, frequency_width=5)
    hidden = changed == HIDDEN
    cross = hidden.all(axis=2)[:, :, None] | hidden.all(axis=1)[:, None, :]
    np.testing.assert_array_equal(hidden, cross)


def test_what_hides_is_the_mean_of_each_spectrogram_unless_another_value_is_given():
    changed = _changed()
    for sound, original in zip(changed[:20], SOUNDS[:20], strict=True):
        np.testing.assert_allclose(sound[sound != original], original.mean(), atol=1e-5)


def _times(**options):
    """The time in the input that each frame of the result shows, of shape (B, T)."""
    ramp = np.tile(np.arange(FRAMES, dtype="float32")[:, None], (200, 1, 3))
    return _changed(ramp, **OFF, **options)[:, :, 0]


def test_warping_keeps_the_ends_and_the_order_of_time():
    times = _times(time_warp=8)
    assert (times[:, 0] == 0).all()
    np.testing.assert_allclose(times[:, -1], FRAMES - 1, atol=1e-4)
    assert (np.diff(times, axis=1) > 0).all()


def test_warping_moves_a_moment_by_up_to_the_reach_either_way():
    moved = _times(time_warp=8) - np.arange(FRAMES)
    furthest = np.take_along_axis(moved, np.abs(moved).argmax(axis=1)[:, None], axis=1)
    assert np.abs(furthest).max() <= 8
    assert furthest.min() < -5
    assert furthest.max() > 5


def test_warping_is_straight_before_and_after_the_moment():
    bends = np.abs(np.diff(_times(time_warp=8), n=2, axis=1)) > 1e-3
    assert bends.sum(axis=1).max() <= 2


def test_between_two_frames_warping_takes_their_weighted_mean():
    """As NumPy's own interpolation at the times that a ramp shows."""
    both = SOUNDS[:50].copy()
    both[:, :, 0] = np.arange(FRAMES)
    changed = _changed(both, **OFF, time_warp=10)
    for sound, original in zip(changed, both, strict=True):
        expected = np.interp(sound[:, 0], np.arange(FRAMES), original[:, 1])
        np.testing.assert_allclose(sound[:, 1], expected, atol=2e-4)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_sounds_of_a_few_frames_can_be_warped_and_masked(frames):
    changed = _changed(SOUNDS[:4, :frames], time_warp=10)
    assert changed.shape == (4, frames, BANDS)
    assert np.isfinite(changed).all()


def test_in_prediction_spectrograms_pass():
    layer = data.spec_augment(time_warp=5)
    np.testing.assert_array_equal(layer(SOUNDS), SOUNDS)


def test_a_seed_decides_the_draws():
    np.testing.assert_array_equal(_changed(time_warp=5), _changed(time_warp=5))
    assert not np.array_equal(_changed(time_warp=5), _changed(time_warp=5, seed=1))


def test_a_configuration_gives_a_layer_that_draws_the_same():
    layer = data.spec_augment(time_warp=3, fill=0.5, time_share=0.3, seed=4)
    again = SpecAugment.from_config(layer.get_config())
    np.testing.assert_array_equal(layer(SOUNDS, training=True), again(SOUNDS, training=True))


def test_a_saved_model_keeps_it(tmp_path):
    model = keras.Sequential([keras.Input((None, BANDS)), data.spec_augment(time_warp=3)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].get_config() == model.layers[0].get_config()
    np.testing.assert_array_equal(loaded(SOUNDS), SOUNDS)


def test_a_pipeline_of_sounds_whose_number_of_frames_is_not_known_draws_the_same_twice():
    source = tf.data.Dataset.from_tensor_slices(SOUNDS[:8]).map(lambda sound: tf.ensure_shape(sound, (None, BANDS)))
    source = source.map(lambda sound: tf.slice(sound, [0, 0], [tf.shape(sound)[0] - 1, BANDS]))

    def epoch():
        layer = data.spec_augment(time_warp=4)
        return np.concatenate(list(data.pipeline(source, batch_size=3, augment=layer, shuffle=False)))

    first = epoch()
    assert first.shape == (8, FRAMES - 1, BANDS)
    assert not np.array_equal(first, SOUNDS[:8, :-1])
    np.testing.assert_array_equal(first, epoch())


def test_half_precision_stays_half():
    layer = SpecAugment(time_warp=3, dtype="mixed_float16")
    assert layer(SOUNDS[:4], training=True).dtype == "float16"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (OFF, "at least one of time_masks, frequency_masks and time_warp must be above 0, got none"),
        ({"time_masks": -1}, "time_masks must be an integer of at least 0, got -1"),
        ({"frequency_width": 2.5}, "frequency_width must be an integer of at least 0, got 2.5"),
        ({"time_warp": True}, "time_warp must be an integer of at least 0, got True"),
        ({"time_share": 0}, "time_share must be above 0 and at most 1, got 0"),
    ],
)
def test_what_is_wrong_is_said(options, message):
    with pytest.raises(ValueError, match=message):
        data.spec_augment(**options)


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"of shape \(batch, frames, bands\), got \(50, 16\)"):
        data.spec_augment()(SOUNDS[0])
