"""VGG, ResNet and ConvNeXt give what keras.applications gives with the same random weights, moving statistics too."""

import keras
import numpy as np
import pytest

from dlcourse import models

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("nothing_drawn")]
SHAPE, CLASSES = (64, 64, 3), 10


def random_weights(model, seed=0):
    """Of a size that keeps activations in range: He's for kernels, near 1 for scales and variances."""
    draw = np.random.default_rng(seed)
    for weight in model.weights:
        if len(weight.shape) > 1:
            fan_in = np.prod(weight.shape[:-1])
            value = draw.standard_normal(weight.shape, "float32") * np.float32(np.sqrt(2 / fan_in))
        elif weight.name in ("gamma", "moving_variance"):
            value = draw.uniform(0.5, 1.5, weight.shape)
        else:
            value = draw.normal(0, 0.1, weight.shape)
        weight.assign(value.astype("float32"))


def compared(ours, theirs):
    """The outputs of both, for the same images, and that they say something."""
    images = np.random.default_rng(1).normal(0, 1, (2, *SHAPE)).astype("float32")
    first, second = (np.asarray(model(images, training=False)) for model in (ours, theirs))
    assert np.ptp(second, axis=0).max() > 1e-3, "outputs that hardly differ between images prove nothing"
    assert np.isfinite(second).all()
    return first, second


@pytest.mark.parametrize(("name", "published"), [("vgg16", "VGG16"), ("vgg19", "VGG19")])
def test_vgg_gives_the_same_and_takes_the_weights_in_their_order(name, published):
    theirs = getattr(keras.applications, published)(
        weights=None, input_shape=SHAPE, classes=CLASSES, classifier_activation=None
    )
    random_weights(theirs)
    ours = getattr(models, name)(SHAPE, CLASSES, classifier_activation=None)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(*compared(ours, theirs), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "published"), [("resnet50", "ResNet50"), ("resnet101", "ResNet101"), ("resnet152", "ResNet152")]
)
def test_resnet_gives_the_same_and_takes_the_weights_in_their_order(name, published):
    theirs = getattr(keras.applications, published)(
        weights=None, input_shape=SHAPE, classes=CLASSES, classifier_activation=None
    )
    random_weights(theirs)
    ours = getattr(models, name)(SHAPE, CLASSES, use_bias=True, classifier_activation=None)
    assert [each.name for each in ours.layers if each.weights] == [each.name for each in theirs.layers if each.weights]
    ours.set_weights(theirs.get_weights())
    first, second = compared(ours, theirs)
    np.testing.assert_allclose(first / np.abs(second).max(), second / np.abs(second).max(), atol=1e-5)


def test_convnext_gives_the_same_with_the_weights_transposed_and_put_in_our_order():
    theirs = keras.applications.ConvNeXtTiny(
        weights=None, input_shape=SHAPE, classes=CLASSES, include_preprocessing=False, classifier_activation=None
    )
    random_weights(theirs)
    ours = models.convnext_tiny(SHAPE, CLASSES, classifier_activation=None)
    for layer in ours.layers:
        if layer.weights:
            values = convnext_weights(theirs, layer.name)
            layer.set_weights([value.reshape(w.shape) for value, w in zip(values, layer.weights, strict=True)])
    first, second = compared(ours, theirs)
    np.testing.assert_allclose(first / np.abs(second).max(), second / np.abs(second).max(), atol=1e-5)


def convnext_weights(theirs, name):
    """The weights of their layer that ours of this name corresponds to."""
    prefix = theirs.name
    if name.startswith("stem"):
        return nested(theirs, f"{prefix}_stem")[name.removeprefix("stem_")]
    if "_down_" in name:
        stage, _, kind = name.removeprefix("stage").split("_")
        return nested(theirs, f"{prefix}_downsampling_block_{int(stage) - 2}")[kind]
    if name in ("head_norm", "predictions"):
        return theirs.get_layer(f"{prefix}_head_{'layernorm' if name == 'head_norm' else 'dense'}").get_weights()
    stage, block, kind = name.split("_", 2)
    theirs_kind = {
        "depthwise": "depthwise_conv",
        "norm": "layernorm",
        "expand": "pointwise_conv_1",
        "project": "pointwise_conv_2",
        "scale": "layer_scale",
    }[kind]
    stage, block = int(stage.removeprefix("stage")) - 1, int(block.removeprefix("block")) - 1
    return theirs.get_layer(f"{prefix}_stage_{stage}_block_{block}_{theirs_kind}").get_weights()


def nested(theirs, name):
    """The convolution's and the normalization's weights of one of their little sequences."""
    layers = theirs.get_layer(name).layers
    return {
        "conv" if "conv" in each.name.split("_")[-1] or "_conv" in each.name else "norm": each.get_weights()
        for each in layers
    }
