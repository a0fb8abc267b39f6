r"""ConvNeXt: what a convolutional network looks like after it has learned from the transformer. Lesson 07_2."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from dlcourse.layers.arguments import share
from dlcourse.layers.layer_scale import LayerScale
from dlcourse.models.arguments import classifier, image_shape, scaled

BLOCKS = (3, 3, 9, 3)
FILTERS = (96, 192, 384, 768)
EPSILON = 1e-6


def convnext_tiny(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    num_classes: int = 1000,
    *,
    drop_path: float = 0.1,
    width: float = 1.0,
    classifier_activation: Any = "softmax",
    name: str = "convnext_tiny",
) -> keras.Model:
    r"""Four stages of 3, 3, 9 and 3 blocks: 28,589,128 parameters, 4,455,531,264 multiply-adds.

    $$y = x + \gamma \odot W_2\, \mathrm{GELU}\left(W_1\, \mathrm{LN}(D * x) + b_1\right) + \gamma \odot b_2$$

    A block is a depthwise 7 x 7 convolution D, layer normalization over the channels, and two dense layers with four
    times the channels between, as in a transformer; the branch is scaled by a learned $\gamma$ that starts at 1e-6.
    Images, (B, rows, columns, channels), are cut into patches of 4 x 4 at first and halved before the other stages;
    what comes out is (B, K). In training, whole branches are dropped for single images, the deeper the more often
    (Huang et al., 2016, Deep networks with stochastic depth). The weights are those of
    `keras.applications.ConvNeXtTiny` in another order. Liu, Mao, Wu, Feichtenhofer, Darrell and Xie (2022), A ConvNet
    for the 2020s.

    Args:
        input_shape: Rows, columns and channels of an image, at least 32 rows and columns.
        num_classes: K.
        drop_path: The share of images for which the last block's branch is dropped in training.
        width: Multiplies channels.
        classifier_activation: Softmax gives probabilities, None what goes into it.
        name: The model's name.

    Raises:
        ValueError: If a size or number is not positive, the images are too small, `drop_path` is not a share, or
            softmax is asked for with one class.

    Example:
        >>> model = convnext_tiny((32, 32, 3), 10, width=0.125)
        >>> model.output_shape, model.get_layer("stage3_block9_depthwise").output.shape
        ((None, 10), (None, 2, 2, 48))
    """
    shape = image_shape(input_shape, 32)
    classifier(num_classes, classifier_activation)
    drop_rates = iter(np.linspace(0, share("drop_path", drop_path), sum(BLOCKS)).tolist())
    inputs = keras.Input(shape, name="inputs")
    x = inputs
    for stage, (blocks, filters) in enumerate(zip(BLOCKS, FILTERS, strict=True), start=1):
        x = _smaller(x, stage, scaled(filters, width))
        for place in range(1, blocks + 1):
            x = _block(x, f"stage{stage}_block{place}", next(drop_rates))
    x = keras.layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = keras.layers.LayerNormalization(epsilon=EPSILON, name="head_norm")(x)
    outputs = keras.layers.Dense(num_classes, classifier_activation, name="predictions")(x)
    return keras.Model(inputs, outputs, name=name)


def _smaller(x: Any, stage: int, filters: int) -> Any:
    """Patches of 4 x 4 before the first stage, of 2 x 2 before the others."""
    if stage == 1:
        x = keras.layers.Conv2D(filters, 4, 4, name="stem_conv")(x)  # (B, 56, 56, 96)
        return keras.layers.LayerNormalization(epsilon=EPSILON, name="stem_norm")(x)
    x = keras.layers.LayerNormalization(epsilon=EPSILON, name=f"stage{stage}_down_norm")(x)
    return keras.layers.Conv2D(filters, 2, 2, name=f"stage{stage}_down_conv")(x)


def _block(x: Any, name: str, drop_rate: float) -> Any:
    channels = x.shape[-1]
    branch = keras.layers.DepthwiseConv2D(7, padding="same", name=f"{name}_depthwise")(x)
    branch = keras.layers.LayerNormalization(epsilon=EPSILON, name=f"{name}_norm")(branch)
    branch = keras.layers.Dense(4 * channels, "gelu", name=f"{name}_expand")(branch)
    branch = keras.layers.Dense(channels, name=f"{name}_project")(branch)
    branch = LayerScale(1e-6, name=f"{name}_scale")(branch)
    if drop_rate:
        # One draw an image: the branch is there as a whole or not.
        branch = keras.layers.Dropout(drop_rate, noise_shape=(None, 1, 1, 1), name=f"{name}_drop_path")(branch)
    return keras.layers.Add(name=f"{name}_add")([x, branch])
