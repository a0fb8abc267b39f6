"""Spoken-like digits: told apart by their spectra, also in voices that were never heard."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from dlcourse.data import Dataset, generated
from dlcourse.data.generated import formants
from dlcourse.data.generated.formants import RATE, VOICES, WORDS, speak
from dlcourse.data.generated.making import stream


@pytest.fixture(scope="module")
def digits(made) -> Dataset:
    return made("spoken_digits")


def spectrum(waves: np.ndarray) -> np.ndarray:
    """Log power in 129 bands of 31 Hz every 10 ms, of shape (N, frames, 129)."""
    frames = np.lib.stride_tricks.sliding_window_view(waves, 200, axis=-1)[:, ::80] * np.hanning(200)
    return np.log(np.abs(np.fft.rfft(frames, 256)) ** 2 + 1e-4)


def features(waves: np.ndarray) -> np.ndarray:
    """Twenty bands at ten moments of the sounding part, each clip's mean taken away."""
    power = spectrum(waves)
    bands = np.stack([band.mean(axis=-1) for band in np.array_split(power[..., 2:], 20, axis=-1)], axis=-1)
    loud = np.exp(power).sum(axis=-1)
    found = []
    for energy, rows in zip(loud, bands, strict=True):
        sounding = np.flatnonzero(energy > 0.02 * energy.max())
        moments = np.linspace(sounding[0], sounding[-1], 10).round().astype(int)
        found.append((rows[moments] - rows[moments].mean()).ravel())
    return np.array(found)


@pytest.fixture(scope="module")
def tables(digits: Dataset) -> tuple[np.ndarray, np.ndarray]:
    return features(digits.x_train), features(digits.x_test)


@pytest.mark.parametrize("model", [LogisticRegression(C=0.01, max_iter=500), KNeighborsClassifier(5)])
def test_a_simple_classifier_of_spectra_knows_the_digits_of_voices_it_never_heard(
    digits: Dataset, tables, model
) -> None:
    model.fit(tables[0], digits.y_train)
    assert model.score(tables[1], digits.y_test) > 0.95


def test_there_are_ten_voices_and_the_test_voices_are_others_than_the_training_voices(digits: Dataset) -> None:
    train, test = (set(digits.extra[f"voice_{part}"]) for part in ("train", "test"))
    assert train == set(range(8))
    assert test == {8, 9}
    assert digits.extra["voices"].tolist() == [voice.name for voice in VOICES]


def test_every_voice_says_every_digit_equally_often(digits: Dataset) -> None:
    table = np.zeros((8, 10), int)
    np.add.at(table, (digits.extra["voice_train"], digits.y_train), 1)
    assert np.all(table == 6)


def test_the_word_lies_inside_its_span_and_outside_is_the_room(digits: Dataset) -> None:
    time = np.arange(digits.x_train.shape[1])
    begin, end = digits.extra["span_train"].T[:, :, None]
    inside = (time >= begin) & (time < end)
    assert digits.x_train[~inside].std() == pytest.approx(0.003, rel=0.02)
    assert np.sqrt((digits.x_train**2).mean(axis=1, where=inside)) == pytest.approx(0.08, rel=0.05)


def test_a_word_said_twice_differs_and_a_clip_is_loud_enough_and_never_clipped(digits: Dataset) -> None:
    peaks = np.abs(digits.x_train).max(axis=1)
    assert peaks.min() > 0.15
    assert np.mean(peaks == 1) < 0.01


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_a_vowel_has_the_pitch_of_its_voice(voice) -> None:
    waves, lengths = speak(["ah ah ah"] * 8, [voice] * 8, stream(0))
    middle = waves[:, lengths.min() // 2 - 800 : lengths.min() // 2 + 800]
    shortest, longest = int(0.7 * RATE / voice.pitch), int(1.4 * RATE / voice.pitch)
    likeness = [np.correlate(wave, wave, "full")[1599 + shortest : 1599 + longest] for wave in middle]
    periods = [shortest + int(np.argmax(each)) for each in likeness]
    assert RATE / np.median(periods) == pytest.approx(voice.pitch, rel=0.08)


@pytest.mark.parametrize(("sound", "first", "second"), [("iy", 270, 2290), ("aa", 730, 1090), ("eh", 530, 1840)])
def test_a_vowel_resonates_at_its_formants(sound: str, first: float, second: float) -> None:
    whisper = formants.Voice("", pitch=100, tract=1.0, pace=1.0, breath=3.0, brightness=1.0, fall=0.0)
    waves, lengths = speak([f"{sound} {sound} {sound}"] * 40, [whisper] * 40, stream(1))
    frequency, power = scipy.signal.welch(waves[:, 400 : lengths.min() - 400], RATE, nperseg=256)
    power = power.mean(axis=0) * (frequency + 100) ** 1.5  # takes back the fall of the source
    peaks = frequency[scipy.signal.find_peaks(power, prominence=0.05 * power.max())[0]]
    assert np.abs(peaks - first).min() < 70
    assert np.abs(peaks - second).min() < 120


def test_the_resonators_are_those_of_scipy() -> None:
    """All six filters in one loop against `lfilter` one by one; the cascade comes 4 samples late. Error below 1e-12."""
    random = stream(2)
    buzz, hiss = random.standard_normal((2, 400, 3))
    tracks = np.zeros((3, 10, 8))
    tracks[..., formants.CENTRE], tracks[..., formants.WIDTH] = 3000, 900
    tracks[..., formants.FORMANTS] = [500, 1500, 2500]
    gain, first, second = (each[0, :, 0] for each in formants._coefficients(tracks, np.ones(3)))
    row = buzz
    for stage in range(5):
        row = scipy.signal.lfilter([gain[stage]], [1, -first[stage], -second[stage]], row, axis=0)
    late = np.concatenate([np.zeros((4, 3)), row[:-4]])
    expected = late + scipy.signal.lfilter([gain[5]], [1, -first[5], -second[5]], hiss, axis=0)
    assert np.abs(formants._resonated(buzz, hiss, tracks, np.ones(3)) - expected).max() < 1e-12


def test_every_word_is_made_of_known_sounds() -> None:
    assert len(WORDS) == 10
    assert {sound for word in WORDS for sound in word.split()} <= set(formants.SOUNDS)


def test_at_least_one_voice_must_be_left_to_train_on() -> None:
    with pytest.raises(ValueError, match="held_out must be an integer from 1 to 9, got 10"):
        generated.spoken_digits(held_out=10)
