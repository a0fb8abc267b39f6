"""Sound as a picture: how strong each frequency is at each time, with the waveform above. Lesson 18_1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcourse.plot.picture import Picture, new_figure, styled
from dlcourse.plot.style import BLUE


@styled
def spectrogram(
    values: np.ndarray,
    *,
    alt: str,
    title: str,
    seconds: float,
    frequencies: Sequence[float] = (),
    waveform: np.ndarray | None = None,
    y_label: str = "",
    value_label: str = "log power",
) -> Picture:
    """Time to the right, frequency upwards, strength as brightness.

    Args:
        values: One row for each frame, one column for each frequency, shape (T, F): what `audio.log_mel_spectrogram`
            gives for one sound.
        alt: The alternative text.
        title: What to see.
        seconds: Length of the sound.
        frequencies: The frequency of each of the F columns in hertz, rising; without it the columns are numbered.
        waveform: The sound itself, shape (N,), drawn above over the same time.
        y_label: What the frequencies are; "frequency in Hz" or "mel band" without it.
        value_label: What the numbers are, with their unit.

    Raises:
        ValueError: If a shape is wrong, a number is not finite, `seconds` is not above 0, or the frequencies do not
            rise or are not one for each column.

    Example:
        >>> spectrogram(np.eye(8), seconds=0.5, title="A glide", alt="A bright line that rises over half a second.")
        Figure: A bright line that rises over half a second.
    """
    power = np.asarray(values, "float64")
    _check(power, seconds, frequencies, waveform)
    figure, all_axes = new_figure(
        2 if waveform is not None else 1, width=6.8, height=4.2 if waveform is not None else 3.2
    )
    axes = all_axes[-1]
    if waveform is not None:
        grid = axes.get_gridspec()
        assert grid is not None
        grid.set_height_ratios([1, 3])
        all_axes[0].plot(np.linspace(0, seconds, len(waveform)), np.asarray(waveform), color=BLUE, linewidth=0.6)
        all_axes[0].set(ylabel="amplitude", xlim=(0, seconds))
        all_axes[0].tick_params(labelbottom=False)
    times = np.linspace(0, seconds, len(power) + 1)
    edges = _edges(np.asarray(frequencies, "float64")) if len(frequencies) else np.arange(power.shape[1] + 1) - 0.5
    shown = axes.pcolormesh(times, edges, power.T, rasterized=True)
    axes.set(xlabel="time in s", ylabel=y_label or ("frequency in Hz" if len(frequencies) else "mel band"))
    axes.grid(False)
    figure.colorbar(shown, ax=axes, label=value_label)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return Picture(figure, alt)


def _edges(frequencies: np.ndarray) -> np.ndarray:
    """Where one column ends and the next begins: half-way between frequencies."""
    if len(frequencies) == 1:
        return frequencies[0] + np.array([-0.5, 0.5])
    inner = (frequencies[1:] + frequencies[:-1]) / 2
    return np.concatenate([[2 * frequencies[0] - inner[0]], inner, [2 * frequencies[-1] - inner[-1]]])


def _check(power: np.ndarray, seconds: float, frequencies: Sequence[float], waveform: np.ndarray | None) -> None:
    if power.ndim != 2 or power.size == 0 or not np.isfinite(power).all():
        raise ValueError(f"values must be finite numbers of shape (frames, frequencies), got shape {power.shape}")
    if not seconds > 0:
        raise ValueError(f"seconds must be above 0, got {seconds}")
    if len(frequencies) and (len(frequencies) != power.shape[1] or (np.diff(frequencies) <= 0).any()):
        raise ValueError(f"frequencies must be {power.shape[1]} rising numbers, got {list(frequencies)}")
    if waveform is not None and (np.ndim(waveform) != 1 or len(waveform) == 0):
        raise ValueError(f"waveform must have shape (N,) with N at least 1, got {np.shape(waveform)}")
