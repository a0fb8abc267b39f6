r"""BLEU: how many of a translation's word groups stand in a reference. Lesson 08_2."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dlcourse.evaluation.tokenization import tokens_13a

Segment = str | Sequence[str]
Reference = Segment | Sequence[Sequence[str]]
SMOOTHINGS = {"none": 0.0, "floor": 0.1, "add-k": 1.0, "exp": 0.0}


class BleuParts(NamedTuple):
    """BLEU from 0 to 100 and what it is made of.

    Example:
        >>> bleu_parts(["a b"], ["a c"], max_order=1)
        BleuParts(score=50.0, precisions=(50.0,), brevity_penalty=1.0, hypothesis_length=2, reference_length=2)
    """

    score: float
    precisions: tuple[float, ...]
    brevity_penalty: float
    hypothesis_length: int
    reference_length: int


def bleu(
    hypotheses: Sequence[Segment],
    references: Sequence[Reference],
    max_order: int = 4,
    smoothing: str = "exp",
    smoothing_value: float | None = None,
    effective_order: bool = False,
    lowercase: bool = False,
) -> float:
    r"""BLEU of a corpus, from 0 to 100: the geometric mean of the precisions of word groups, times a brevity penalty.

    $$\mathrm{BLEU} = 100\, \min\left(1, e^{1 - r / c}\right) \left(\prod_{n=1}^{N} p_n\right)^{1/N}$$

    $p_n$ is the share of the n-grams of all hypotheses that stand in a reference of theirs, each counted at most as
    often as it stands in the reference where it is most frequent; c is the length of all hypotheses and r that of the
    references nearest in length. Sums over the corpus come first: it is not the mean of the sentences' BLEU. Papineni,
    Roukos, Ward and Zhu (2002), BLEU: a method for automatic evaluation of machine translation; smoothing as in Chen
    and Cherry (2014), A systematic comparison of smoothing techniques for sentence-level BLEU.

    Args:
        hypotheses: One translation for each sentence: a text, which is split as `mteval-v13a` does (WMT's way), or a
            list of tokens.
        references: For each sentence a text or a list of texts; with tokens a list of tokens or a list of such lists.
        max_order: N, at least 1.
        smoothing: What a precision of 0 becomes: `"none"`, `"floor"` (`smoothing_value` right n-grams, 0.1), `"add-k"`
            (`smoothing_value`, 1, more of both, from n = 2 on) or `"exp"` (a half, a quarter ... of an n-gram).
        smoothing_value: See above.
        effective_order: Whether orders longer than every hypothesis are left out: for single sentences.
        lowercase: Whether case is ignored, in texts and tokens.

    Returns:
        BLEU, from 0 to 100.

    Raises:
        ValueError: If the numbers of hypotheses and references differ or are 0, a sentence has no reference, or an
            argument is out of range.

    Example:
        >>> round(bleu(["the cat sat on the mat today"], ["the cat sat on the mat"]), 2)
        80.91
        >>> bleu([["a", "b"]], [[["a", "c"], ["b", "b"]]], max_order=1)
        100.0
    """
    parts = bleu_parts(hypotheses, references, max_order, smoothing, smoothing_value, effective_order, lowercase)
    return parts.score


def bleu_parts(
    hypotheses: Sequence[Segment],
    references: Sequence[Reference],
    max_order: int = 4,
    smoothing: str = "exp",
    smoothing_value: float | None = None,
    effective_order: bool = False,
    lowercase: bool = False,
) -> BleuParts:
    """BLEU with its precisions, brevity penalty and lengths; arguments and errors are those of `bleu`.

    Example:
        >>> bleu_parts(["a b c d"], ["a b c e f"], max_order=2).precisions
        (75.0, 66.66666666666667)
    """
    _check(hypotheses, references, max_order, smoothing)
    matches, totals, lengths = [0] * max_order, [0] * max_order, [0, 0]
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        candidate, *others = (_tokens(each, lowercase) for each in (hypothesis, *_several(reference, hypothesis)))
        lengths[0] += len(candidate)
        lengths[1] += min((abs(len(other) - len(candidate)), len(other)) for other in others)[1]
        for order in range(max_order):
            found, total = _clipped_matches(candidate, others, order + 1)
            matches[order] += found
            totals[order] += total
    value = SMOOTHINGS[smoothing] if smoothing_value is None else smoothing_value
    precisions = _precisions(matches, totals, smoothing, value)
    absent = [0.0] * (max_order - len(precisions))
    return _combined(precisions + absent, precisions if effective_order else precisions + absent, lengths)


def _clipped_matches(candidate: list[str], references: list[list[str]], order: int) -> tuple[int, int]:
    """How many n-grams of the candidate a reference confirms, and how many there are."""
    counts, allowed = _n_grams(candidate, order), Counter[tuple[str, ...]]()
    for reference in references:
        allowed |= _n_grams(reference, order)
    return (counts & allowed).total(), counts.total()


def _n_grams(tokens: list[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(tokens[start:] for start in range(order)), strict=False))


def _precisions(matches: list[int], totals: list[int], smoothing: str, value: float) -> list[float]:
    """In percent, smoothed, up to the longest order that has an n-gram; all 0 where nothing at all is right."""
    if not any(matches):
        return [0.0] * len(matches)
    precisions: list[float] = []
    halvings = 0
    for order, (right, total) in enumerate(zip(matches, totals, strict=True)):
        added = value if smoothing == "add-k" and order else 0
        if total + added == 0:
            break
        numerator = right + added
        if numerator == 0 and smoothing == "exp":
            halvings += 1
            numerator = 0.5**halvings
        elif numerator == 0 and smoothing == "floor":
            numerator = value
        precisions.append(100 * numerator / (total + added))
    return precisions


def _combined(precisions: list[float], used: list[float], lengths: list[int]) -> BleuParts:
    c, r = lengths
    penalty = 1.0 if c >= r else math.exp(1 - r / c) if c else 0.0
    # BLEU = penalty (p_1 p_2 ... p_N)^(1/N)
    mean = math.prod(used) ** (1 / len(used)) if used else 0.0
    return BleuParts(penalty * mean, tuple(precisions), penalty, c, r)


def _several(reference: Reference, hypothesis: Segment) -> Iterable[Segment]:
    """The references of one sentence, which may be one text, one list of tokens, or a list of either."""
    if isinstance(reference, str):
        return [reference]
    if isinstance(hypothesis, str) or (reference and not isinstance(reference[0], str)):
        return reference
    return [reference]  # type: ignore[list-item]


def _tokens(segment: Segment, lowercase: bool) -> list[str]:
    if isinstance(segment, str):
        return tokens_13a(segment.lower() if lowercase else segment)
    return [token.lower() if lowercase else token for token in segment]


def _check(hypotheses: Sequence[Segment], references: Sequence[Reference], max_order: int, smoothing: str) -> None:
    if isinstance(hypotheses, str) or isinstance(references, str):
        raise ValueError("hypotheses and references must be lists with an entry for each sentence, got a text")
    if not hypotheses or len(hypotheses) != len(references):
        raise ValueError(
            f"each hypothesis must have its references, and there must be one, "
            f"got {len(hypotheses)} and {len(references)}"
        )
    for place, (hypothesis, reference) in enumerate(zip(hypotheses, references, strict=True)):
        if isinstance(hypothesis, str) and not isinstance(reference, str) and not reference:
            raise ValueError(f"sentence {place} must have at least one reference, got {reference!r}")
    if max_order < 1:
        raise ValueError(f"max_order must be at least 1, got {max_order!r}")
    if smoothing not in SMOOTHINGS:
        raise ValueError(f"smoothing must be one of {', '.join(SMOOTHINGS)}, got {smoothing!r}")
