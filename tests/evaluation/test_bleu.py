"""BLEU against sacrebleu, its tokenisation included, and on paper."""

import pytest
import sacrebleu
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from dlcourse.evaluation import bleu, bleu_parts
from dlcourse.evaluation.tokenization import tokens_13a

HYPOTHESES = ["The cat sat on the mat, didn't it?", "It costs $3.50 - or 4,000 (at most).", "Hello", ""]
REFERENCES = [
    ["A cat sat on the mat, didn't it?", "The cat was on the mat."],
    ["It cost $3.50, or 4,000 at most.", "The cost is 3.50 or 4,000 (at most)."],
    ["Hello world", "Hello"],
    ["Silence", "Nothing"],
]
STREAMS = [list(stream) for stream in zip(*REFERENCES, strict=True)]
words = st.lists(st.sampled_from("abcd"), max_size=7)
pairs = st.lists(st.tuples(words, st.tuples(words, words)), min_size=1, max_size=4)
smoothings = st.sampled_from(["none", "floor", "add-k", "exp"])


def theirs(hypotheses, streams, tokenize="13a", **options):
    metric = sacrebleu.BLEU(tokenize=tokenize, force=True, **options)
    return metric.corpus_score(hypotheses, streams)


@pytest.mark.parametrize("smoothing", ["none", "floor", "add-k", "exp"])
@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("max_order", [1, 2, 4])
def test_texts_with_two_references_give_what_sacrebleu_gives(smoothing, lowercase, max_order):
    ours = bleu_parts(HYPOTHESES, REFERENCES, max_order, smoothing, lowercase=lowercase)
    expected = theirs(HYPOTHESES, STREAMS, smooth_method=smoothing, lowercase=lowercase, max_ngram_order=max_order)
    assert ours.score == pytest.approx(expected.score, rel=1e-9)
    assert ours.precisions == pytest.approx(expected.precisions)
    assert ours.brevity_penalty == pytest.approx(expected.bp)
    assert (ours.hypothesis_length, ours.reference_length) == (expected.sys_len, expected.ref_len)


@settings(max_examples=300, deadline=None)
@example(pairs=[(["a", "a"], ([], ["a"]))], smoothing="add-k", value=None, effective=True)
@given(pairs=pairs, smoothing=smoothings, value=st.sampled_from([None, 0.5]), effective=st.booleans())
def test_any_tokens_give_what_sacrebleu_gives(pairs, smoothing, value, effective):
    hypotheses, references = zip(*pairs, strict=True)
    ours = bleu(hypotheses, references, 4, smoothing, value, effective)
    expected = theirs(
        [" ".join(each) for each in hypotheses],
        [[" ".join(each[place]) for each in references] for place in range(2)],
        tokenize="none",
        smooth_method=smoothing,
        smooth_value=value,
        effective_order=effective,
    )
    assert ours == pytest.approx(expected.score, rel=1e-9, abs=1e-9), pairs


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1 ,.-'&;<>$/()[]{}^_`~\\\"\n!?%é", max_size=20))
def test_any_text_is_cut_as_sacrebleu_cuts_it(text):
    assert tokens_13a(text) == Tokenizer13a()(text.rstrip()).split(), repr(text)


@pytest.mark.parametrize(
    "text", ["&quot;a&amp;b&lt;c&gt;", "<skipped>a", "two-\nlines", "x &amp;lt; y", "3-4", "1,5.a"]
)
def test_entities_and_broken_words_are_cut_as_sacrebleu_cuts_them(text):
    assert tokens_13a(text) == Tokenizer13a()(text).split()


def test_the_example_of_the_paper_counts_the_seven_times_the_twice():
    parts = bleu_parts([["the"] * 7], [[["the", "cat", "is", "on", "the", "mat"]]], max_order=1)
    assert parts.precisions[0] == pytest.approx(100 * 2 / 7)


def test_the_same_text_scores_a_hundred_and_another_nothing():
    assert bleu(["a b c d e"], ["a b c d e"]) == pytest.approx(100)
    assert bleu(["a b c d e"], ["v w x y z"]) == 0


def test_half_the_length_costs_a_factor_of_e():
    assert bleu_parts(["a b c d"], ["a b c d e f g h"]).brevity_penalty == pytest.approx(0.36787944)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((["a"], ["a", "b"]), "each hypothesis must have its references.*got 1 and 2"),
        (([], []), "there must be one, got 0 and 0"),
        (("a b", ["a b"]), "must be lists with an entry for each sentence, got a text"),
        ((["a"], [[]]), r"sentence 0 must have at least one reference, got \[\]"),
        ((["a"], ["a"], 0), "max_order must be at least 1, got 0"),
        ((["a"], ["a"], 4, "nist"), "smoothing must be one of none, floor, add-k, exp, got 'nist'"),
    ],
)
def test_a_wrong_argument_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        bleu(*arguments)
