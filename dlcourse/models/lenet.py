r"""LeNet-5, the convolutional network that read cheques in the 1990s. Lesson 07_2."""

from __future__ import annotations

from typing import Any

import keras

from dlcourse.layers.arguments import one_of
from dlcourse.models.arguments import classifier, image_shape, scaled

POOLING = {"average": keras.layers.AveragePooling2D, "max": keras.layers.MaxPooling2D}
SIDE = 32


def lenet5(
    input_shape: tuple[int, int, int] = (32, 32, 1),
    num_classes: int = 10,
    *,
    activation: Any = "tanh",
    pooling: str = "average",
    width: float = 1.0,
    classifier_activation: Any = "softmax",
    name: str = "lenet5",
) -> keras.Model:
    r"""Two convolutions with pooling between, then three dense layers; 61,706 parameters, 416,520 multiply-adds.

    Layers are named as in the paper: C1, S2, C3, S4, C5, F6. What goes in is (B, rows, columns, channels), what comes
    out (B, K). Images below 32 x 32 are set into the middle of 32 x 32 zeros, as the paper did with digits of 28 x 28.
    `activation="relu", pooling="max"` gives the modern variant.

    Other than in the paper, C3 sees all maps of S2 (its table of connections spared arithmetic that no longer matters),
    the pooling has no trainable factor and no squashing of its own, and the output is a softmax, not a distance to
    drawn prototypes. LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition.

    Args:
        input_shape: Rows, columns and channels of an image, at least 1 each.
        num_classes: K.
        activation: After each layer with weights but the last.
        pooling: `"average"` or `"max"`.
        width: Multiplies filters and units.
        classifier_activation: Softmax gives probabilities, None what goes into it.
        name: The model's name.

    Raises:
        ValueError: If a size or number is not positive, `pooling` is neither, or softmax is asked for with one class.

    Example:
        >>> lenet5().count_params()
        61706
        >>> [layer.name for layer in lenet5().layers]
        ['inputs', 'C1', 'S2', 'C3', 'S4', 'flatten', 'C5', 'F6', 'predictions']
    """
    shape = image_shape(input_shape)
    classifier(num_classes, classifier_activation)
    pool = POOLING[one_of("pooling", pooling, tuple(POOLING))]
    inputs = keras.Input(shape, name="inputs")
    x = _padded(inputs)
    x = keras.layers.Conv2D(scaled(6, width), 5, activation=activation, name="C1")(x)  # (B, 28, 28, 6)
    x = pool(2, name="S2")(x)  # (B, 14, 14, 6)
    x = keras.layers.Conv2D(scaled(16, width), 5, activation=activation, name="C3")(x)  # (B, 10, 10, 16)
    x = pool(2, name="S4")(x)  # (B, 5, 5, 16)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(scaled(120, width), activation, name="C5")(x)
    x = keras.layers.Dense(scaled(84, width), activation, name="F6")(x)
    outputs = keras.layers.Dense(num_classes, classifier_activation, name="predictions")(x)
    return keras.Model(inputs, outputs, name=name)


def _padded(images: Any) -> Any:
    """The images in the middle of a square of 32 x 32, where they are smaller."""
    missing = [max(0, SIDE - length) for length in images.shape[1:3]]
    if not any(missing):
        return images
    margins = tuple((each // 2, each - each // 2) for each in missing)
    return keras.layers.ZeroPadding2D(margins, name="padding")(images)
