"""Film reviews whose verdict hangs on the order of the words: negation and contrast.

"The plot was clever but the acting was not memorable" has the words of its opposite. Three kinds of sentence, equally
often positive and negative:

- plain: "the music was really charming" (positive); - negation: "the music was not charming" (negative), "nobody
could call the ending dull" (positive); - contrast: two opinions, of which the main clause's counts: what follows
"but", what "although" and "even though" do not
  introduce.

A good word speaks for a good verdict in a plain sentence, against it in a negation, and for nothing in a contrast. So
a bag of words that learns the first is wrong on the second; who reads in order can be right on all.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import Picker, draw, halves, provenance, real, split, stream, texts, whole, words
from dlcourse.data.registry import Entry

KINDS = ("plain", "negation", "contrast")
GOOD = words(
    "good great charming clever brilliant superb delightful lovely beautiful wonderful excellent splendid fine "
    "memorable elegant fresh original inspired remarkable enjoyable"
)
BAD = words(
    "bad poor dull silly tedious clumsy boring awful stale dreadful terrible weak tired lifeless forgettable annoying "
    "pointless messy ugly disappointing"
)
THINGS = words(
    "plot acting music ending dialogue script film story cast direction camerawork soundtrack opening pacing humour "
    "editing lighting scenery villain heroine"
)
DEGREES = ("", "", "really ", "quite ", "very ", "rather ", "truly ")
DENIED_DEGREES = ("", "", "really ", "very ", "that ")
DENIALS = (
    "the {thing} was not {degree}{word}",
    "the {thing} was never {word}",
    "the {thing} was hardly {word}",
    "nobody could call the {thing} {word}",
    "there was nothing {word} about the {thing}",
)
CONTRASTS = (  # {main} gives the verdict, {aside} the other opinion
    "{aside} but {main}",
    "although {aside} , {main}",
    "even though {aside} , {main}",
    "{main} although {aside}",
    "{main} even though {aside}",
)
OPENINGS = (
    "",
    "",
    "we saw it on friday . ",
    "i watched this with my sister . ",
    "it runs for two hours . ",
    "the cinema was half full . ",
    "my brother chose it . ",
    "this one is from last year . ",
)


def negated_reviews(
    train: int = 3000,
    test: int = 1000,
    plain: float = 0.5,
    negation: float = 0.25,
    contrast: float = 0.25,
    noise: float = 0.0,
    seed: int = 0,
) -> Dataset:
    """Short reviews, lower case, words and marks apart by spaces, with their verdict.

    `x` holds the texts, `y` the verdicts, 0 negative and 1 positive. `extra["kind_train"]` and `extra["kind_test"]`
    hold the kind of each: 0 plain, 1 negation, 2 contrast. A sentence may stand in both parts; with the default
    vocabulary that is rare but for the plain ones.

    Args:
        train: Number of training reviews, at least 2.
        test: Number of test reviews, at least 2.
        plain: Share of plain reviews, in proportion to the other two shares.
        negation: Share of reviews with a negation.
        contrast: Share of reviews with a contrast; each of its two clauses may hold a negation, too.
        noise: Share of training verdicts turned round.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range or all shares are 0.
    """
    train, count, random = whole("train", train, 2), train + whole("test", test, 2), stream(seed)
    shares = [real(name, value, 0) for name, value in zip(KINDS, (plain, negation, contrast), strict=True)]
    if sum(shares) == 0:
        raise ValueError("plain, negation and contrast must not all be 0")
    kind, verdict = draw(random, shares, count), random.permutation(np.arange(count) % 2)
    pick = Picker(random)
    reviews = texts(
        [pick(OPENINGS) + _sentence(KINDS[k], v == 1, pick) + " ." for k, v in zip(kind, verdict, strict=True)]
    )
    turned = (random.random(count) < real("noise", noise, 0, 0.5)) & (np.arange(count) < train)
    labels = np.where(turned, 1 - verdict, verdict).astype("int64")
    (x_train, x_test), (y_train, y_test) = halves(reviews, train), halves(labels, train)
    names = ("negative", "positive")
    return Dataset("negated_reviews", x_train, y_train, x_test, y_test, (), names, PROVENANCE, split(train, kind=kind))


def _sentence(kind: str, positive: bool, pick: Picker) -> str:
    if kind == "plain":
        return _opinion(positive, pick)
    if kind == "negation":
        return _denial(positive, pick)
    main, aside = _clause(positive, pick), _clause(not positive, pick)
    return pick(CONTRASTS).format(main=main, aside=aside)


def _clause(positive: bool, pick: Picker) -> str:
    return _denial(positive, pick) if pick(["", "denied"]) else _opinion(positive, pick)


def _opinion(positive: bool, pick: Picker) -> str:
    return f"the {pick(THINGS)} was {pick(DEGREES)}{pick(GOOD if positive else BAD)}"


def _denial(positive: bool, pick: Picker) -> str:
    word = pick(BAD if positive else GOOD)
    return pick(DENIALS).format(thing=pick(THINGS), degree=pick(DENIED_DEGREES), word=word)


PROVENANCE = provenance("film reviews by a small grammar of opinions, negations and contrasts")
ENTRIES = (
    Entry(
        "negated_reviews",
        "generated",
        "Sentiment that a bag of words gets wrong: why the order of words matters.",
        PROVENANCE,
        negated_reviews,
    ),
)
