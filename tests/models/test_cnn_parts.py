"""Parts of the convolutional models: LeNet's frame, AlexNet's groups, shortcuts, dropped paths, a U-Net."""

import keras
import numpy as np
import pytest

from dlcourse import models

IMAGES = np.random.default_rng(0).random((4, 16, 16, 3), "float32")


def test_digits_of_28_stand_in_the_middle_of_32():
    digits = IMAGES[:, :14, :14, :1].repeat(2, 1).repeat(2, 2)
    small, large = models.lenet5((28, 28, 1)), models.lenet5((32, 32, 1))
    large.set_weights(small.get_weights())
    framed = np.pad(digits, [(0, 0), (2, 2), (2, 2), (0, 0)])
    np.testing.assert_allclose(small(digits), large(framed), rtol=1e-5, atol=1e-7)


def test_lenet_has_a_modern_variant_of_as_many_parameters():
    modern = models.lenet5(activation="relu", pooling="max")
    assert modern.count_params() == 61_706
    assert isinstance(modern.get_layer("S2"), keras.layers.MaxPooling2D)
    assert modern.get_layer("F6").activation is keras.activations.relu


def test_alexnets_groups_do_not_see_each_other_in_conv2():
    model = models.alexnet((67, 67, 3), 2, width=1 / 24)
    conv2 = model.get_layer("conv2")
    channels = conv2.input.shape[-1]
    x = np.random.default_rng(1).random((1, 7, 7, channels), "float32")
    changed = x.copy()
    changed[..., : channels // 2] += 1
    moved = np.abs(conv2(changed) - conv2(x)).max((0, 1, 2)) > 0
    np.testing.assert_array_equal(moved[len(moved) // 2 :], False)
    assert moved[: len(moved) // 2].any()


def test_names_are_those_of_the_papers():
    names = [layer.name for layer in models.alexnet((67, 67, 3), 2, width=1 / 32).layers]
    assert names[:8] == ["inputs", "conv1", "norm1", "pool1", "conv2", "norm2", "pool2", "conv3"]
    assert names[8:] == ["conv4", "conv5", "pool5", "flatten", "fc6", "drop6", "fc7", "drop7", "fc8"]


def test_a_padded_shortcut_takes_every_second_place_and_adds_channels_of_zeros():
    model = models.resnet_cifar(8, (16, 16, 3), 2, width=0.25)
    before, after = model.get_layer("conv2_block1_out").output, model.get_layer("conv3_block1_add").input[1]
    shortcut = keras.Model(before, after)
    x = np.random.default_rng(2).random((1, 16, 16, 4), "float32")
    ours = np.asarray(shortcut(x))
    np.testing.assert_array_equal(ours[..., :4], x[:, ::2, ::2])
    np.testing.assert_array_equal(ours[..., 4:], 0)
    assert ours.shape == (1, 8, 8, 8)


def test_the_plain_network_has_no_shortcut():
    model = models.resnet_cifar(8, (16, 16, 3), 2, residual=False)
    assert not [layer for layer in model.layers if isinstance(layer, keras.layers.Add)]
    assert model.name == "plain_cifar_8"


def test_a_dropped_path_is_dropped_for_a_whole_image_and_kept_ones_are_scaled():
    model = models.convnext_tiny((32, 32, 3), 2, drop_path=0.5, width=1 / 32)
    layer = model.get_layer("stage4_block3_drop_path")
    branch = np.ones((200, 2, 2, 3), "float32")
    keras.utils.set_random_seed(0)
    dropped = np.asarray(layer(branch, training=True))
    np.testing.assert_array_equal(np.unique(dropped), [0, 2])
    np.testing.assert_array_equal(np.ptp(dropped.reshape(200, -1), axis=1), 0)
    assert 0.4 < (dropped[:, 0, 0, 0] > 0).mean() < 0.6


def test_a_convnext_block_is_its_equation():
    model = models.convnext_tiny((32, 32, 3), 2, width=1 / 32)
    name = "stage2_block1"
    block = keras.Model(model.get_layer(f"{name}_depthwise").input, model.get_layer(f"{name}_add").output)
    draw = np.random.default_rng(3)
    block.set_weights([draw.normal(0, 0.5, weight.shape) for weight in block.weights])
    x = draw.normal(size=(1, 4, 4, 6)).astype("float32")
    weights = {layer.name.removeprefix(f"{name}_"): layer.get_weights() for layer in block.layers}
    np.testing.assert_allclose(block(x, training=False), convnext_block(x, weights), rtol=1e-4, atol=1e-4)


def convnext_block(x, weights):
    """x + gamma (W2 gelu(W1 LN(D * x) + b1) + b2), in NumPy."""
    kernel, bias = weights["depthwise"]
    padded = np.pad(x, [(0, 0), (3, 3), (3, 3), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (7, 7), axis=(1, 2))
    y = np.einsum("bijcuv,uvc->bijc", windows, kernel[..., 0]) + bias
    y = (y - y.mean(-1, keepdims=True)) / np.sqrt(y.var(-1, keepdims=True) + 1e-6)
    y = y * weights["norm"][0] + weights["norm"][1]
    y = y @ weights["expand"][0] + weights["expand"][1]
    y = y * 0.5 * (1 + np.vectorize(erf)(y / np.sqrt(2)))
    y = y @ weights["project"][0] + weights["project"][1]
    return x + weights["scale"][0] * y


def erf(value):
    import math

    return math.erf(value)


def test_a_bridge_carries_what_was_seen_on_the_way_down():
    model = models.unet((16, 16, 1), 2, depth=2, width=1 / 16)
    join = model.get_layer("up1_join")
    assert [each.shape[1:] for each in join.input] == [(16, 16, 4), (16, 16, 4)]
    assert join.input[0] is model.get_layer("down1_2").output


@pytest.mark.slow
def test_a_small_unet_learns_to_find_discs():
    from dlcourse.training import fit  # the only one here that needs TensorFlow

    draw = np.random.default_rng(4)
    rows, columns = np.mgrid[:32, :32]
    centres, radii = draw.uniform(8, 24, (160, 2, 1, 1)), draw.uniform(3, 7, (160, 1, 1))
    masks = (rows - centres[:, 0]) ** 2 + (columns - centres[:, 1]) ** 2 < radii**2
    images = (masks * 0.5 + draw.normal(0, 0.4, masks.shape))[..., None].astype("float32")
    keras.utils.set_random_seed(0)
    model = models.unet((32, 32, 1), 2, depth=2, width=1 / 8)
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    fit(model, images[:128], masks[:128], batch_size=16, epochs=12)
    found = np.argmax(model.predict(images[128:], verbose=0), -1) == 1
    overlap = (found & masks[128:]).sum() / (found | masks[128:]).sum()
    single_pixels = images[128:, ..., 0] > 0.25
    alone = (single_pixels & masks[128:]).sum() / (single_pixels | masks[128:]).sum()
    assert overlap > 0.8, f"intersection over union {overlap:.2f}, by single pixels {alone:.2f}"
    assert alone < 0.4
