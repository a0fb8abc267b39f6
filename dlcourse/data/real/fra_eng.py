"""English-French sentence pairs from Tatoeba, as ManyThings.org packs them."""

from __future__ import annotations

import numpy as np

from dlcourse.data import archive
from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import github
from dlcourse.data.real.splitting import hold_out, texts

TEST_SHARE = 0.1
PROVENANCE = Provenance(
    source="ManyThings.org's English-French pairs of 2017-09-29, from the Tatoeba project; a tenth of the English "
    "sentences, drawn here, is the test part",
    licence="CC BY 2.0 France; credit www.manythings.org/anki and tatoeba.org",
    citation="Tatoeba project (tatoeba.org) and Kelly, Tab-delimited Bilingual Sentence Pairs (manythings.org/anki)",
    embedded=False,
)
FILE = File(
    "fra-eng/fra-eng.zip",
    2_951_390,
    "16c4f7d0df9e7c5e6c54cdb0447f3f4a18a55052ff5e2e0b27dd4a06c0e49d04",
    (
        *github("genimind/seq2seq", "4f3f8eb0adde54fcc8b89394336b002e7961244c", "fra-eng.zip"),
        "http://www.manythings.org/anki/fra-eng.zip",
        "http://storage.googleapis.com/download.tensorflow.org/data/fra-eng.zip",
    ),
    keras=("fra-eng.zip",),
)


def read(content: Content) -> Dataset:
    """The set from the zip: English sentences as inputs, French ones as targets, short ones first.

    An English sentence with several translations has all of them in the same part, so that no test sentence was seen.
    """
    english, french = pairs(archive.only_member(content, "*fra.txt"))
    numbers: dict[str, int] = {}
    groups = np.array([numbers.setdefault(sentence, len(numbers)) for sentence in english])
    _, held_out = hold_out(len(numbers), TEST_SHARE)
    is_test = np.isin(groups, held_out)
    x, y = texts(english), texts(french)
    return Dataset("fra_eng", x[~is_test], y[~is_test], x[is_test], y[is_test], (), (), PROVENANCE)


def pairs(content: Content) -> tuple[list[str], list[str]]:
    """Both columns of the file; newer files have a third one, which says who wrote the sentences, and is left out.

    Raises:
        DataFormatError: If the file is not UTF-8, has no line or a line without a tab.
    """
    lines = [line.split("\t") for line in content.text("utf-8").split("\n") if line]
    bad = next((number for number, columns in enumerate(lines, start=1) if len(columns) < 2), None)
    if bad or not lines:
        raise DataFormatError(content.path, f"must have two columns in each line, line {bad or 1} has not")
    return [columns[0] for columns in lines], [columns[1] for columns in lines]


SOURCES = (Source((FILE,), read),)
ENTRIES = (real("fra_eng", "Sentence pairs: translation from English to French.", PROVENANCE, SOURCES),)
