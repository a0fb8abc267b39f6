"""What models from a sequence to a sequence share: teacher forcing in `fit`, and the two searches afterwards.

The recurrent one of lesson 08_2 and the Transformer of lesson 08_3 differ in how they encode and in one decoding step.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from dlcourse.models.decoding import Hypothesis, beam_search, greedy_search
from dlcourse.models.functional_model import FunctionalModel

PADDING = 0


class EncoderDecoder(FunctionalModel):
    """A model of two inputs, source (B, S) and target (B, T), whose output are logits (B, T, V) of the next tokens.

    Tokens are integers; 0 is padding, at the end of a row. A target row is the start token, the tokens, the end token.

    `fit(source, target)` and `evaluate(source, target)` teach by forcing: the decoder reads `target[:, :-1]`, whatever
    it would have said itself, and is held to `target[:, 1:]`. Compile with `ignore_class=0` in the loss, so that
    padding is not learned; weighted metrics leave it out, too. Who gives the two inputs as a pair does the shifting.
    """

    start_token: int
    end_token: int

    def train_step(self, *state_and_data: Any) -> Any:
        """Keras's step on the shifted target; under JAX the state comes first."""
        *state, data = state_and_data
        return super().train_step(*state, teacher_forced(data))

    def test_step(self, *state_and_data: Any) -> Any:
        """As in training, without learning."""
        *state, data = state_and_data
        return super().test_step(*state, teacher_forced(data))

    def _symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Under JAX and PyTorch Keras looks at a batch before the first step: it must see it shifted, too."""
        if iterator is not None:  # places of steps, and the batches of these steps
            iterator = ((*places, map(teacher_forced, batches)) for *places, batches in iterator)
        super()._symbolic_build(iterator, None if data_batch is None else teacher_forced(data_batch))

    def first_state(self, source: np.ndarray, max_tokens: int) -> Any:
        """What a decoder of at most `max_tokens` tokens needs before the first of them; tensors of B rows."""
        raise NotImplementedError(f"{type(self).__name__} must say how it encodes")

    def next_logits(self, tokens: np.ndarray, state: Any) -> tuple[Any, Any]:
        """Logits (B, V) after one more token (B,), and the state then."""
        raise NotImplementedError(f"{type(self).__name__} must say how it decodes")

    def greedy(self, source: Any, max_tokens: int) -> list[list[int]]:
        """The likeliest token at each step: see `dlcourse.models.decoding.greedy_search`.

        Args:
            source: Token numbers (B, S).
            max_tokens: How many tokens there may be, the end token included.

        Returns:
            For each row the tokens, without start and end token.

        Raises:
            ValueError: If source is no array of that shape, or `max_tokens` is not positive.
        """
        source, marks = _valid(source, max_tokens), (self.start_token, self.end_token)
        state = self.first_state(source, max_tokens)
        return greedy_search(self.next_logits, state, len(source), *marks, max_tokens)

    def beam(self, source: Any, max_tokens: int, width: int = 4, length_penalty: float = 0.6) -> list[list[Hypothesis]]:
        """The best of `width` beginnings kept at each step: see `dlcourse.models.decoding.beam_search`.

        Args:
            source: Token numbers (B, S).
            max_tokens: How many tokens there may be, the end token included.
            width: How many beginnings are kept.
            length_penalty: 0 prefers short sequences; Wu et al. (2016) found 0.6 to 0.7 best.

        Returns:
            For each row at most `width` pairs of tokens and score, the best first.

        Raises:
            ValueError: As `greedy`; also if `width` is not positive or `length_penalty` negative.
        """
        source, marks = _valid(source, max_tokens), (self.start_token, self.end_token)
        state = self.first_state(source, max_tokens)
        return beam_search(self.next_logits, state, len(source), *marks, max_tokens, width, length_penalty)


def teacher_forced(data: Any) -> Any:
    """What `fit` hands to a step, with the target shifted: the decoder reads a token and is held to the next.

    Args:
        data: A source and a target, (B, S) and (B, T), and perhaps weights; or data whose input is a pair already.

    Returns:
        The pair of source and target without its last token; the target without its first; and weights, (B, T - 1),
        that are 0 on padding.

    Example:
        >>> source, target = np.array([[5, 6]]), np.array([[1, 6, 5, 2, 0]])
        >>> (_, read), said, weights = teacher_forced((source, target))
        >>> print(read, said, np.asarray(weights))
        [[1 6 5 2]] [[6 5 2 0]] [[1. 1. 1. 0.]]
    """
    source, target, weights = keras.utils.unpack_x_y_sample_weight(data)
    if isinstance(source, list | tuple | dict) or target is None:
        return data
    said = target[:, 1:]
    if weights is None:
        weights = keras.ops.cast(keras.ops.not_equal(said, PADDING), "float32")
    return (source, target[:, :-1]), said, weights


def check_marks(start_token: int, end_token: int, target_vocabulary: int) -> None:
    """Whether start and end token are two tokens of the target, and not padding.

    Args:
        start_token: The token that a target begins with.
        end_token: The token that ends it.
        target_vocabulary: How many tokens there are.

    Raises:
        ValueError: If they are not.
    """
    if start_token == end_token or not {start_token, end_token} <= set(range(1, target_vocabulary)):
        raise ValueError(
            f"start_token and end_token must be two tokens from 1 to {target_vocabulary - 1}, "
            f"got {start_token} and {end_token}"
        )


def _valid(source: Any, max_tokens: int) -> np.ndarray:
    source = keras.ops.convert_to_numpy(source)
    if source.ndim != 2 or source.dtype.kind not in "iu":
        raise ValueError(f"source must be integers of shape (B, S), got {source.dtype} of shape {source.shape}")
    if max_tokens < 1:
        raise ValueError(f"max_tokens must be at least 1, got {max_tokens!r}")
    return source.astype("int32")
