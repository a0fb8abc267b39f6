r"""A classifier of texts that reads them from both ends. Lessons 08_1 and 17_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.layers import LSTM, Dropout
from dlcourse.layers.arguments import one_of, positive_integer, share
from dlcourse.layers.scaled_dot_product import masked_softmax
from dlcourse.models.arguments import classifier

POOLINGS = ("last", "attention")
PADDING = 0


def bilstm_classifier(
    vocabulary_size: int,
    num_classes: int = 2,
    *,
    units: int = 64,
    embedding: int = 128,
    pooling: str = "last",
    dropout: float = 0.0,
    classifier_activation: Any = "softmax",
    name: str = "bilstm_classifier",
) -> keras.Model:
    r"""Embeddings, an LSTM in each direction, one vector of both for the text, a dense layer.

    $$\overrightarrow{h}_t = \mathrm{LSTM}(\overrightarrow{h}_{t-1}, x_t), \qquad
    \overleftarrow{h}_t = \mathrm{LSTM}(\overleftarrow{h}_{t+1}, x_t), \qquad
    h_t = [\overrightarrow{h}_t; \overleftarrow{h}_t]$$

    The vector is $[\overrightarrow{h}_T; \overleftarrow{h}_1]$, what each direction ends with; or, with attention, the
    average $\sum_t a_t h_t$ by weights $a = \mathrm{softmax}_t(u^\top \tanh(W h_t + b))$, which the layer
    `attention_weights` gives, for a look at what was decisive. Padding is not read: it changes no output.

    With 128 inputs and 64 units the two LSTMs have 98,816 parameters and cost 98,304 multiply-adds a token. Schuster
    and Paliwal (1997), Bidirectional recurrent neural networks; Yang et al. (2016), Hierarchical attention networks for
    document classification.

    Args:
        vocabulary_size: How many tokens there are, 0 being padding, at the end.
        num_classes: K.
        units: Units of each direction.
        embedding: The size of a token's vector.
        pooling: `"last"` or `"attention"`.
        dropout: The share of embeddings and of the text's vector that is dropped in training.
        classifier_activation: Softmax gives probabilities, sigmoid is for one class or several at once, None gives
            what goes into it.
        name: The model's name.

    Returns:
        A model from tokens (B, T) to (B, K).

    Raises:
        ValueError: If a size is not a positive integer, `dropout` no share, `pooling` neither of the two, or softmax is
            asked for with one class.

    Example:
        >>> model = bilstm_classifier(vocabulary_size=1000, num_classes=2)
        >>> print(model(ops.array([[5, 7, 9, 0]])).shape, model.get_layer("bilstm").count_params())
        (1, 2) 98816
    """
    for argument, value in {"vocabulary_size": vocabulary_size, "units": units, "embedding": embedding}.items():
        positive_integer(argument, value)
    one_of("pooling", pooling, POOLINGS)
    share("dropout", dropout)
    classifier(num_classes, classifier_activation)
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    x = keras.layers.Embedding(vocabulary_size, embedding, name="embedding")(tokens)  # (B, T, embedding)
    x = Dropout(dropout, name="embedding_dropout")(x)
    lstm = LSTM(units, return_sequences=pooling == "attention", name="lstm")
    mask = ops.not_equal(tokens, PADDING)  # (B, T)
    # h_t = [forward; backward]
    x = keras.layers.Bidirectional(lstm, name="bilstm")(x, mask=mask)
    if pooling == "attention":
        x = _attended(x, mask)
    x = Dropout(dropout, name="dropout")(x)
    outputs = keras.layers.Dense(num_classes, classifier_activation, name="predictions")(x)
    return keras.Model(tokens, outputs, name=name)


def _attended(annotations: Any, mask: Any) -> Any:
    hidden = keras.layers.Dense(annotations.shape[-1], "tanh", name="attention_hidden")(annotations)
    scores = keras.layers.Dense(1, use_bias=False, name="attention_scores")(hidden)[:, :, 0]  # (B, T)
    # a = softmax_t(u^T tanh(W h_t + b))
    weights = MaskedSoftmax(name="attention_weights")(scores, mask)
    # sum_t a_t h_t
    return ops.sum(ops.expand_dims(weights, -1) * annotations, axis=1)


@keras.saving.register_keras_serializable(package="dlcourse")
class MaskedSoftmax(keras.layers.Layer):
    """The softmax over those places of (B, T) whose mask is True; zeros at the others.

    Example:
        >>> weights = MaskedSoftmax()(ops.array([[1.0, 1.0, 5.0]]), ops.array([[True, True, False]]))
        >>> print(ops.convert_to_numpy(weights))
        [[0.5 0.5 0. ]]
    """

    def call(self, scores: Any, visible: Any) -> Any:
        """Weights that sum to 1 in each row."""
        return masked_softmax(scores, visible)
