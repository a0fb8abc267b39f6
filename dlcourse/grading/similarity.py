"""Which submissions of a class are alike: shingles of normalised tokens, without the code that everybody was given.

Names, numbers and strings are replaced by their kind, comments and docstrings dropped, so that renaming and
reformatting change nothing. A shingle is a run of `SIZE` tokens. Of two sets of shingles A and B, Jaccard is
|A ∩ B| / |A ∪ B|, and containment |A ∩ B| / min(|A|, |B|), which stays high when a copy was added to. What was given,
and what a large part of a class of some size shares, tells nothing and is left out.

Source: Schleimer, Wilkerson, Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003, whose
fingerprints are chosen among such shingles. A high number is a reason to read both, never a proof.
"""

from __future__ import annotations

import io
import itertools
import keyword
import tokenize
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SIZE = 12
COMMON_SHARE = 0.25
COMMON_FROM = 8
_DROPPED = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER, tokenize.NEWLINE}
_LAYOUT = ("indent", "dedent")
_STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


@dataclass(frozen=True)
class Document:
    """One student's code.

    Attributes:
        student: Whose.
        text: The code, cells one after another.
        shingles: Each shingle with the lines, from 1, on which it stands.
    """

    student: str
    text: str
    shingles: Mapping[tuple[str, ...], frozenset[int]] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """Two submissions and how alike they are.

    Attributes:
        first: One.
        second: The other.
        shared: How many shingles both have.
        jaccard: Of all that one of them has.
        containment: Of all that the smaller has.
        lines: The lines, of the first and of the second, that shared shingles cover.
    """

    first: Document
    second: Document
    shared: int
    jaccard: float
    containment: float
    lines: tuple[frozenset[int], frozenset[int]]


def document(student: str, cells: Iterable[str]) -> Document:
    """A student's cells, as one text with its shingles; a cell that is no Python counts as far as it is some."""
    shingles: dict[tuple[str, ...], frozenset[int]] = {}
    texts: list[str] = []
    first = 0
    for cell in cells:
        for shingle, lines in shingles_of(cell).items():
            moved = frozenset(line + first for line in lines)
            shingles[shingle] = shingles.get(shingle, frozenset()) | moved
        texts.append(cell.rstrip("\n"))
        first += texts[-1].count("\n") + 2
    return Document(student, "\n\n".join(texts), shingles)


def shingles_of(source: str, size: int = SIZE) -> dict[tuple[str, ...], frozenset[int]]:
    """Each run of `size` normalised tokens, with the lines on which it stands.

    >>> shingles_of("x = 1 + y  # a comment", 3) == shingles_of("total = 25+other", 3)
    True
    >>> sorted(shingles_of("x = 1", 3))
    [('name', '=', 'number')]
    """
    tokens = _tokens(source)
    found: dict[tuple[str, ...], set[int]] = {}
    for i in range(len(tokens) - size + 1):
        run = tokens[i : i + size]
        found.setdefault(tuple(kind for kind, _ in run), set()).update(
            line for kind, line in run if kind not in _LAYOUT
        )
    return {shingle: frozenset(lines) for shingle, lines in found.items()}


def similar_pairs(documents: Sequence[Document], given: Iterable[str] = (), at_least: float = 0.5) -> list[Pair]:
    """The pairs that are alike, the most alike first.

    Args:
        documents: One a student.
        given: Sources that everybody was given.
        at_least: The containment from which on a pair is told.

    Raises:
        ValueError: If `at_least` is not above 0 and at most 1.
    """
    if not 0 < at_least <= 1:
        raise ValueError(f"at_least must be above 0 and at most 1, got {at_least}")
    left_out = {shingle for source in given for shingle in shingles_of(source)} | _common(documents)
    own = [each.shingles.keys() - left_out for each in documents]
    pairs = []
    for i, j in itertools.combinations(range(len(documents)), 2):
        shared = own[i] & own[j]
        smaller = min(len(own[i]), len(own[j]))
        if shared and len(shared) >= at_least * smaller:
            pairs.append(_pair(documents[i], documents[j], shared, len(own[i] | own[j]), smaller))
    return sorted(pairs, key=lambda pair: (-pair.containment, -pair.shared, pair.first.student, pair.second.student))


def _pair(first: Document, second: Document, shared: set[tuple[str, ...]], union: int, smaller: int) -> Pair:
    lines = tuple(frozenset(line for each in shared for line in one.shingles[each]) for one in (first, second))
    return Pair(first, second, len(shared), len(shared) / union, len(shared) / smaller, (lines[0], lines[1]))


def _common(documents: Sequence[Document]) -> set[tuple[str, ...]]:
    """What more than a quarter of a class of some size has: the ways in which everybody writes it."""
    if len(documents) < COMMON_FROM:
        return set()
    counts = Counter(shingle for each in documents for shingle in each.shingles)
    return {shingle for shingle, count in counts.items() if count > COMMON_SHARE * len(documents)}


def _tokens(source: str) -> list[tuple[str, int]]:
    """Kind and line of each token, up to the first that is none."""
    found: list[tuple[str, int]] = []
    began = True
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            docstring = began and token.type in _STRINGS
            if token.type not in _DROPPED and not docstring:
                found.append((_kind(token), token.start[0]))
            began = token.type in (*_DROPPED, tokenize.INDENT, tokenize.DEDENT) or (began and docstring)
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def _kind(token: tokenize.TokenInfo) -> str:
    if token.type in _STRINGS:
        return "string"
    if token.type == tokenize.NUMBER:
        return "number"
    if token.type in (tokenize.INDENT, tokenize.DEDENT):
        return "indent" if token.type == tokenize.INDENT else "dedent"
    if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
        return "name"
    return token.string
