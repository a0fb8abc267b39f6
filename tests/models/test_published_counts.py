"""Parameters to the unit as published; multiply-adds as the papers state them. At full size, so slow."""

from itertools import pairwise

import numpy as np
import pytest
from builders import SMALL

from dlcourse import models


def parameters(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.parametrize(("name", "expected"), [("lenet5", 61_706), ("mlp", 266_610)])
def test_the_small_ones_have_their_published_parameters(name, expected):
    assert getattr(models, name)().count_params() == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("alexnet", {}, 60_965_224),
        ("alexnet", {"groups": 1}, 62_378_344),
        ("vgg11", {}, 132_863_336),
        ("vgg13", {}, 133_047_848),
        ("vgg16", {}, 138_357_544),
        ("vgg19", {}, 143_667_240),
        ("convnext_tiny", {}, 28_589_128),
        ("unet", {}, 31_030_658),
        ("resnet50", {"use_bias": True}, 25_636_712),
        ("resnet101", {"use_bias": True}, 44_707_176),
        ("resnet152", {"use_bias": True}, 60_419_944),
    ],
)
def test_the_large_ones_have_their_published_parameters(name, options, expected):
    assert getattr(models, name)(**options).count_params() == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet18", 11_689_512),
        ("resnet34", 21_797_672),
        ("resnet50", 25_557_032),
        ("resnet101", 44_549_160),
        ("resnet152", 60_192_808),
    ],
)
def test_residual_networks_without_biases_have_their_published_trainable_parameters(name, expected):
    assert parameters(getattr(models, name)().trainable_weights) == expected


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (20, 269_722),
        *(pytest.param(*each, marks=pytest.mark.slow) for each in [(32, 464_154), (44, 658_586), (56, 853_018)]),
        pytest.param(110, 1_727_962, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("residual", [True, False], ids=["residual", "plain"])
def test_the_small_residual_networks_have_their_published_parameters_with_shortcuts_or_without(
    depth, expected, residual
):
    assert parameters(models.resnet_cifar(depth, residual=residual).trainable_weights) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options", "published", "unit"),
    [
        ("lenet5", {}, 0.000417, 0.000001),
        ("alexnet", {}, 0.72, 0.01),
        ("vgg16", {}, 15.5, 0.1),
        ("vgg19", {}, 19.6, 0.1),
        ("resnet18", {}, 1.8, 0.1),
        ("resnet34", {}, 3.6, 0.1),
        ("resnet50", {}, 3.8, 0.1),
        ("resnet50", {"strides_in": "3x3"}, 4.1, 0.1),
        ("resnet101", {}, 7.6, 0.1),
        ("resnet152", {}, 11.3, 0.1),
        ("convnext_tiny", {}, 4.5, 0.1),
    ],
)
def test_multiply_adds_are_those_published_in_billions(name, options, published, unit):
    counted = models.count_multiply_adds(getattr(models, name)(**options)) / 1e9
    # The papers round or cut: within one unit of the last place printed.
    assert counted == pytest.approx(published, abs=unit)


def test_alexnets_multiply_adds_layer_by_layer_by_hand():
    convolutions = [
        55 * 55 * 96 * 11 * 11 * 3,
        27 * 27 * 256 * 5 * 5 * 48,
        13 * 13 * 384 * 3 * 3 * 256,
        13 * 13 * 384 * 3 * 3 * 192,
        13 * 13 * 256 * 3 * 3 * 192,
    ]
    dense = [6 * 6 * 256 * 4096, 4096 * 4096, 4096 * 1000]
    assert sum(convolutions) + sum(dense) == 724_406_816
    assert "724,406,816 multiply-adds" in models.alexnet.__doc__


def convnext_by_formula(width):
    """Multiply-adds of 32 x 32 x 3 images and three classes."""
    channels, places, total = 3, 32 * 32, 0
    for blocks, filters, patch in zip((3, 3, 9, 3), (96, 192, 384, 768), (16, 4, 4, 4), strict=True):
        filters, places = int(filters * width), places // patch
        total += places * patch * channels * filters
        total += blocks * places * (49 * filters + 2 * 4 * filters**2)
        channels = filters
    return total + channels * 3


@pytest.mark.slow
def test_convnexts_multiply_adds_follow_the_formula():
    model = models.convnext_tiny((32, 32, 3), 3, width=SMALL["convnext_tiny"]["width"])
    assert models.count_multiply_adds(model) == convnext_by_formula(SMALL["convnext_tiny"]["width"])


@pytest.mark.parametrize("width", [1 / 16, 1 / 8, 0.5])
def test_width_scales_the_filters_of_vgg_by_formula(width):
    model = models.vgg16((32, 32, 3), 10, width=width)
    filters = [3, *(int(each * width) for each in (64, 64, 128, 128, 256, 256, 256, *[512] * 6))]
    dense = [int(512 * width), int(4096 * width), int(4096 * width), 10]
    expected = sum(9 * a * b + b for a, b in pairwise(filters))
    expected += sum(a * b + b for a, b in pairwise(dense))
    assert model.count_params() == expected
