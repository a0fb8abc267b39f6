"""Parameters to the unit as published; multiply-adds as the papers state them. At full size, so slow."""

from itertools import pairwise

import numpy as np
import pytest
from builders import SMALL

from dlcourse import models

pytestmark = pytest.mark.usefixtures("nothing_drawn")


def parameters(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.parametrize(("name", "expected"), [("lenet5", 61_706), ("mlp", 266_610)])
def test_the_small_ones_have_their_published_parameters(name, expected):
    assert getattr(models, name)().count_params() == expected


# Options, parameters, and multiply-adds in billions with the last place that the paper prints. The residual networks
# without biases are counted as their authors did: what batch normalization keeps, without being trained, is left out.
PUBLISHED = [
    ("alexnet", {}, 60_965_224, (0.72, 0.01)),
    ("alexnet", {"groups": 1}, 62_378_344, None),
    ("vgg11", {}, 132_863_336, None),
    ("vgg13", {}, 133_047_848, None),
    ("vgg16", {}, 138_357_544, (15.5, 0.1)),
    ("vgg19", {}, 143_667_240, (19.6, 0.1)),
    ("convnext_tiny", {}, 28_589_128, (4.5, 0.1)),
    ("unet", {}, 31_030_658, None),
    ("resnet50", {"use_bias": True}, 25_636_712, None),
    ("resnet101", {"use_bias": True}, 44_707_176, None),
    ("resnet152", {"use_bias": True}, 60_419_944, None),
    ("resnet18", {}, 11_689_512, (1.8, 0.1)),
    ("resnet34", {}, 21_797_672, (3.6, 0.1)),
    ("resnet50", {}, 25_557_032, (3.8, 0.1)),
    ("resnet50", {"strides_in": "3x3"}, 25_557_032, (4.1, 0.1)),
    ("resnet101", {}, 44_549_160, (7.6, 0.1)),
    ("resnet152", {}, 60_192_808, (11.3, 0.1)),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options", "expected", "multiply_adds"), PUBLISHED)
def test_the_large_ones_have_their_published_parameters_and_multiply_adds(name, options, expected, multiply_adds):
    model = getattr(models, name)(**options)
    biased = options.get("use_bias") or not name.startswith("resnet")
    assert parameters(model.weights if biased else model.trainable_weights) == expected
    if multiply_adds:
        published, unit = multiply_adds
        # The papers round or cut: within one unit of the last place printed.
        assert models.count_multiply_adds(model) / 1e9 == pytest.approx(published, abs=unit)


def test_lenets_multiply_adds_are_those_published():
    assert models.count_multiply_adds(models.lenet5()) == pytest.approx(417_000, abs=1000)


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
