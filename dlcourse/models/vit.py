r"""ViT: an image as a sentence of patches, read by a Transformer, in the layout of its publication.

Dosovitskiy et al. (2021), An image is worth 16x16 words: Transformers for image recognition at scale. Lesson 08_3.
Shapes: B batch, N patches, D features, P the side of a patch, C channels, H heads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from dlcourse.layers import Dropout, LayerNormalization, TransformerBlock, arguments
from dlcourse.models.arguments import classifier
from dlcourse.models.embeddings import ClassToken, LearnedPositions
from dlcourse.models.functional_model import FunctionalModel
from dlcourse.models.published import PublishedTensor, dense, load_published, normalization, plain

# Width D, depth, heads.
SIZES = {"tiny": (192, 12, 3), "small": (384, 12, 6), "base": (768, 12, 12), "large": (1024, 24, 16)}
EPSILON = 1e-12
# Of models that were pretrained with a pooler.
NOT_NEEDED = r"pooler\.dense\.(weight|bias)"


@keras.saving.register_keras_serializable(package="dlcourse")
class ViT(FunctionalModel):
    r"""From images (B, height, width, C) to probabilities (B, classes); `models.vit` makes it.

    $$X_0 = [c;\ E\, p_1;\ \dots;\ E\, p_N] + P, \qquad X_{n+1} = \mathrm{Block}_n(X_n), \qquad
    \hat y = \mathrm{softmax}(W\, \mathrm{LN}(x_{\text{depth}, 0}) + b)$$

    Args:
        input_shape: Height, width and channels of an image, in multiples of `patch_size`.
        num_classes: How many classes there are.
        patch_size: P.
        width: D.
        depth: How many blocks.
        num_heads: Heads of each; divides D.
        dropout: The share that is dropped after the embeddings, of attention weights and before each addition.
        classifier_activation: Softmax gives probabilities, None what goes into it.
        dtype: The type or policy of all layers; Keras's own without it.
        name: The model's name.

    Raises:
        ValueError: If a size is not a positive integer, the width no multiple of `num_heads`, or an image does not
            consist of whole patches.

    Example:
        >>> model = ViT((8, 8, 1), num_classes=10, patch_size=4, width=16, depth=1, num_heads=4)
        >>> print(model(np.zeros((2, 8, 8, 1))).shape)
        (2, 10)
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        num_classes: int,
        patch_size: int,
        width: int,
        depth: int,
        num_heads: int,
        dropout: float = 0.0,
        classifier_activation: Any = "softmax",
        dtype: Any = None,
        name: str = "vit",
    ) -> None:
        sizes = {"num_classes": num_classes, "patch_size": patch_size, "width": width, "depth": depth}
        sizes |= {"num_heads": num_heads}
        classifier(num_classes, classifier_activation)
        for argument, value in sizes.items():
            arguments.positive_integer(argument, value)
        self.patches = _patches(tuple(input_shape), patch_size)
        self.policy = keras.dtype_policies.get(dtype)
        activation = keras.activations.serialize(keras.activations.get(classifier_activation))
        self.arguments: dict[str, Any] = {"input_shape": tuple(input_shape), **sizes, "dropout": dropout}
        self.arguments["classifier_activation"] = activation
        self._make_layers(num_classes, patch_size, width, depth, num_heads, dropout, classifier_activation)
        images = keras.Input(tuple(input_shape), name="images")
        x = self.embedded(images)
        for block in self.blocks:
            # X_{n+1} = Block_n(X_n)
            x = block(x)
        # y = softmax(W LN(x_0) + b)
        super().__init__(inputs=images, outputs=self.classifier(self.final_norm(x)[:, 0]), name=name)

    def _make_layers(
        self,
        num_classes: int,
        patch_size: int,
        width: int,
        depth: int,
        num_heads: int,
        dropout: float,
        activation: Any,
    ) -> None:
        policy, normal = self.policy, keras.initializers.TruncatedNormal(stddev=0.02)
        kernel = {"kernel_initializer": normal, "dtype": policy}
        self.patch_embedding = keras.layers.Conv2D(
            width, patch_size, strides=patch_size, data_format="channels_last", **kernel, name="patch_embedding"
        )
        self.sequence = keras.layers.Reshape((self.patches[0] * self.patches[1], width), dtype=policy, name="sequence")
        self.class_token = ClassToken(dtype=policy, name="class_token")
        places = self.patches[0] * self.patches[1] + 1
        self.positions = LearnedPositions(places, normal.clone(), dtype=policy, name="positions")
        self.embedding_dropout = Dropout(dropout, dtype=policy, name="embedding_dropout")
        options = {"dropout": dropout, "activation": "gelu", "epsilon": EPSILON, **kernel}
        self.blocks = [
            TransformerBlock(num_heads, 4 * width, **options, name=f"block_{number}") for number in range(1, depth + 1)
        ]
        self.final_norm = LayerNormalization(epsilon=EPSILON, dtype=policy, name="final_norm")
        self.classifier = keras.layers.Dense(num_classes, activation, **kernel, name="classifier")

    def embedded(self, images: Any) -> Any:
        """What the first block gets: the class token and the patches, each with its place.

        Args:
            images: Shape (B, height, width, C).

        Returns:
            Vectors (B, N + 1, D).
        """
        # X_0 = [c; E p_1; ...; E p_N] + P
        patches = self.sequence(self.patch_embedding(images))  # (B, N, D)
        return self.embedding_dropout(self.positions(self.class_token(patches)))  # (B, N + 1, D)

    def attention_maps(self, images: Any) -> list[np.ndarray]:
        """Where each head of each block looks from the class token, as pictures of patches.

        Args:
            images: Shape (B, height, width, C).

        Returns:
            For each block weights (B, H, height / P, width / P); over a picture they and the weight of the class token
            itself sum to 1.
        """
        maps, x = [], self.embedded(ops.convert_to_tensor(images))
        for block in self.blocks:
            before = block.attention_norm(x)
            _, weights = block.attention(before, before, return_attention_scores=True)  # (B, H, N + 1, N + 1)
            maps.append(ops.convert_to_numpy(weights)[:, :, 0, 1:].reshape(*weights.shape[:2], *self.patches))
            x = block(x)
        return maps

    def load_published(self, path: str | Path) -> None:
        """Take the weights of a safetensors file in the layout of `google/vit-base-patch16-224`.

        Args:
            path: The file `model.safetensors`.

        Raises:
            FileNotFoundError: If there is no such file.
            ImportError: If the package safetensors is not installed.
            ValueError: If tensors are missing, unexpected or of another shape. Then no weight has changed.
        """
        load_published(path, self._published(), lambda name: name.removeprefix("vit."), NOT_NEEDED)

    def _published(self) -> dict[str, PublishedTensor]:
        width, patch, channels = self.arguments["width"], self.arguments["patch_size"], self.arguments["input_shape"][2]
        tensors = {
            "embeddings.cls_token": plain(self.class_token.token),
            "embeddings.position_embeddings": PublishedTensor(
                (1, *self.positions.positions.shape), (self.positions.positions,)
            ),
            # There (D, C, P, P), here (P, P, C, D).
            "embeddings.patch_embeddings.projection.weight": PublishedTensor(
                (width, channels, patch, patch),
                (self.patch_embedding.kernel,),
                lambda array: (array.transpose(2, 3, 1, 0),),
            ),
            "embeddings.patch_embeddings.projection.bias": plain(self.patch_embedding.bias),
            **normalization("layernorm", self.final_norm),
            **dense("classifier", self.classifier.kernel, self.classifier.bias, self.arguments["num_classes"]),
        }
        for number, block in enumerate(self.blocks):
            inside = f"encoder.layer.{number}"
            tensors |= {f"{inside}.{name}": tensor for name, tensor in _block(block, width).items()}
        return tensors

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same model again."""
        return {"name": self.name, "dtype": keras.dtype_policies.serialize(self.policy), **self.arguments}


def vit(
    size: str = "base",
    *,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    num_classes: int = 1000,
    patch_size: int = 16,
    width: int | None = None,
    depth: int | None = None,
    num_heads: int | None = None,
    dropout: float = 0.0,
    classifier_activation: Any = "softmax",
    **kwargs: Any,
) -> ViT:
    """A Vision Transformer of one of the published sizes, or of one's own.

    Pre-norm blocks, learned positions, exact GELU, a class token. ViT-B/16 for images of 224 x 224 and 1000 classes has
    86,567,656 parameters and costs 17.6 billion multiply-adds an image. Dosovitskiy et al. (2021).

    Args:
        size: `"tiny"`, `"small"`, `"base"` or `"large"`; what follows overrides it.
        input_shape: Height, width and channels of an image, in multiples of `patch_size`.
        num_classes: How many classes there are.
        patch_size: The side of a patch.
        width: Features of a patch.
        depth: How many blocks.
        num_heads: Attention heads of a block.
        dropout: The share that is dropped in training.
        classifier_activation: Softmax gives probabilities, None what goes into it.
        **kwargs: `dtype` and `name`.

    Returns:
        A model from images (B, height, width, channels) to (B, classes).

    Raises:
        ValueError: If there is no such size, a number is not positive, the width no multiple of the heads, or an image
            does not consist of whole patches.

    Example:
        >>> model = vit(input_shape=(8, 8, 1), num_classes=10, patch_size=4, width=16, depth=2, num_heads=4)
        >>> print(model(np.zeros((2, 8, 8, 1))).shape, model.count_params())
        (2, 10) 7130
    """
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(map(repr, SIZES))}, got {size!r}")
    presets = zip((width, depth, num_heads), SIZES[size], strict=True)
    width, depth, num_heads = (preset if given is None else given for given, preset in presets)
    options = {"dropout": dropout, "classifier_activation": classifier_activation, **kwargs}
    return ViT(input_shape, num_classes, patch_size, width, depth, num_heads, **options)


def _patches(input_shape: tuple[int, ...], patch_size: int) -> tuple[int, int]:
    """How many patches there are, down and across."""
    if len(input_shape) != 3 or any(size < 1 or size % patch_size for size in input_shape[:2]):
        raise ValueError(
            "input_shape must be height, width and channels, the first two in multiples of "
            f"patch_size = {patch_size}, got {input_shape}"
        )
    return input_shape[0] // patch_size, input_shape[1] // patch_size


def _block(block: TransformerBlock, width: int) -> dict[str, PublishedTensor]:
    attention = block.attention
    return {
        **normalization("layernorm_before", block.attention_norm),
        **dense("attention.attention.query", attention.query_kernel, attention.query_bias, width),
        **dense("attention.attention.key", attention.key_kernel, attention.key_bias, width),
        **dense("attention.attention.value", attention.value_kernel, attention.value_bias, width),
        **dense("attention.output.dense", attention.output_kernel, attention.output_bias, width),
        **normalization("layernorm_after", block.feedforward_norm),
        **dense("intermediate.dense", block.expand.kernel, block.expand.bias, 4 * width),
        **dense("output.dense", block.contract.kernel, block.contract.bias, width),
    }
