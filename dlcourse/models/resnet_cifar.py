r"""The small ResNets for images of 32 x 32, and their plain twins: the degradation problem on a laptop. Lesson 07_2."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlcourse.models.arguments import classifier, image_shape, scaled

FILTERS = (16, 32, 64)


def resnet_cifar(
    depth: int,
    input_shape: tuple[int, int, int] = (32, 32, 3),
    num_classes: int = 10,
    *,
    residual: bool = True,
    width: float = 1.0,
    use_bias: bool = False,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> keras.Model:
    r"""A ResNet of 6n + 2 layers in three stages with 16, 32 and 64 filters, for small images.

    $$y = \mathrm{ReLU}\left(F(x) + x\right)$$

    where F is two 3 x 3 convolutions with batch normalization. Where a stage halves rows and columns and doubles the
    channels, x is taken at every second place and filled up with channels of zeros: no shortcut has a weight, so that
    the network without them (`residual=False`, the paper's plain network) has exactly as many. What goes in is (B,
    rows, columns, channels), what comes out (B, K). Trainable parameters at 20, 32, 44, 56 and 110 layers: 269,722,
    464,154, 658,586, 853,018 and 1,727,962; multiply-adds 40,551,040, 68,862,592, 97,174,144, 125,485,696 and
    252,887,680. He, Zhang, Ren and Sun (2016), Deep residual learning for image recognition, section 4.2.

    Args:
        depth: Layers with weights: 8, 14, 20, ..., 6n + 2.
        input_shape: Rows, columns and channels of an image.
        num_classes: K.
        residual: False leaves the shortcuts out.
        width: Multiplies filters.
        use_bias: Whether each convolution has a bias, which batch normalization makes superfluous.
        classifier_activation: Softmax gives probabilities, None what goes into it.
        name: The model's name.

    Raises:
        ValueError: If `depth` is not 6n + 2, a size or number is not positive, or softmax is asked for with one class.

    Example:
        >>> sum(weight.shape.num_elements() for weight in resnet_cifar(20).trainable_weights)
        269722
    """
    if not isinstance(depth, int) or depth < 8 or depth % 6 != 2:
        raise ValueError(f"depth must be 6n + 2 for an n of at least 1, got {depth!r}")
    shape = image_shape(input_shape)
    classifier(num_classes, classifier_activation)
    inputs = keras.Input(shape, name="inputs")
    x = _convolution(inputs, "conv1", scaled(FILTERS[0], width), 1, use_bias)
    x = keras.layers.ReLU(name="conv1_relu")(x)
    for stage, filters in enumerate(FILTERS, start=2):
        for place in range(1, depth // 6 + 1):
            strides = 2 if place == 1 and stage > 2 else 1
            x = _block(x, f"conv{stage}_block{place}", scaled(filters, width), strides, use_bias, residual)
    x = keras.layers.GlobalAveragePooling2D(name="avg_pool")(x)
    outputs = keras.layers.Dense(num_classes, classifier_activation, name="predictions")(x)
    kind = "resnet" if residual else "plain"
    return keras.Model(inputs, outputs, name=name or f"{kind}_cifar_{depth}")


def _convolution(x: Any, name: str, filters: int, strides: int, use_bias: bool) -> Any:
    x = keras.layers.Conv2D(filters, 3, strides, "same", use_bias=use_bias, name=f"{name}_conv")(x)
    return keras.layers.BatchNormalization(name=f"{name}_bn")(x)


def _block(x: Any, name: str, filters: int, strides: int, use_bias: bool, residual: bool) -> Any:
    branch = _convolution(x, f"{name}_1", filters, strides, use_bias)
    branch = keras.layers.ReLU(name=f"{name}_1_relu")(branch)
    branch = _convolution(branch, f"{name}_2", filters, 1, use_bias)
    if residual:
        # y = ReLU(F(x) + x), the channels that x lacks being 0
        branch = keras.layers.Add(name=f"{name}_add")([branch, _filled_up(x, name, filters, strides)])
    return keras.layers.ReLU(name=f"{name}_out")(branch)


def _filled_up(x: Any, name: str, filters: int, strides: int) -> Any:
    """Every s-th place of x, with channels of zeros behind its own."""
    if strides > 1:
        x = keras.layers.MaxPooling2D(1, strides, "same", name=f"{name}_subsample")(x)
    missing = filters - x.shape[-1]
    return ops.pad(x, [[0, 0], [0, 0], [0, 0], [0, missing]]) if missing else x
