r"""BERT: an encoder that reads in both directions, in the layout of its publication, whose weights it takes.

Devlin, Chang, Lee and Toutanova (2019), BERT: pre-training of deep bidirectional Transformers for language
understanding. Lesson 08_3. Shapes: B batch, T time, D features, V vocabulary.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
from keras import ops

from dlcourse.layers import Dropout, LayerNormalization, TransformerBlock, arguments
from dlcourse.models.embeddings import LearnedPositions, TiedEmbedding
from dlcourse.models.functional_model import FunctionalModel
from dlcourse.models.published import PublishedTensor, dense, load_published, normalization, plain

# Width D, depth, heads.
SIZES = {"base": (768, 12, 12), "large": (1024, 24, 16)}
EPSILON = 1e-12
PADDING = 0
# The heads of pretraining, and the places' numbers kept as a buffer.
NOT_NEEDED = r"cls\..*|embeddings\.position_ids"


@keras.saving.register_keras_serializable(package="dlcourse")
class BERT(FunctionalModel):
    r"""From tokens and their types to vectors in context; `models.bert` makes it.

    $$X_0 = \mathrm{LN}(E_w + P + S_s), \qquad X_{n+1} = \mathrm{Block}_n(X_n), \qquad
    c = \tanh(W x_{N,1} + b)$$

    Inputs are a dictionary: `tokens` (B, T), in which 0 is padding that no token looks at, and `token_types` (B, T), 0
    for the first sentence, 1 for the second. Outputs are a dictionary: `sequence` (B, T, D) and `pooled` (B, D), $c$,
    which stands for the whole.

    Args:
        vocabulary_size: V.
        max_length: The longest T.
        width: D.
        depth: How many blocks.
        num_heads: Heads of each; divides D.
        token_types: How many types there are.
        dropout: The share that is dropped after the embeddings, of attention weights and before each addition.
        dtype: The type or policy of all layers; Keras's own without it.
        name: The model's name.

    Raises:
        ValueError: If a size is not a positive integer, or the width no multiple of `num_heads`.

    Example:
        >>> model = BERT(vocabulary_size=100, max_length=32, width=16, depth=1, num_heads=4)
        >>> outputs = model({"tokens": ops.array([[5, 6, 7]]), "token_types": ops.array([[0, 0, 1]])})
        >>> print(outputs["pooled"].shape)
        (1, 16)
    """

    def __init__(
        self,
        vocabulary_size: int,
        max_length: int,
        width: int,
        depth: int,
        num_heads: int,
        token_types: int = 2,
        dropout: float = 0.1,
        dtype: Any = None,
        name: str = "bert",
    ) -> None:
        sizes = {"vocabulary_size": vocabulary_size, "max_length": max_length, "width": width, "depth": depth}
        sizes |= {"num_heads": num_heads, "token_types": token_types}
        for argument, value in sizes.items():
            arguments.positive_integer(argument, value)
        self.policy = keras.dtype_policies.get(dtype)
        self.arguments: dict[str, Any] = {**sizes, "dropout": dropout}
        self._make_layers(**self.arguments)
        inputs = {each: keras.Input((None,), dtype="int32", name=each) for each in ("tokens", "token_types")}
        # X_0 = LN(E_{w} + P + S_{s})
        x = self.positions(self.token_embedding(inputs["tokens"])) + self.type_embedding(inputs["token_types"])
        x = self.embedding_dropout(self.embedding_norm(x))  # (B, T, D)
        mask = ops.expand_dims(ops.not_equal(inputs["tokens"], PADDING), 1)  # (B, 1, T)
        for block in self.blocks:
            # X_{n+1} = Block_n(X_n)
            x = block(x, attention_mask=mask)
        # c = tanh(W x_{N,1} + b)
        pooled = self.pooler(x[:, 0])  # (B, D)
        super().__init__(inputs=inputs, outputs={"sequence": x, "pooled": pooled}, name=name)

    def _make_layers(
        self,
        vocabulary_size: int,
        max_length: int,
        width: int,
        depth: int,
        num_heads: int,
        token_types: int,
        dropout: float,
    ) -> None:
        policy, normal = self.policy, keras.initializers.TruncatedNormal(stddev=0.02)
        self.token_embedding = TiedEmbedding(
            vocabulary_size, width, normal.clone(), dtype=policy, name="token_embedding"
        )
        self.type_embedding = TiedEmbedding(token_types, width, normal.clone(), dtype=policy, name="type_embedding")
        self.positions = LearnedPositions(max_length, normal.clone(), dtype=policy, name="positions")
        self.embedding_norm = LayerNormalization(epsilon=EPSILON, dtype=policy, name="embedding_norm")
        self.embedding_dropout = Dropout(dropout, dtype=policy, name="embedding_dropout")
        options: dict[str, Any] = {
            "dropout": dropout,
            "activation": "gelu",
            "normalize_first": False,
            "epsilon": EPSILON,
        }
        options |= {"kernel_initializer": normal, "dtype": policy}
        self.blocks = [
            TransformerBlock(num_heads, 4 * width, **options, name=f"block_{number}") for number in range(1, depth + 1)
        ]
        self.pooler = keras.layers.Dense(
            width, activation="tanh", kernel_initializer=normal.clone(), dtype=policy, name="pooler"
        )

    def load_published(self, path: str | Path) -> None:
        """Take the weights of a safetensors file in BERT's published layout, such as `bert-base-uncased` has.

        Args:
            path: The file `model.safetensors`.

        Raises:
            FileNotFoundError: If there is no such file.
            ImportError: If the package safetensors is not installed.
            ValueError: If tensors are missing, unexpected or of another shape. Then no weight has changed.
        """
        load_published(path, self._published(), _renamed, NOT_NEEDED)

    def _published(self) -> dict[str, PublishedTensor]:
        width = self.arguments["width"]
        tensors = {
            "embeddings.word_embeddings.weight": plain(self.token_embedding.embedding),
            "embeddings.position_embeddings.weight": plain(self.positions.positions),
            "embeddings.token_type_embeddings.weight": plain(self.type_embedding.embedding),
            **normalization("embeddings.LayerNorm", self.embedding_norm),
            **dense("pooler.dense", self.pooler.kernel, self.pooler.bias, width),
        }
        for number, block in enumerate(self.blocks):
            inside = f"encoder.layer.{number}"
            tensors |= {f"{inside}.{name}": tensor for name, tensor in _block(block, width).items()}
        return tensors

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again."""
        return {"name": self.name, "dtype": keras.dtype_policies.serialize(self.policy), **self.arguments}


def bert(
    size: str = "base",
    *,
    vocabulary_size: int = 30_522,
    max_length: int = 512,
    width: int | None = None,
    depth: int | None = None,
    num_heads: int | None = None,
    dropout: float = 0.1,
    **kwargs: Any,
) -> BERT:
    """A BERT of one of the published sizes, or of one's own, without the heads of pretraining.

    Post-norm blocks, learned positions, token types, exact GELU, a pooler. Base and large have 109,482,240 and
    335,141,888 parameters; besides attention a token costs about 85 and 302 million multiply-adds. Devlin et al.
    (2019).

    Args:
        size: `"base"` or `"large"`; what follows overrides it.
        vocabulary_size: How many tokens there are.
        max_length: The longest text, in tokens.
        width: Features of a token.
        depth: How many blocks.
        num_heads: Attention heads of a block.
        dropout: The share that is dropped in training.
        **kwargs: `token_types`, `dtype` and `name`.

    Returns:
        A model from `{"tokens": (B, T), "token_types": (B, T)}` to `{"sequence": (B, T, D), "pooled": (B, D)}`.

    Raises:
        ValueError: If there is no such size, a number is not positive, or the width no multiple of the heads.

    Example:
        >>> model = bert(vocabulary_size=100, max_length=32, width=16, depth=2, num_heads=4)
        >>> outputs = model({"tokens": ops.array([[5, 6, 0]]), "token_types": ops.array([[0, 0, 0]])})
        >>> print(outputs["sequence"].shape, outputs["pooled"].shape, model.count_params())
        (1, 3, 16) (1, 16) 9008
    """
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(map(repr, SIZES))}, got {size!r}")
    presets = zip((width, depth, num_heads), SIZES[size], strict=True)
    width, depth, num_heads = (preset if given is None else given for given, preset in presets)
    return BERT(vocabulary_size, max_length, width, depth, num_heads, dropout=dropout, **kwargs)


def _block(block: TransformerBlock, width: int) -> dict[str, PublishedTensor]:
    attention = block.attention
    return {
        **dense("attention.self.query", attention.query_kernel, attention.query_bias, width),
        **dense("attention.self.key", attention.key_kernel, attention.key_bias, width),
        **dense("attention.self.value", attention.value_kernel, attention.value_bias, width),
        **dense("attention.output.dense", attention.output_kernel, attention.output_bias, width),
        **normalization("attention.output.LayerNorm", block.attention_norm),
        **dense("intermediate.dense", block.expand.kernel, block.expand.bias, 4 * width),
        **dense("output.dense", block.contract.kernel, block.contract.bias, width),
        **normalization("output.LayerNorm", block.feedforward_norm),
    }


def _renamed(name: str) -> str:
    """Without the prefix, and with today's names: the first publication said gamma and beta."""
    name = name.removeprefix("bert.")
    return name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
