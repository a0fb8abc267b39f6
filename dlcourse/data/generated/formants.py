r"""A small voice: source and filter, after Fant (1960) and Klatt (1980).

A word is a row of sounds; each sound is a target for the first three resonances of the mouth (the formants), for how
loudly the vocal cords buzz and for how loudly the breath hisses and where in the spectrum. `speak` turns words into
waveforms: pulses at the pitch pass four resonators in a row, noise passes one of its own. A resonator of frequency F
and bandwidth B hertz, at T seconds a sample, is

$$y_n = a x_n + b\,y_{n-1} + c\,y_{n-2}, \quad c = -e^{-2\pi B T}, \quad b = 2 e^{-\pi B T} \cos(2\pi F T),
\quad a = 1 - b - c.$$

All words are spoken at once, sample by sample, which makes a loop over 7,000 samples take a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RATE = 8000  # samples a second
LOUDNESS = 0.08  # root mean square of a word
HOP = 40  # samples for which the resonators keep still
BANDWIDTHS = (70.0, 100.0, 200.0, 700.0)  # hertz
THIRD, FOURTH = 3300.0, 3700.0  # hertz: the third formant at most, and the fourth of every sound
TRAITS = ("pitch", "tract", "pace", "breath", "brightness", "fall")
GLIDE, SWELL = 11, 5  # frames over which formants and loudness pass from one sound to the next
# Of a sound: seconds, buzz, hiss, the hiss's frequency and bandwidth in hertz, three formants in hertz.
SECONDS, BUZZ, HISS, CENTRE, WIDTH = range(5)
FORMANTS = slice(5, 8)


@dataclass(frozen=True)
class Voice:
    """A speaker.

    Attributes:
        name: What to call them.
        pitch: In hertz.
        tract: Length of the vocal tract against a man's; formants lie in inverse proportion.
        pace: Against the usual.
        breath: How much noise is in the buzz.
        brightness: Above which frequency the buzz loses strength, against 400 Hz.
        fall: By which share the pitch falls within a word.
    """

    name: str
    pitch: float
    tract: float
    pace: float
    breath: float
    brightness: float
    fall: float


# Formants of the vowels: means of men's in Peterson and Barney (1952); of the consonants: rounded, by ear and eye.
SOUNDS = {
    "iy": (0.16, 1.0, 0.0, 3000, 3000, 270, 2290, 3010),
    "ih": (0.12, 1.0, 0.0, 3000, 3000, 390, 1990, 2550),
    "eh": (0.12, 1.0, 0.0, 3000, 3000, 530, 1840, 2480),
    "ah": (0.13, 1.0, 0.0, 3000, 3000, 640, 1190, 2390),
    "aa": (0.14, 1.0, 0.0, 3000, 3000, 730, 1090, 2440),
    "ao": (0.17, 1.0, 0.0, 3000, 3000, 570, 840, 2410),
    "uh": (0.10, 0.9, 0.0, 3000, 3000, 440, 1020, 2240),
    "uw": (0.20, 1.0, 0.0, 3000, 3000, 300, 870, 2240),
    "schwa": (0.07, 0.7, 0.0, 3000, 3000, 500, 1400, 2400),
    "w": (0.07, 0.6, 0.0, 3000, 3000, 300, 610, 2200),
    "r": (0.08, 0.6, 0.0, 3000, 3000, 350, 1100, 1500),
    "n": (0.10, 0.35, 0.0, 3000, 3000, 250, 1500, 2500),
    "v": (0.07, 0.30, 0.15, 2500, 1500, 250, 1000, 2100),
    "z": (0.10, 0.25, 0.5, 3700, 500, 250, 1600, 2500),
    "s": (0.13, 0.0, 0.8, 3800, 500, 320, 1600, 2500),
    "f": (0.11, 0.0, 0.18, 2500, 2500, 340, 1100, 2080),
    "th": (0.11, 0.0, 0.15, 3200, 1500, 320, 1290, 2540),
    "closure": (0.05, 0.0, 0.0, 3000, 3000, 300, 1600, 2500),
    "t": (0.03, 0.0, 0.9, 3500, 900, 350, 1700, 2600),
    "k": (0.03, 0.0, 0.8, 2000, 500, 350, 2000, 2600),
}
WORDS = (
    "z iy r ao uh",
    "w ah n",
    "t uw",
    "th r iy",
    "f ao r",
    "f aa ih v",
    "s ih closure k s",
    "s eh v schwa n",
    "eh iy closure t",
    "n aa ih n",
)
VOICES = (
    Voice("Ada", 205, 0.87, 1.00, 0.02, 1.1, 0.20),
    Voice("Ben", 110, 1.02, 1.05, 0.01, 0.9, 0.25),
    Voice("Cleo", 230, 0.84, 0.90, 0.05, 1.2, 0.10),
    Voice("Dan", 95, 1.07, 0.95, 0.02, 0.8, 0.15),
    Voice("Eve", 185, 0.90, 1.15, 0.03, 1.0, 0.30),
    Voice("Finn", 130, 0.97, 0.85, 0.04, 1.1, 0.05),
    Voice("Gia", 260, 0.80, 1.05, 0.03, 1.3, 0.25),
    Voice("Hugo", 85, 1.10, 1.15, 0.01, 0.7, 0.20),
    Voice("Ida", 215, 0.86, 1.08, 0.04, 1.0, 0.15),
    Voice("Jon", 118, 1.00, 0.92, 0.02, 1.0, 0.30),
)


def speak(words: Sequence[str], voices: Sequence[Voice], random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each word by the voice at the same place, each time a little differently.

    Args:
        words: Names of `SOUNDS`, apart by spaces.
        voices: Who speaks, as many.
        random: Of what differs, and of the hiss.

    Returns:
        Waveforms of shape (number of words, samples), float64, of root mean square `LOUDNESS` as long as they sound,
        and how many of the samples each takes.
    """
    pitch, tract, pace, breath, brightness, fall = (
        np.array([getattr(voice, trait) for voice in voices]) for trait in TRAITS
    )
    jitter = 1 + 0.04 * random.standard_normal((3, len(words)))
    targets = _targets(words)
    varied = 1 + 0.08 * random.standard_normal(targets.shape[:2])
    ends = np.cumsum(targets[..., SECONDS] * np.maximum(varied, 0.5) / (pace * jitter[0] ** 2)[:, None], axis=1)
    tracks = _tracks(targets, ends)
    nudge = 1 + 0.02 * random.standard_normal((len(words), 1, 3))
    tracks[..., FORMANTS] *= nudge / (tract * jitter[1])[:, None, None]
    pulses = _pulses(pitch * jitter[2], fall, ends[:, -1], tracks.shape[1] * HOP)
    noise = random.standard_normal(pulses.shape)
    buzz, hiss = (_by_sample(tracks[..., column]) for column in (BUZZ, HISS))
    pulses += breath * noise
    waves = _resonated(pulses * buzz, noise * hiss, tracks, brightness)
    lengths = np.ceil(ends[:, -1] * RATE).astype("int64") + HOP
    waves *= np.arange(len(waves))[:, None] < lengths
    loudness = np.sqrt((waves**2).sum(axis=0) / lengths)
    return (LOUDNESS / loudness * waves).T, lengths


def _targets(words: Sequence[str]) -> np.ndarray:
    """The sounds' targets, of shape (words, sounds of the longest, 8); at the end sounds of no length."""
    rows = {word: [SOUNDS[sound] for sound in word.split()] for word in set(words)}
    longest = max(len(row) for row in rows.values())
    padded = {word: row + (longest - len(row)) * [(0.0, *row[-1][1:])] for word, row in rows.items()}
    return np.array([padded[word] for word in words])


def _tracks(targets: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """What is aimed at in every frame, of shape (words, frames, 8): gliding, and silent after the end."""
    frames = int(np.ceil(ends[:, -1].max() * RATE / HOP)) + 2
    time = (np.arange(frames) + 0.5) * HOP / RATE
    sound = (time[None, :, None] >= ends[:, None, :]).sum(axis=2)
    last = np.minimum(sound, targets.shape[1] - 1)
    tracks = np.take_along_axis(targets, last[:, :, None], axis=1)
    tracks[sound == targets.shape[1], BUZZ : HISS + 1] = 0
    tracks[..., FORMANTS] = _smoothed(tracks[..., FORMANTS], GLIDE)
    tracks[..., BUZZ : BUZZ + 1] = _smoothed(tracks[..., BUZZ : BUZZ + 1], SWELL)
    return tracks


def _smoothed(values: np.ndarray, width: int) -> np.ndarray:
    """Moving mean over the frames, the second axis."""
    padded = np.pad(values, ((0, 0), (width // 2, width // 2), (0, 0)), mode="edge")
    total = np.zeros_like(values)
    for shift in range(width):
        total += padded[:, shift : shift + values.shape[1]]
    return total / width


def _by_sample(track: np.ndarray) -> np.ndarray:
    """Values of frames, of shape (words, frames), drawn out along lines to (samples, words)."""
    share = ((np.arange(HOP) + 0.5) / HOP)[:, None]
    following = np.concatenate([track[:, 1:], track[:, -1:]], axis=1)
    drawn = track.T[:, None] * (1 - share) + following.T[:, None] * share
    return drawn.reshape(-1, len(track))


def _pulses(pitch: np.ndarray, fall: np.ndarray, seconds: np.ndarray, samples: int) -> np.ndarray:
    """Pulses at a falling pitch, each shared between the two nearest samples, of shape (samples, words)."""
    progress = np.minimum(np.arange(samples)[:, None] / (RATE * seconds), 1)
    step = pitch * (1 + fall * (0.5 - progress)) / RATE
    late = np.cumsum(step, axis=0)
    late -= np.floor(late)
    late /= step  # samples since the pulse, below 1 where there was one
    rows, columns = np.nonzero(late < 1)
    strength, share = 1 / np.sqrt(step[rows, columns]), late[rows, columns]
    pulses = np.zeros_like(step)
    pulses[rows, columns] = strength * (1 - share)
    pulses[np.maximum(rows - 1, 0), columns] += strength * share
    return pulses


def _resonated(buzz: np.ndarray, hiss: np.ndarray, tracks: np.ndarray, brightness: np.ndarray) -> np.ndarray:
    """Buzz and hiss through their resonators, added; all of shape (samples, words).

    The state holds six filters side by side: the tilt of the buzz, four formants, the hiss. In each sample each
    formant takes what the filter before it gave one sample ago, so that all six can step at once.
    """
    gain, first, second = _coefficients(tracks, brightness)
    waves = np.empty_like(buzz)
    now, before, entering, part = np.zeros((4, 6, buzz.shape[1]))
    for sample in range(len(waves)):
        frame = sample // HOP
        entering[1:5] = now[:4]
        entering[0], entering[5] = buzz[sample], hiss[sample]
        np.multiply(entering, gain[frame], out=entering)
        np.multiply(now, first[frame], out=part)
        np.multiply(before, second[frame], out=before)
        before += part
        before += entering
        now, before = before, now
        np.add(now[4], now[5], out=waves[sample])
    return waves


def _coefficients(tracks: np.ndarray, brightness: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The six filters' a, b and c in every frame, each of shape (frames, 6, words)."""
    formants = np.moveaxis(tracks[..., FORMANTS], 0, -1)  # (frames, 3, words)
    formants = np.minimum(formants, THIRD)
    fourth = np.full_like(formants[:, :1], FOURTH)
    frequency = np.concatenate([formants, fourth, tracks[..., CENTRE].T[:, None]], axis=1)
    bandwidth = np.broadcast_to(np.array([*BANDWIDTHS, 0.0])[:, None], frequency.shape).copy()
    bandwidth[:, 4] = tracks[..., WIDTH].T
    radius = np.exp(-np.pi * bandwidth / RATE)
    angle = 2 * np.pi * frequency / RATE
    c, b = -(radius**2), 2 * radius * np.cos(angle)
    a = 1 - b - c
    peak = (1 - radius[:, 4]) * np.sqrt(1 - 2 * radius[:, 4] * np.cos(2 * angle[:, 4]) + radius[:, 4] ** 2)
    a[:, 4] = 4 * peak  # the hiss: as loud at its centre wherever that is
    tilt = np.broadcast_to(np.exp(-2 * np.pi * 400 * brightness / RATE), (len(a), 1, a.shape[2]))
    return tuple(  # type: ignore[return-value]
        np.concatenate([own, rest], axis=1) for own, rest in ((1 - tilt, a), (tilt, b), (0 * tilt, c))
    )
