"""Speaks words with eSpeak NG, in a process of its own: this file is run as a script and imports nothing of the course.

The library keeps state from word to word, so that the second answer of one process differs from the first. A fresh
process for each set makes a set repeatable; it also keeps GPL code, and its crashes, out of the learner's process.
Standard input holds JSON, a list of [word, voice, pace, pitch]; standard output gets the same number of sounds, each
its number of samples and then the samples, 16 bits, little endian, at `RATE`.
"""

from __future__ import annotations

import ctypes
import json
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

RATE = 22050  # samples a second
SYNCHRONOUS, STAY = 2, 0x8000  # of espeak_Initialize: no sound card; on failure do not end the process
PACE, PITCH = 1, 3  # of espeak_SetParameter
CHARACTERS, UTF8 = 1, 1  # of espeak_Synth
Request = tuple[str, str, int, int]


def start() -> tuple[Any, Callable[..., int], list[bytes]]:
    """The library, its callback (which must live as long) and the list to which that appends pieces of sound.

    Raises:
        RuntimeError: If the library does not start at the rate that is expected.
    """
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, str(espeakng_loader.get_data_path()).encode(), STAY)
    if rate != RATE:
        raise RuntimeError(f"espeak_Initialize must give {RATE} samples a second, got {rate}")
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    pieces: list[bytes] = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    def receive(wave: int | None, count: int, _events: int | None) -> int:
        if wave and count > 0:
            pieces.append(ctypes.string_at(wave, 2 * count))
        return 0

    library.espeak_SetSynthCallback(receive)
    return library, receive, pieces


def say(requests: Sequence[Request]) -> list[np.ndarray]:
    """Each word by its voice, at its pace (words a minute) and pitch (0 to 99), as int16.

    Raises:
        RuntimeError: If the library does not start or has no such voice.
    """
    library, _receive, pieces = start()
    waves, speaker = [], ""
    for word, voice, pace, pitch in requests:
        if voice != speaker and library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise RuntimeError(f"eSpeak NG has no voice {voice!r}")
        speaker = voice
        library.espeak_SetParameter(PACE, pace, 0)
        library.espeak_SetParameter(PITCH, pitch, 0)
        pieces.clear()
        text = word.encode()
        library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, CHARACTERS, 0, UTF8, None, None)
        waves.append(np.frombuffer(b"".join(pieces), "int16"))
    return waves


def main() -> None:
    """Read the requests, write the sounds."""
    for wave in say([tuple(request) for request in json.load(sys.stdin)]):
        sys.stdout.buffer.write(struct.pack("<q", len(wave)) + wave.astype("<i2").tobytes())


if __name__ == "__main__":
    main()
