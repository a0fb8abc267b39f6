"""A layer joins the contract by one entry here: `SAMPLES["Name"] = Sample(arguments, inputs, ...)`.

The first word of the key is the exported name, so that `"GRU, reset before"` adds a second way to use `GRU`. Every
exported layer needs an entry; `test_contract.py` (TensorFlow) and `test_backends.py` (JAX, PyTorch) do the rest.

- `arguments` differ from the defaults; each must come back in the config.
- `inputs`: an array; a list of arrays if `call` takes a list; a tuple of such if `call` takes several arguments. The
  first axis is the batch, of 4 examples. The type of an array is that of the input. Widths 2 to 6, steps 3 to 5.
- `wrong`: pairs of (arguments that replace the right ones, what the message of the ValueError must contain), which
  names the rule and the value received. One pair at least for each argument that has a rule.
- `mask`: "passes" if the mask of the first input comes out, "ends" if it is taken and does not come out, "makes" if the
  layer makes one of its own, "none" if the layer refuses to know of masks (`supports_masking` is False).
- `training`: "same" if it does the same in both modes, "differs" if not, "random" if it draws in training, "always
  random" if in both.
- `batch_statistics`: True if training takes statistics of the batch, so that two replicas differ from one.
- `options`: further keyword arguments of `call`.
- `rtol`: by what factor the tolerances of single and mixed precision grow, where a reason is given beside it.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import keras
import numpy as np


@dataclass(frozen=True)
class Sample:
    """Constructor arguments, and inputs on which the layer does something."""

    arguments: dict[str, Any]
    inputs: Any
    wrong: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    mask: Literal["passes", "ends", "makes", "none"] = "none"
    training: Literal["same", "differs", "random", "always random"] = "same"
    options: dict[str, Any] = field(default_factory=dict)
    batch_statistics: bool = False
    rtol: float = 1.0

    @property
    def call_arguments(self) -> tuple[Any, ...]:
        """The positional arguments of `call`."""
        return self.inputs if isinstance(self.inputs, tuple) else (self.inputs,)

    def is_random(self, training: bool) -> bool:
        """Whether two calls in this mode differ."""
        return self.training == "always random" or (training and self.training == "random")


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """Standard normal numbers in single precision."""
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


SAMPLES: dict[str, Sample] = {}

SAMPLES["LabelSmoothing"] = Sample(
    {"epsilon": 0.2},
    np.eye(4, dtype="float32")[[0, 2, 3, 2]],
    wrong=[({"epsilon": 1.0}, "epsilon must be at least 0 and below 1, got 1.0")],
    mask="passes",
    training="differs",
)

SAMPLES["MinPooling2D"] = Sample(
    {"pool_size": (2, 3), "strides": (2, 1), "padding": "same"},
    normal(4, 3, 4, 2),
    wrong=[
        ({"pool_size": 0}, "pool_size must be a positive integer or a pair of them, got 0"),
        ({"strides": (1, 2, 3)}, "strides must be a positive integer or a pair of them, got (1, 2, 3)"),
        ({"padding": "full"}, "padding must be one of 'valid', 'same', got 'full'"),
        ({"data_format": "last"}, "data_format must be one of 'channels_last', 'channels_first', got 'last'"),
    ],
)
SAMPLES["LocalResponseNormalization"] = Sample(
    {"radius": 1, "bias": 1.5, "alpha": 0.5, "beta": 0.6},
    normal(4, 3, 5),
    wrong=[
        ({"radius": -1}, "radius must be an integer of at least 0, got -1"),
        ({"bias": 0.0}, "bias must be positive, got 0.0"),
        ({"alpha": -0.1}, "alpha must not be negative, got -0.1"),
    ],
    mask="passes",
)
SAMPLES["LayerScale"] = Sample(
    {"initial": 0.5},
    normal(4, 3, 5),
    wrong=[({"initial": float("nan")}, "initial must be a finite number, got nan")],
    mask="passes",
)
SAMPLES["SqueezeExcite"] = Sample(
    {"ratio": 2}, normal(4, 3, 3, 6), wrong=[({"ratio": 0.5}, "ratio must be at least 1, got 0.5")]
)
SAMPLES["InceptionBlock"] = Sample(
    {"one": 2, "three": (2, 3), "five": (1, 2), "pool": 2, "activation": "tanh"},
    normal(4, 4, 3, 2),
    wrong=[
        ({"one": 0}, "one must be a positive number of filters, got 0"),
        ({"three": 4}, "three must be a pair, the filters of the reduction and of the rest, got 4"),
        ({"five": (2, 0)}, "five must be a positive number of filters, got (2, 0)"),
    ],
)
SAMPLES["DepthwiseSeparableBlock"] = Sample(
    {"filters": 3, "kernel_size": 2, "strides": 2},
    normal(4, 5, 4, 2),
    wrong=[
        ({"filters": 0}, "filters must be a positive integer, got 0"),
        ({"strides": 1.5}, "strides must be a positive integer, got 1.5"),
    ],
    training="differs",
    batch_statistics=True,
)
SAMPLES["Residual"] = Sample(
    {"layers": [keras.layers.serialize(keras.layers.Dense(5, "tanh", name="inner"))], "activation": "relu"},
    normal(4, 3, 5),
    wrong=[
        ({"layers": []}, "layers must be a Keras layer or a list of at least one, got []"),
        ({"shortcut": "none"}, "shortcut must be one of 'identity', 'projection', got 'none'"),
        ({"strides": 2}, "strides must be a positive integer, and 1 with an identity, got 2"),
    ],
    mask="passes",
)
SAMPLES["Residual, projected"] = Sample(
    {"layers": [keras.layers.serialize(keras.layers.Dense(3, name="inner"))], "shortcut": "projection"},
    normal(4, 3, 5),
    mask="passes",
)
SAMPLES["Residual, strided"] = Sample(
    {
        "layers": [keras.layers.serialize(keras.layers.AveragePooling2D(2, padding="same", name="inner"))],
        "shortcut": "projection",
        "strides": 2,
    },
    normal(4, 5, 4, 2),
)

SAMPLES["AdditiveAttention"] = Sample(
    {"units": 5},
    (normal(4, 3, 6), normal(4, 2, 4, seed=1)),
    wrong=[({"units": 0}, "units must be a positive integer, got 0")],
    mask="passes",
)

SAMPLES["MultiplicativeAttention"] = Sample(
    {"score": "concat", "scope": "local-p", "window": 2, "units": 5},
    (normal(4, 3, 6), normal(4, 5, 4, seed=1)),
    wrong=[
        ({"score": "product"}, "score must be one of 'dot', 'general', 'concat', got 'product'"),
        ({"scope": "local"}, "scope must be one of 'global', 'local-m', 'local-p', got 'local'"),
        ({"window": 0}, "window must be a positive integer, got 0"),
        ({"units": -1}, "units must be a positive integer, got -1"),
    ],
    mask="passes",
)

SAMPLES["BatchNormalization"] = Sample(
    {"axis": 1, "momentum": 0.7, "epsilon": 1e-2, "center": False, "synchronized": True},
    normal(4, 3, 6),
    wrong=[
        ({"momentum": 1.0}, "momentum must be at least 0 and below 1, got 1.0"),
        ({"epsilon": -1.0}, "epsilon must be a positive number, got -1.0"),
        ({"axis": 1.5}, "axis must be an integer, got 1.5"),
    ],
    mask="passes",
    training="differs",
)

SAMPLES["RMSNormalization"] = Sample(
    {"epsilon": 1e-2},
    normal(4, 3, 6),
    wrong=[({"epsilon": 0}, "epsilon must be a positive number, got 0")],
    mask="passes",
)

SAMPLES["SimpleRNNCell"] = Sample(
    {"units": 3, "use_bias": False},
    (normal(4, 5), [normal(4, 3, seed=1)]),
    wrong=[({"units": 0}, "units must be a positive integer, got 0")],
)

SAMPLES["LSTMCell"] = Sample(
    {"units": 3, "unit_forget_bias": False},
    (normal(4, 5), [normal(4, 3, seed=1), normal(4, 3, seed=2)]),
    wrong=[({"units": 2.5}, "units must be a positive integer, got 2.5")],
)

SAMPLES["GRUCell"] = Sample(
    {"units": 3, "reset_after": False, "update": "replace"},
    (normal(4, 5), [normal(4, 3, seed=1)]),
    wrong=[
        ({"units": -3}, "units must be a positive integer, got -3"),
        ({"update": "forget"}, "update must be one of 'keep', 'replace', got 'forget'"),
    ],
)

SAMPLES["LSTM"] = Sample(
    {"units": 3, "return_sequences": True, "go_backwards": True, "own_gradient": True},
    normal(4, 4, 5),
    wrong=[({"units": 0}, "units must be a positive integer, got 0")],
    mask="passes",
)

SAMPLES["LSTM, with states"] = Sample(
    {"units": 3, "return_state": True, "use_bias": False},
    (normal(4, 4, 5), [normal(4, 3, seed=1), normal(4, 3, seed=2)]),
    mask="ends",
)

SAMPLES["GRU"] = Sample(
    {"units": 3, "return_sequences": True},
    normal(4, 4, 5),
    wrong=[
        ({"units": True}, "units must be a positive integer, got True"),
        ({"update": "forget"}, "update must be one of 'keep', 'replace', got 'forget'"),
    ],
    mask="passes",
)

SAMPLES["GRU, reset before"] = Sample(
    {"units": 3, "reset_after": False, "update": "replace", "return_state": True},
    normal(4, 4, 5),
    mask="ends",
)

SAMPLES["Dropout"] = Sample(
    {"rate": 0.4, "noise_shape": (None, 1, None), "seed": 5},
    normal(4, 3, 6),
    wrong=[
        ({"rate": 1.0}, "rate must be at least 0 and below 1, got 1.0"),
        ({"noise_shape": (None, 0)}, "noise_shape, where it is not None, must be a positive integer, got 0"),
    ],
    mask="passes",
    training="random",
)

SAMPLES["LayerNormalization"] = Sample(
    {"epsilon": 1e-2, "center": False},
    normal(4, 3, 6),
    wrong=[({"epsilon": 0.0}, "epsilon must be a positive number, got 0.0")],
    mask="passes",
)

SAMPLES["MultiHeadAttention"] = Sample(
    {"num_heads": 2, "key_dim": 4, "value_dim": 3, "dropout": 0.3, "use_bias": False, "rotary": True},
    (normal(4, 3, 6), normal(4, 3, 5, seed=1)),
    wrong=[
        ({"num_heads": 0}, "num_heads must be a positive integer, got 0"),
        ({"key_dim": 2.0}, "key_dim must be a positive integer, got 2.0"),
        ({"value_dim": -1}, "value_dim must be a positive integer, got -1"),
        ({"dropout": 1.5}, "dropout must be at least 0 and below 1, got 1.5"),
        ({"key_dim": 3}, "key_dim must be even with rotary, got 3"),
    ],
    mask="passes",
    training="random",
)

SAMPLES["MultiHeadAttention, with weights"] = Sample(
    {"num_heads": 2, "key_dim": 2},
    (normal(4, 3, 6), normal(4, 5, 4, seed=1)),
    mask="passes",
    options={"use_causal_mask": True, "return_attention_scores": True},
)

SAMPLES["RotaryEmbedding"] = Sample(
    {"max_wavelength": 50.0},
    normal(4, 3, 6),
    wrong=[({"max_wavelength": -1.0}, "max_wavelength must be a positive number, got -1.0")],
    mask="passes",
)

SAMPLES["SinusoidalPositionalEncoding"] = Sample(
    {"max_wavelength": 50.0},
    normal(4, 3, 6),
    wrong=[({"max_wavelength": 0}, "max_wavelength must be a positive number, got 0")],
    mask="passes",
)

SAMPLES["TransformerBlock"] = Sample(
    {"num_heads": 2, "feedforward_dim": 5, "dropout": 0.2, "causal": True, "activation": "relu", "rotary": True},
    normal(4, 3, 4),
    wrong=[
        ({"num_heads": 0}, "num_heads must be a positive integer, got 0"),
        ({"feedforward_dim": 0}, "feedforward_dim must be a positive integer, got 0"),
        ({"dropout": -0.5}, "dropout must be at least 0 and below 1, got -0.5"),
        ({"epsilon": 0.0}, "epsilon must be a positive number, got 0.0"),
    ],
    mask="passes",
    training="random",
    rtol=3.0,  # two normalizations in a row
)

SAMPLES["TransformerBlock, with context"] = Sample(
    {
        "num_heads": 2,
        "feedforward_dim": 5,
        "activation": "gelu_approximate",
        "normalize_first": False,
        "cross_attention": True,
        "epsilon": 1e-3,
        "use_bias": False,
    },
    (normal(4, 3, 4), normal(4, 2, 6, seed=1)),
    mask="passes",
    rtol=5.0,  # three normalizations in a row
)

SAMPLES["GaussianSampling"] = Sample(
    {"seed": 7},
    [normal(4, 3), normal(4, 3, seed=1)],
    wrong=[({"seed": 1.5}, "seed must be an integer or None, got 1.5")],
    training="always random",
)

SAMPLES["MinibatchStandardDeviation"] = Sample(
    {"group_size": 2, "epsilon": 1e-4},
    normal(4, 3, 2, 3),
    wrong=[
        ({"group_size": 1}, "group_size must be at least 2 or None, got 1"),
        ({"epsilon": 0.0}, "epsilon must be positive, got 0.0"),
    ],
)

SAMPLES["Rematerialized"] = Sample(
    {"layer": keras.layers.serialize(keras.layers.Dense(3, "tanh", name="inner"))},
    normal(4, 5, 6),
    wrong=[({"layer": "dense"}, "layer must be a Keras layer, got 'dense'")],
    mask="passes",
)
SAMPLES["Rematerialized, with state"] = Sample(
    {"layer": keras.layers.serialize(keras.layers.Dropout(0.5, seed=3, name="inner"))},
    normal(4, 6),
    mask="passes",
    training="random",
)

SAMPLES["LoRADense"] = Sample(
    {"units": 5, "rank": 2, "alpha": 3.0, "activation": "tanh", "use_bias": False},
    normal(4, 3, 6),
    wrong=[
        ({"units": 0}, "units must be at least 1, got 0"),
        ({"rank": 0}, "rank must be at least 1, got 0"),
        ({"alpha": 0.0}, "alpha must be positive or None, got 0.0"),
    ],
    mask="passes",
)

SAMPLES["LinearAttention"] = Sample(
    {"num_heads": 2, "key_dim": 3, "causal": True},
    normal(4, 5, 4),
    wrong=[
        ({"num_heads": 0}, "num_heads must be at least 1, got 0"),
        ({"key_dim": -1}, "key_dim must be at least 1, got -1"),
    ],
    mask="passes",
)

# The balancing loss and the capacity belong to the batch, so that two halves of it differ from the whole.
SAMPLES["MixtureOfExperts"] = Sample(
    {"num_experts": 3, "hidden_units": 5, "top_k": 2, "balance": 0.0, "activation": "tanh"},
    normal(4, 3, 4),
    wrong=[
        ({"num_experts": 1}, "num_experts must be at least 2, got 1"),
        ({"hidden_units": 0}, "hidden_units must be at least 1, got 0"),
        ({"top_k": 4}, "top_k must be from 1 to num_experts 3, got 4"),
        ({"capacity_factor": 0.0}, "capacity_factor must be positive or None, got 0.0"),
        ({"balance": -1.0}, "balance must be at least 0, got -1.0"),
    ],
    mask="passes",
)
SAMPLES["MixtureOfExperts, with capacity"] = Sample(
    {"num_experts": 3, "hidden_units": 5, "top_k": 1, "capacity_factor": 1.5, "balance": 0.1},
    normal(4, 3, 4),
    mask="passes",
    batch_statistics=True,
)

SAMPLES["GraphConvolution"] = Sample(
    {"units": 3, "activation": "tanh", "use_bias": False},
    [normal(4, 5, 2), np.random.default_rng(1).uniform(size=(4, 5, 5)).astype("float32")],
    wrong=[({"units": 0}, "units must be at least 1, got 0")],
    mask="passes",
)
