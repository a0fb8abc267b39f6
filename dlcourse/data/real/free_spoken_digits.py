"""Free Spoken Digit Dataset: 3,000 recordings of the ten digits by six speakers."""

from __future__ import annotations

import io
import re
import wave

import numpy as np

from dlcourse.data import archive
from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real.entry import real
from dlcourse.data.real.splitting import shuffled, texts

RATE = 8000
LENGTH = 8000
CLASSES = tuple("0123456789")
TEST_TAKES = 5
PROVENANCE = Provenance(
    source="Free Spoken Digit Dataset v1.0.10: 6 speakers, 50 takes of each digit, 8,000 samples a second; takes 0 to "
    "4 are the test part",
    licence="CC BY-SA 4.0",
    citation="Jackson, Souza, Flaks, Pan, Nicolas and Thite (2018), Jakobovski/free-spoken-digit-dataset, Zenodo",
    embedded=False,
)
PATTERN = "*recordings/*.wav"
CONTENTS = "dbd573d7cafe79c4b49f65718115e1304e24e067fa39eff18a660dc6cb9c360f"
RECORDINGS = File(
    "fsdd/fsdd_recordings.tar.gz",
    15_566_181,
    "b8f087bc9d5c545fe5468a9febde9b9643520a6352c75be86b96328be04ef5c2",
)
TAG = File(
    "fsdd/free-spoken-digit-dataset-1.0.10.tar.gz",
    0,
    CONTENTS,
    (
        "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.tar.gz",
        "https://codeload.github.com/Jakobovski/free-spoken-digit-dataset/tar.gz/refs/tags/v1.0.10",
    ),
    members=PATTERN,
)
NAME = re.compile(r"(\d)_([a-z]+)_(\d+)\.wav")


def read(content: Content) -> Dataset:
    """The set from an archive of wave files `DIGIT_SPEAKER_TAKE.wav`.

    Each recording is padded with zeros to one second, or cut there: 20 of the 3,000 are longer.

    Raises:
        DataFormatError: If a file is not 16-bit mono at 8,000 samples a second, or there are none.
    """
    takes = []
    for path, data in sorted(archive.members(content, PATTERN)):
        found = NAME.fullmatch(path.rpartition("/")[2])
        if found:
            takes.append((int(found[3]), int(found[1]), found[2], _samples(Content(content.path / path, data))))
    train = [take for take in takes if take[0] >= TEST_TAKES]
    test = [take for take in takes if take[0] < TEST_TAKES]
    if not train or not test:
        raise DataFormatError(content.path, f"must hold takes below {TEST_TAKES} and from there on, has {len(takes)}")
    x_train, y_train, speakers, lengths = _arrays(train)
    x_test, y_test, test_speakers, test_lengths = _arrays(test)
    extra = {
        "speaker_train": speakers,
        "speaker_test": test_speakers,
        "length_train": lengths,
        "length_test": test_lengths,
    }
    return Dataset("free_spoken_digits", x_train, y_train, x_test, y_test, (), CLASSES, PROVENANCE, extra)


def _samples(content: Content) -> np.ndarray:
    try:
        with wave.open(io.BytesIO(content.data)) as sound:
            kind = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
            data = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise DataFormatError(content.path, f"is not a wave file: {error}") from error
    if kind != (1, 2, RATE):
        raise DataFormatError(content.path, f"must have 1 channel, 2 bytes a sample and {RATE} a second, has {kind}")
    return np.frombuffer(data, "<i2")


def _arrays(takes: list[tuple[int, int, str, np.ndarray]]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Sounds (number, 8000) in [-1, 1), digits, speakers and lengths, in one fixed, mixed order."""
    order = shuffled(len(takes))
    x = np.zeros((len(takes), LENGTH), dtype="float32")
    for row, position in zip(x, order, strict=True):
        sound = takes[position][3][:LENGTH]
        row[: len(sound)] = sound / np.float32(2**15)
    digits = np.array([take[1] for take in takes], dtype="int64")[order]
    lengths = np.array([len(take[3]) for take in takes], dtype="int64")[order]
    return x, digits, texts([take[2] for take in takes])[order], lengths


SOURCES = (Source((RECORDINGS,), read), Source((TAG,), read))
ENTRIES = (
    real(
        "free_spoken_digits",
        "Spoken digits: from waveforms and spectrograms to a small recognizer.",
        PROVENANCE,
        SOURCES,
    ),
)
