"""What a byte-pair tokenizer asks of its arguments and of its file, with the words in which it says so."""

from __future__ import annotations

import json
import operator
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Any


def valid_text(text: str) -> str:
    """The text, if it is a string that UTF-8 can spell."""
    if not isinstance(text, str):
        raise ValueError(f"a text must be a string, got {type(text).__name__}")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as reason:
            found = f"{text[reason.start]!r} at position {reason.start}"
            raise ValueError(f"a text must be Unicode without lone surrogates, got {found}") from None
    return text


def valid_vocabulary_size(size: int, special: int) -> int:
    """The size, if the bytes and the special tokens have room in it."""
    least = 256 + special
    if isinstance(size, bool) or not isinstance(size, int) or size < least:
        raise ValueError(
            f"vocabulary_size must be at least {least}: 256 bytes and {special} special tokens, got {size!r}"
        )
    return size


def valid_minimum_count(count: int) -> int:
    """The count, if it is 1 or more."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(f"minimum_count must be an integer of at least 1, got {count!r}")
    return count


def valid_special_tokens(names: Iterable[str]) -> tuple[str, ...]:
    """The names as a tuple, if they are different strings, none empty."""
    if isinstance(names, str):
        raise ValueError(f"special_tokens must be a list of names, got the one string {names!r}")
    names = tuple(names)
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise ValueError(f"special_tokens must be different strings, none of them empty, got {names}")
    return tuple(valid_text(name) for name in names)


def valid_byte_order(values: Iterable[int]) -> tuple[int, ...]:
    """The byte values as a tuple, if each from 0 to 255 is there once."""
    values = tuple(values)
    if len(values) != 256 or any(value not in values for value in range(256)):
        raise ValueError(
            f"byte_order must hold each value from 0 to 255 once, got {len(values)} values: {values[:8]}..."
        )
    return values


def valid_pair(pair: Sequence[int], tokens: int) -> tuple[int, int]:
    """The pair as a tuple, if it is one and both its tokens exist by now."""
    if not isinstance(pair, Sequence) or len(pair) != 2 or not all(type(number) is int for number in pair):
        raise ValueError(f"a merge must be a pair of token numbers, got {pair!r}")
    left, right = pair
    if not (0 <= left < tokens and 0 <= right < tokens):
        raise ValueError(f"a merge must join tokens made before it (0 to {tokens - 1}), got {(left, right)}")
    return left, right


def valid_new_token(token: bytes, known: Container[bytes]) -> bytes:
    """The token, if no earlier one has its bytes."""
    if token in known:
        raise ValueError(f"each merge must make a token of its own, got {token!r} twice")
    return token


def valid_number(number: int, tokens: int) -> int:
    """The token number as an int, if there is such a token."""
    try:
        valid = operator.index(number)
    except TypeError:
        raise ValueError(f"token numbers must be integers, got {type(number).__name__} {number!r}") from None
    if not 0 <= valid < tokens:
        raise ValueError(f"token numbers must be from 0 to {tokens - 1}, got {valid}")
    return valid


def valid_content(path: Path, form: str, keys: Iterable[str]) -> dict[str, Any]:
    """What a tokenizer's JSON file holds, if it is of that format and has those keys."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as reason:
        raise ValueError(f"a tokenizer's file must be JSON, got {path}: {reason}") from reason
    if not isinstance(content, dict) or content.get("format") != form:
        raise ValueError(f"a tokenizer's file must say that its format is {form!r}, got {path} without it")
    missing = [key for key in keys if not isinstance(content.get(key), list)]
    if missing:
        raise ValueError(
            f"a tokenizer's file must hold lists of all its parts, got {path} without {', '.join(missing)}"
        )
    return content
