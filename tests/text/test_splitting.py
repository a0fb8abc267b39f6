"""The cut into words: nothing lost, GPT-2's rules, Unicode's classes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.text.splitting import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", ["hello"]),
        ("hello world", ["hello", " world"]),
        ("two  spaces", ["two", " ", " spaces"]),
        ("it's we'll they'd", ["it", "'s", " we", "'ll", " they", "'d"]),
        ("IT'S", ["IT", "'", "S"]),
        ("x1y", ["x", "1", "y"]),
        ("12.5 km", ["12", ".", "5", " km"]),
        ("end.\n\nnext", ["end", ".", "\n", "\n", "next"]),
        ("trailing  ", ["trailing", "  "]),
        ("snake_case", ["snake", "_", "case"]),
        ("été", ["été"]),
        ("風箏,線", ["風箏", ",", "線"]),
        ("x² ½Ⅷ3", ["x", "²", " ½Ⅷ3"]),
        ("e\u0301", ["e", "\u0301"]),
        ("a\u00a0b", ["a", "\u00a0", "b"]),
        ("a\x1cb", ["a", "\x1c", "b"]),
        ("é \x1cb", ["é", " \x1c", "b"]),
        ("", []),
    ],
)
def test_text_is_cut_as_gpt2_cuts_it(text, words):
    assert split_words(text) == words


@given(st.text())
def test_the_words_joined_are_the_text(text):
    assert "".join(split_words(text)) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_the_text_beside_a_word_of_another_script_is_cut_as_it_is_alone(text):
    """ASCII text has a pattern of its own; the pattern for all of Unicode must cut it in the same way."""
    ascii_text = text.encode("ascii", "ignore").decode()
    assert split_words(f"{ascii_text}\néé")[:-1] == split_words(f"{ascii_text}\nee")[:-1]


@pytest.mark.parametrize(("major", "other"), [("L", "1"), ("N", "a")])
def test_letters_and_numbers_are_those_of_unicode(major, other):
    """A character of the class stays with its like and is cut from the other: 'ab' stays, 'a1' is cut."""
    characters = [chr(point) for point in range(0x110000) if unicodedata.category(chr(point))[0] == major]
    assert len(characters) > 1000
    like = "a" if major == "L" else "1"
    text = "\n".join(f"{character}{like}{other}" for character in characters)
    assert split_words(text) == [part for each in characters for part in (f"{each}{like}", other, "\n")][:-1]
