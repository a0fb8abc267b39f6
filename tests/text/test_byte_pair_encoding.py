"""Merges applied to a word: against the plainest implementation, and for words without end."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_byte_pair import naive_encoding, naive_merges

from dlcourse.text.byte_pair_encoding import apply_merges


def _table(merges):
    return {tuple(pair): (rank, 256 + rank) for rank, pair in enumerate(merges)}


def test_the_pair_learned_first_is_merged_first_even_if_another_comes_earlier_in_the_word():
    merges = {(2, 3): (0, 4), (1, 2): (1, 5)}
    assert apply_merges([1, 2, 3], merges) == [1, 4]
    assert apply_merges([1, 2, 2], merges) == [5, 2]


def test_of_the_same_pair_the_leftmost_is_merged_first():
    assert apply_merges([1, 1, 1], {(1, 1): (0, 2)}) == [2, 1]


@pytest.mark.parametrize("word", [[], [7], [7, 8]])
def test_a_word_without_pairs_to_merge_stays_as_it_is(word):
    assert apply_merges(word, {(8, 7): (0, 9)}) == word


@settings(deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=20), st.text("abc", max_size=40))
def test_tokens_equal_those_of_making_every_merge_in_its_turn(words, word):
    merges = naive_merges([each.encode() for each in words], 280, 1)
    assert apply_merges(word.encode(), _table(merges)) == naive_encoding(word.encode(), merges)


def test_time_grows_with_the_length_of_a_word_and_not_with_its_square():
    """Ten times the length takes about ten times as long; a square would take a hundred times."""
    merges = _table(naive_merges([b"ab" * 16], 262, 1))

    def seconds(length):
        start = time.process_time()
        apply_merges(b"ab" * (length // 2), merges)
        return time.process_time() - start

    assert min(seconds(20_000) for _ in range(3)) < 40 * min(seconds(2_000) for _ in range(5))
