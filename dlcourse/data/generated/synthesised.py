"""Digits spoken by a real synthesiser, eSpeak NG: closer to people than formants alone, and an optional extra.

eSpeak NG is free software under the GPL, version 3, which is not this package's licence. So nothing here depends on it:
`pip install "dlcourse[speech]"` brings it, `synthesised_digits` asks it in a process of its own, and no other set
changes when it is there.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated import espeak
from dlcourse.data.generated.formants import LOUDNESS, RATE
from dlcourse.data.generated.making import provenance, real, stream, whole
from dlcourse.data.generated.speech import NAMES, placed
from dlcourse.data.registry import Entry

VOICES = (  # an accent and a timbre; no timbre twice, so that a voice held out is a voice never heard
    *("en-us+m1", "en+f1", "en-gb-scotland+m2", "en-us+f2", "en-029+m3", "en-gb-x-rp+f3", "en-us+m4", "en+m5"),
    *("en-gb-scotland+klatt", "en-us+klatt3", "en+m6", "en-gb-x-rp+m8", "en-029+croak"),
    *("en-us+f4", "en+m7", "en-gb-scotland+f5"),
)
MISSING = (
    "synthesised_digits needs the optional extra 'speech' (espeakng-loader, which holds the GPL-3 library eSpeak NG): "
    "pip install \"dlcourse[speech]\"; load('spoken_digits') needs nothing"
)


def synthesised_digits(
    takes: int = 4, held_out: int = 3, samples: int = 8000, noise: float = 0.003, seed: int = 0
) -> Dataset:
    """Every digit several times by every voice, each time at another pace and pitch.

    The arrays are as in `spoken_digits`, with other voices: `x` of shape (N, samples), float32, at 8 kHz, `y` the
    digit, `extra` with `voice_*`, `span_*`, `voices` and `rate`.

    Args:
        takes: How often each voice says each digit, at least 1.
        held_out: How many of the sixteen voices speak in the test part alone, 1 to 15.
        samples: Length of each clip, at least 7,200.
        noise: Standard deviation of the noise in the room; a word's root mean square is 0.08.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
        ModuleNotFoundError: If the extra `speech` is not installed.
        RuntimeError: If the synthesiser fails.
    """
    takes, held_out = whole("takes", takes, 1), whole("held_out", held_out, 1, len(VOICES) - 1)
    samples, noise = whole("samples", samples, 7200), real("noise", noise, 0)
    random = stream(seed)
    voice, digit, _ = (
        each.ravel() for each in np.meshgrid(np.arange(len(VOICES)), np.arange(10), np.arange(takes), indexing="ij")
    )
    pace, pitch = 150 + 60 * random.random(len(voice)), 35 + 30 * random.random(len(voice))
    requests = [
        (NAMES[digit[each]], VOICES[voice[each]], int(pace[each]), int(pitch[each])) for each in range(len(voice))
    ]
    words = [_trimmed(wave) for wave in _spoken(requests)]
    clips, spans = placed(*_padded(words), samples, random)
    x = np.clip(clips + noise * random.standard_normal(clips.shape), -1, 1).astype("float32")
    heard = voice < len(VOICES) - held_out
    train, test = (random.permutation(np.flatnonzero(part)) for part in (heard, ~heard))
    extra = {"rate": np.array(RATE), "voices": np.array(VOICES, dtype=object)}
    extra |= {"voice_train": voice[train], "span_train": spans[train]}
    extra |= {"voice_test": voice[test], "span_test": spans[test]}
    return Dataset("synthesised_digits", x[train], digit[train], x[test], digit[test], (), NAMES, PROVENANCE, extra)


def is_available() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("espeakng_loader") is not None


def _spoken(requests: list[espeak.Request]) -> list[np.ndarray]:
    """What the synthesiser's process answers, as int16."""
    if not is_available():
        raise ModuleNotFoundError(MISSING)
    command = [sys.executable, "-P", espeak.__file__]  # -P: this folder is no place to import from
    done = subprocess.run(command, input=json.dumps(requests).encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"eSpeak NG ended with code {done.returncode}: {done.stderr.decode()[-300:].strip()}")
    waves, place = [], 0
    while place < len(done.stdout):
        length = int.from_bytes(done.stdout[place : place + 8], "little")
        waves.append(np.frombuffer(done.stdout, "<i2", length, place + 8))
        place += 8 + 2 * length
    return waves


def _trimmed(wave: np.ndarray) -> np.ndarray:
    """The sound at 8 kHz, without the silence around it, of the usual loudness."""
    wave = resampled(wave.astype("float64"), espeak.RATE, RATE)
    loud = np.flatnonzero(np.abs(wave) > 0.01 * np.abs(wave).max())
    wave = wave[loud[0] : loud[-1] + 1]
    return LOUDNESS * wave / np.sqrt(np.mean(wave**2))


def resampled(wave: np.ndarray, old: int, new: int) -> np.ndarray:
    """The wave at another rate: its spectrum, cut off above half the new rate (or filled with zeros)."""
    length = int(len(wave) * new / old)
    spectrum = np.fft.rfft(wave)[: length // 2 + 1]
    return np.fft.irfft(spectrum, length) * (length / len(wave))


def _padded(words: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.array([len(word) for word in words])
    waves = np.zeros((len(words), lengths.max()))
    for row, word in zip(waves, words, strict=True):
        row[: len(word)] = word
    return waves, lengths


PROVENANCE = provenance(
    "ten English words by sixteen voices of the synthesiser eSpeak NG, through the package espeakng-loader",
    citation="Duddington (1995), Dunn and others (2015 to now), eSpeak NG, github.com/espeak-ng/espeak-ng",
    licence="the synthesiser, an optional extra: GPL-3.0-or-later; what it says is not bound by that",
)
ENTRIES = (
    Entry(
        "synthesised_digits",
        "generated",
        "Spoken digits by a real synthesiser with many voices (needs the optional extra `speech`).",
        PROVENANCE,
        synthesised_digits,
    ),
)
