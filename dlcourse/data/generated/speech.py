"""Spoken-like digits: ten words by ten voices, synthesised from formants, at 8 kHz.

Nobody would take them for a person, yet a spectrogram shows what it shows in speech: the buzz of vowels with their
formants, the hiss of "six", the silence before the "t" of "eight", and that a high voice is not a low voice played
faster. The test part is spoken by voices that the training part never heard.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.formants import RATE, VOICES, WORDS, speak
from dlcourse.data.generated.making import provenance, real, stream, whole
from dlcourse.data.registry import Entry

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spoken_digits(
    takes: int = 6, held_out: int = 2, samples: int = 8000, noise: float = 0.003, seed: int = 0
) -> Dataset:
    """Every digit several times by every voice.

    `x` holds the waveforms, of shape (N, samples), float32, 8,000 samples a second, within -1 to 1; the word begins
    at a random place. `y` is the digit. `extra` holds `voice_*` (its number in `voices`), `span_*`, of shape (N, 2):
    first sample of the word and the one after its last, `voices` (names), and `rate`.

    Args:
        takes: How often each voice says each digit, at least 1.
        held_out: How many of the ten voices speak in the test part alone, 1 to 9.
        samples: Length of each clip, at least 7,200.
        noise: Standard deviation of the noise in the room; a word's root mean square is 0.08.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    takes, held_out = whole("takes", takes, 1), whole("held_out", held_out, 1, len(VOICES) - 1)
    samples, noise = whole("samples", samples, 7200), real("noise", noise, 0)
    train_voices = np.arange(len(VOICES) - held_out)
    train = _part(train_voices, takes, samples, noise, stream(seed, 0))
    test = _part(np.arange(len(train_voices), len(VOICES)), takes, samples, noise, stream(seed, 1))
    extra = {"rate": np.array(RATE), "voices": np.array([voice.name for voice in VOICES], dtype=object)}
    extra |= {"voice_train": train[2], "span_train": train[3], "voice_test": test[2], "span_test": test[3]}
    return Dataset("spoken_digits", train[0], train[1], test[0], test[1], (), NAMES, PROVENANCE, extra)


def _part(
    voices: np.ndarray, takes: int, samples: int, noise: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Waveforms, digits, voices and spans, in random order."""
    digit, voice = (each.ravel() for each in np.meshgrid(np.arange(10), np.repeat(voices, takes), indexing="ij"))
    order = random.permutation(len(digit))
    digit, voice = digit[order], voice[order]
    waves, lengths = speak([WORDS[each] for each in digit], [VOICES[each] for each in voice], random)
    clips, spans = placed(waves, lengths, samples, random)
    clips += noise * random.standard_normal(clips.shape)
    return np.clip(clips, -1, 1).astype("float32"), digit, voice, spans


def placed(
    waves: np.ndarray, lengths: np.ndarray, samples: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Each word somewhere in a silent clip, and where."""
    lengths = np.minimum(lengths, samples)
    begin = np.floor(random.random(len(waves)) * (samples - lengths + 1)).astype("int64")
    source = np.arange(samples) - begin[:, None]
    inside = (source >= 0) & (source < lengths[:, None])
    wave = np.take_along_axis(waves, np.where(inside, source, 0), axis=1)
    return np.where(inside, wave, 0), np.stack([begin, begin + lengths], axis=1)


PROVENANCE = provenance(
    "ten English words by ten voices, from formants",
    citation="method: Klatt (1980), Software for a cascade/parallel formant synthesizer, Journal of the Acoustical "
    "Society of America 67(3); vowels: Peterson and Barney (1952), the same journal 24(2)",
)
ENTRIES = (
    Entry(
        "spoken_digits",
        "generated",
        "Recognise spoken digits of voices never heard: spectrograms, augmentation, CTC.",
        PROVENANCE,
        spoken_digits,
    ),
)
