"""Stand-in for the movie-review sentences: generated opinions, some with a negation or a contrast."""

from __future__ import annotations

from dataclasses import replace

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.load import load

PROVENANCE = Provenance(
    source="made by dlcourse: sentences of data.load('negated_reviews')",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('rt_polarity') in the quick profile",
    embedded=True,
    stand_in_for="rt_polarity",
)


def stand_in() -> Dataset:
    """3,600 training and 400 test sentences, half of them positive; one training verdict in twenty is wrong."""
    pool = load("negated_reviews", train=3600, test=400, plain=0.6, negation=0.2, contrast=0.2, noise=0.05, seed=91)
    return replace(pool, name="rt_polarity", provenance=PROVENANCE, extra={})
