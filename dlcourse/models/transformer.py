r"""The Transformer of 2017: an encoder that reads the source, a decoder that writes the target. Lesson 08_3.

Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser and Polosukhin (2017), Attention is all you need.
Shapes: B batch, S source, T target, D features, V vocabulary.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from dlcourse.layers import Dropout, SinusoidalPositionalEncoding, TransformerBlock, arguments
from dlcourse.models.embeddings import TiedEmbedding
from dlcourse.models.encoder_decoder import PADDING, EncoderDecoder, check_marks

EPSILON = 1e-6


@keras.saving.register_keras_serializable(package="dlcourse")
class Transformer(EncoderDecoder):
    r"""From a source (B, S) and a target so far (B, T) to logits (B, T, V) of the token after each.

    $$X_0 = \sqrt{D}\, E_w + P, \qquad X_{n+1} = \mathrm{Encoder}_n(X_n), \qquad
    Y_{n+1} = \mathrm{Decoder}_n(Y_n, X_N), \qquad Z = Y_N E^\top$$

    A target place sees itself and those before it, and no padding; encoder and decoder see no padding of the source. So
    a padded or a later token changes no output: the masks are made from the tokens, and saved with the model.

    Teaching, `greedy` and `beam` are those of every model from sequence to sequence: `fit(source, target)` shifts the
    target; keys and values of what is written are kept while decoding.

    Args:
        source_vocabulary: How many tokens the source has, 0 being padding.
        target_vocabulary: V, likewise.
        width: D, even.
        depth: How many blocks encoder and decoder have, each.
        num_heads: Heads of each; divides D.
        feedforward: The width of the network inside a block; 4 D without it.
        dropout: The share that is dropped after the embeddings, of attention weights and before each addition.
        share_embeddings: Whether source and target have one vocabulary and one matrix.
        normalize_first: Pre-norm, which needs no warm-up of the rate; the paper's is post-norm.
        start_token: The token that a target begins with.
        end_token: The token that ends it.
        dtype: The type or policy of all layers; Keras's own without it.
        name: The model's name.

    Raises:
        ValueError: If a size is not a positive integer, the width odd or no multiple of `num_heads`, start or end token
            padding, equal or no token of the target, or vocabularies to be shared differ.

    Example:
        >>> model = Transformer(source_vocabulary=20, target_vocabulary=30, width=16, depth=1, num_heads=2)
        >>> print(model([np.array([[4, 5, 6]]), np.array([[1, 7]])]).shape)
        (1, 2, 30)
    """

    def __init__(
        self,
        source_vocabulary: int,
        target_vocabulary: int,
        width: int = 512,
        depth: int = 6,
        num_heads: int = 8,
        feedforward: int | None = None,
        dropout: float = 0.1,
        share_embeddings: bool = False,
        normalize_first: bool = False,
        start_token: int = 1,
        end_token: int = 2,
        dtype: Any = None,
        name: str = "transformer",
    ) -> None:
        sizes = {"source_vocabulary": source_vocabulary, "target_vocabulary": target_vocabulary, "width": width}
        sizes |= {"depth": depth, "num_heads": num_heads, "feedforward": feedforward or 4 * width}
        for argument, value in sizes.items():
            arguments.positive_integer(argument, value)
        check_marks(start_token, end_token, target_vocabulary)
        if share_embeddings and source_vocabulary != target_vocabulary:
            raise ValueError(
                "with share_embeddings the vocabularies must be of one size, "
                f"got {source_vocabulary} and {target_vocabulary}"
            )
        self.policy = keras.dtype_policies.get(dtype)
        self.start_token, self.end_token = start_token, end_token
        flags = {"share_embeddings": share_embeddings, "normalize_first": normalize_first}
        self.arguments = {**sizes, "dropout": dropout, **flags, "start_token": start_token, "end_token": end_token}
        self._make_embeddings(source_vocabulary, target_vocabulary, width, dropout, share_embeddings)
        self._make_blocks(depth, num_heads, sizes["feedforward"], dropout, normalize_first)
        source, target = (keras.Input((None,), dtype="int32", name=each) for each in ("source", "target"))
        memory = self.encode(source)
        logits, _ = self._decode(target, memory, _visible(source), _visible(target))
        super().__init__(inputs=[source, target], outputs=logits, name=name)

    def _make_embeddings(self, source: int, target: int, width: int, dropout: float, shared: bool) -> None:
        normal, policy = keras.initializers.RandomNormal(stddev=width**-0.5), self.policy
        name = "embedding" if shared else "target_embedding"
        self.target_embedding = TiedEmbedding(target, width, normal.clone(), dtype=policy, name=name)
        self.source_embedding = (
            self.target_embedding
            if shared
            else TiedEmbedding(source, width, normal.clone(), dtype=policy, name="source_embedding")
        )
        self.positions = SinusoidalPositionalEncoding(dtype=policy, name="positions")
        self.embedding_dropout = Dropout(dropout, dtype=policy, name="embedding_dropout")

    def _make_blocks(self, depth: int, num_heads: int, feedforward: int, dropout: float, normalize_first: bool) -> None:
        options: dict[str, Any] = {
            "dropout": dropout,
            "activation": "relu",
            "normalize_first": normalize_first,
            "epsilon": EPSILON,
        }
        options |= {"dtype": self.policy}
        self.encoder_blocks = [
            TransformerBlock(num_heads, feedforward, **options, name=f"encoder_{number}")
            for number in range(1, depth + 1)
        ]
        self.decoder_blocks = [
            TransformerBlock(
                num_heads, feedforward, causal=True, cross_attention=True, **options, name=f"decoder_{number}"
            )
            for number in range(1, depth + 1)
        ]

    def encode(self, source: Any) -> Any:
        """What the decoder attends to.

        Args:
            source: Token numbers (B, S).

        Returns:
            Vectors (B, S, D).
        """
        x, visible = self._embedded(self.source_embedding, source), _visible(source)
        for block in self.encoder_blocks:
            # X_{n+1} = Encoder_n(X_n)
            x = block(x, attention_mask=visible)
        return x

    def _embedded(self, embedding: TiedEmbedding, tokens: Any, position: Any = 0) -> Any:
        # X_0 = sqrt(D) E_w + P
        vectors = embedding(tokens) * self.arguments["width"] ** 0.5
        return self.embedding_dropout(self.positions(vectors, position=position))

    def _decode(
        self, target: Any, memory: Any, source_visible: Any, visible: Any = None, caches: Any = None, position: Any = 0
    ) -> tuple[Any, Any]:
        """Logits (B, T, V) after each token, and the keys and values if some are kept."""
        y, kept = self._embedded(self.target_embedding, target, position), []
        for number, block in enumerate(self.decoder_blocks):
            # Y_{n+1} = Decoder_n(Y_n, X_N)
            masks = {"attention_mask": visible, "context_attention_mask": source_visible}
            if caches is None:
                y = block(y, memory, **masks)
            else:
                y, cache = block(y, memory, **masks, cache=caches[number], position=position)
                kept.append(cache)
        # Z = Y_N E^T
        return self.target_embedding(y, reverse=True), tuple(kept)

    def first_state(self, source: np.ndarray, max_tokens: int) -> Any:
        """The encoded source, where it is no padding, the place of the next token, and room for keys and values."""
        tokens, rows = ops.convert_to_tensor(source), len(source)
        caches = tuple(block.initial_cache(rows, max_tokens) for block in self.decoder_blocks)
        # Every tensor has a row a sentence, also the place, so that a search can pick rows.
        return self.encode(tokens), _visible(tokens), ops.zeros((rows,), "int32"), caches

    def next_logits(self, tokens: np.ndarray, state: Any) -> tuple[Any, Any]:
        """Logits (B, V) after one more token (B,), and the state then."""
        memory, source_visible, place, caches = state
        logits, caches = self._decode(tokens[:, None], memory, source_visible, caches=caches, position=place[0])
        return logits[:, 0], (memory, source_visible, place + 1, caches)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again."""
        return {"name": self.name, "dtype": keras.dtype_policies.serialize(self.policy), **self.arguments}


def transformer(
    source_vocabulary: int,
    target_vocabulary: int,
    *,
    width: int = 512,
    depth: int = 6,
    num_heads: int = 8,
    dropout: float = 0.1,
    **kwargs: Any,
) -> Transformer:
    """The base model of the paper, or a smaller one.

    Post-norm blocks, ReLU, sinusoidal positions, an output matrix that is that of the target's tokens. With one
    vocabulary of 37,000 tokens, as in the paper, it has 63,082,496 parameters. Vaswani et al. (2017).

    Args:
        source_vocabulary: How many tokens the source has, 0 being padding.
        target_vocabulary: How many the target has, likewise.
        width: Features of a token.
        depth: How many blocks encoder and decoder have, each.
        num_heads: Attention heads of a block.
        dropout: The share that is dropped in training.
        **kwargs: `feedforward`, `share_embeddings`, `normalize_first`, `start_token`, `end_token`, `dtype`, `name`.

    Returns:
        A model from a source (B, S) and a target so far (B, T) to logits (B, T, V). `fit(source, target)` teaches it,
        `greedy` and `beam` write with it.

    Raises:
        ValueError: As `Transformer`.

    Example:
        >>> model = transformer(20, 30, width=16, depth=1, num_heads=2)
        >>> source, target = np.array([[4, 5, 6, 0]]), np.array([[1, 7, 8]])
        >>> print(model([source, target]).shape, model.count_params())
        (1, 3, 30) 8480
    """
    return Transformer(source_vocabulary, target_vocabulary, width, depth, num_heads, dropout=dropout, **kwargs)


def _visible(tokens: Any) -> Any:
    """True where there is no padding, for every place that looks: (B, 1, S)."""
    return ops.expand_dims(ops.not_equal(tokens, PADDING), 1)
