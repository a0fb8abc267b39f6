"""Stand-in for the English-French pairs: phrases by a small grammar, written as sentences, short ones first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.load import load
from dlcourse.data.real.splitting import texts

PROVENANCE = Provenance(
    source="made by dlcourse: phrases of data.load('french_phrases') as sentences",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('fra_eng') in the quick profile",
    embedded=True,
    stand_in_for="fra_eng",
)


def stand_in() -> Dataset:
    """4,500 training and 500 test pairs."""
    pairs = load("french_phrases", train=4500, test=500, clauses=2, seed=101)
    x_train, y_train = _sentences(pairs.x_train, pairs.y_train)
    x_test, y_test = _sentences(pairs.x_test, pairs.y_test)
    return replace(
        pairs, name="fra_eng", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test, provenance=PROVENANCE
    )


def _sentences(english: np.ndarray, french: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = sorted(range(len(english)), key=lambda position: len(english[position]))
    first, second = ([_sentence(texts_[position]) for position in order] for texts_ in (english, french))
    return texts(first), texts(second)


def _sentence(phrase: str) -> str:
    """With a capital and a full stop; in English "I" is a capital wherever it stands."""
    return phrase[0].upper() + phrase[1:] + "."
