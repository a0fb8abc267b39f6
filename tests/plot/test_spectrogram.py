import numpy as np
import pytest

from dlcourse.plot import spectrogram

LABELS = {"title": "What to see", "alt": "A spectrogram of a short sound."}
POWER = np.arange(12.0).reshape(4, 3)


def test_time_runs_to_the_right_and_frequency_upwards():
    axes = spectrogram(POWER, seconds=2.0, frequencies=[0, 100, 200], **LABELS).figure.axes[0]
    (mesh,) = axes.collections
    np.testing.assert_array_equal(mesh.get_array(), POWER.T)
    corners = mesh.get_coordinates()
    np.testing.assert_allclose(corners[0, :, 0], [0, 0.5, 1, 1.5, 2])
    np.testing.assert_allclose(corners[:, 0, 1], [-50, 50, 150, 250])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time in s", "frequency in Hz")


def test_without_frequencies_the_bands_are_numbered():
    figure = spectrogram(POWER, seconds=1.0, value_label="energy in dB", **LABELS).figure
    assert figure.axes[0].get_ylabel() == "mel band"
    assert figure.axes[0].get_ylim() == (-0.5, 2.5)
    assert figure.axes[1].get_ylabel() == "energy in dB"


def test_the_sound_stands_above_over_the_same_time():
    above, below, _ = spectrogram(POWER, seconds=2.0, waveform=np.sin(np.arange(9)), **LABELS).figure.axes
    assert above.get_xlim() == below.get_xlim() == (0, 2)
    np.testing.assert_array_equal(above.lines[0].get_ydata(), np.sin(np.arange(9)))


@pytest.mark.parametrize(
    ("values", "keywords", "words"),
    [
        (POWER[0], {}, r"shape \(frames, frequencies\), got shape \(3,\)"),
        (POWER * np.nan, {}, "finite numbers"),
        (POWER, {"seconds": 0}, "seconds must be above 0, got 0"),
        (POWER, {"frequencies": [1, 2]}, r"frequencies must be 3 rising numbers, got \[1, 2\]"),
        (POWER, {"frequencies": [3, 2, 1]}, r"3 rising numbers, got \[3, 2, 1\]"),
        (POWER, {"waveform": np.ones((2, 2))}, r"waveform must have shape \(N,\).*got \(2, 2\)"),
    ],
)
def test_a_sound_that_does_not_fit_is_named(values, keywords, words):
    with pytest.raises(ValueError, match=words):
        spectrogram(values, **{"seconds": 1.0, **keywords}, **LABELS)
