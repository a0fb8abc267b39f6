"""Tiny Shakespeare: 1.1 million characters of plays, for language models over characters."""

from __future__ import annotations

import numpy as np

from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import github
from dlcourse.data.real.splitting import texts

TEST_SHARE = 0.1
PROVENANCE = Provenance(
    source="40,000 lines of Shakespeare's plays, collected by Karpathy; the last tenth is the test part",
    licence="public domain (the repository that it comes from: MIT)",
    citation="Karpathy (2015), The Unreasonable Effectiveness of Recurrent Neural Networks",
    embedded=False,
)
FILE = File(
    "tiny-shakespeare/input.txt",
    1_115_394,
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    (
        *github("karpathy/char-rnn", "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e", "data/tinyshakespeare/input.txt"),
        "https://storage.googleapis.com/download.tensorflow.org/data/shakespeare.txt",
    ),
    keras=("shakespeare.txt",),
    encoding="utf-8",
)


def read(content: Content) -> Dataset:
    """The set from its one file: one long text for training, one for testing."""
    return running_text("tiny_shakespeare", content.text("utf-8"), PROVENANCE)


def running_text(name: str, text: str, provenance: Provenance) -> Dataset:
    """A text as a data set without targets: its beginning is the one training example, its last tenth the test one."""
    cut = len(text) - round(len(text) * TEST_SHARE)
    nothing = np.zeros((1, 0), dtype="float32")
    return Dataset(name, texts([text[:cut]]), nothing, texts([text[cut:]]), nothing, (), (), provenance)


SOURCES = (Source((FILE,), read),)
ENTRIES = (real("tiny_shakespeare", "A megabyte of plays: character models that learn to write.", PROVENANCE, SOURCES),)
