r"""GPT: a language model of causal Transformer blocks, in the layout of GPT-2, whose published weights it takes.

Radford, Wu, Child, Luan, Amodei and Sutskever (2019), Language models are unsupervised multitask learners. Lesson 08_3.
Shapes: B batch, T time, D features, V vocabulary.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np

from dlcourse.layers import Dropout, LayerNormalization, TransformerBlock, arguments
from dlcourse.models.embeddings import LearnedPositions, TiedEmbedding
from dlcourse.models.functional_model import FunctionalModel
from dlcourse.models.published import PublishedTensor, load_published, normalization, plain

# Width D, depth, heads.
SIZES = {"small": (768, 12, 12), "medium": (1024, 24, 16), "large": (1280, 36, 20), "xl": (1600, 48, 25)}
EPSILON = 1e-5
# Causal masks kept as buffers, and the output matrix, which is that of the tokens.
NOT_NEEDED = r"h\.\d+\.attn\.(masked_)?bias|lm_head\.weight"


@keras.saving.register_keras_serializable(package="dlcourse")
class GPT(FunctionalModel):
    r"""From tokens (B, T) to logits (B, T, V) of the token after each; `models.gpt` makes it.

    $$X_0 = E_w + P, \qquad X_{n+1} = \mathrm{Block}_n(X_n), \qquad Z = \mathrm{LN}(X_N)\, E^\top$$

    `text.generate` continues a text with it; for that it offers a cache: `empty_cache` and `step`.

    Args:
        vocabulary_size: V.
        context_length: The longest T.
        width: D.
        depth: How many blocks.
        num_heads: Heads of each; divides D.
        dropout: The share that is dropped after the embeddings, of attention weights and before each addition.
        dtype: The type or policy of all layers; Keras's own without it.
        name: The model's name.

    Raises:
        ValueError: If a size is not a positive integer, or the width no multiple of `num_heads`.

    Example:
        >>> model = GPT(vocabulary_size=100, context_length=32, width=16, depth=1, num_heads=4)
        >>> print(model(np.array([[1, 2, 3]])).shape)
        (1, 3, 100)
    """

    def __init__(
        self,
        vocabulary_size: int,
        context_length: int,
        width: int,
        depth: int,
        num_heads: int,
        dropout: float = 0.0,
        dtype: Any = None,
        name: str = "gpt",
    ) -> None:
        sizes = {"vocabulary_size": vocabulary_size, "context_length": context_length, "width": width}
        sizes |= {"depth": depth, "num_heads": num_heads}
        for argument, value in sizes.items():
            arguments.positive_integer(argument, value)
        self.policy = keras.dtype_policies.get(dtype)
        self.arguments: dict[str, Any] = {**sizes, "dropout": dropout}
        self._make_layers(**self.arguments)
        tokens = keras.Input((None,), dtype="int32", name="tokens")
        # X_0 = E_{w} + P
        x = self.embedding_dropout(self.positions(self.token_embedding(tokens)))  # (B, T, D)
        for block in self.blocks:
            # X_{n+1} = Block_n(X_n)
            x = block(x)
        # Z = LN(X_N) E^T
        logits = self.token_embedding(self.final_norm(x), reverse=True)  # (B, T, V)
        super().__init__(inputs=tokens, outputs=logits, name=name)

    def _make_layers(
        self, vocabulary_size: int, context_length: int, width: int, depth: int, num_heads: int, dropout: float
    ) -> None:
        policy, normal = self.policy, keras.initializers.RandomNormal(stddev=0.02)
        self.token_embedding = TiedEmbedding(
            vocabulary_size, width, normal.clone(), dtype=policy, name="token_embedding"
        )
        self.positions = LearnedPositions(context_length, normal.clone(), dtype=policy, name="positions")
        self.embedding_dropout = Dropout(dropout, dtype=policy, name="embedding_dropout")
        options: dict[str, Any] = {
            "dropout": dropout,
            "activation": "gelu_approximate",
            "causal": True,
            "epsilon": EPSILON,
        }
        options |= {"kernel_initializer": normal, "dtype": policy}
        self.blocks = [
            TransformerBlock(num_heads, 4 * width, **options, name=f"block_{number}") for number in range(1, depth + 1)
        ]
        self.final_norm = LayerNormalization(epsilon=EPSILON, dtype=policy, name="final_norm")

    @property
    def context_length(self) -> int:
        """The longest text that it can look at, in tokens."""
        return self.arguments["context_length"]

    def empty_cache(self, batch_size: int, length: int) -> tuple[Any, ...]:
        """Room for the keys and values of so many tokens, in each block.

        Args:
            batch_size: B.
            length: How many tokens there can be.

        Returns:
            A pair of tensors for each block.
        """
        return tuple(block.initial_cache(batch_size, length) for block in self.blocks)

    def step(self, tokens: Any, cache: tuple[Any, ...], position: Any) -> tuple[Any, tuple[Any, ...]]:
        """Only what is new: T tokens, after those whose keys and values are in the cache.

        Args:
            tokens: Token numbers (B, T).
            cache: What `empty_cache` or the last step gave.
            position: The place of the first of the T tokens.

        Returns:
            Logits after the last token, (B, V), and the cache with the new keys and values.
        """
        x = self.positions(self.token_embedding(tokens), position=position)
        caches = []
        for block, past in zip(self.blocks, cache, strict=True):
            x, past = block(x, cache=past, position=position)
            caches.append(past)
        return self.token_embedding(self.final_norm(x[:, -1]), reverse=True), tuple(caches)

    def load_published(self, path: str | Path) -> None:
        """Take the weights of a safetensors file in GPT-2's published layout, such as `openai-community/gpt2` has.

        Args:
            path: The file `model.safetensors`.

        Raises:
            FileNotFoundError: If there is no such file.
            ImportError: If the package safetensors is not installed.
            ValueError: If tensors are missing, unexpected or of another shape. Then no weight has changed.
        """
        load_published(path, self._published(), lambda name: name.removeprefix("transformer."), NOT_NEEDED)

    def _published(self) -> dict[str, PublishedTensor]:
        tensors = {"wte.weight": plain(self.token_embedding.embedding), "wpe.weight": plain(self.positions.positions)}
        tensors |= normalization("ln_f", self.final_norm)
        for number, block in enumerate(self.blocks):
            tensors |= {f"h.{number}.{name}": tensor for name, tensor in _block(block, self.arguments["width"]).items()}
        return tensors

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again."""
        return {"name": self.name, "dtype": keras.dtype_policies.serialize(self.policy), **self.arguments}


def gpt(
    size: str = "small",
    *,
    vocabulary_size: int = 50_257,
    context_length: int = 1024,
    width: int | None = None,
    depth: int | None = None,
    num_heads: int | None = None,
    dropout: float = 0.0,
    **kwargs: Any,
) -> GPT:
    """A GPT-2 of one of the published sizes, or of one's own.

    Pre-norm blocks, learned positions, GELU by the hyperbolic tangent, an output matrix that is that of the tokens.
    Small, medium, large and XL have 124,439,808, 354,823,168, 774,030,080 and 1,557,611,200 parameters; a token costs
    about as many multiply-adds. Radford et al. (2019).

    Args:
        size: `"small"`, `"medium"`, `"large"` or `"xl"`; what follows overrides it.
        vocabulary_size: How many tokens there are.
        context_length: The longest text, in tokens.
        width: Features of a token.
        depth: How many blocks.
        num_heads: Attention heads of a block.
        dropout: The share that is dropped in training.
        **kwargs: `dtype` and `name`.

    Returns:
        A model from tokens (B, T) to logits (B, T, V). `load_published` fills it, `text.generate` writes with it.

    Raises:
        ValueError: If there is no such size, a number is not positive, or the width no multiple of the heads.

    Example:
        >>> model = gpt(vocabulary_size=100, context_length=32, width=16, depth=2, num_heads=4)
        >>> model(np.array([[1, 2, 3]])).shape, model.count_params()
        (TensorShape([1, 3, 100]), 8704)
    """
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(map(repr, SIZES))}, got {size!r}")
    presets = zip((width, depth, num_heads), SIZES[size], strict=True)
    width, depth, num_heads = (preset if given is None else given for given, preset in presets)
    return GPT(vocabulary_size, context_length, width, depth, num_heads, dropout=dropout, **kwargs)


def _block(block: TransformerBlock, width: int) -> dict[str, PublishedTensor]:
    """A block's tensors: kernels as (inputs, outputs), query, key and value side by side."""
    attention, fused = block.attention, (width, 3 * width)
    kernels = (attention.query_kernel, attention.key_kernel, attention.value_kernel)
    biases = (attention.query_bias, attention.key_bias, attention.value_bias)
    return {
        **normalization("ln_1", block.attention_norm),
        "attn.c_attn.weight": PublishedTensor(fused, kernels, lambda array: np.split(array, 3, axis=1)),
        "attn.c_attn.bias": PublishedTensor(fused[1:], biases, lambda array: np.split(array, 3)),
        "attn.c_proj.weight": PublishedTensor((width, width), (attention.output_kernel,)),
        "attn.c_proj.bias": plain(attention.output_bias),
        **normalization("ln_2", block.feedforward_norm),
        "mlp.c_fc.weight": plain(block.expand.kernel),
        "mlp.c_fc.bias": plain(block.expand.bias),
        "mlp.c_proj.weight": plain(block.contract.kernel),
        "mlp.c_proj.bias": plain(block.contract.bias),
    }
