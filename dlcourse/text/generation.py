r"""Text from a language model, token by token: each token is chosen from what the model says after all before it.

$$t_{n+1} \sim p(\,\cdot \mid t_1, \dots, t_n)$$

Any callable from tokens to logits will do. A model that keeps keys and values of tokens already seen computes only what
is new; then the whole loop is one compiled graph under TensorFlow and JAX. Lesson 08_3; the choice of a token is in
`dlcourse.text.sampling`. Keras is imported when it is needed.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlcourse.text.sampling import choose_tokens

# Lengths are rounded up to multiples of this, so that one compiled graph serves many of them.
BLOCK = 64
NEVER = -1
_compiled_loops: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
_compiled_models: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def generate(
    model: Callable[..., Any],
    prompts: Sequence[int] | Sequence[Sequence[int]] | np.ndarray,
    max_tokens: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
    stop_token: int | None = None,
    seed: int | None = None,
    use_cache: bool | None = None,
) -> list[Any]:
    """Continue one prompt, or a batch of prompts of different lengths.

    A model offers a cache by two methods: `empty_cache(batch_size, length)`, and `step(tokens, cache, position)`, which
    takes tokens (B, T) of which the first stands at `position`, and gives the logits after the last of them, (B, V),
    and the cache with them in it. `models.gpt` does. Short prompts of a batch are not padded: while longer ones are
    still being read, they are already continued, so that in a batch each gets what it would get alone.

    Args:
        model: From int32 tokens (B, T) to logits (B, T, V); what is said after the last token is used.
        prompts: Token numbers of one prompt, or of each of several; at least one token each.
        max_tokens: How many tokens to add to each, at least 1.
        temperature: Below 1 likely tokens become likelier; 0 always takes the likeliest.
        top_k: Draw from this many of the likeliest tokens.
        top_p: Draw from the fewest likeliest tokens that have this much probability together.
        stop_token: A continuation ends before it.
        seed: The same seed draws the same tokens, with and without cache.
        use_cache: Whether keys and values are kept; by default where the model offers it.

    Returns:
        The prompt and its continuation as a list of integers; for a batch a list of such lists.

    Raises:
        ValueError: If an argument is out of range, a prompt is empty or holds something other than token numbers, the
            longest prompt and `max_tokens` exceed the model's `context_length`, a cache is asked of a model that has
            none, or the logits have another shape.

    Example:
        >>> def after_each_token_the_next(tokens):
        ...     return np.eye(8)[(tokens + 1) % 8]
        >>> generate(after_each_token_the_next, [3], 4, temperature=0)
        [3, 4, 5, 6, 7]
        >>> generate(after_each_token_the_next, [[3], [0, 1, 2]], 3, temperature=0, stop_token=5)
        [[3, 4], [0, 1, 2, 3, 4]]
    """
    _check_choice(max_tokens, temperature, top_k, top_p)
    rows, single = _rows(prompts)
    _check_fit(model, rows, max_tokens)
    cached = _offers_cache(model) if use_cache is None else use_cache
    if cached and not _offers_cache(model):
        raise ValueError(f"use_cache needs a model with the methods empty_cache and step, got {type(model).__name__}")
    uniforms = np.random.default_rng(seed).random((len(rows), max_tokens), dtype="float32")
    loop = _with_cache if cached else _without_cache
    choice = {"temperature": temperature or 1.0, "top_k": top_k, "top_p": top_p, "greedy": temperature == 0}
    tokens = loop(model, rows, uniforms, NEVER if stop_token is None else stop_token, choice)
    continued = [_cut(row, prompt, max_tokens, stop_token) for row, prompt in zip(tokens, rows, strict=True)]
    return continued[0] if single else continued


def _without_cache(
    model: Callable[..., Any], rows: list[np.ndarray], uniforms: np.ndarray, stop: int, choice: dict[str, Any]
) -> np.ndarray:
    """Everything anew for each token: the model sees exactly the tokens so far."""
    from keras import ops

    lengths, tokens, drawn = _arrays(rows, uniforms)
    call = _compiled_model(model)
    finished = np.zeros(len(rows), bool)
    for index in range(lengths.min(), tokens.shape[1]):
        logits = _valid_logits(call(tokens[:, :index]), tokens[:, :index])
        new = ops.convert_to_numpy(choose_tokens(logits[:, -1], ops.convert_to_tensor(drawn[:, index]), **choice))
        tokens[:, index] = np.where(index < lengths, tokens[:, index], new)
        finished |= (index >= lengths) & ((tokens[:, index] == stop) | (index + 1 >= lengths + uniforms.shape[1]))
        if finished.all():
            break
    return tokens


def _with_cache(
    model: Any, rows: list[np.ndarray], uniforms: np.ndarray, stop: int, choice: dict[str, Any]
) -> np.ndarray:
    """Each token goes through the model once."""
    from keras import ops

    lengths, tokens, drawn = _arrays(rows, uniforms)
    end = tokens.shape[1]
    limit = getattr(model, "context_length", None) or end + BLOCK
    room = _rounded_up(end, limit) - end
    tokens, drawn = (np.pad(each, ((0, 0), (0, room))) for each in (tokens, drawn))
    # Until a token is fed again, the loop overwrites whatever stands in the cache at its place and after it.
    begun = _rounded_up(lengths.min(), tokens.shape[1]) if lengths.min() > 1 else 0
    numbers = (lengths, np.int32(end), np.int32(stop), np.float32(choice["temperature"]), np.float32(choice["top_p"]))
    tensors = [ops.convert_to_tensor(each) for each in (tokens, drawn, *numbers)]
    return ops.convert_to_numpy(_compiled_loop(model)(*tensors, begun, choice["top_k"], choice["greedy"]))


def _loop(
    model: Any,
    tokens: Any,
    drawn: Any,
    lengths: Any,
    end: Any,
    stop: Any,
    temperature: Any,
    top_p: Any,
    begun: int,
    top_k: int | None,
    greedy: bool,
) -> Any:
    from keras import ops

    batch_size, length = tokens.shape
    cache = model.empty_cache(batch_size, length)
    if begun:
        _, cache = model.step(tokens[:, :begun], cache, 0)

    def is_unfinished(index: Any, tokens: Any, cache: Any, finished: Any) -> Any:
        return ops.logical_and(index < end, ops.logical_not(ops.all(finished)))

    def add_token(index: Any, tokens: Any, cache: Any, finished: Any) -> tuple[Any, ...]:
        logits, cache = model.step(ops.take(tokens, index - 1, axis=1)[:, None], cache, index - 1)
        new = choose_tokens(logits, ops.take(drawn, index, axis=1), temperature, top_k, top_p, greedy)
        reading = index < lengths
        new = ops.where(reading, ops.take(tokens, index, axis=1), new)
        here = ops.arange(length, dtype="int32")[None] == index  # 1, T
        tokens = ops.where(here, new[:, None], tokens)
        stopped = ops.logical_and(ops.logical_not(reading), new == stop)
        return index + 1, tokens, cache, ops.logical_or(finished, stopped)

    state = (ops.min(lengths), tokens, cache, ops.zeros(batch_size, "bool"))
    return ops.while_loop(is_unfinished, add_token, state)[1]


def _compiled_loop(model: Any) -> Callable[..., Any]:
    """The loop for this model: under TensorFlow a graph, traced once a shape and kept while the model lives."""
    import keras

    if keras.backend.backend() != "tensorflow":
        return functools.partial(_loop, model)
    import tensorflow as tf

    if model not in _compiled_loops:
        alive: Callable[[], Any] = weakref.ref(model)
        _compiled_loops[model] = tf.function(lambda *arguments: _loop(alive(), *arguments), autograph=False)
    return _compiled_loops[model]


def _compiled_model(model: Callable[..., Any]) -> Callable[..., Any]:
    """A Keras model under TensorFlow as one graph for all lengths; any other callable as it is."""
    import keras

    if keras.backend.backend() != "tensorflow" or not isinstance(model, keras.Model):
        return model
    import tensorflow as tf

    if model not in _compiled_models:
        alive: Callable[[], Any] = weakref.ref(model)
        shape = tf.TensorSpec((None, None), "int32")
        _compiled_models[model] = tf.function(
            lambda tokens: alive()(tokens, training=False), input_signature=[shape], autograph=False
        )
    return _compiled_models[model]


def _arrays(rows: list[np.ndarray], uniforms: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lengths (B,), tokens (B, T) with room for what is added, and for each place the number that draws its token."""
    max_tokens = uniforms.shape[1]
    lengths = np.array([len(row) for row in rows], "int32")
    tokens = np.zeros((len(rows), lengths.max() + max_tokens), "int32")
    drawn = np.zeros(tokens.shape, "float32")
    for number, (row, length) in enumerate(zip(rows, lengths, strict=True)):
        tokens[number, :length] = row
        drawn[number, length : length + max_tokens] = uniforms[number]
    return lengths, tokens, drawn


def _rounded_up(length: int, limit: int) -> int:
    return int(min(-(-length // BLOCK) * BLOCK, limit))


def _cut(row: np.ndarray, prompt: np.ndarray, max_tokens: int, stop_token: int | None) -> list[int]:
    """The prompt, and what was added up to the stop token."""
    added = row[len(prompt) : len(prompt) + max_tokens].tolist()
    if stop_token in added:
        added = added[: added.index(stop_token)]
    return prompt.tolist() + added


def _rows(prompts: Any) -> tuple[list[np.ndarray], bool]:
    """The prompts as vectors, and whether there was a single one."""
    from keras import ops

    if len(prompts) == 0:
        raise ValueError("prompts must hold at least one token, got none")
    single = np.ndim(prompts[0]) == 0
    rows = [ops.convert_to_numpy(row) for row in ([prompts] if single else prompts)]
    for row in rows:
        if row.ndim != 1 or row.size == 0 or row.dtype.kind not in "iu" or row.min() < 0:
            raise ValueError(f"a prompt must be a vector of at least one token number, got {row.tolist()!r}")
    return rows, single


def _check_choice(max_tokens: int, temperature: float, top_k: int | None, top_p: float) -> None:
    if max_tokens < 1:
        raise ValueError(f"max_tokens must be at least 1, got {max_tokens!r}")
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"temperature must be 0 or a positive number, got {temperature!r}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1, got {top_k!r}")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p must be above 0 and at most 1, got {top_p!r}")


def _check_fit(model: Any, rows: list[np.ndarray], max_tokens: int) -> None:
    context, longest = getattr(model, "context_length", None), max(map(len, rows))
    if context is not None and longest + max_tokens > context:
        raise ValueError(
            f"prompt and max_tokens together must be at most the model's context_length = {context}, "
            f"got {longest} + {max_tokens}"
        )


def _offers_cache(model: Any) -> bool:
    return hasattr(model, "empty_cache") and hasattr(model, "step")


def _valid_logits(logits: Any, tokens: np.ndarray) -> Any:
    if len(logits.shape) != 3 or tuple(logits.shape[:2]) != tokens.shape:
        raise ValueError(f"the model must give logits of shape (*{tokens.shape}, V), got {tuple(logits.shape)}")
    return logits
