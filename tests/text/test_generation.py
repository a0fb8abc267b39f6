"""Generation by hand: with plain functions for models, with a model that keeps a cache, with what cannot be asked."""

import gc
import weakref

import keras
import numpy as np
import pytest
from keras import ops

from dlcourse import text
from dlcourse.text import generate, generation

VOCABULARY = 11


def after_each_token_the_next(tokens):
    return np.eye(VOCABULARY)[(tokens + 1) % VOCABULARY]


def sum_of_all(tokens):
    """The next token is the sum of all before it, so that each of them counts; other tokens are possible, too."""
    return 3.0 * np.eye(VOCABULARY, dtype="float32")[np.cumsum(tokens, axis=1) % VOCABULARY]


class SumOfAll:
    """The same with a cache, which holds the tokens that were seen."""

    context_length = 200

    def __init__(self):
        self.fed = []

    def __call__(self, tokens):
        return sum_of_all(np.asarray(tokens))

    def empty_cache(self, batch_size, length):
        # Garbage, which nothing may read before it is written.
        return ops.full((batch_size, length), 7, "int32")

    def step(self, tokens, cache, position):
        self.fed.append(tuple(tokens.shape))
        cache = ops.slice_update(cache, (0, position), ops.cast(tokens, "int32"))
        last = position + tokens.shape[1] - 1
        seen = ops.where(ops.arange(cache.shape[1])[None] <= last, cache, 0)
        return 3.0 * ops.one_hot(ops.sum(seen, axis=1) % VOCABULARY, VOCABULARY), cache


@pytest.mark.backend
def test_greedily_the_likeliest_token_follows():
    assert generate(after_each_token_the_next, [4], 5, temperature=0) == [4, 5, 6, 7, 8, 9]


@pytest.mark.backend
def test_each_prompt_of_a_batch_gets_its_tokens_and_nothing_of_another():
    prompts = [[1], [2, 3, 5, 1], [4, 4]]
    alone = [generate(sum_of_all, prompt, 6, temperature=0) for prompt in prompts]
    assert generate(sum_of_all, prompts, 6, temperature=0) == alone
    assert [len(row) for row in alone] == [7, 10, 8]


def test_the_model_sees_exactly_the_tokens_so_far():
    seen = []

    def watched(tokens):
        seen.append(tokens.tolist())
        return after_each_token_the_next(tokens)

    generate(watched, [7, 8], 3, temperature=0)
    assert seen == [[[7, 8]], [[7, 8, 9]], [[7, 8, 9, 10]]]


@pytest.mark.parametrize("use_cache", [True, False], ids=["cached", "plain"])
def test_a_stop_token_ends_its_own_row_alone_and_is_left_out(use_cache):
    model = SumOfAll()
    rows = generate(model, [[1], [3]], 6, temperature=0, stop_token=4, use_cache=use_cache)
    assert rows == [[1, 1, 2], [3, 3, 6, 1, 2]]


@pytest.mark.parametrize("use_cache", [True, False], ids=["cached", "plain"])
def test_a_stop_token_inside_a_prompt_does_not_stop(use_cache):
    rows = generate(SumOfAll(), [[1], [4, 4, 1]], 3, temperature=0, stop_token=4, use_cache=use_cache)
    assert rows == [[1, 1, 2], [4, 4, 1, 9, 7, 3]]


def test_generation_ends_when_every_row_has_stopped():
    calls = []

    def watched(tokens):
        calls.append(len(tokens))
        return after_each_token_the_next(tokens)

    generate(watched, [[1], [2]], 1000, temperature=0, stop_token=5)
    assert len(calls) == 4


@pytest.mark.backend
@pytest.mark.parametrize(
    ("prompts", "choice"),
    [
        ([[3]], {}),
        ([[1, 2, 3]], {"top_k": 3}),
        ([[1], [5, 6, 7, 8]], {"top_p": 0.6, "temperature": 1.5}),
        ([[2] * 70, [3] * 65], {"temperature": 0}),
    ],
)
def test_with_a_cache_the_tokens_are_the_same_as_without(prompts, choice):
    model = SumOfAll()
    cached, plain = (generate(model, prompts, 20, seed=3, use_cache=use, **choice) for use in (True, False))
    assert cached == plain


def test_a_cache_is_used_where_there_is_one_and_then_one_token_is_fed_at_a_time():
    model = SumOfAll()
    generate(model, [[1] * 66], 9, temperature=0)
    # traced once each: what begins the cache, and the step
    assert model.fed == [(1, 75 + 53), (1, 1)]


def test_the_compiled_loop_is_traced_once_for_lengths_of_one_block():
    model = SumOfAll()
    for length in (10, 20, 30):
        generate(model, [1] * length, 9, temperature=length / 10, top_p=length / 30, seed=1)
    assert len(model.fed) == 2


def test_a_model_whose_loop_was_compiled_can_be_collected():
    model = SumOfAll()
    generate(model, [1], 2)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_a_seed_repeats_and_another_differs():
    first, again, other = (generate(sum_of_all, [1], 30, seed=seed, temperature=3.0) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.backend
@pytest.mark.parametrize("use_cache", [True, False], ids=["cached", "plain"])
def test_rows_of_one_batch_draw_for_themselves(use_cache):
    rows = generate(SumOfAll(), [[1]] * 4, 20, seed=1, temperature=4.0, use_cache=use_cache)
    assert len(set(map(tuple, rows))) == 4


def test_a_keras_model_without_a_cache_is_run_as_one_graph():
    calls = []

    def scores(tokens):
        calls.append(tokens.shape)
        return 5.0 * ops.one_hot((tokens + 1) % VOCABULARY, VOCABULARY)

    inputs = keras.Input((None,), dtype="int32")
    model = keras.Model(inputs, keras.layers.Lambda(scores, output_shape=(None, VOCABULARY))(inputs))
    calls.clear()
    assert generate(model, np.array([[4], [9]]), 4, temperature=0) == [[4, 5, 6, 7, 8], [9, 10, 0, 1, 2]]
    assert len(calls) == 1


def test_what_is_drawn_follows_the_distribution_of_the_model():
    def coin(tokens):
        return np.broadcast_to(np.log(np.float32([0.2, 0.8])), (*tokens.shape, 2))

    tokens = np.array(generate(coin, [[0]] * 400, 10, seed=0))[:, 1:]
    assert tokens.mean() == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"max_tokens": 0}, "max_tokens must be at least 1, got 0"),
        ({"temperature": -1}, "temperature must be 0 or a positive number, got -1"),
        ({"temperature": float("nan")}, "temperature must be 0 or a positive number, got nan"),
        ({"top_k": 0}, "top_k must be at least 1, got 0"),
        ({"top_p": 0.0}, "top_p must be above 0 and at most 1, got 0.0"),
        ({"top_p": 1.5}, "top_p must be above 0 and at most 1, got 1.5"),
        ({"prompts": []}, "at least one token, got none"),
        ({"prompts": [[1], []]}, r"at least one token number, got \[\]"),
        ({"prompts": [1.5]}, r"at least one token number, got \[1.5\]"),
        ({"prompts": [[-1]]}, r"at least one token number, got \[-1\]"),
        ({"use_cache": True}, "methods empty_cache and step, got function"),
        ({"model": lambda tokens: np.ones(tokens.shape)}, r"logits of shape \(\*\(1, 2\), V\), got \(1, 2\)"),
        ({"model": SumOfAll(), "max_tokens": 199}, "at most the model's context_length = 200, got 2 [+] 199"),
    ],
)
def test_what_is_wrong_is_said(change, message):
    arguments = {"model": sum_of_all, "prompts": [1, 2], "max_tokens": 3, **change}
    model, prompts, max_tokens = (arguments.pop(name) for name in ("model", "prompts", "max_tokens"))
    with pytest.raises(ValueError, match=message):
        generate(model, prompts, max_tokens, **arguments)


def test_a_model_may_be_filled_to_its_context():
    assert len(generate(SumOfAll(), [1, 2], 198, temperature=0)) == 200


def test_it_is_exported():
    assert text.generate is generation.generate
