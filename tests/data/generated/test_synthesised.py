"""The synthesiser's digits: the extra is named where it is absent, and what it says is usable where it is there."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from sklearn.neighbors import KNeighborsClassifier

from dlcourse.data import Dataset, generated, load, registry
from dlcourse.data.generated import synthesised

needs_extra = pytest.mark.skipif(
    not synthesised.is_available(), reason="the optional extra 'speech' (espeakng-loader) is not installed"
)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("synthesised_digits", takes=2)


def features(waves: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """Log power in twenty bands at ten moments of each word."""
    found = []
    for wave, (begin, end) in zip(waves, spans, strict=True):
        _, _, power = scipy.signal.spectrogram(wave[begin:end], 8000, nperseg=200, noverlap=120, nfft=256)
        bands = np.stack([band.mean(axis=0) for band in np.array_split(np.log(power[2:] + 1e-7), 20)])
        moments = np.linspace(0, bands.shape[1] - 1, 10).round().astype(int)
        found.append((bands[:, moments] - bands.mean()).ravel())
    return np.array(found)


def test_without_the_extra_the_error_names_it(monkeypatch) -> None:
    monkeypatch.setattr(synthesised, "is_available", lambda: False)
    with pytest.raises(
        ModuleNotFoundError, match=r"needs the optional extra 'speech'.*pip install \"dlcourse\[speech\]\""
    ):
        generated.synthesised_digits()


def test_the_provenance_says_gpl() -> None:
    assert "GPL-3" in registry.find("synthesised_digits").provenance.licence


def test_resampling_keeps_a_tone_and_removes_what_the_new_rate_cannot_hold() -> None:
    time = np.arange(22050) / 22050
    low, high = (np.sin(2 * np.pi * frequency * time) for frequency in (1000, 6000))
    expected = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    assert np.abs(synthesised.resampled(low + high, 22050, 8000) - expected).max() < 1e-9


@needs_extra
def test_two_calls_give_the_same_sounds(digits: Dataset) -> None:
    again = load("synthesised_digits", takes=2)
    assert np.array_equal(digits.x_train, again.x_train)


@needs_extra
def test_nearest_neighbours_know_most_digits_of_timbres_they_never_heard(digits: Dataset) -> None:
    model = KNeighborsClassifier(3).fit(features(digits.x_train, digits.extra["span_train"]), digits.y_train)
    assert model.score(features(digits.x_test, digits.extra["span_test"]), digits.y_test) > 0.8
    assert not set(digits.extra["voice_train"]) & set(digits.extra["voice_test"])


@needs_extra
def test_a_voice_that_the_synthesiser_lacks_is_named(monkeypatch) -> None:
    monkeypatch.setattr(synthesised, "VOICES", ("nobody",) * 16)
    with pytest.raises(RuntimeError, match="eSpeak NG has no voice 'nobody'"):
        generated.synthesised_digits(takes=1)
