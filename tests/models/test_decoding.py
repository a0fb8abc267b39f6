"""Greedy and beam search against all sequences, counted out."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from dlcourse.models.decoding import beam_search, greedy_search

START, END, VOCABULARY = 1, 2, 4


def random_decoder(seed, batch_size=1):
    """A decoder whose scores depend on the row and on all tokens so far, which the state carries."""
    tables = np.random.default_rng(seed).normal(0, 1.5, (batch_size, 3**9, VOCABULARY)).astype("float32")

    def step(tokens, state):
        rows, seen = (ops.convert_to_numpy(each) for each in state)
        seen = seen * VOCABULARY + tokens
        logits = tables[rows, (seen * 2_654_435_761) % tables.shape[1]]
        return logits, (ops.convert_to_tensor(rows), ops.convert_to_tensor(seen))

    return step, (ops.arange(batch_size), ops.zeros(batch_size, "int64"))


def log_probability(step, state, tokens):
    total, last = 0.0, START
    for token in tokens:
        logits, state = step(np.array([last]), state)
        scores = np.float64(logits[0])
        total += scores[token] - np.log(np.exp(scores).sum())
        last = token
    return total


def best_by_counting_out(step, state, max_tokens, alpha):
    """The best of all sequences that end with the end token, or are as long as may be."""
    found = {}
    for length in range(1, max_tokens + 1):
        for tokens in itertools.product(range(VOCABULARY), repeat=length):
            complete = tokens[-1] == END or length == max_tokens
            if complete and END not in tokens[:-1]:
                found[tokens] = log_probability(step, state, tokens) / ((5 + length) / 6) ** alpha
    best = max(found, key=found.get)
    return [token for token in best if token != END], found[best]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0, 3.0])
def test_a_beam_wide_enough_finds_the_best_of_all_sequences(seed, alpha):
    step, state = random_decoder(seed)
    ours = beam_search(step, state, 1, START, END, 4, width=VOCABULARY**3, length_penalty=alpha)[0][0]
    tokens, score = best_by_counting_out(step, state, 4, alpha)
    assert ours.tokens == tokens
    assert ours.score == pytest.approx(score, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8), st.floats(0, 2))
def test_a_beam_of_width_one_is_greedy_search(seed, max_tokens, alpha):
    step, state = random_decoder(seed, batch_size=3)
    beams = beam_search(step, state, 3, START, END, max_tokens, width=1, length_penalty=alpha)
    greedy = greedy_search(step, state, 3, START, END, max_tokens)
    assert [found[0].tokens for found in beams] == greedy


def test_a_wider_beam_finds_what_greed_misses():
    """The likeliest first token, 0, leads to nothing: P = 0.6 * 0.3; the other to P = 0.4 * 0.9."""

    def step(tokens, state):
        rows = {START: [0.6, 1e-9, 1e-9, 0.4], 0: [0.3, 0.3, 0.3, 0.1], 3: [0.05, 0.025, 0.9, 0.025]}
        return np.log(np.array([rows.get(int(token), [0.25] * 4) for token in tokens])), state

    assert greedy_search(step, (), 1, START, END, 2) == [[0, 0]]
    best, *_ = beam_search(step, (), 1, START, END, 2, width=2, length_penalty=0)[0]
    assert best.tokens == [3]
    assert np.exp(best.score) == pytest.approx(0.36, abs=1e-4)


def test_each_row_of_a_batch_is_searched_for_itself():
    step, state = random_decoder(5, batch_size=4)
    together = beam_search(step, state, 4, START, END, 5, width=3)
    for row in range(4):
        alone = beam_search(step, tuple(each[row : row + 1] for each in state), 1, START, END, 5, width=3)
        assert [each.tokens for each in together[row]][:1] == [each.tokens for each in alone[0]][:1]


def test_hypotheses_come_best_first_and_not_more_than_the_width():
    step, state = random_decoder(1)
    found = beam_search(step, state, 1, START, END, 6, width=3)[0]
    scores = [each.score for each in found]
    assert 1 <= len(found) <= 3
    assert scores == sorted(scores, reverse=True)


def test_the_penalty_favours_longer_sequences():
    step, state = random_decoder(7)
    short, long = (
        beam_search(step, state, 1, START, END, 5, width=4**4, length_penalty=alpha)[0][0] for alpha in (0.0, 8.0)
    )
    assert len(short.tokens) < len(long.tokens)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_tokens": 0}, "max_tokens and width must be at least 1, got 0 and 4"),
        ({"max_tokens": 3, "width": 0}, "max_tokens and width must be at least 1, got 3 and 0"),
        ({"max_tokens": 3, "length_penalty": -1.0}, "length_penalty must be at least 0, got -1.0"),
    ],
)
def test_what_is_wrong_is_said(options, message):
    step, state = random_decoder(0)
    with pytest.raises(ValueError, match=message):
        beam_search(step, state, 1, START, END, **options)
