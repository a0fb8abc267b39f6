r"""A pretrained backbone with a new head: where transfer learning starts. Lesson 13_1.

Nothing here downloads: a lesson that waits for half a gigabyte without a word is a lesson that hangs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras

from dlcourse.models.arguments import classifier, image_shape


class _Published(NamedTuple):
    """One of keras.applications: the file that Keras keeps its ImageNet weights in, and how it wants images."""

    file: str
    module: str


_TF = "weights_tf_dim_ordering_tf_kernels"
PUBLISHED = {
    "ConvNeXtTiny": _Published("convnext_tiny_notop.h5", "convnext"),
    "EfficientNetB0": _Published("efficientnetb0_notop.h5", "efficientnet"),
    "EfficientNetV2B0": _Published("efficientnetv2-b0_notop.h5", "efficientnet_v2"),
    "MobileNetV2": _Published(f"mobilenet_v2_{_TF}_1.0_224_no_top.h5", "mobilenet_v2"),
    "ResNet50": _Published(f"resnet50_{_TF}_notop.h5", "resnet"),
    "ResNet101": _Published(f"resnet101_{_TF}_notop.h5", "resnet"),
    "ResNet152": _Published(f"resnet152_{_TF}_notop.h5", "resnet"),
    "VGG16": _Published(f"vgg16_{_TF}_notop.h5", "vgg16"),
    "VGG19": _Published(f"vgg19_{_TF}_notop.h5", "vgg19"),
}


def pretrained(
    backbone: str | Path | keras.Model,
    num_classes: int | None = None,
    *,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    weights: str | Path | None = "imagenet",
    trainable: bool = False,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> keras.Model:
    """A model that somebody has trained, without its last layer, and with a new one for other classes.

    What goes in is (B, rows, columns, channels), images of 0 to 255 for a published backbone, which are prepared inside
    the model as its authors did; what comes out is (B, K), or without `num_classes` the features, (B, F). The backbone
    is one layer of the result, frozen at first, and `predictions` is the other.

    Batch normalization in the backbone stays frozen, and thereby in inference mode, also where the rest learns: the
    statistics of a few new images would spoil what it was trained with. In Keras 3 `backbone(x, training=False)` does
    not see to that: `fit` overrides it.

    Args:
        backbone: A name of keras.applications among `PUBLISHED`; the path of a saved `.keras` model; or a Keras model
            itself, perhaps trained a moment ago. Of the latter two, the last layer is taken off; it must be dense.
        num_classes: K; without it, no head is put on.
        input_shape: For a published backbone, rows, columns and channels (3) of an image.
        weights: For a published backbone: `"imagenet"` are those in Keras's cache; or the path of a file without top;
            None draws them at random.
        trainable: Whether the backbone learns, all but its batch normalization.
        classifier_activation: Softmax gives probabilities, None what goes into it.
        name: The model's name.

    Raises:
        FileNotFoundError: If the weights are not there; it names the file and the command that fetches it.
        ValueError: If the name is not known, the images do not have three channels, or a model's last layer is not
        dense.

    Example:
        >>> trained = keras.Sequential([keras.Input((8,)), keras.layers.Dense(5, "relu"), keras.layers.Dense(10)])
        >>> model = pretrained(trained, 3)
        >>> model.output_shape, len(model.trainable_weights)
        ((None, 3), 2)
    """
    if num_classes is not None:
        classifier(num_classes, classifier_activation)
    if isinstance(backbone, str) and not backbone.endswith(".keras"):
        inputs, x, features = _published(backbone, image_shape(input_shape), weights)
    else:
        features = _without_last_layer(backbone)
        inputs = x = keras.Input(features.input_shape[1:], name="inputs")
    features.trainable = trainable
    for layer in _batch_normalizations(features):
        layer.trainable = False
    outputs = features(x)
    if num_classes is not None:
        outputs = keras.layers.Dense(num_classes, classifier_activation, name="predictions")(outputs)
    return keras.Model(inputs, outputs, name=name or f"pretrained_{features.name}")


def _published(backbone: str, shape: tuple[int, int, int], weights: str | Path | None) -> tuple[Any, Any, keras.Model]:
    if backbone not in PUBLISHED:
        raise ValueError(f"backbone must be a .keras file, a model, or one of {', '.join(PUBLISHED)}, got {backbone!r}")
    if shape[2] != 3:
        raise ValueError(f"input_shape must have 3 channels for a published backbone, got {shape}")
    file = None if weights is None else _weights_file(backbone, weights)
    make: Callable[..., keras.Model] = getattr(keras.applications, backbone)
    features = make(include_top=False, weights=None, input_shape=shape, pooling="avg")
    if file:
        features.load_weights(file)
    inputs = keras.Input(shape, name="inputs")
    preprocess = getattr(keras.applications, PUBLISHED[backbone].module).preprocess_input
    return inputs, preprocess(inputs), features


def _weights_file(backbone: str, weights: str | Path) -> Path:
    """Where the weights are, if they are."""
    if weights != "imagenet":
        if Path(weights).is_file():
            return Path(weights)
        raise FileNotFoundError(f"there are no weights for {backbone} at {weights}")
    file = _cache() / PUBLISHED[backbone].file
    if file.is_file():
        return file
    command = f"keras.applications.{backbone}(include_top=False, weights='imagenet')"
    raise FileNotFoundError(
        f"the ImageNet weights of {backbone} are not in Keras's cache, {file}; where there is a network, this fetches "
        f'them: python -c "import keras; {command}"'
    )


def _cache() -> Path:
    """Where Keras keeps what it has downloaded."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "models"


def _without_last_layer(backbone: str | Path | keras.Model) -> keras.Model:
    """A saved or given model up to what its last layer takes; its weights are shared with it."""
    if not isinstance(backbone, keras.Model) and not Path(backbone).is_file():
        raise FileNotFoundError(f"there is no saved model at {backbone}")
    model = backbone if isinstance(backbone, keras.Model) else keras.models.load_model(backbone)
    last = model.layers[-1]
    if not isinstance(last, keras.layers.Dense):
        raise ValueError(f"a backbone's last layer must be Dense, to be taken off, got {type(last).__name__}")
    return keras.Model(model.inputs[0], last.input, name=f"{model.name}_features")


def _batch_normalizations(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Keras's and ours, in nested models as well."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _batch_normalizations(layer)
        elif any(each.__name__ == "BatchNormalization" for each in type(layer).__mro__):
            yield layer
