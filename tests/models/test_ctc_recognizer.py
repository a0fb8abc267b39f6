"""The recognizer: padding changes neither loss nor transcription; decoding by hand; it learns strings of tones."""

import keras
import numpy as np
import pytest

from dlcourse.models import CTCRecognizer, ctc_recognizer

FEATURES = np.random.default_rng(0).normal(size=(2, 13, 4)).astype("float32")


def small(**changes):
    keras.utils.set_random_seed(1)
    return ctc_recognizer(**{"bands": 4, "num_symbols": 3, "units": 5, "depth": 2, **changes})


@pytest.mark.parametrize("frames", [5, 6, 7])
@pytest.mark.parametrize("added", [1, 2, 5])
def test_frames_of_zeros_at_the_end_change_neither_logits_nor_loss(frames, added):
    model, targets = small(), np.array([[1, 3, 0]])
    alone = FEATURES[:1, :frames]
    padded = np.pad(alone, ((0, 0), (0, added), (0, 0)))
    steps = -(-frames // 2)
    np.testing.assert_allclose(np.asarray(model(padded))[:, :steps], model(alone), atol=1e-6)
    loss = keras.losses.CTC()
    assert float(loss(targets, model(padded))) == pytest.approx(float(loss(targets, model(alone))), rel=1e-5)
    assert model.transcribe(padded) == model.transcribe(alone)


def says(*symbols):
    """A recognizer whose every step is certain of one of these symbols."""
    model = small(num_symbols=4)
    certain = 50 * np.eye(5, dtype="float32")[list(symbols)][None]
    model.call = lambda *arguments, **options: keras.ops.convert_to_tensor(certain)
    return model


@pytest.mark.parametrize("beam_width", [None, 5])
@pytest.mark.parametrize(
    ("steps", "heard"),
    [((1, 1, 0, 2), [1, 2]), ((1, 0, 1, 1), [1, 1]), ((0, 0, 0, 0), []), ((4, 3, 3, 4), [4, 3, 4])],
)
def test_repeated_symbols_are_merged_and_then_blanks_taken_out(steps, heard, beam_width):
    assert says(*steps).transcribe(FEATURES[:1], beam_width) == [heard]


@pytest.mark.backend
def test_its_shapes_and_count_are_those_told():
    assert ctc_recognizer().count_params() == 174_027
    assert small()(FEATURES).shape == (2, 7, 4)


def test_saved_and_loaded_it_gives_the_same(tmp_path):
    model = small(dropout=0.25)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again) is CTCRecognizer
    assert again.get_config() == model.get_config()
    np.testing.assert_array_equal(again(FEATURES), model(FEATURES))


@pytest.mark.slow
def test_it_learns_strings_of_tones_without_being_told_when_each_sounds():
    from dlcourse.training import fit  # the only one here that needs TensorFlow

    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    strings = [random.integers(1, 4, random.integers(1, 4)).tolist() for _ in range(400)]
    features = np.zeros((400, 30, 4), "float32")
    for row, string in enumerate(strings):
        place = 0
        for symbol in string:
            length = random.integers(5, 8)
            features[row, place : place + length, symbol] = 1
            place += length + random.integers(1, 3)
        features[row, :place] += random.normal(0, 0.1, (place, 4))
    targets = keras.utils.pad_sequences(strings, padding="post")
    model = small(units=16, depth=1)
    model.compile(keras.optimizers.Adam(0.02), keras.losses.CTC())
    fit(model, features[:350], targets[:350], epochs=8)
    for beam_width in (None, 4):
        right = [
            ours == said for ours, said in zip(model.transcribe(features[350:], beam_width), strings[350:], strict=True)
        ]
        assert np.mean(right) > 0.9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bands": 0}, "bands must be a positive integer, got 0"),
        ({"depth": 0}, "depth must be a positive integer, got 0"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
    ],
)
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


def test_a_beam_has_a_width():
    with pytest.raises(ValueError, match=r"beam_width, where it is not None, must be a positive integer, got 0"):
        small().transcribe(FEATURES, beam_width=0)
