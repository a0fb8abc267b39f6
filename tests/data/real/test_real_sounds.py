"""The spoken digits: small recordings, wrong ones, the facts of the real copies."""

import io
import tarfile
import wave
from pathlib import Path

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data.cache import Content
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real import free_spoken_digits
from dlcourse.data.real.free_spoken_digits import CONTENTS, PATTERN, RECORDINGS


def wav(samples, rate=8000, width=2):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(np.asarray(samples, "<i2").tobytes())
    return buffer.getvalue()


def tar_gz(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for path, body in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return Content(Path("fsdd.tar.gz"), buffer.getvalue())


def recordings(**others):
    made = {
        f"{digit}_{who}_{take}.wav": wav([digit, take]) for digit in range(10) for who in ("a", "b") for take in (4, 5)
    }
    return {f"recordings/{name}": body for name, body in (made | others).items()}


def test_the_first_five_takes_are_the_test_part():
    loaded = free_spoken_digits.read(tar_gz(recordings()))
    assert loaded.x_train.shape == loaded.x_test.shape == (20, 8000)
    assert np.array_equal(loaded.x_train[:, 0] * 2**15, loaded.y_train)
    assert set(loaded.x_train[:, 1] * 2**15) == {5}
    assert set(loaded.x_test[:, 1] * 2**15) == {4}
    assert sorted(loaded.extra["speaker_train"]) == ["a"] * 10 + ["b"] * 10
    assert set(loaded.extra["length_test"]) == {2}


def test_a_recording_is_scaled_padded_with_silence_or_cut_at_one_second():
    long = wav(np.full(9000, -(2**15)))
    loaded = free_spoken_digits.read(tar_gz(recordings(**{"7_c_9.wav": long})))
    (row,) = np.flatnonzero(loaded.extra["speaker_train"] == "c")
    assert loaded.extra["length_train"][row] == 9000
    assert np.array_equal(loaded.x_train[row], np.full(8000, -1, "float32"))
    assert not np.delete(loaded.x_train, row, axis=0)[:, 2:].any()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (wav([1], rate=16000), r"must have 1 channel, 2 bytes a sample and 8000 a second, has \(1, 2, 16000\)"),
        (wav([1], width=1), "must have 1 channel, 2 bytes a sample"),
        (b"RIFF", "is not a wave file"),
        (b"", "is not a wave file"),
    ],
    ids=["fast", "8 bits", "cut", "empty"],
)
def test_a_file_that_is_no_recording_is_named(body, fault):
    with pytest.raises(DataFormatError, match=rf"0_c_9\.wav {fault}"):
        free_spoken_digits.read(tar_gz(recordings(**{"0_c_9.wav": body})))


def test_an_archive_without_recordings_is_named():
    with pytest.raises(DataFormatError, match="must hold takes below 5 and from there on, has 0"):
        free_spoken_digits.read(tar_gz({"recordings/readme.txt": b"x"}))


@pytest.mark.usefixtures("real_copies")
def test_the_recordings_have_the_published_facts():
    from dlcourse.data import cache

    loaded = data.load("free_spoken_digits")
    lengths = np.concatenate([loaded.extra["length_train"], loaded.extra["length_test"]]) / 8000
    assert (len(loaded.x_train), len(loaded.x_test)) == (2700, 300)
    assert np.bincount(loaded.y_train).tolist() == [270] * 10
    assert sorted(set(loaded.extra["speaker_test"])) == ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"]
    assert [round(float(each), 3) for each in (lengths.min(), np.median(lengths), lengths.max())] == [
        0.143,
        0.42,
        2.283,
    ]
    whole = cache.read(RECORDINGS, cache.locate(RECORDINGS))
    assert free_spoken_digits.archive.digest_of_members(whole, PATTERN) == CONTENTS
