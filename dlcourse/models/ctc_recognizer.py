r"""From a log-mel spectrogram to symbols, without being told when each is spoken. Project 17_3.

Graves, Fernandez, Gomez and Schmidhuber (2006), Connectionist temporal classification: labelling unsegmented sequence
data with recurrent neural networks. Shapes: B batch, T frames, M mel bands, K symbols besides the blank.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from dlcourse.layers import LSTM, Dropout, arguments
from dlcourse.models.functional_model import FunctionalModel

BLANK = 0
IMPOSSIBLE = -1e4
STRIDE = 2


@keras.saving.register_keras_serializable(package="dlcourse")
class CTCRecognizer(FunctionalModel):
    r"""From features (B, T, M) to logits (B, T / 2, K + 1), of which number 0 is the blank; `models.ctc_recognizer`.

    $$P(l \mid x) = \sum_{\pi:\, \mathcal{B}(\pi) = l} \prod_t p_t(\pi_t), \qquad
    p_t = \mathrm{softmax}(W [\overrightarrow{h}_t; \overleftarrow{h}_t] + b)$$

    $\mathcal{B}$ merges repeated symbols, then takes out the blanks. A convolution halves the frames; LSTMs read them
    in both directions. Frames of zeros are padding: they are not read, and the blank is certain there, so that loss and
    transcription are those of the unpadded sound. Compile with `keras.losses.CTC()`, whose targets (B, length) are
    symbols from 1 to K and zeros after them.

    Args:
        bands: M.
        num_symbols: K.
        units: Units of each direction, and filters of the convolution.
        depth: How many layers of LSTMs.
        dropout: The share of what goes into each LSTM and into the output layer that is dropped in training.
        dtype: The type or policy of all layers; Keras's own without it.
        name: The model's name.

    Raises:
        ValueError: If a size is not a positive integer or `dropout` no share.

    Example:
        >>> model = CTCRecognizer(bands=8, num_symbols=10, units=16, depth=1, dropout=0.0)
        >>> print(model(np.zeros((2, 21, 8))).shape)
        (2, 11, 11)
    """

    def __init__(
        self,
        bands: int,
        num_symbols: int,
        units: int = 64,
        depth: int = 2,
        dropout: float = 0.0,
        dtype: Any = None,
        name: str = "ctc_recognizer",
    ) -> None:
        sizes = {"bands": bands, "num_symbols": num_symbols, "units": units, "depth": depth}
        for argument, value in sizes.items():
            arguments.positive_integer(argument, value)
        self.arguments = {**sizes, "dropout": arguments.share("dropout", dropout)}
        self.policy = policy = keras.dtype_policies.get(dtype)
        features = keras.Input((None, bands), name="features")
        heard = ops.any(ops.not_equal(features, 0), axis=-1)[:, ::STRIDE]  # (B, T / 2)
        # Padded on both sides alike, so that frames added at the end move nothing.
        x = keras.layers.ZeroPadding1D(1, dtype=policy, name="edges")(features)
        x = keras.layers.Conv1D(units, 3, strides=STRIDE, activation="relu", dtype=policy, name="convolution")(x)
        for number in range(1, depth + 1):
            x = Dropout(dropout, dtype=policy, name=f"dropout_{number}")(x)
            lstm = LSTM(units, return_sequences=True, dtype=policy, name=f"lstm_{number}")
            x = keras.layers.Bidirectional(lstm, dtype=policy, name=f"bilstm_{number}")(x, mask=heard)
        x = Dropout(dropout, dtype=policy, name="dropout")(x)
        logits = keras.layers.Dense(num_symbols + 1, dtype=policy, name="logits")(x)  # (B, T / 2, K + 1)
        certain = ops.where(ops.arange(num_symbols + 1) == BLANK, 0.0, IMPOSSIBLE)
        logits = ops.where(ops.expand_dims(heard, -1), logits, ops.cast(certain, logits.dtype))
        super().__init__(inputs=features, outputs=logits, name=name)

    def transcribe(self, features: Any, beam_width: int | None = None) -> list[list[int]]:
        """The symbols that are heard.

        Args:
            features: Shape (B, T, M), zeros after the end of a sound.
            beam_width: How many beginnings a beam search keeps; None takes the likeliest symbol of each frame.

        Returns:
            For each sound its symbols, from 1 to K.

        Raises:
            ValueError: If `beam_width` is not positive.
        """
        logits = self(ops.convert_to_tensor(features))
        lengths = ops.full((logits.shape[0],), logits.shape[1], dtype="int32")
        search: dict[str, Any] = {"strategy": "greedy"}
        if beam_width is not None:
            arguments.positive_integer("beam_width, where it is not None,", beam_width)
            search = {"strategy": "beam_search", "beam_width": beam_width}
        decoded, _ = ops.ctc_decode(logits, lengths, mask_index=BLANK, **search)
        rows = np.asarray(ops.convert_to_numpy(decoded))[0]
        return [[int(symbol) for symbol in row if symbol > BLANK] for row in rows]

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again."""
        return {"name": self.name, "dtype": keras.dtype_policies.serialize(self.policy), **self.arguments}


def ctc_recognizer(
    bands: int = 40, num_symbols: int = 10, *, units: int = 64, depth: int = 2, dropout: float = 0.0, **kwargs: Any
) -> CTCRecognizer:
    """A small recognizer of speech, say of strings of spoken digits.

    A convolution of stride 2, bidirectional LSTMs, one dense layer. With 40 bands, 10 symbols and 64 units it has
    174,027 parameters. Graves et al. (2006).

    Args:
        bands: Mel bands M of a frame.
        num_symbols: How many symbols there are besides the blank.
        units: Units of each direction.
        depth: How many layers of LSTMs.
        dropout: The share that is dropped in training.
        **kwargs: `dtype` and `name`.

    Returns:
        A model from features (B, T, M) to logits (B, T / 2, symbols + 1), for `keras.losses.CTC()`.

    Raises:
        ValueError: If a size is not a positive integer or `dropout` no share.

    Example:
        >>> model = ctc_recognizer(bands=8, num_symbols=10, units=16, depth=1)
        >>> features = np.random.default_rng(0).normal(size=(2, 21, 8)).astype("float32")
        >>> print(model(features).shape, [len(symbols) <= 11 for symbols in model.transcribe(features)])
        (2, 11, 11) [True, True]
    """
    return CTCRecognizer(bands, num_symbols, units, depth, dropout, **kwargs)
