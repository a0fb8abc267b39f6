r"""From a waveform to a log-mel spectrogram: what a speech recognizer sees.

The sound is cut into short frames; each frame is faded in and out and taken apart into frequencies; their powers are
summed in bands as wide as the ear's; the logarithm makes loudness of them. Davis and Mermelstein (1980), Comparison of
Parametric Representations for Monosyllabic Word Recognition in Continuously Spoken Sentences.

Two mel scales and two shapes of band are in use. Here, as in HTK, TensorFlow and Keras, the scale is
$m = 1127 \ln(1 + f / 700)$ and a band is a triangle over *mel* whose peak is 1. Librosa does otherwise unless told:
Slaney's scale, straight below 1000 Hz, and triangles over *Hertz* whose area is 1.

Shapes: B batch, N samples, T frames, L samples of a frame, F frequencies, M mel bands.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

Tensor = Any

LEAST_POWER = 1e-10
FRAME_SECONDS = 0.025
STRIDE_SECONDS = 0.010


def log_mel_spectrogram(
    waveform: Tensor,
    sample_rate: int,
    bands: int = 40,
    frame_seconds: float = FRAME_SECONDS,
    stride_seconds: float = STRIDE_SECONDS,
    fft_length: int | None = None,
    low: float = 20.0,
    high: float | None = None,
) -> Tensor:
    r"""The logarithm of the power in each mel band, frame by frame.

    $$S_{tm} = \ln \max\Big(\sum_f |X_{tf}|^2 W_{fm},\ 10^{-10}\Big), \qquad
    X_{tf} = \sum_{n=0}^{L-1} w_n\, x_{t \cdot \text{stride} + n}\, e^{-2 \pi i f n / \text{fft length}}$$

    with the window $w$ of `hann_window` and the bands $W$ of `mel_filterbank`. In decibels it is $10 S / \ln 10$.

    Args:
        waveform: Samples from -1 to 1, of shape (N,) or (B, N).
        sample_rate: Samples in a second.
        bands: How many mel bands M.
        frame_seconds: How long a frame is.
        stride_seconds: From the start of one frame to that of the next.
        fft_length: Frames are filled with zeros to so many samples; the next power of two when None.
        low: Lower edge of the lowest band in Hertz.
        high: Upper edge of the highest band; half of the sample rate when None.

    Returns:
        A tensor of shape (T, M) or (B, T, M), float32. The first frame begins at the first sample, the last one ends
        inside the waveform: `frame_count` says how many there are.

    Raises:
        ValueError: If the waveform does not have that shape, holds integers or is shorter than a frame, if the FFT is
            shorter than a frame, or if a band is so narrow that it holds no frequency of the FFT.
    """
    length, stride = _samples(frame_seconds, sample_rate), _samples(stride_seconds, sample_rate)
    fft_length = 1 << (length - 1).bit_length() if fft_length is None else fft_length
    weights = mel_filterbank(fft_length, sample_rate, bands, low, high)  # (F, M)
    power = power_spectrogram(waveform, length, stride, fft_length)  # (B, T, F)
    return ops.log(ops.maximum(ops.matmul(power, weights), LEAST_POWER))  # (B, T, M)


def frame_count(
    samples: int | np.ndarray,
    sample_rate: int,
    frame_seconds: float = FRAME_SECONDS,
    stride_seconds: float = STRIDE_SECONDS,
) -> int | np.ndarray:
    r"""How many whole frames there are in so many samples: $T = 1 + \lfloor (N - L) / \text{stride} \rfloor$.

    For a batch of sounds that were padded to one length, it gives the number of frames that each really has; none
    where there are fewer samples than in a frame.

    Example:
        >>> frame_count(np.array([8000, 4000, 100]), sample_rate=8000).tolist()
        [98, 48, 0]
    """
    length, stride = _samples(frame_seconds, sample_rate), _samples(stride_seconds, sample_rate)
    return np.maximum(0, 1 + (np.asarray(samples) - length) // stride)


def power_spectrogram(waveform: Tensor, length: int, stride: int, fft_length: int) -> Tensor:
    """The squared magnitude of every frame's Fourier transform.

    Args:
        waveform: Samples, of shape (N,) or (B, N).
        length: Samples in a frame L.
        stride: Samples from the start of one frame to that of the next.
        fft_length: Frames are filled with zeros to so many samples, at least L.

    Returns:
        Powers of shape (T, F) or (B, T, F) with F = fft_length // 2 + 1; frequency f is f * sample_rate / fft_length.

    Raises:
        ValueError: As `log_mel_spectrogram`.
    """
    if fft_length < length:
        raise ValueError(f"fft_length must be at least the samples of a frame ({length}), got {fft_length}")
    windowed = frames(_valid_waveform(waveform), length, stride) * hann_window(length)  # (B, T, L)
    real, imaginary = ops.rfft(windowed, fft_length)  # (B, T, F)
    return ops.square(real) + ops.square(imaginary)


def frames(waveform: Tensor, length: int, stride: int) -> Tensor:
    """Cut a waveform into frames that overlap; what is left over at its end is dropped.

    Args:
        waveform: Samples, of shape (N,) or (B, N).
        length: Samples in a frame L.
        stride: Samples from the start of one frame to that of the next.

    Returns:
        Frames of shape (T, L) or (B, T, L) with T = 1 + (N - L) // stride.

    Raises:
        ValueError: If the waveform is shorter than a frame, or a length is not positive.
    """
    samples = waveform.shape[-1]
    if length < 1 or stride < 1:
        raise ValueError(f"length and stride of a frame must be at least 1 sample, got {length} and {stride}")
    if samples is None or samples < length:
        raise ValueError(f"waveform must have at least the {length} samples of one frame, got {samples}")
    starts = np.arange(0, samples - length + 1, stride)  # (T,)
    return ops.take(waveform, starts[:, None] + np.arange(length), axis=-1)


def hann_window(length: int) -> np.ndarray:
    r"""$w_n = \sin^2(\pi n / L)$ for n from 0 to L - 1: fades a frame in and out.

    Its period is L, not L - 1, so that windows that overlap by half add up to 1 everywhere.

    Args:
        length: Samples in a frame L.

    Returns:
        The window, of shape (L,), float32.
    """
    return np.square(np.sin(np.pi * np.arange(length) / length)).astype("float32")


def mel_filterbank(
    fft_length: int, sample_rate: int, bands: int = 40, low: float = 20.0, high: float | None = None
) -> np.ndarray:
    r"""How much of each frequency's power goes into each mel band.

    Band m rises from the centre of the one before to 1 at its own and falls to the centre of the next, in mel:

    $$W_{fm} = \max\Big(0,\ \min\Big(\frac{\mu_f - c_{m-1}}{c_m - c_{m-1}},\
    \frac{c_{m+1} - \mu_f}{c_{m+1} - c_m}\Big)\Big)$$

    where $\mu_f$ is the frequency in mel and $c$ are M + 2 equal steps from the lowest edge to the highest. Frequency
    0, a constant that no one hears, lies below every band or on an edge and goes nowhere.

    Args:
        fft_length: Samples of the FFT.
        sample_rate: Samples in a second.
        bands: How many bands M.
        low: Lower edge of the lowest band in Hertz.
        high: Upper edge of the highest band; half of the sample rate when None.

    Returns:
        Weights of shape (F, M), float32.

    Raises:
        ValueError: If there are no bands, the edges do not rise from 0 to half of the sample rate, or a band holds no
            frequency of the FFT.
    """
    if bands < 1:
        raise ValueError(f"bands must be at least 1, got {bands}")
    low_mel, high_mel = _valid_edges(low, sample_rate / 2 if high is None else high, sample_rate)
    mel = hertz_to_mel(np.arange(fft_length // 2 + 1) * (sample_rate / fft_length))[:, None]  # (F, 1)
    centres = np.linspace(low_mel, high_mel, bands + 2)
    left, centre, right = centres[:-2], centres[1:-1], centres[2:]
    weights = np.maximum(0.0, np.minimum((mel - left) / (centre - left), (right - mel) / (right - centre)))
    return _without_empty_bands(weights, fft_length).astype("float32")


def hertz_to_mel(hertz: float | np.ndarray) -> np.ndarray:
    r"""$m = 1127 \ln(1 + f / 700)$: equal steps sound equally far apart, and 1000 Hz are 1000 mel.

    Example:
        >>> round(float(hertz_to_mel(1000.0)))
        1000
    """
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)


def mel_to_hertz(mel: float | np.ndarray) -> np.ndarray:
    r"""$f = 700 (e^{m / 1127} - 1)$, the inverse of `hertz_to_mel`."""
    return 700.0 * np.expm1(np.asarray(mel) / 1127.0)


def _samples(seconds: float, sample_rate: int) -> int:
    return round(seconds * sample_rate)


def _valid_waveform(waveform: Tensor) -> Tensor:
    waveform = waveform if hasattr(waveform, "dtype") else np.asarray(waveform)
    if len(waveform.shape) not in (1, 2):
        raise ValueError(f"waveform must be of shape (samples,) or (batch, samples), got {tuple(waveform.shape)}")
    if "float" not in str(waveform.dtype):
        raise ValueError(f"waveform must hold numbers from -1 to 1 (divide 16-bit ones by 32768), got {waveform.dtype}")
    return ops.cast(waveform, "float32")


def _valid_edges(low: float, high: float, sample_rate: int) -> np.ndarray:
    if not 0 <= low < high <= sample_rate / 2:
        raise ValueError(f"edges must rise from 0 to half of the sample rate ({sample_rate / 2}), got {low} and {high}")
    return hertz_to_mel(np.array([low, high]))


def _without_empty_bands(weights: np.ndarray, fft_length: int) -> np.ndarray:
    empty = np.flatnonzero(weights.sum(axis=0) == 0)
    if len(empty):
        raise ValueError(
            f"each band must hold a frequency of the FFT, got none in {len(empty)} of {weights.shape[1]} bands: "
            f"take fewer bands or an fft_length above {fft_length}"
        )
    return weights
