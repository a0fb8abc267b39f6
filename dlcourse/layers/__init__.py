"""Keras layers on `keras.ops`, one concept a file; importing this registers them for loading saved models."""

from dlcourse.layers.additive_attention import AdditiveAttention
from dlcourse.layers.batch_normalization import BatchNormalization
from dlcourse.layers.depthwise_separable_block import DepthwiseSeparableBlock
from dlcourse.layers.dropout import Dropout
from dlcourse.layers.gaussian_sampling import GaussianSampling
from dlcourse.layers.graph_convolution import GraphConvolution
from dlcourse.layers.gru import GRU
from dlcourse.layers.gru_cell import GRUCell
from dlcourse.layers.inception_block import InceptionBlock
from dlcourse.layers.label_smoothing import LabelSmoothing
from dlcourse.layers.layer_normalization import LayerNormalization
from dlcourse.layers.layer_scale import LayerScale
from dlcourse.layers.linear_attention import LinearAttention
from dlcourse.layers.local_response_normalization import LocalResponseNormalization
from dlcourse.layers.lora_dense import LoRADense
from dlcourse.layers.lstm import LSTM
from dlcourse.layers.lstm_cell import LSTMCell
from dlcourse.layers.min_pooling import MinPooling2D
from dlcourse.layers.minibatch_standard_deviation import MinibatchStandardDeviation
from dlcourse.layers.mixture_of_experts import MixtureOfExperts
from dlcourse.layers.multi_head_attention import MultiHeadAttention
from dlcourse.layers.multiplicative_attention import MultiplicativeAttention
from dlcourse.layers.rematerialized import Rematerialized
from dlcourse.layers.residual import Residual
from dlcourse.layers.rms_normalization import RMSNormalization
from dlcourse.layers.rotary_embedding import RotaryEmbedding
from dlcourse.layers.simple_rnn_cell import SimpleRNNCell
from dlcourse.layers.sinusoidal_positional_encoding import SinusoidalPositionalEncoding
from dlcourse.layers.squeeze_excite import SqueezeExcite
from dlcourse.layers.transformer_block import TransformerBlock

__all__ = [
    "GRU",
    "LSTM",
    "AdditiveAttention",
    "BatchNormalization",
    "DepthwiseSeparableBlock",
    "Dropout",
    "GRUCell",
    "GaussianSampling",
    "GraphConvolution",
    "InceptionBlock",
    "LSTMCell",
    "LabelSmoothing",
    "LayerNormalization",
    "LayerScale",
    "LinearAttention",
    "LoRADense",
    "LocalResponseNormalization",
    "MinPooling2D",
    "MinibatchStandardDeviation",
    "MixtureOfExperts",
    "MultiHeadAttention",
    "MultiplicativeAttention",
    "RMSNormalization",
    "Rematerialized",
    "Residual",
    "RotaryEmbedding",
    "SimpleRNNCell",
    "SinusoidalPositionalEncoding",
    "SqueezeExcite",
    "TransformerBlock",
]
