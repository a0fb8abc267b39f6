"""IMDB: 50,000 film reviews, positive and negative."""

from __future__ import annotations

import re

import numpy as np

from dlcourse.data import archive
from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real.entry import real
from dlcourse.data.real.splitting import shuffled, texts

CLASSES = ("negative", "positive")
PROVENANCE = Provenance(
    source="Large Movie Review Dataset v1.0, Stanford: 25,000 training and 25,000 test reviews by users of IMDb",
    licence="none stated; the authors ask to be cited, the texts are their writers'",
    citation="Maas, Daly, Pham, Huang, Ng and Potts (2011), Learning Word Vectors for Sentiment Analysis, ACL",
    embedded=False,
)
LABELLED = File(
    "imdb/aclImdb_labeled_50k.tar.gz",
    28_203_732,
    "36dec79b4090a4cda88708178cd6ce153336f8701e28eac69206a30256da8b99",
)
OFFICIAL = File(
    "imdb/aclImdb_v1.tar.gz",
    84_125_825,
    "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
    (
        "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
        "http://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    ),
    keras=("aclImdb_v1.tar.gz", "aclImdb_v1_archive", "aclImdb_archive"),
)
MEMBER = re.compile(r"(?:.*/)?(train|test)/(pos|neg)/(\d+)_(\d+)\.txt")


def read(content: Content) -> Dataset:
    """The set from an archive of the official layout, `aclImdb/{train,test}/{pos,neg}/ID_RATING.txt`.

    The archive sorts the reviews by class; here each part is in one fixed, mixed order, whatever order the archive has.

    Raises:
        DataFormatError: If there is no review for training or testing, or one is not UTF-8.
    """
    parts: dict[str, list[tuple[int, int, int, str]]] = {"train": [], "test": []}
    for name, data in archive.members(content, "*/[pn]??/*.txt"):
        found = MEMBER.fullmatch(name)
        if found:
            text = Content(content.path / name, data).text("utf-8")
            parts[found[1]].append((int(found[2] == "pos"), int(found[3]), int(found[4]), text))
    if not all(parts.values()):
        raise DataFormatError(content.path, "must hold aclImdb/train and aclImdb/test with pos and neg in each")
    x_train, y_train, ratings_train = _arrays(parts["train"])
    x_test, y_test, ratings_test = _arrays(parts["test"])
    extra = {"rating_train": ratings_train, "rating_test": ratings_test}
    return Dataset("imdb", x_train, y_train, x_test, y_test, (), CLASSES, PROVENANCE, extra)


def _arrays(reviews: list[tuple[int, int, int, str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    reviews.sort(key=lambda review: review[:2])
    order = shuffled(len(reviews))
    labels, ratings = (np.array([review[index] for review in reviews], dtype="int64")[order] for index in (0, 2))
    return texts([review[3] for review in reviews])[order], labels, ratings


SOURCES = (Source((LABELLED,), read), Source((OFFICIAL,), read))
ENTRIES = (
    real(
        "imdb",
        "Film reviews of some hundred words: from bags of words to recurrent networks and Transformers.",
        PROVENANCE,
        SOURCES,
    ),
)
