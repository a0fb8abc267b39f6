r"""VGG: nothing but 3 x 3 convolutions, the deeper the better. Lesson 07_2."""

from __future__ import annotations

from typing import Any

import keras

from dlcourse.layers.arguments import share
from dlcourse.models.arguments import classifier, image_shape, scaled

FILTERS = (64, 128, 256, 512, 512)
IMAGE_NET = (224, 224, 3)


def vgg11(input_shape: tuple[int, int, int] = IMAGE_NET, num_classes: int = 1000, **options: Any) -> keras.Model:
    """Configuration A of the paper, 8 convolutions: 132,863,336 parameters, 7,609,090,048 multiply-adds; see `vgg16`.

    Example:
        >>> len([layer for layer in vgg11((32, 32, 3), 10, width=0.125).layers if layer.weights])
        11
    """
    return _vgg("vgg11", (1, 1, 2, 2, 2), input_shape, num_classes, **options)


def vgg13(input_shape: tuple[int, int, int] = IMAGE_NET, num_classes: int = 1000, **options: Any) -> keras.Model:
    """Configuration B of the paper, 10 convolutions: 133,047,848 parameters, 11,308,466,176 multiply-adds; see `vgg16`.

    Example:
        >>> len([layer for layer in vgg13((32, 32, 3), 10, width=0.125).layers if layer.weights])
        13
    """
    return _vgg("vgg13", (2, 2, 2, 2, 2), input_shape, num_classes, **options)


def vgg16(input_shape: tuple[int, int, int] = IMAGE_NET, num_classes: int = 1000, **options: Any) -> keras.Model:
    r"""Configuration D of the paper, 13 convolutions: 138,357,544 parameters, 15,470,264,320 multiply-adds.

    What goes in is (B, rows, columns, channels), what comes out (B, K). Five blocks of convolutions, each followed by
    pooling that halves rows and columns, with 64, 128, 256, 512 and 512 filters; then fc1, fc2 and predictions. Names
    and order of weights are those of `keras.applications.VGG16`, so that `set_weights` works between them. The dropout
    is the paper's; keras.applications leaves it out. Simonyan and Zisserman (2015), Very deep convolutional networks
    for large-scale image recognition, table 1.

    Args:
        input_shape: Rows, columns and channels of an image, at least 32 rows and columns.
        num_classes: K.
        **options: `width` (1.0) multiplies filters and units; `dropout` (0.5) is the share that fc1 and fc2 drop in
            training; `classifier_activation` ("softmax") gives probabilities, None what goes into it; `name`.

    Raises:
        ValueError: If a size or number is not positive, the images are too small, `dropout` is not a share, or softmax
            is asked for with one class.

    Example:
        >>> model = vgg16((32, 32, 3), 10, width=0.125)
        >>> model.output_shape, [layer.name for layer in model.layers][1:4]
        ((None, 10), ['block1_conv1', 'block1_conv2', 'block1_pool'])
    """
    return _vgg("vgg16", (2, 2, 3, 3, 3), input_shape, num_classes, **options)


def vgg19(input_shape: tuple[int, int, int] = IMAGE_NET, num_classes: int = 1000, **options: Any) -> keras.Model:
    """Configuration E of the paper, 16 convolutions: 143,667,240 parameters, 19,632,062,464 multiply-adds; see `vgg16`.

    Example:
        >>> len([layer for layer in vgg19((32, 32, 3), 10, width=0.125).layers if layer.weights])
        19
    """
    return _vgg("vgg19", (2, 2, 4, 4, 4), input_shape, num_classes, **options)


def _vgg(
    published: str,
    convolutions: tuple[int, ...],
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    dropout: float = 0.5,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> keras.Model:
    shape = image_shape(input_shape, 32)
    classifier(num_classes, classifier_activation)
    share("dropout", dropout)
    inputs = keras.Input(shape, name="inputs")
    x = inputs
    for block, (number, filters) in enumerate(zip(convolutions, FILTERS, strict=True), start=1):
        x = _block(x, f"block{block}", number, scaled(filters, width))
    x = keras.layers.Flatten(name="flatten")(x)
    for dense in (1, 2):
        x = keras.layers.Dense(scaled(4096, width), "relu", name=f"fc{dense}")(x)
        x = keras.layers.Dropout(dropout, name=f"drop{dense}")(x)
    outputs = keras.layers.Dense(num_classes, classifier_activation, name="predictions")(x)
    return keras.Model(inputs, outputs, name=name or published)


def _block(x: Any, name: str, convolutions: int, filters: int) -> Any:
    for number in range(1, convolutions + 1):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_conv{number}")(x)
    return keras.layers.MaxPooling2D(2, name=f"{name}_pool")(x)
