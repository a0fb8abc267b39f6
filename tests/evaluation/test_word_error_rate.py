"""The word error rate against jiwer, the kinds of error by their definition, and on paper."""

from functools import cache

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.evaluation import word_error_rate, word_errors

words = st.lists(st.sampled_from("abc"), max_size=7)
said = st.lists(st.sampled_from("abc"), min_size=1, max_size=7)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(said, words), min_size=1, max_size=4))
def test_any_transcripts_give_the_rate_of_jiwer(pairs):
    references, hypotheses = ([" ".join(each) for each in side] for side in zip(*pairs, strict=True))
    expected = jiwer.process_words(references, hypotheses)
    ours = word_errors(references, hypotheses)
    assert ours.rate == pytest.approx(expected.wer, rel=1e-12), pairs
    assert ours.deletions - ours.insertions == expected.deletions - expected.insertions
    assert ours.substitutions <= expected.substitutions
    assert ours.words - ours.substitutions - ours.deletions >= expected.hits


@settings(max_examples=80, deadline=None)
@given(said, words)
def test_the_kinds_are_those_of_the_way_with_fewest_errors_and_then_fewest_substitutions(reference, hypothesis):
    @cache
    def cheapest(i, j):
        """Errors, substitutions, deletions and insertions of the best way to turn the first i words into j."""
        if i == 0 or j == 0:
            return (i + j, 0, i, j)
        ways = []
        for (di, dj), added in {(1, 1): (1, 1, 0, 0), (1, 0): (1, 0, 1, 0), (0, 1): (1, 0, 0, 1)}.items():
            same = (di, dj) == (1, 1) and reference[i - 1] == hypothesis[j - 1]
            before = cheapest(i - di, j - dj)
            ways.append(before if same else tuple(a + b for a, b in zip(before, added, strict=True)))
        return min(ways)

    assert word_errors([reference], [hypothesis])[:3] == cheapest(len(reference), len(hypothesis))[1:]


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("one two three", "one two three", (0, 0, 0, 3)),
        ("one two three", "one too three", (1, 0, 0, 3)),
        ("one two three", "one three", (0, 1, 0, 3)),
        ("one two three", "one two two three", (0, 0, 1, 3)),
        ("one two three", "", (0, 3, 0, 3)),
        ("one", "two three four", (1, 0, 2, 1)),
    ],
)
def test_the_errors_are_those_that_one_counts_by_hand(reference, hypothesis, expected):
    assert word_errors(reference, hypothesis) == expected


def test_recordings_are_counted_together_and_not_averaged():
    assert word_error_rate(["a", "a b c d e f g h i"], ["b", "a b c d e f g h i"]) == pytest.approx(0.1)


def test_characters_are_a_list_of_characters():
    assert word_error_rate([list("kitten")], [list("sitting")]) == pytest.approx(jiwer.cer("kitten", "sitting"))


def test_white_space_of_any_kind_separates():
    assert word_error_rate("  one\ttwo\n", "one two") == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((["a"], ["a", "b"]), "each reference must have its hypothesis, got 1 and 2"),
        (("", "a"), "the references must hold at least one word, got none"),
        (([], []), "the references must hold at least one word, got none"),
    ],
)
def test_a_wrong_argument_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        word_error_rate(*arguments)
