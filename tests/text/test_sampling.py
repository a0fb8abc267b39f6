"""What temperature, top-k and top-p mean, by counting draws and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.ops import convert_to_numpy

from dlcourse.text.sampling import choose_tokens

PROBABILITIES = np.array([0.05, 0.4, 0.25, 0.3])
EVENLY = (np.arange(20_000, dtype="float32") + 0.5) / 20_000


def shares(logits, **choice):
    """How often each token comes out when the numbers drawn lie evenly in [0, 1)."""
    rows = np.broadcast_to(np.asarray(logits, "float32"), (len(EVENLY), len(logits)))
    tokens = convert_to_numpy(choose_tokens(rows, EVENLY, **choice))
    assert tokens.dtype == "int32"
    return np.bincount(tokens, minlength=len(logits)) / len(EVENLY)


@pytest.mark.backend
@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({}, PROBABILITIES),
        ({"temperature": 0.5}, PROBABILITIES**2 / (PROBABILITIES**2).sum()),
        ({"temperature": 2.0}, PROBABILITIES**0.5 / (PROBABILITIES**0.5).sum()),
        ({"top_k": 2}, np.array([0, 4, 0, 3]) / 7),
        ({"top_k": 1}, [0, 1, 0, 0]),
        ({"top_k": 9}, PROBABILITIES),
        ({"top_p": 0.39}, [0, 1, 0, 0]),
        ({"top_p": 0.41}, np.array([0, 4, 0, 3]) / 7),
        ({"top_p": 0.71}, np.array([0, 8, 5, 6]) / 19),
        ({"top_p": 1e-9}, [0, 1, 0, 0]),
        # of the best two, p = 4/7 and 3/7, the first alone reaches 0.5
        ({"top_k": 2, "top_p": 0.5}, [0, 1, 0, 0]),
        ({"greedy": True}, [0, 1, 0, 0]),
    ],
)
def test_each_token_comes_out_as_often_as_its_probability_says(choice, expected):
    np.testing.assert_allclose(shares(np.log(PROBABILITIES), **choice), expected, atol=2e-4)


def test_scores_that_are_far_apart_or_shifted_do_no_harm():
    np.testing.assert_array_equal(shares([1e4, -1e4, -np.inf]), [1, 0, 0])
    np.testing.assert_allclose(shares(np.log(PROBABILITIES) + 1000), PROBABILITIES, atol=1e-3)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=6),
    st.floats(0, 1, exclude_max=True, width=32),
    st.floats(0.1, 5),
    st.integers(1, 8),
    st.floats(0.01, 1),
)
def test_the_token_is_always_one_that_was_kept(logits, uniform, temperature, top_k, top_p):
    drawn = np.float32([uniform])
    (token,) = convert_to_numpy(choose_tokens(np.float32([logits]), drawn, temperature, top_k, top_p))
    better = sorted(logits, reverse=True)
    assert logits[token] >= better[min(top_k, len(logits)) - 1]
    probabilities = np.exp(np.float64(logits) / temperature - max(logits) / temperature)
    before = probabilities[np.array(logits) > logits[token]].sum() / np.sort(probabilities)[::-1][:top_k].sum()
    assert before < top_p + 1e-5
