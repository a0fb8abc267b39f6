"""What the course teaches is written out: ours neither subclasses nor calls the built-in that it is held to.

Looked for is every name by which a module could reach the built-in: imported, as an attribute, or as a keyword.
"""

import ast
import inspect
from pathlib import Path

import keras
import pytest

from dlcourse import initializers, layers, losses, metrics, optimizers, schedules

BASES = {
    keras.initializers.Initializer,
    keras.layers.Layer,
    keras.layers.RNN,
    keras.losses.Loss,
    keras.metrics.Metric,
    keras.optimizers.Optimizer,
    keras.optimizers.schedules.LearningRateSchedule,
    object,
}
BUILT_IN_OPTIMIZERS = {name for name in dir(keras.optimizers) if name not in ("Optimizer", "schedules")}
BUILT_IN_LOSSES = {name for name in dir(keras.losses) if name != "Loss"}
SMOOTHING = {"CategoricalCrossentropy", "categorical_crossentropy", "CategoricalFocalCrossentropy", "label_smoothing"}
BUILT_IN_ATTENTION = {"MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention"}
BUILT_IN_ATTENTION |= {"dot_product_attention"}
BUILT_IN_RECURRENT = {"SimpleRNN", "LSTM", "GRU", "CudnnRNNV3", "BlockLSTMV2", "raw_ops", "rnn"}

# What is exported, and the built-ins' names that must not occur where it is written.
HELD_TO = {
    initializers.VarianceScaling: set(dir(keras.initializers)) - set(dir(keras.random)) - {"Initializer"},
    **{getattr(optimizers, name): BUILT_IN_OPTIMIZERS for name in optimizers.__all__},
    schedules.WarmupCosine: {name for name in dir(keras.optimizers.schedules) if name != "LearningRateSchedule"},
    losses.PseudoHuber: BUILT_IN_LOSSES,
    losses.FocalLoss: BUILT_IN_LOSSES,
    losses.NTXent: BUILT_IN_LOSSES,
    losses.TripletLoss: BUILT_IN_LOSSES,
    losses.gaussian_kl: BUILT_IN_LOSSES,
    losses.smooth_labels: SMOOTHING,
    layers.LabelSmoothing: SMOOTHING,
    layers.AdditiveAttention: BUILT_IN_ATTENTION,
    layers.MultiplicativeAttention: BUILT_IN_ATTENTION,
    layers.BatchNormalization: {"BatchNormalization", "batch_normalization", "normalize"},
    layers.RMSNormalization: {"RMSNormalization", "rms_normalization", "standardize"},
    layers.SimpleRNNCell: BUILT_IN_RECURRENT,
    layers.LSTMCell: BUILT_IN_RECURRENT,
    layers.GRUCell: BUILT_IN_RECURRENT,
    layers.LSTM: BUILT_IN_RECURRENT,
    layers.GRU: BUILT_IN_RECURRENT,
    layers.Dropout: {"Dropout", "dropout", "AlphaDropout", "SpatialDropout1D"},
    layers.LayerNormalization: {"LayerNormalization", "layer_normalization", "standardize", "normalize"},
    layers.MultiHeadAttention: BUILT_IN_ATTENTION,
    layers.RotaryEmbedding: {"rotary_embedding", "keras_hub"},
    layers.SinusoidalPositionalEncoding: {"SinePositionEncoding", "keras_hub"},
    layers.TransformerBlock: {"dot_product_attention", "keras_hub", "keras_nlp"},
    layers.MinPooling2D: {name for name in dir(keras.layers) if "Pool" in name},
    layers.LocalResponseNormalization: {"tensorflow", "nn", "local_response_normalization", "lrn"},
    layers.LayerScale: {"EinsumDense", "Rescaling"},
    layers.SqueezeExcite: {"GlobalAveragePooling2D", "Multiply", "applications"},
    layers.InceptionBlock: {"Concatenate", "applications"},
    layers.DepthwiseSeparableBlock: {"SeparableConv2D", "separable_conv", "applications"},
    layers.Residual: {"Add", "add"},
    layers.GaussianSampling: {"GaussianNoise", "GaussianDropout", "keras_hub"},
    layers.MinibatchStandardDeviation: {"BatchNormalization", "moments"},
    layers.Rematerialized: {"RematScope", "recompute_grad", "rematerialized_call"},
    layers.LoRADense: {"enable_lora", "lora_rank", "lora_alpha", "keras_hub"},
    layers.LinearAttention: BUILT_IN_ATTENTION,
    layers.MixtureOfExperts: {"keras_hub", "MoE"},
    layers.GraphConvolution: {"spektral", "tensorflow_gnn", "networkx"},
    metrics.ExpectedCalibrationError: {name for name in dir(keras.metrics) if name != "Metric"},
}
by_name = pytest.mark.parametrize("ours", HELD_TO, ids=lambda ours: ours.__name__)


def names_in(source: str) -> set[str]:
    """Every name that code could reach something by; what docstrings and comments say does not count."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                found.add(name)
            case ast.Import(names=aliases):
                found.update(part for alias in aliases for part in alias.name.split("."))
            case ast.ImportFrom(module=module, names=aliases):
                found.update((module or "").split("."), (alias.name for alias in aliases))
            case ast.Call(func=ast.Name(id="getattr" | "__import__")):
                found.add("a name made while running")
    return found


def exported() -> set[object]:
    modules = (initializers, layers, losses, metrics, optimizers, schedules)
    return {getattr(module, name) for module in modules for name in module.__all__}


def test_everything_exported_is_held_to_something():
    assert exported() == set(HELD_TO)


@by_name
def test_the_module_does_not_name_the_built_in(ours):
    used = names_in(Path(inspect.getsourcefile(ours)).read_text(encoding="utf-8"))
    assert not used & (HELD_TO[ours] | {"src", "a name made while running"})


@pytest.mark.parametrize("ours", [each for each in HELD_TO if inspect.isclass(each)], ids=lambda ours: ours.__name__)
def test_a_class_has_no_base_but_keras_own_base_class(ours):
    written_here = [each for each in inspect.getmro(ours) if each.__module__.startswith("dlcourse.")]
    bases = {base for each in written_here for base in each.__bases__}
    assert bases - set(written_here) <= BASES


@pytest.mark.parametrize(
    "source",
    [
        "import keras\nkeras.losses.Huber()(y, y_hat)",
        "from keras.losses import Huber as Base\nclass PseudoHuber(Base): ...",
        "from keras.losses import huber",
        "loss(y, y_hat, label_smoothing=0.1)",
        "getattr(keras.losses, 'Hu' + 'ber')",
        "import keras.src.losses",
        "from keras.src.losses import losses",
    ],
)
def test_the_search_finds_each_way_to_reach_a_built_in(source):
    assert names_in(source) & {"Huber", "huber", "label_smoothing", "src", "a name made while running"}


def test_the_search_ignores_docstrings_and_comments():
    assert names_in('"""Like keras.losses.Huber."""\n# Huber\nx = 1') == {"x"}
