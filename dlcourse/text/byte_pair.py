"""A tokenizer by byte-pair encoding, from training to a file.

A text is cut into words, a word is spelled as the bytes of its UTF-8 form, and pairs of neighbours are merged in the
order in which training found them frequent. Every byte is a token, so that no text is unknown: what is encoded decodes
to itself, in any script.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dlcourse.text.byte_pair_checks import (
    valid_byte_order,
    valid_content,
    valid_minimum_count,
    valid_new_token,
    valid_number,
    valid_pair,
    valid_special_tokens,
    valid_text,
    valid_vocabulary_size,
)
from dlcourse.text.byte_pair_encoding import Merge, apply_merges
from dlcourse.text.byte_pair_training import Pair, learn_merges
from dlcourse.text.splitting import split_words

FORMAT = "dlcourse byte-pair tokenizer 1"
REMEMBERED_WORDS = 100_000
LONGEST_REMEMBERED_WORD = 100


class BytePairTokenizer:
    """Text to token numbers and back, by merges of frequent neighbours.

    Tokens 0 to 255 are the bytes of those values, the next ones are made by the merges in their order, the last ones
    are the special tokens, which mark what is no text: the end of a document, say. `encode` makes no special token,
    not even of text that spells its name; `special_ids` has their numbers.

    Args:
        merges: Pairs of token numbers, the one learned first first. Each makes the next token.
        special_tokens: Names of the special tokens.
        byte_order: The byte value of each of the tokens 0 to 255.

    Attributes:
        tokens: The bytes of every token, by its number.
        merges: As given.
        special_ids: The number of each special token, by its name.

    Raises:
        ValueError: If a merge names a token that does not exist yet or makes one that exists already, if a special
            token's name is empty or repeated, or if a byte value is missing.

    Example:
        >>> tokenizer = BytePairTokenizer.train("low lower lowest " * 9, vocabulary_size=260)
        >>> tokenizer.encode("slow!")
        [115, 257, 33]
        >>> [tokenizer.tokens[number] for number in tokenizer.encode("slow!")]
        [b's', b'low', b'!']
        >>> tokenizer.decode([115, 257, 33])
        'slow!'
    """

    def __init__(
        self,
        merges: Iterable[Sequence[int]] = (),
        special_tokens: Iterable[str] = (),
        byte_order: Iterable[int] = range(256),
    ) -> None:
        self.byte_order = valid_byte_order(byte_order)
        made = [bytes([value]) for value in self.byte_order]
        self._merge_table: dict[Pair, Merge] = _merge_table(merges, made)
        self.merges = tuple(self._merge_table)
        names = valid_special_tokens(special_tokens)
        self.special_ids = {name: len(made) + index for index, name in enumerate(names)}
        self.tokens = (*made, *(name.encode() for name in names))
        self._number_of_byte = [self.byte_order.index(value) for value in range(256)]
        self._remembered: dict[str, list[int]] = {}

    @classmethod
    def train(
        cls,
        texts: str | Iterable[str],
        vocabulary_size: int,
        special_tokens: Iterable[str] = (),
        minimum_count: int = 2,
    ) -> BytePairTokenizer:
        """A tokenizer learned from text; the same text gives the same one on every machine.

        Args:
            texts: One text, or several: no token reaches from one into the next.
            vocabulary_size: How many tokens to have, the 256 bytes and the special ones included. There will be fewer
                when no pair occurs `minimum_count` times any more.
            special_tokens: Names of tokens that mark what is no text.
            minimum_count: No pair that occurs less often is merged.

        Raises:
            ValueError: If there is no room for the bytes and the special tokens, or a text is no Unicode text.
        """
        names = valid_special_tokens(special_tokens)
        room = valid_vocabulary_size(vocabulary_size, len(names)) - len(names)
        counts: Counter[str] = Counter()
        for text in [texts] if isinstance(texts, str) else texts:
            counts.update(split_words(valid_text(text)))
        words = {word.encode(): count for word, count in counts.items()}
        return cls(learn_merges(words, room, valid_minimum_count(minimum_count)), names)

    def encode(self, text: str) -> list[int]:
        """The token numbers of a text.

        Raises:
            ValueError: If it is no Unicode text: half of a surrogate pair stands alone in it.
        """
        numbers: list[int] = []
        for word in split_words(valid_text(text)):
            numbers += self._remembered.get(word) or self._encode_word(word)
        return numbers

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of token numbers. Bytes that are no UTF-8, such as half a character, show as U+FFFD.

        Args:
            numbers: Token numbers: a list, or a vector of integers of any library.

        Raises:
            ValueError: If there is no token of such a number.
        """
        size = len(self.tokens)
        return b"".join(self.tokens[valid_number(number, size)] for number in numbers).decode(errors="replace")

    def save(self, path: str | Path) -> None:
        """Write the tokenizer to a JSON file, which `load` reads."""
        content = {
            "format": FORMAT,
            "byte_order": self.byte_order,
            "special_tokens": list(self.special_ids),
            "merges": self.merges,
        }
        Path(path).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> BytePairTokenizer:
        """The tokenizer that `save` wrote.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the file holds anything else; the message names the file.
        """
        content = valid_content(Path(path), FORMAT, ("merges", "special_tokens", "byte_order"))
        try:
            return cls(content["merges"], content["special_tokens"], content["byte_order"])
        except ValueError as reason:
            raise ValueError(f"{path} holds no valid tokenizer: {reason}") from reason

    def __len__(self) -> int:
        return len(self.tokens)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, BytePairTokenizer):
            return NotImplemented
        return (self.merges, self.tokens) == (other.merges, other.tokens)

    def __hash__(self) -> int:
        return hash((self.merges, self.tokens))

    def __repr__(self) -> str:
        parts = f"256 bytes, {len(self.merges)} merges, {len(self.special_ids)} special"
        return f"BytePairTokenizer of {len(self)} tokens ({parts})"

    def _encode_word(self, word: str) -> list[int]:
        numbers = apply_merges([self._number_of_byte[value] for value in word.encode()], self._merge_table)
        if len(self._remembered) >= REMEMBERED_WORDS:
            self._remembered.clear()
        if len(word) <= LONGEST_REMEMBERED_WORD:
            self._remembered[word] = numbers
        return numbers


def _merge_table(merges: Iterable[Sequence[int]], tokens: list[bytes]) -> dict[Pair, Merge]:
    """The rank of each pair's merge and the token that it makes, whose bytes go to the end of the list."""
    known = set(tokens)
    table: dict[Pair, Merge] = {}
    for rank, merge in enumerate(merges):
        left, right = valid_pair(merge, len(tokens))
        table[left, right] = (rank, len(tokens))
        tokens.append(valid_new_token(tokens[left] + tokens[right], known))
        known.add(tokens[-1])
    return table
