"""Log-mel spectrograms: pure tones, Keras's and SciPy's values, librosa's mel scale, messages."""

import keras
import numpy as np
import pytest
import scipy.signal

from dlcourse import audio

RATE = 8000
RNG = np.random.default_rng(0)
NOISE = (0.1 * RNG.standard_normal((2, RATE))).astype("float32")


def _tone(hertz, seconds=0.5, rate=RATE):
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate).astype("float32")


def _relative(ours, theirs):
    return np.max(np.abs(np.asarray(ours) - theirs) / np.abs(theirs))


def test_values_equal_those_of_keras():
    """Keras reflects the sound at its ends so that frames are centred, and computes its bands in single precision."""
    layer = keras.layers.MelSpectrogram(
        fft_length=256, sequence_stride=80, sampling_rate=RATE, num_mel_bins=40, min_freq=20.0, power_to_db=False
    )
    theirs = keras.ops.convert_to_numpy(layer(NOISE)).transpose(0, 2, 1)
    reflected = np.pad(NOISE, ((0, 0), (128, 128)), mode="reflect")
    ours = audio.log_mel_spectrogram(reflected, RATE, bands=40, frame_seconds=256 / RATE, stride_seconds=0.01)
    assert ours.shape == theirs.shape == (2, 101, 40)
    assert np.max(np.abs(np.asarray(ours) - np.log(theirs))) < 2e-4


@pytest.mark.parametrize(("length", "stride", "fft_length"), [(200, 80, 256), (256, 128, 256), (100, 33, 512)])
def test_powers_equal_those_of_scipy(length, stride, fft_length):
    window = scipy.signal.get_window("hann", length)
    _, _, spectrum = scipy.signal.stft(
        NOISE.astype("float64"),
        window=window,
        nperseg=length,
        noverlap=length - stride,
        nfft=fft_length,
        boundary=None,
        padded=False,
    )
    theirs = np.abs(spectrum * window.sum()).transpose(0, 2, 1) ** 2  # SciPy divides by the window's sum
    ours = np.asarray(audio.power_spectrogram(NOISE, length, stride, fft_length))
    assert ours.shape == theirs.shape
    assert np.max(np.abs(ours - theirs)) < 1e-5 * theirs.max()


def test_the_window_is_that_of_scipy():
    np.testing.assert_allclose(audio.hann_window(200), scipy.signal.get_window("hann", 200), atol=1e-7)


def test_windows_that_overlap_by_half_add_up_to_one():
    window = audio.hann_window(64)
    np.testing.assert_allclose(window[:32] + window[32:], 1.0, atol=1e-6)


def test_the_bands_equal_those_of_keras():
    layer = keras.layers.MelSpectrogram(sampling_rate=RATE)
    theirs = layer.linear_to_mel_weight_matrix(40, 129, RATE, 20.0, 4000.0)
    assert np.max(np.abs(audio.mel_filterbank(256, RATE, 40) - keras.ops.convert_to_numpy(theirs))) < 1e-5


def test_the_scale_is_that_of_librosa_with_htk():
    """What librosa 0.11 gives for hz_to_mel(..., htk=True); its 2595 log10 differs from 1127 ln by 5e-6."""
    librosa = [31.7484144, 549.63867538, 999.98553714, 2840.02304671]
    assert _relative(audio.hertz_to_mel([20, 440, 1000, 8000]), librosa) < 1e-5


def test_mel_and_hertz_are_inverse():
    hertz = np.linspace(0, 8000, 50)
    np.testing.assert_allclose(audio.mel_to_hertz(audio.hertz_to_mel(hertz)), hertz, atol=1e-9)


@pytest.mark.parametrize("hertz", [250, 500, 1000, 2000, 3000])
def test_a_tone_is_loudest_in_the_band_around_it(hertz):
    spectrogram = np.asarray(audio.log_mel_spectrogram(_tone(hertz), RATE, bands=40))
    centres = audio.mel_to_hertz(np.linspace(*audio.hertz_to_mel([20, 4000]), 42))[1:-1]
    assert abs(spectrogram.mean(axis=0).argmax() - np.abs(centres - hertz).argmin()) <= 1


def test_a_louder_sound_is_higher_by_the_logarithm_of_its_power():
    quiet, loud = (np.asarray(audio.log_mel_spectrogram(factor * NOISE, RATE)) for factor in (1, 10))
    np.testing.assert_allclose(loud - quiet, np.log(100), atol=1e-4)


def test_silence_is_the_least_power():
    spectrogram = np.asarray(audio.log_mel_spectrogram(np.zeros(RATE, "float32"), RATE))
    np.testing.assert_allclose(spectrogram, np.log(1e-10), rtol=1e-6)


def test_a_constant_that_no_one_hears_changes_the_lowest_bands_alone():
    """Frequency 0 is in no band; the window spreads it to the next frequency and no further."""
    plain, shifted = (
        np.asarray(audio.log_mel_spectrogram(NOISE + offset, RATE, frame_seconds=256 / RATE)) for offset in (0, 0.5)
    )
    assert np.max(np.abs(plain - shifted)[:, :, :1]) > 1
    np.testing.assert_allclose(plain[:, :, 2:], shifted[:, :, 2:], atol=1e-3)


def test_one_sound_and_a_batch_give_the_same():
    one = np.asarray(audio.log_mel_spectrogram(NOISE[1], RATE))
    batch = np.asarray(audio.log_mel_spectrogram(NOISE, RATE))
    np.testing.assert_allclose(batch[1], one, atol=1e-5)


@pytest.mark.parametrize("samples", [200, 279, 280, 281, 8000])
def test_frames_are_counted_as_they_are_cut(samples):
    spectrogram = audio.log_mel_spectrogram(np.ones(samples, "float32"), RATE)
    assert spectrogram.shape == (audio.frame_count(samples, RATE), 40)


def test_the_first_frame_begins_at_the_first_sample_and_the_next_one_stride_later():
    frames = np.asarray(audio.frames(np.arange(10.0, dtype="float32"), length=4, stride=3))
    assert frames.tolist() == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]]


def test_a_sound_shorter_than_a_frame_has_no_frames():
    assert audio.frame_count(np.array([0, 199, 200]), RATE).tolist() == [0, 0, 1]


def test_lists_and_double_precision_are_taken():
    assert audio.log_mel_spectrogram(list(NOISE[0]), RATE).dtype == "float32"
    assert audio.log_mel_spectrogram(NOISE.astype("float64"), RATE).dtype == "float32"


def test_it_works_inside_a_pipeline():
    from dlcourse import data

    batches = data.pipeline(NOISE, [0, 1], shuffle=False, prepare=lambda x, y: (audio.log_mel_spectrogram(x, RATE), y))
    ((spectrograms, labels),) = batches
    np.testing.assert_allclose(spectrograms, audio.log_mel_spectrogram(NOISE, RATE), atol=1e-4)
    assert labels.numpy().tolist() == [0, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: audio.log_mel_spectrogram(np.zeros((1, 2, 3)), RATE), r"\(batch, samples\), got \(1, 2, 3\)"),
        (lambda: audio.log_mel_spectrogram(np.zeros(RATE, "int16"), RATE), "divide 16-bit ones by 32768.*got int16"),
        (lambda: audio.log_mel_spectrogram(np.zeros(99), RATE), "at least the 200 samples of one frame, got 99"),
        (lambda: audio.log_mel_spectrogram(np.zeros(RATE), RATE, fft_length=128), r"of a frame \(200\), got 128"),
        (lambda: audio.log_mel_spectrogram(np.zeros(RATE), RATE, bands=160), "got none in .* of 160 bands.*above 256"),
        (lambda: audio.log_mel_spectrogram(np.zeros(RATE), RATE, high=5000), r"\(4000.0\), got 20.0 and 5000"),
        (lambda: audio.log_mel_spectrogram(np.zeros(RATE), RATE, low=-1), "got -1 and 4000.0"),
        (lambda: audio.log_mel_spectrogram(np.zeros(RATE), RATE, bands=0), "bands must be at least 1, got 0"),
        (lambda: audio.frames(np.zeros(9), 0, 1), "at least 1 sample, got 0 and 1"),
        (lambda: audio.frames(np.zeros(9), 1, 0), "at least 1 sample, got 1 and 0"),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()
