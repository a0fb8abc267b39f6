r"""ResNet: residual blocks, so that a hundred layers and more can be trained. Lesson 07_2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from dlcourse.layers.arguments import one_of
from dlcourse.models.arguments import classifier, image_shape, scaled

FILTERS = (64, 128, 256, 512)
IMAGE_NET = (224, 224, 3)
# That of keras.applications, whose weights were trained with it.
EPSILON = 1.001e-5


def resnet18(input_shape: tuple[int, int, int] = IMAGE_NET, num_classes: int = 1000, **options: Any) -> keras.Model:
    """Basic blocks, 2 in each stage: 11,689,512 trainable parameters, 1,814,073,344 multiply-adds; see `resnet50`.

    Example:
        >>> resnet18((32, 32, 3), 10, width=0.125).get_layer("conv5_block2_out").output.shape
        (None, 1, 1, 64)
    """
    return _resnet("resnet18", (2, 2, 2, 2), _basic_block, input_shape, num_classes, **options)


def resnet34(input_shape: tuple[int, int, int] = IMAGE_NET, num_classes: int = 1000, **options: Any) -> keras.Model:
    """Basic blocks, 3, 4, 6 and 3: 21,797,672 trainable parameters, 3,663,761,408 multiply-adds; see `resnet50`.

    Example:
        >>> resnet34((32, 32, 3), 10, width=0.125).get_layer("conv4_block6_out").output.shape
        (None, 2, 2, 32)
    """
    return _resnet("resnet34", (3, 4, 6, 3), _basic_block, input_shape, num_classes, **options)


def resnet50(input_shape: tuple[int, int, int] = IMAGE_NET, num_classes: int = 1000, **options: Any) -> keras.Model:
    r"""Bottleneck blocks, 3, 4, 6 and 3: 25,557,032 trainable parameters, 3,857,973,248 multiply-adds.

    What goes in is (B, rows, columns, channels), what comes out (B, K). A block is

    $$y = \mathrm{ReLU}\left(F(x) + x\right) \quad \text{or} \quad y = \mathrm{ReLU}\left(F(x) + W x\right),$$

    the second where a stage begins with another shape. A basic block's F has two 3 x 3 convolutions, a bottleneck's a
    1 x 1, a 3 x 3 and a 1 x 1 with four times the filters, each followed by batch normalization. Names and order of
    weights are those of `keras.applications.ResNet50`: conv2_block1_1_conv is the first convolution of the first block
    of the paper's conv2_x.

    Two counts are published. Batch normalization follows every convolution and makes its bias superfluous: without,
    25,557,032 parameters are trained. keras.applications keeps the biases (26,560) and counts the moving statistics
    (53,120): `use_bias=True` gives its 25,636,712. Two costs are published, too: 3.8 billion multiply-adds in the
    paper, where a stage's first 1 x 1 takes the step of two, and 4.1 billion (4,089,184,256) where the 3 x 3 does, as
    in most implementations since, called version 1.5: `strides_in="3x3"`.

    He, Zhang, Ren and Sun (2016), Deep residual learning for image recognition, table 1.

    Args:
        input_shape: Rows, columns and channels of an image, at least 32 rows and columns.
        num_classes: K.
        **options: `width` (1.0) multiplies filters; `use_bias` (False) gives each convolution a bias; `strides_in`
            ("1x1", bottlenecks only) says where a stage takes its step; `classifier_activation` ("softmax") gives
            probabilities, None what goes into it; `name`.

    Raises:
        ValueError: If a size or number is not positive, the images are too small, `strides_in` is neither, or softmax
            is asked for with one class.

    Example:
        >>> model = resnet50((32, 32, 3), 10, width=0.125)
        >>> model.output_shape, model.get_layer("conv2_block3_out").output.shape
        ((None, 10), (None, 8, 8, 32))
    """
    return _resnet("resnet50", (3, 4, 6, 3), _bottleneck, input_shape, num_classes, **options)


def resnet101(input_shape: tuple[int, int, int] = IMAGE_NET, num_classes: int = 1000, **options: Any) -> keras.Model:
    """Bottlenecks, 3, 4, 23 and 3: 44,549,160 trainable parameters, 7,570,194,432 multiply-adds; see `resnet50`.

    Example:
        >>> resnet101((32, 32, 3), 10, width=0.125).get_layer("conv4_block23_out").output.shape
        (None, 2, 2, 128)
    """
    return _resnet("resnet101", (3, 4, 23, 3), _bottleneck, input_shape, num_classes, **options)


def resnet152(input_shape: tuple[int, int, int] = IMAGE_NET, num_classes: int = 1000, **options: Any) -> keras.Model:
    """Bottlenecks, 3, 8, 36 and 3: 60,192,808 trainable parameters, 11,282,415,616 multiply-adds; see `resnet50`.

    Example:
        >>> resnet152((32, 32, 3), 10, width=0.125).get_layer("conv4_block36_out").output.shape
        (None, 2, 2, 128)
    """
    return _resnet("resnet152", (3, 8, 36, 3), _bottleneck, input_shape, num_classes, **options)


def _resnet(
    published: str,
    blocks: tuple[int, ...],
    block: Callable[..., Any],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    use_bias: bool = False,
    strides_in: str = "1x1",
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> keras.Model:
    shape = image_shape(input_shape, 32)
    classifier(num_classes, classifier_activation)
    one_of("strides_in", strides_in, ("1x1", "3x3"))
    if strides_in == "3x3" and block is _basic_block:
        raise ValueError("strides_in is for bottlenecks, a basic block has no 1x1 in its branch: got '3x3'")
    inputs = keras.Input(shape, name="inputs")
    x = _stem(inputs, scaled(FILTERS[0], width), use_bias)
    for stage, (number, filters) in enumerate(zip(blocks, FILTERS, strict=True), start=2):
        for place in range(1, number + 1):
            strides = 2 if place == 1 and stage > 2 else 1
            x = block(x, f"conv{stage}_block{place}", scaled(filters, width), strides, use_bias, strides_in)
    x = keras.layers.GlobalAveragePooling2D(name="avg_pool")(x)
    outputs = keras.layers.Dense(num_classes, classifier_activation, name="predictions")(x)
    return keras.Model(inputs, outputs, name=name or published)


def _stem(images: Any, filters: int, use_bias: bool) -> Any:
    x = keras.layers.ZeroPadding2D(3, name="conv1_pad")(images)
    x = keras.layers.Conv2D(filters, 7, 2, use_bias=use_bias, name="conv1_conv")(x)  # (B, 112, 112, 64)
    x = keras.layers.BatchNormalization(epsilon=EPSILON, name="conv1_bn")(x)
    x = keras.layers.ReLU(name="conv1_relu")(x)
    x = keras.layers.ZeroPadding2D(1, name="pool1_pad")(x)
    return keras.layers.MaxPooling2D(3, 2, name="pool1_pool")(x)  # (B, 56, 56, 64)


def _convolution(x: Any, name: str, filters: int, size: int, strides: int, use_bias: bool) -> Any:
    """A convolution that keeps the size but for its strides, and its batch normalization."""
    if strides > 1 and size > 1:
        # Like the stem: padding="same" would pad an even image on one side alone when it takes steps.
        x = keras.layers.ZeroPadding2D(size // 2, name=f"{name}_pad")(x)
        padding = "valid"
    else:
        padding = "same"
    x = keras.layers.Conv2D(filters, size, strides, padding, use_bias=use_bias, name=f"{name}_conv")(x)
    return keras.layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_bn")(x)


def _shortcut(x: Any, name: str, filters: int, strides: int, use_bias: bool) -> Any:
    """What goes in, projected where the block gives another shape."""
    if strides == 1 and x.shape[-1] == filters:
        return x
    return _convolution(x, f"{name}_0", filters, 1, strides, use_bias)


def _sum(shortcut: Any, branch: Any, name: str) -> Any:
    # y = ReLU(F(x) + W x)
    x = keras.layers.Add(name=f"{name}_add")([shortcut, branch])
    return keras.layers.ReLU(name=f"{name}_out")(x)


def _basic_block(x: Any, name: str, filters: int, strides: int, use_bias: bool, strides_in: str) -> Any:
    shortcut = _shortcut(x, name, filters, strides, use_bias)
    x = _convolution(x, f"{name}_1", filters, 3, strides, use_bias)
    x = keras.layers.ReLU(name=f"{name}_1_relu")(x)
    x = _convolution(x, f"{name}_2", filters, 3, 1, use_bias)
    return _sum(shortcut, x, name)


def _bottleneck(x: Any, name: str, filters: int, strides: int, use_bias: bool, strides_in: str) -> Any:
    first, middle = (strides, 1) if strides_in == "1x1" else (1, strides)
    shortcut = _shortcut(x, name, 4 * filters, strides, use_bias)
    x = _convolution(x, f"{name}_1", filters, 1, first, use_bias)
    x = keras.layers.ReLU(name=f"{name}_1_relu")(x)
    x = _convolution(x, f"{name}_2", filters, 3, middle, use_bias)
    x = keras.layers.ReLU(name=f"{name}_2_relu")(x)
    x = _convolution(x, f"{name}_3", 4 * filters, 1, 1, use_bias)
    return _sum(shortcut, x, name)
