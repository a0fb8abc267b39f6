"""GPT-2's published vocabulary as a byte-pair tokenizer, for who has its file of merges.

The file, `vocab.bpe` or `merges.txt`, spells each byte as a character that can be seen: printable ones as themselves,
the others as the characters from U+0100 on (a space is Ġ). Radford et al. (2019), Language Models are Unsupervised
Multitask Learners.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dlcourse.text.byte_pair import BytePairTokenizer

END_OF_TEXT = "<|endoftext|>"
_PRINTABLE = (*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1))
_OTHERS = tuple(value for value in range(256) if value not in _PRINTABLE)
_CHARACTERS = {value: chr(value) for value in _PRINTABLE} | {value: chr(256 + n) for n, value in enumerate(_OTHERS)}
BYTE_ORDER = (*_PRINTABLE, *_OTHERS)


def gpt2_tokenizer(path: str | Path) -> BytePairTokenizer:
    """The tokenizer of GPT-2, with its token numbers: 256 bytes, the merges of the file, the end of a text.

    Args:
        path: The file of merges: a line of version, then two tokens a line with a space between.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a line of it is no merge of tokens made before.
    """
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    merges = [line for line in lines if line and not line.startswith("#version")]
    try:
        return BytePairTokenizer(_pairs(merges), (END_OF_TEXT,), BYTE_ORDER)
    except (KeyError, ValueError) as reason:
        raise ValueError(f"a line of {path} must hold two tokens made before it: {reason}") from reason


def spelling(token: bytes) -> str:
    r"""How the file spells a token: a character that can be seen for each byte.

    Example:
        >>> spelling(b" the\n")
        'ĠtheĊ'
    """
    return "".join(_CHARACTERS[value] for value in token)


def _pairs(lines: list[str]) -> Iterator[tuple[int, int]]:
    number_of = {_CHARACTERS[value]: number for number, value in enumerate(BYTE_ORDER)}
    for line in lines:
        first, second = line.split(" ")
        yield number_of[first], number_of[second]
        number_of[first + second] = len(number_of)
