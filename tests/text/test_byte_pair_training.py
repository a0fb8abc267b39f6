"""Learned merges: on paper, against the plainest implementation, and in linear time."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_byte_pair import naive_merges

from dlcourse.text.byte_pair_training import learn_merges, merged


def test_the_example_fits_on_paper():
    """low 5 times, lower twice: lo and ow occur 7 times, lo has smaller numbers; then low; er and we occur twice."""
    merges = learn_merges({b"low": 5, b"lower": 2}, vocabulary_size=262)
    lo, low, er = 256, 257, 258
    assert merges == [(ord("l"), ord("o")), (lo, ord("w")), (ord("e"), ord("r")), (low, er)]


def test_no_pair_reaches_across_words():
    assert learn_merges({b"a": 10, b"b": 10}, vocabulary_size=300) == []


def test_a_pair_that_is_rarer_than_asked_for_is_not_merged():
    words = {b"ab": 3, b"cd": 2}
    assert learn_merges(words, 300, minimum_count=3) == [(97, 98)]
    assert learn_merges(words, 300, minimum_count=2) == [(97, 98), (99, 100)]
    assert learn_merges(words, 300, minimum_count=4) == []


def test_of_equally_frequent_pairs_the_smaller_numbers_come_first():
    assert learn_merges({b"zy": 2, b"ab": 2, b"aa": 2}, 259) == [(97, 97), (97, 98), (122, 121)]


@pytest.mark.parametrize(
    ("word", "result"),
    [([], []), ([1], [1]), ([1, 2], [9]), ([1, 2, 1, 2], [9, 9]), ([1, 1, 2, 2], [1, 9, 2]), ([2, 1], [2, 1])],
)
def test_a_pair_is_replaced_wherever_it_stands(word, result):
    assert merged(word, (1, 2), 9) == result


def test_overlapping_pairs_are_replaced_from_the_left():
    assert merged([1, 1, 1, 1, 1], (1, 1), 9) == [9, 9, 1]


@settings(deadline=None)
@given(
    st.lists(st.text("ab", min_size=1, max_size=14) | st.text("abcd", min_size=1, max_size=8), min_size=1, max_size=30),
    st.integers(0, 30),
    st.integers(1, 3),
)
def test_merges_equal_those_of_counting_everything_afresh(words, merges, minimum_count):
    words = [word.encode() for word in words]
    learned = learn_merges(Counter(words), 256 + merges, minimum_count)
    assert learned == naive_merges(words, 256 + merges, minimum_count)


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_runs_of_one_letter_whose_pairs_overlap_are_learned_right(lengths):
    words = [b"a" * length for length in lengths]
    assert learn_merges(Counter(words), 270, 1) == naive_merges(words, 270, 1)
