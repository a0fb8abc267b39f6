"""Stand-in for IMDB: reviews of some hundred words, put together from generated opinions.

Each review has 8 to 20 sentences, most of which agree with its verdict; some sentences deny or contrast, so that single
words mislead. Half of the reviews hold the mark `<br />`, as in the real set.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.load import load
from dlcourse.data.real.imdb import CLASSES
from dlcourse.data.real.splitting import texts
from dlcourse.data.standins.making import generator

TRAIN, TEST = 2000, 1000
SHORTEST, LONGEST = 8, 20
AGREEING = 0.7
PROVENANCE = Provenance(
    source="made by dlcourse: reviews put together from sentences of data.load('negated_reviews')",
    licence="MIT, as dlcourse",
    citation="dlcourse, data.load('imdb') in the quick profile",
    embedded=True,
    stand_in_for="imdb",
)


def stand_in() -> Dataset:
    """2,000 training and 1,000 test reviews, half of them positive."""
    pool = load("negated_reviews", train=12_000, test=6_000, plain=0.6, negation=0.25, contrast=0.15, seed=81)
    x_train, y_train, ratings_train = _reviews(pool.x_train, pool.y_train, TRAIN, seed=82)
    x_test, y_test, ratings_test = _reviews(pool.x_test, pool.y_test, TEST, seed=83)
    extra = {"rating_train": ratings_train, "rating_test": ratings_test}
    return Dataset("imdb", x_train, y_train, x_test, y_test, (), CLASSES, PROVENANCE, extra)


def _reviews(
    sentences: np.ndarray, verdicts: np.ndarray, number: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Texts, verdicts, and the stars that the share of agreeing sentences is worth."""
    random = generator(seed)
    by_verdict = [sentences[verdicts == verdict] for verdict in (0, 1)]
    verdict = random.permutation(np.arange(number) % 2)
    reviews, ratings = [], np.empty(number, dtype="int64")
    for position in range(number):
        length = int(random.integers(SHORTEST, LONGEST + 1))
        agrees = random.random(length) < AGREEING
        agrees[: length // 2 + 1] = True
        chosen = np.where(agrees, verdict[position], 1 - verdict[position])[random.permutation(length)]
        picks = random.integers(0, [len(by_verdict[each]) for each in chosen])
        breaks = random.random() < 0.58
        reviews.append(_text([by_verdict[each][pick] for each, pick in zip(chosen, picks, strict=True)], bool(breaks)))
        ratings[position] = _stars(float(agrees.mean()), int(verdict[position]))
    return texts(reviews), verdict.astype("int64"), ratings


def _text(sentences: list[str], breaks: bool) -> str:
    """The sentences as somebody types them: capitals, no blanks before marks, perhaps a line break in the middle.

    What a generated sentence says before its opinion ("my brother chose it") is kept at the beginning alone.
    """
    opening, *others = (sentence.removesuffix(" .").split(" . ") for sentence in sentences)
    told = [_typed(part) for part in (*opening, *(parts[-1] for parts in others))]
    middle = len(told) // 2
    joined = "<br /><br />" if breaks else " "
    return " ".join(told[:middle]) + joined + " ".join(told[middle:])


def _typed(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:].replace(" ,", ",").replace("friday", "Friday") + "."


def _stars(share: float, verdict: int) -> int:
    """7 to 10 for praise, 4 to 1 for blame; the more unanimous, the farther from the middle."""
    strength = min(3, int((share - 0.5) * 8))
    return 7 + strength if verdict else 4 - strength
