"""Movie-review sentences (MR, rt-polarity): 10,662 single sentences, positive and negative.

The files are in the encoding cp1252. Opened as UTF-8 they fail; opened with errors ignored they lose letters silently.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data import archive
from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import github
from dlcourse.data.real.splitting import hold_out, shuffled, texts

ENCODING = "cp1252"
CLASSES = ("negative", "positive")
TEST_SHARE = 0.1
PROVENANCE = Provenance(
    source="sentence polarity dataset v1.0, Cornell: 5,331 positive and 5,331 negative snippets of Rotten Tomatoes; "
    "a tenth of them, drawn here, is the test part",
    licence="none stated; the authors ask to be cited",
    citation="Pang and Lee (2005), Seeing Stars: Exploiting Class Relationships for Sentiment Categorization with "
    "Respect to Rating Scales, ACL",
    embedded=False,
)


def _file(name: str, size: int, sha256: str) -> File:
    mirrors = github("yoonkim/CNN_sentence", "23e0e1f7355705bb083043fda05c031b15acb38c", name)
    return File(f"rt-polarity/{name}", size, sha256, mirrors, encoding=ENCODING)


FILES = (
    _file("rt-polarity.neg", 612_256, "4ace77d558c3714723843f1d65b60c01e3417b208180f0728808d76ad0eeeaca"),
    _file("rt-polarity.pos", 626_139, "2da124ec187a9d5a29c9f04e91c540e02baed5af8868f550a26bd6fd4dbf8bf0"),
)
ARCHIVE = File(
    "rt-polarity/rt-polaritydata.tar.gz",
    487_770,
    "a05befe52aafda71d458d188a1c54506a998b1308613ba76bbda2e5029409ce9",
    (
        "https://www.cs.cornell.edu/people/pabo/movie-review-data/rt-polaritydata.tar.gz",
        "https://storage.googleapis.com/seldon-datasets/sentence_polarity_v1/rt-polaritydata.tar.gz",
    ),
    keras=("rt-polaritydata.tar.gz",),
)


def read(negative: Content, positive: Content) -> Dataset:
    """The set from its two files, one sentence a line."""
    sentences = [_lines(negative), _lines(positive)]
    x = texts([*sentences[0], *sentences[1]])
    y = np.repeat(np.arange(2), [len(lines) for lines in sentences]).astype("int64")
    train, test = hold_out(len(x), TEST_SHARE)
    train, test = train[shuffled(len(train))], test[shuffled(len(test))]
    return Dataset("rt_polarity", x[train], y[train], x[test], y[test], (), CLASSES, PROVENANCE)


def read_archive(content: Content) -> Dataset:
    """The set from the archive of its authors."""
    return read(archive.only_member(content, "*rt-polarity.neg"), archive.only_member(content, "*rt-polarity.pos"))


def _lines(content: Content) -> list[str]:
    lines = [line.strip() for line in content.text(ENCODING).split("\n") if line.strip()]
    if not lines:
        raise DataFormatError(content.path, "has no sentence in it")
    return lines


SOURCES = (Source(FILES, read), Source((ARCHIVE,), read_archive))
ENTRIES = (
    real(
        "rt_polarity",
        "Single sentences of praise or blame: text classification that trains in seconds.",
        PROVENANCE,
        SOURCES,
    ),
)
