r"""A recurrent encoder and a recurrent decoder, with or without attention between them. Lesson 08_2.

Sutskever, Vinyals and Le (2014), Sequence to sequence learning with neural networks; Bahdanau, Cho and Bengio (2015),
Neural machine translation by jointly learning to align and translate; Luong, Pham and Manning (2015), Effective
approaches to attention-based neural machine translation. Shapes: B batch, S source, T target, D units, V vocabulary.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from dlcourse.layers import GRU, LSTM, AdditiveAttention, Dropout, MultiplicativeAttention, arguments
from dlcourse.models.encoder_decoder import PADDING, EncoderDecoder, check_marks

CELLS = {"gru": (GRU, 1), "lstm": (LSTM, 2)}
ATTENTIONS = ("additive", "multiplicative")


@keras.saving.register_keras_serializable(package="dlcourse")
class Seq2Seq(EncoderDecoder):
    r"""From a source (B, S) and a target so far (B, T) to logits (B, T, V) of the token after each.

    $$h_s = \mathrm{RNN}_{\text{enc}}(h_{s-1}, x_s), \qquad d_0 = h_S, \qquad
    d_t = \mathrm{RNN}_{\text{dec}}(d_{t-1}, y_t)$$

    $$c_t = \sum_s a_{ts} h_s, \qquad \tilde{d}_t = \tanh(W_c [d_t; c_t] + b_c), \qquad z_t = W_o \tilde{d}_t + b_o$$

    Without attention the last state alone, a vector of fixed size, has to hold the whole source, and
    $\tilde{d}_t = d_t$. With it the weights $a_{ts}$ are additive (Bahdanau) or multiplicative (Luong, "general").
    Either way attention comes after the recurrent step, as in Luong's paper; in Bahdanau's it feeds the step.
    A bidirectional encoder has annotations from both sides, and $d_0 = \tanh(W_b [\overrightarrow{h}_S;
    \overleftarrow{h}_1] + b_b)$.

    Teaching, `greedy` and `beam` are those of every model from sequence to sequence: `fit(source, target)` shifts the
    target.

    Args:
        source_vocabulary: How many tokens the source has, 0 being padding.
        target_vocabulary: V, likewise.
        units: D.
        embedding: The size of a token's vector; D without it.
        cell: `"gru"` or `"lstm"`.
        attention: `"additive"`, `"multiplicative"` or None.
        bidirectional: Whether the encoder also reads from the end.
        dropout: The share of embeddings and of what goes into the output layer that is dropped in training.
        start_token: The token that a target begins with.
        end_token: The token that ends it.
        dtype: The type or policy of all layers; Keras's own without it.
        name: The model's name.

    Raises:
        ValueError: If a size is not a positive integer, a choice is none of those named, `dropout` no share, or start
            or end token padding, equal or no token of the target.

    Example:
        >>> model = Seq2Seq(20, 30, units=16, attention="additive")
        >>> source, target = np.array([[4, 5, 6, 0]]), np.array([[1, 7, 8]])
        >>> print(model([source, target]).shape, model.count_params())
        (1, 3, 30) 5630
        >>> weights = model.alignment(source, target)
        >>> print(weights.shape, weights[0, :, 3].max())
        (1, 3, 4) 0.0
    """

    def __init__(
        self,
        source_vocabulary: int,
        target_vocabulary: int,
        units: int = 256,
        embedding: int | None = None,
        *,
        cell: str = "gru",
        attention: str | None = "additive",
        bidirectional: bool = False,
        dropout: float = 0.0,
        start_token: int = 1,
        end_token: int = 2,
        dtype: Any = None,
        name: str = "seq2seq",
    ) -> None:
        sizes = {"source_vocabulary": source_vocabulary, "target_vocabulary": target_vocabulary, "units": units}
        sizes["embedding"] = units if embedding is None else embedding
        for argument, value in sizes.items():
            arguments.positive_integer(argument, value)
        arguments.one_of("cell", cell, tuple(CELLS))
        if attention is not None:
            arguments.one_of("attention, where it is not None,", attention, ATTENTIONS)
        check_marks(start_token, end_token, target_vocabulary)
        choices = {"cell": cell, "attention": attention, "bidirectional": bool(bidirectional)}
        marks = {"start_token": start_token, "end_token": end_token}
        self.arguments = {**sizes, **choices, "dropout": arguments.share("dropout", dropout), **marks}
        self.policy = keras.dtype_policies.get(dtype)
        self.start_token, self.end_token = start_token, end_token
        self._make_embeddings(source_vocabulary, target_vocabulary, sizes["embedding"], dropout)
        self._make_recurrent(units, cell, bool(bidirectional))
        self._make_output(units, attention, target_vocabulary)
        source, target = (keras.Input((None,), dtype="int32", name=each) for each in ("source", "target"))
        memory, states = self._encode(source)
        logits, _, _ = self._decode(target, states, memory, ops.not_equal(source, PADDING))
        super().__init__(inputs=[source, target], outputs=logits, name=name)

    def _make_embeddings(self, source: int, target: int, size: int, dropout: float) -> None:
        self.source_embedding = keras.layers.Embedding(source, size, dtype=self.policy, name="source_embedding")
        self.target_embedding = keras.layers.Embedding(target, size, dtype=self.policy, name="target_embedding")
        self.dropout = Dropout(dropout, dtype=self.policy, name="dropout")

    def _make_recurrent(self, units: int, cell: str, bidirectional: bool) -> None:
        layer, states = CELLS[cell]
        options = {"return_sequences": True, "return_state": True, "dtype": self.policy}
        encoder, self.bridges = layer(units, **options, name="encoder"), []
        if bidirectional:
            encoder = keras.layers.Bidirectional(encoder, dtype=self.policy, name="encoder_both_ways")
            self.bridges = [
                keras.layers.Dense(units, "tanh", dtype=self.policy, name=f"bridge_{number}")
                for number in range(1, states + 1)
            ]
        self.encoder = encoder
        self.decoder = layer(units, **options, name="decoder")

    def _make_output(self, units: int, attention: str | None, vocabulary: int) -> None:
        self.attention = None
        if attention == "additive":
            self.attention = AdditiveAttention(units, dtype=self.policy, name="attention")
        elif attention == "multiplicative":
            self.attention = MultiplicativeAttention("general", dtype=self.policy, name="attention")
        if attention is not None:
            self.combine = keras.layers.Dense(units, "tanh", dtype=self.policy, name="combine")
        self.output_layer = keras.layers.Dense(vocabulary, dtype=self.policy, name="logits")

    def _encode(self, source: Any) -> tuple[Any, list[Any]]:
        """Annotations (B, S, D or 2 D), and the states that the decoder begins with, (B, D) each."""
        # h_s = RNN_enc(h_{s-1}, x_s)
        embedded = self.dropout(self.source_embedding(source))
        memory, *states = self.encoder(embedded, mask=ops.not_equal(source, PADDING))
        if self.bridges:
            half = len(states) // 2
            pairs = zip(states[:half], states[half:], strict=True)
            # d_0 = tanh(W_b [h_S forward; h_1 backward] + b_b)
            states = [bridge(ops.concatenate(pair, axis=-1)) for bridge, pair in zip(self.bridges, pairs, strict=True)]
        return memory, states

    def _decode(self, target: Any, states: Any, memory: Any, mask: Any) -> tuple[Any, list[Any], Any]:
        """Logits (B, T, V), the states after the last token, and the attention weights (B, T, S) if there are any."""
        # d_t = RNN_dec(d_{t-1}, y_t)
        output, *states = self.decoder(self.dropout(self.target_embedding(target)), initial_state=list(states))
        weights = None
        if self.attention is not None:
            # c_t = sum_s a_ts h_s
            context, weights = self.attention(output, memory, value_mask=mask, return_attention_scores=True)
            # ~d_t = tanh(W_c [d_t; c_t] + b_c)
            output = self.combine(ops.concatenate([output, context], axis=-1))
        # z_t = W_o ~d_t + b_o
        return self.output_layer(self.dropout(output)), states, weights

    def alignment(self, source: Any, target: Any) -> np.ndarray:
        """Where each step of the decoder looks, for a heat map.

        Args:
            source: Token numbers (B, S).
            target: What the decoder reads (B, T), the start token first.

        Returns:
            Weights (B, T, S); each row sums to 1 over the places that are no padding.

        Raises:
            ValueError: If the model has no attention.
        """
        if self.attention is None:
            raise ValueError("an alignment needs a model with attention, got attention=None")
        source, target = (ops.cast(ops.convert_to_tensor(each), "int32") for each in (source, target))
        memory, states = self._encode(source)
        return ops.convert_to_numpy(self._decode(target, states, memory, ops.not_equal(source, PADDING))[2])

    def first_state(self, source: np.ndarray, max_tokens: int) -> Any:
        """The states that the decoder begins with, the annotations, and where they are no padding."""
        tokens = ops.convert_to_tensor(source)
        memory, states = self._encode(tokens)
        if self.attention is None:
            return tuple(states), (), ()
        return tuple(states), memory, ops.not_equal(tokens, PADDING)

    def next_logits(self, tokens: np.ndarray, state: Any) -> tuple[Any, Any]:
        """Logits (B, V) after one more token (B,), and the state then."""
        states, memory, mask = state
        logits, states, _ = self._decode(ops.convert_to_tensor(tokens)[:, None], states, memory, mask)
        return logits[:, 0], (tuple(states), memory, mask)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again."""
        return {"name": self.name, "dtype": keras.dtype_policies.serialize(self.policy), **self.arguments}
