"""Stand-in for the spoken digits: ten words by ten voices from formants, cut as the recordings are."""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.load import load
from dlcourse.data.real.free_spoken_digits import CLASSES, LENGTH
from dlcourse.data.real.splitting import hold_out
from dlcourse.data.standins.making import generator

TAKES = 8
TEST_SHARE = 0.1
PROVENANCE = Provenance(
    source="made by dlcourse: data.load('spoken_digits'), each word moved to the beginning of its clip",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('free_spoken_digits') in the quick profile",
    embedded=True,
    stand_in_for="free_spoken_digits",
)


def stand_in() -> Dataset:
    """720 training and 80 test clips, float32 of shape (8000,); all voices are in both parts, as in the real set."""
    made = load("spoken_digits", takes=TAKES, samples=LENGTH, seed=111)
    voices, spans = (
        np.concatenate([made.extra[f"{name}_train"], made.extra[f"{name}_test"]]) for name in ("voice", "span")
    )
    sounds = _moved(np.concatenate([made.x_train, made.x_test]), spans)
    digits = np.concatenate([made.y_train, made.y_test])
    order = generator(112).permutation(len(digits))
    train, test = (order[part] for part in hold_out(len(digits), TEST_SHARE))
    speakers, lengths = made.extra["voices"][voices], np.diff(spans)[:, 0]
    extra = {
        "speaker_train": speakers[train],
        "speaker_test": speakers[test],
        "length_train": lengths[train],
        "length_test": lengths[test],
    }
    return Dataset(
        "free_spoken_digits", sounds[train], digits[train], sounds[test], digits[test], (), CLASSES, PROVENANCE, extra
    )


def _moved(clips: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """The word at the beginning of each clip, silence after it."""
    moved = np.zeros_like(clips)
    for row, clip, (begin, end) in zip(moved, clips, spans, strict=True):
        row[: end - begin] = clip[begin:end]
    return moved
