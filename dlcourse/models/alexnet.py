r"""AlexNet, which won the ImageNet challenge of 2012 and began the present age of deep learning. Lesson 07_2."""

from __future__ import annotations

from typing import Any

import keras

from dlcourse.layers.arguments import positive_integer, share
from dlcourse.layers.local_response_normalization import LocalResponseNormalization
from dlcourse.models.arguments import classifier, image_shape, scaled

# pool1, pool2 and pool5 leave nothing of fewer rows than this after conv1.
ROWS_AFTER_CONV1 = 15


def alexnet(
    input_shape: tuple[int, int, int] = (227, 227, 3),
    num_classes: int = 1000,
    *,
    groups: int = 2,
    kernel_size: int = 11,
    strides: int = 4,
    dropout: float = 0.5,
    width: float = 1.0,
    classifier_activation: Any = "softmax",
    name: str = "alexnet",
) -> keras.Model:
    r"""Five convolutions and three dense layers; 60,965,224 parameters, 724,406,816 multiply-adds.

    What goes in is (B, rows, columns, channels), what comes out (B, K). Layers are named conv1 to fc8. In two groups,
    as published, half of the filters of conv2, conv4 and conv5 see half of the channels each: the network was trained
    on two graphics cards. Without groups it has 62,378,344 parameters and 1,135,256,096 multiply-adds. The paper says
    images of 224 x 224, but its 55 x 55 outputs follow from 227. Small images want a smaller first step:
    `kernel_size=3, strides=1` for 28 x 28. Krizhevsky, Sutskever and Hinton (2012), ImageNet classification with deep
    convolutional neural networks.

    Args:
        input_shape: Rows, columns and channels of an image; at least 15 rows and columns must leave conv1.
        num_classes: K.
        groups: 2 as published, 1 for none.
        kernel_size: Of conv1.
        strides: Of conv1.
        dropout: The share of units that fc6 and fc7 drop in training.
        width: Multiplies filters and units, in multiples of the groups.
        classifier_activation: Softmax gives probabilities, None what goes into it.
        name: The model's name.

    Raises:
        ValueError: If a size or number is not positive, the images are too small, `dropout` is not a share, or softmax
            is asked for with one class.

    Example:
        >>> model = alexnet((67, 67, 3), 10, width=0.125)
        >>> model.get_layer("conv2").groups, model.output_shape
        (2, (None, 10))
    """
    for argument, value in {"groups": groups, "kernel_size": kernel_size, "strides": strides}.items():
        positive_integer(argument, value)
    shape = image_shape(input_shape, kernel_size + (ROWS_AFTER_CONV1 - 1) * strides)
    classifier(num_classes, classifier_activation)
    share("dropout", dropout)
    inputs = keras.Input(shape, name="inputs")
    x = _convolution(inputs, 1, scaled(96, width, groups), kernel_size, strides=strides)  # (B, 55, 55, 96)
    x = _normalized_and_pooled(x, 1)  # (B, 27, 27, 96)
    x = _convolution(x, 2, scaled(256, width, groups), 5, padding="same", groups=groups)
    x = _normalized_and_pooled(x, 2)  # (B, 13, 13, 256)
    x = _convolution(x, 3, scaled(384, width, groups), 3, padding="same")
    x = _convolution(x, 4, scaled(384, width, groups), 3, padding="same", groups=groups)
    x = _convolution(x, 5, scaled(256, width, groups), 3, padding="same", groups=groups)
    x = keras.layers.MaxPooling2D(3, 2, name="pool5")(x)  # (B, 6, 6, 256)
    x = keras.layers.Flatten(name="flatten")(x)
    for number in (6, 7):
        x = keras.layers.Dense(scaled(4096, width), "relu", name=f"fc{number}")(x)
        x = keras.layers.Dropout(dropout, name=f"drop{number}")(x)
    outputs = keras.layers.Dense(num_classes, classifier_activation, name="fc8")(x)
    return keras.Model(inputs, outputs, name=name)


def _convolution(x: Any, number: int, filters: int, size: int, **options: Any) -> Any:
    return keras.layers.Conv2D(filters, size, activation="relu", name=f"conv{number}", **options)(x)


def _normalized_and_pooled(x: Any, number: int) -> Any:
    x = LocalResponseNormalization(name=f"norm{number}")(x)
    return keras.layers.MaxPooling2D(3, 2, name=f"pool{number}")(x)
