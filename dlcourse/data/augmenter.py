"""Random changes of images that leave what they show as it is: more to learn from the same pictures.

Keras has a layer for nearly each. Here they get one order, units that a person thinks in, and seeds of their own, so
that switching one on leaves the draws of the others alone. Shorten and Khoshgoftaar (2019), A survey on Image Data
Augmentation for Deep Learning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from dlcourse.data.image_augmenter import ImageAugmenter

FLIPS = ("horizontal", "vertical", "both")
FILLS = ("constant", "nearest", "reflect", "wrap")
LARGEST = {
    "rotate": 180.0,
    "translate": 1.0,
    "scale": 0.9,
    "crop": 1000,
    "brightness": 1.0,
    "contrast": 1.0,
    "blur": 1.0,
    "noise": 1.0,
    "cutout": 1.0,
    "mixup": 1.0,
    "cutmix": 1.0,
}
MIXING = ("mixup", "cutmix")
BLUR_KERNEL = 7

Maker = Callable[[Any, int], list[Any]]
"""From an amount and a seed to the layers of a change."""


def augmenter(
    *,
    flip: str | None = None,
    rotate: float = 0.0,
    translate: float = 0.0,
    scale: float = 0.0,
    crop: int = 0,
    brightness: float = 0.0,
    contrast: float = 0.0,
    blur: float = 0.0,
    noise: float = 0.0,
    cutout: float = 0.0,
    mixup: float = 0.0,
    cutmix: float = 0.0,
    value_range: tuple[float, float] = (0.0, 1.0),
    fill: str = "constant",
    seed: int = 0,
) -> ImageAugmenter:
    """A layer that changes the images of a batch at random in training, and leaves them alone in prediction.

    What is not asked for is not done; what is asked for happens in the order of the arguments. Whether a change keeps
    the label depends on the data: a six on its head is no six.

    Args:
        flip: Mirror half of the images: `"horizontal"` (left and right change places), `"vertical"` or `"both"`, with a
            draw for each.
        rotate: Turn by up to so many degrees, either way.
        translate: Move by up to this share of height and of width.
        scale: Shrink or magnify by up to this share.
        crop: Add so many pixels at each edge, then cut the old size out at a random place.
        brightness: Add or take away up to this share of the value range.
        contrast: Move values from the image's mean, or to it, by up to this share of their distance.
        blur: Blur half of the images, by a Gaussian of up to this standard deviation in pixels.
        noise: Add Gaussian noise of this standard deviation, as a share of the value range.
        cutout: Blank a rectangle of up to this share of the image (DeVries and Taylor, 2017; Zhong et al., 2020).
        mixup: Blend each image and its label with another's, by a weight from Beta(mixup, mixup) (Zhang et al., 2018).
        cutmix: Paste a rectangle of another image and mix the labels by area; its share comes from Beta(a, a), a being
            uniform up to cutmix (Yun et al., 2019).
        value_range: The smallest and the largest value of a pixel.
        fill: What comes to where nothing is: `"constant"` (the smallest value), `"nearest"`, `"reflect"` or `"wrap"`.
        seed: Seed of all draws, at least 0.

    Returns:
        A layer from images of shape (B, H, W, C) to the same shape. With mixup or cutmix it takes one-hot labels of
        shape (B, classes), too, and returns both: `images, labels = layer(images, labels, training=True)`.

    Raises:
        ValueError: If nothing is asked for, or something outside of its range.
    """
    asked = {
        "rotate": rotate,
        "translate": translate,
        "scale": scale,
        "crop": crop,
        "brightness": brightness,
        "contrast": contrast,
        "blur": blur,
        "noise": noise,
        "cutout": cutout,
        "mixup": mixup,
        "cutmix": cutmix,
    }
    chosen: dict[str, Any] = {name: _valid_amount(name, amount) for name, amount in asked.items() if amount != 0}
    if flip is not None:
        chosen = {"flip": _valid_choice("flip", flip, FLIPS), **chosen}
    if not chosen:
        raise ValueError(f"at least one of {', '.join(('flip', *LARGEST))} must be asked for, got none")
    makers = _makers(_valid_value_range(value_range), _valid_choice("fill", fill, FILLS))
    return _built(chosen, makers, seeds=dict(zip(makers, _seeds(seed, len(makers)), strict=True)))


def _built(chosen: dict[str, Any], makers: dict[str, Maker], seeds: dict[str, int]) -> ImageAugmenter:
    from dlcourse.data.image_augmenter import ImageAugmenter

    layers = {name: makers[name](amount, seeds[name]) for name, amount in chosen.items()}
    return ImageAugmenter(
        changes=[layer for name in layers if name not in MIXING for layer in layers[name]],
        mixers=[layer for name in layers if name in MIXING for layer in layers[name]],
    )


def _makers(value_range: tuple[float, float], fill: str) -> dict[str, Maker]:
    """For each change what makes its layers of an amount and a seed."""
    from keras import layers

    from dlcourse.data.random_crop import PaddedRandomCrop

    low, _ = value_range
    filled = {"fill_mode": fill, "fill_value": low}
    return {
        "flip": _flips,
        "rotate": lambda amount, seed: [layers.RandomRotation(amount / 360, seed=seed, **filled)],
        "translate": lambda amount, seed: [layers.RandomTranslation(amount, amount, seed=seed, **filled)],
        "scale": lambda amount, seed: [layers.RandomZoom(amount, seed=seed, **filled)],
        "crop": lambda amount, seed: [PaddedRandomCrop(amount, fill_value=low, seed=seed)],
        "brightness": lambda amount, seed: [layers.RandomBrightness(amount, value_range, seed=seed)],
        # With one number Keras draws from 1 to 1 + amount and never takes contrast away.
        "contrast": lambda amount, seed: [layers.RandomContrast((amount, amount), value_range, seed=seed)],
        "blur": lambda amount, seed: [
            layers.RandomGaussianBlur(1.0, BLUR_KERNEL, (0.0, amount), value_range, seed=seed)
        ],
        "noise": lambda amount, seed: _noise(amount, value_range, seed),
        "cutout": lambda amount, seed: [layers.RandomErasing((1.0, 1.0), (0.0, amount), low, value_range, seed=seed)],
        "mixup": lambda amount, seed: [layers.MixUp(amount, seed=seed)],
        "cutmix": lambda amount, seed: [layers.CutMix((0.0, amount), seed=seed)],
    }


def _flips(flip: str, seed: int) -> list[Any]:
    """A draw for each direction: Keras's own `"horizontal_and_vertical"` does both or none."""
    from keras import layers

    directions = ("horizontal", "vertical") if flip == "both" else (flip,)
    return [layers.RandomFlip(each, seed=seed ^ index) for index, each in enumerate(directions)]


def _noise(amount: float, value_range: tuple[float, float], seed: int) -> list[Any]:
    """Noise is added to values brought to a range of 1: Keras refuses a deviation above 1."""
    from keras import layers

    span = value_range[1] - value_range[0]
    noise = layers.GaussianNoise(amount, seed=seed)
    return [noise] if span == 1 else [layers.Rescaling(1 / span), noise, layers.Rescaling(span)]


def _seeds(seed: int, count: int) -> list[int]:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed must be an integer of at least 0, got {seed!r}")
    return [int(each) for each in np.random.SeedSequence(seed).generate_state(count)]


def _valid_amount(name: str, amount: float) -> float:
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount <= LARGEST[name]:
        raise ValueError(f"{name} must be a number from 0 to {LARGEST[name]:g}, got {amount!r}")
    if name == "crop" and not isinstance(amount, int):
        raise ValueError(f"crop must be a whole number of pixels, got {amount!r}")
    return amount


def _valid_choice(name: str, choice: str, choices: Any) -> str:
    if choice not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {choice!r}")
    return choice


def _valid_value_range(value_range: tuple[float, float]) -> tuple[float, float]:
    if len(value_range) != 2 or not value_range[0] < value_range[1]:
        raise ValueError(f"value_range must be a smaller and a larger number, got {value_range!r}")
    return float(value_range[0]), float(value_range[1])
