r"""Cutting text into words before byte-pair encoding, so that no token reaches across a word's edge.

The cut is that of GPT-2 (Radford et al., 2019, Language Models are Unsupervised Multitask Learners): a contraction's
ending, or letters, numbers, or other signs, each with at most one space before them, or a run of white space, whose
last character is left to the word that follows. Nothing is lost: the words joined together are the text.

GPT-2 writes the pattern with Unicode's classes of letters (L) and numbers (N), which Python's `re` does not have.
`[^\W\d_]` comes close: letters, and numbers that are no decimal digits (½, ², Ⅷ). The latter are found once, in
Python's own Unicode tables, and moved to the numbers.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator

# Unicode does not count as white space the four separators \x1c to \x1f that Python's \s matches.
_PATTERN = (
    r"'s|'t|'re|'ve|'m|'ll|'d"
    r"| ?[^\W\d_{others}]+"
    r"| ?[\d{others}]+"
    r"| ?(?:[^\w\s]|[_\x1c-\x1f])+"
    r"|[^\S\x1c-\x1f]+(?![\S\x1c-\x1f])"
    r"|[^\S\x1c-\x1f]+"
)


def split_words(text: str) -> list[str]:
    """The words of a text, spaces included: `"".join(split_words(text)) == text`.

    Args:
        text: Any text.

    Returns:
        The words in their order.

    Example:
        >>> split_words("It's 25 km,  or more.")
        ['It', "'s", ' 25', ' km', ',', ' ', ' or', ' more', '.']
    """
    pattern = _ascii_pattern() if text.isascii() else _unicode_pattern()
    return pattern.findall(text)


@functools.cache
def _ascii_pattern() -> re.Pattern[str]:
    return re.compile(_PATTERN.format(others=""), re.ASCII)


@functools.cache
def _unicode_pattern() -> re.Pattern[str]:
    return re.compile(_PATTERN.format(others="".join(_ranges(_numbers_that_are_no_digits()))))


def _numbers_that_are_no_digits() -> Iterator[int]:
    r"""The code points of Unicode's classes Nl and No: what `[^\W\d_]` matches and is no letter."""
    characters = "".join(map(chr, range(sys.maxunicode + 1)))
    return (ord(each) for each in re.findall(r"[^\W\d_]", characters) if not each.isalpha())


def _ranges(code_points: Iterator[int]) -> Iterator[str]:
    """Ascending code points as the ranges of a regular expression's character class."""
    first = last = next(code_points)
    for point in code_points:
        if point != last + 1:
            yield f"\\U{first:08x}-\\U{last:08x}"
            first = point
        last = point
    yield f"\\U{first:08x}-\\U{last:08x}"
