"""Words as numbers, over `keras.layers.TextVectorization`.

In a vocabulary's numbers 0 is padding and 1 any word that it does not have; the most frequent word is 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.text.padding import pad

if TYPE_CHECKING:
    import keras

BATCH = 1024
START = "⟨start⟩"
END = "⟨end⟩"


def vocabulary(
    texts: Sequence[str],
    max_tokens: int | None = None,
    length: int | None = None,
    standardize: str | Callable[[Any], Any] | None = "lower_and_strip_punctuation",
    split: str | Callable[[Any], Any] | None = "whitespace",
) -> keras.layers.TextVectorization:
    """A layer that turns texts into the numbers of their words, adapted to these texts.

    Give it the training texts alone: a vocabulary that has seen the test set leaks.

    Args:
        texts: N texts.
        max_tokens: The most words to keep, padding and the unknown word included; None keeps all.
        length: Every output is padded or cut to so many words; None pads to the longest of a batch.
        standardize: As in Keras. It lowers and strips ASCII characters alone: É stays É.
        split: As in Keras: `"whitespace"`, `"character"` or a function.

    Returns:
        The layer: (B,) strings to (B, length) integers. Its `get_vocabulary()` lists the words by number.

    Raises:
        ValueError: If there are no texts, or what is given is one string or holds something else than strings.
    """
    import keras
    import tensorflow as tf

    layer = keras.layers.TextVectorization(
        max_tokens=max_tokens, output_sequence_length=length, standardize=standardize, split=split
    )
    layer.adapt(tf.data.Dataset.from_tensor_slices(_valid_texts(texts)).batch(BATCH))
    return layer


def encode_words(layer: keras.layers.TextVectorization, texts: Sequence[str]) -> np.ndarray:
    """The numbers of the words of many texts, in batches that fit into memory.

    Args:
        layer: What `vocabulary` gave.
        texts: N texts.

    Returns:
        Integers of shape (N, length), int64, padded with 0 at the right. Without a length of the layer's own it is
        that of the longest text.
    """
    import keras

    texts = _valid_texts(texts)
    batches = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    return pad([row for batch in batches for row in keras.ops.convert_to_numpy(layer(batch))], dtype="int64")


def decode_words(layer: keras.layers.TextVectorization, numbers: np.ndarray) -> list[str]:
    """The texts of rows of numbers, with a space between words and without the padding.

    Args:
        layer: What `vocabulary` gave.
        numbers: Integers of shape (N, length).

    Raises:
        ValueError: If a number is not in the vocabulary, or the shape is not that.
    """
    import keras

    numbers = keras.ops.convert_to_numpy(numbers)
    words = layer.get_vocabulary()
    if numbers.ndim != 2:
        raise ValueError(f"numbers must be of shape (texts, length), got shape {numbers.shape}")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < len(words):
        raise ValueError(f"numbers must be from 0 to {len(words) - 1}, got {numbers.min()} to {numbers.max()}")
    return [" ".join(words[number] for number in row if number != 0) for row in numbers]


def mark_sentences(texts: Iterable[str]) -> list[str]:
    """The texts between the marks of start and end that a decoder learns to begin and to stop at.

    Keras's standardization keeps the marks, since their brackets are no ASCII punctuation.

    Example:
        >>> mark_sentences(["il pleut"])
        ['⟨start⟩ il pleut ⟨end⟩']
    """
    return [f"{START} {text} {END}" for text in texts]


def _valid_texts(texts: Sequence[str]) -> list[str]:
    if isinstance(texts, str):
        raise ValueError(f"texts must be a list of strings, got the one string {texts[:40]!r}")
    texts = list(texts)
    if not texts or not all(isinstance(text, str) for text in texts):
        kinds = ", ".join(sorted({type(text).__name__ for text in texts})) or "none"
        raise ValueError(f"texts must be one string or more, got {kinds}")
    return texts
