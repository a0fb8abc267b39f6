r"""From a decoder's next-token scores to a sequence: greedily, or by beam search with length normalisation.

Neither knows the model: a step takes each row's last token and a state, and gives logits and the new state. Sutskever,
Vinyals and Le (2014), Sequence to sequence learning with neural networks; the normalisation is equation 14 of Wu et al.
(2016), Google's neural machine translation system. Lesson 08_2.

Shapes: B batch, W beam width, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

# Tokens (N,) and a structure of tensors (N, ...); gives logits (N, V) and the structure after them.
Step = Callable[[np.ndarray, Any], tuple[Any, Any]]


class Hypothesis(NamedTuple):
    """A sequence that a search has found, without start and end token, and its normalised log-probability."""

    tokens: list[int]
    score: float


def greedy_search(
    step: Step, state: Any, batch_size: int, start_token: int, end_token: int, max_tokens: int
) -> list[list[int]]:
    """Always the likeliest token, until the end token or `max_tokens` of them.

    Args:
        step: One step of the decoder.
        state: What the first step gets, tensors of B rows.
        batch_size: B.
        start_token: The token that the decoder begins with.
        end_token: The token that ends a sequence; it is left out.
        max_tokens: How many tokens there may be, the end token included.

    Returns:
        For each row the tokens found.

    Raises:
        ValueError: If `max_tokens` is not positive.

    Example:
        >>> def count_up(tokens, state):
        ...     return np.eye(5)[tokens + 1], state
        >>> greedy_search(count_up, (), batch_size=1, start_token=0, end_token=4, max_tokens=9)
        [[1, 2, 3]]
    """
    _check(max_tokens)
    tokens = np.full((batch_size, 1), start_token, "int32")
    for _ in range(max_tokens):
        logits, state = step(tokens[:, -1], state)
        best = ops.convert_to_numpy(logits).argmax(axis=-1).astype("int32")
        tokens = np.concatenate([tokens, best[:, None]], axis=1)
        if (tokens == end_token).any(axis=1).all():
            break
    return [_until(row[1:].tolist(), end_token) for row in tokens]


def beam_search(
    step: Step,
    state: Any,
    batch_size: int,
    start_token: int,
    end_token: int,
    max_tokens: int,
    width: int = 4,
    length_penalty: float = 0.6,
) -> list[list[Hypothesis]]:
    r"""Keep the `width` likeliest beginnings at every step; of what is complete, the best by normalised score come out.

    $$s(Y, X) = \frac{\log P(Y \mid X)}{\mathrm{lp}(Y)}, \qquad
    \mathrm{lp}(Y) = \left(\frac{5 + |Y|}{6}\right)^{\alpha}$$

    $|Y|$ counts the end token. The search ends when nothing unfinished can still win, so that with a beam as wide as
    there are beginnings the answer is the exact best. A beam of width 1 is greedy search.

    Args:
        step: One step of the decoder.
        state: What the first step gets, tensors of B rows.
        batch_size: B.
        start_token: The token that the decoder begins with.
        end_token: The token that ends a sequence; it is left out.
        max_tokens: How many tokens there may be, the end token included; what is as long counts as complete.
        width: W, how many beginnings are kept.
        length_penalty: $\alpha$; 0 prefers short sequences, as the sum of log-probabilities does.

    Returns:
        For each row at most W hypotheses, the best first.

    Raises:
        ValueError: If `max_tokens` or `width` is not positive or `length_penalty` is negative.
    """
    _check(max_tokens, width, length_penalty)
    state = keras.tree.map_structure(lambda each: ops.repeat(each, width, axis=0), state)
    tokens = np.full((batch_size, width, 1), start_token, "int32")  # B, W, T
    scores = np.full((batch_size, width), -np.inf)  # B, W
    scores[:, 0] = 0
    complete: list[list[Hypothesis]] = [[] for _ in range(batch_size)]
    for length in range(1, max_tokens + 1):
        logits, state = step(tokens[:, :, -1].ravel(), state)
        parents, new, scores = _best(scores, _log_softmax(logits), width)
        tokens = np.concatenate([np.take_along_axis(tokens, parents[:, :, None], axis=1), new[:, :, None]], axis=2)
        state = _rows_of(state, parents)
        ended = np.isfinite(scores) & ((new == end_token) | (length == max_tokens))
        for row, place in np.argwhere(ended):
            found = _until(tokens[row, place, 1:].tolist(), end_token)
            complete[row].append(Hypothesis(found, float(scores[row, place]) / _penalty(length, length_penalty)))
        scores[ended] = -np.inf
        if _is_over(complete, scores.max(axis=1) / _penalty(max_tokens, length_penalty)):
            break
    return [sorted(each, key=lambda hypothesis: -hypothesis.score)[:width] for each in complete]


def _best(scores: np.ndarray, log_probabilities: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of all W * V continuations of each row the W best: whose continuation each is, by which token, its score."""
    vocabulary_size = log_probabilities.shape[-1]
    total = scores[:, :, None] + log_probabilities.reshape(*scores.shape, vocabulary_size)  # B, W, V
    total = total.reshape(len(scores), -1)
    best = np.argsort(-total, axis=1, kind="stable")[:, :width]
    parents, new = np.divmod(best, vocabulary_size)
    return parents, new.astype("int32"), np.take_along_axis(total, best, axis=1)


def _rows_of(state: Any, parents: np.ndarray) -> Any:
    """The state of each parent, rows of one sentence staying together."""
    batch_size, width = parents.shape
    rows = (np.arange(batch_size)[:, None] * width + parents).ravel()
    return keras.tree.map_structure(lambda each: ops.take(each, rows, axis=0), state)


def _is_over(complete: list[list[Hypothesis]], bounds: np.ndarray) -> bool:
    """Whether in every row something complete is at least as good as anything unfinished can become."""
    return all(
        max((each.score for each in found), default=-np.inf) >= bound
        for found, bound in zip(complete, bounds, strict=True)
    )


def _penalty(length: int, alpha: float) -> float:
    # lp(Y) = ((5 + |Y|) / 6)^alpha
    return ((5 + length) / 6) ** alpha


def _log_softmax(logits: Any) -> np.ndarray:
    scores = ops.convert_to_numpy(ops.cast(logits, "float32")).astype("float64")
    scores -= scores.max(axis=-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def _until(tokens: list[int], end_token: int) -> list[int]:
    return tokens[: tokens.index(end_token)] if end_token in tokens else tokens


def _check(max_tokens: int, width: int = 1, length_penalty: float = 0.0) -> None:
    if max_tokens < 1 or width < 1:
        raise ValueError(f"max_tokens and width must be at least 1, got {max_tokens} and {width}")
    if not length_penalty >= 0:
        raise ValueError(f"length_penalty must be at least 0, got {length_penalty!r}")
