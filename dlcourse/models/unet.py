r"""U-Net: a class for every pixel, from what a network sees at every scale. Lesson 02_1."""

from __future__ import annotations

from typing import Any

import keras

from dlcourse.layers.arguments import positive_integer
from dlcourse.models.arguments import classifier, image_shape, scaled


def unet(
    input_shape: tuple[int, int, int] = (512, 512, 1),
    num_classes: int = 2,
    *,
    depth: int = 4,
    width: float = 1.0,
    classifier_activation: Any = "softmax",
    name: str = "unet",
) -> keras.Model:
    r"""Down by pooling, up by transposed convolutions, and at every scale a bridge from the one way to the other.

    Images go in with shape (B, rows, columns, channels), a distribution over the K classes for every pixel comes out,
    (B, rows, columns, K). Going down, each of `depth` levels has two 3 x 3 convolutions, the first 64 filters and each
    twice as many as the one above, and halves rows and columns; going up, a 2 x 2 transposed convolution doubles them,
    and what the same level saw on the way down is joined to it. At the default 31,030,658 parameters and
    192,384,335,872 multiply-adds.

    Other than in the paper, the convolutions pad, so that the mask is as large as the image, and no level drops
    anything. Under PyTorch 2.13 it trains with `categorical_crossentropy` only: the gradient of Keras's sparse one
    fails there for targets of more than one axis. Ronneberger, Fischer and Brox (2015), U-Net: convolutional networks
    for biomedical image segmentation.

    Args:
        input_shape: Rows, columns and channels of an image; rows and columns divisible by 2 to the power of `depth`.
        num_classes: K; for one class, give `classifier_activation="sigmoid"`.
        depth: How often rows and columns are halved.
        width: Multiplies filters.
        classifier_activation: Softmax over the classes gives probabilities, None what goes into it.
        name: The model's name.

    Raises:
        ValueError: If a size or number is not positive, rows or columns cannot be halved so often, or softmax is asked
            for with one class.

    Example:
        >>> model = unet((32, 48, 3), 5, depth=2, width=0.125)
        >>> model.output_shape, model.get_layer("bottom_2").output.shape
        ((None, 32, 48, 5), (None, 8, 12, 32))
    """
    positive_integer("depth", depth)
    shape = image_shape(input_shape)
    if any(length % 2**depth for length in shape[:2]):
        raise ValueError(f"rows and columns must be divisible by 2**depth, {2**depth}, got {shape[:2]}")
    classifier(num_classes, classifier_activation)
    filters = [scaled(64 * 2**level, width) for level in range(depth + 1)]
    inputs = keras.Input(shape, name="inputs")
    x, bridges = inputs, []
    for level in range(depth):
        x = _twice(x, f"down{level + 1}", filters[level])
        bridges.append(x)
        x = keras.layers.MaxPooling2D(2, name=f"down{level + 1}_pool")(x)
    x = _twice(x, "bottom", filters[depth])
    for level in reversed(range(depth)):
        x = _up(x, bridges[level], f"up{level + 1}", filters[level])
    outputs = keras.layers.Conv2D(num_classes, 1, activation=classifier_activation, name="predictions")(x)
    return keras.Model(inputs, outputs, name=name)


def _twice(x: Any, name: str, filters: int) -> Any:
    for number in (1, 2):
        convolution = keras.layers.Conv2D(
            filters, 3, padding="same", activation="relu", kernel_initializer="he_normal", name=f"{name}_{number}"
        )
        x = convolution(x)
    return x


def _up(x: Any, bridge: Any, name: str, filters: int) -> Any:
    x = keras.layers.Conv2DTranspose(filters, 2, 2, name=f"{name}_transpose")(x)
    x = keras.layers.Concatenate(name=f"{name}_join")([bridge, x])
    return _twice(x, name, filters)
