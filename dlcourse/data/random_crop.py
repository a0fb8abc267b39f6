"""Padding and cutting at random, the usual augmentation of small photographs."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable(package="dlcourse")
class PaddedRandomCrop(keras.layers.Layer):
    """Add pixels at each edge, then cut the old size out at a random place: of each image at a place of its own.

    `keras.layers.RandomCrop` cuts all images of a batch at the same place. He, Zhang, Ren and Sun (2016), Deep Residual
    Learning for Image Recognition, section 4.2, pad CIFAR-10's images by 4 pixels.

    Args:
        pixels: How many pixels P to add at each edge.
        fill_value: Their value.
        seed: Seed of the places.

    Shapes: from (B, H, W, C) to the same; H and W must be known.

    Raises:
        ValueError: If the number of pixels is not positive or the images have no known height and width.
    """

    def __init__(self, pixels: int, fill_value: float = 0.0, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if pixels < 1:
            raise ValueError(f"pixels must be at least 1, got {pixels!r}")
        self.pixels = pixels
        self.fill_value = fill_value
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor, training: bool | None = None) -> Tensor:
        """The images, each cut at a place of its own if `training`."""
        if not training:
            return images
        height, width = _valid_size(images)
        tops, lefts = self._places(images), self._places(images)  # (B, 1)
        edge = (self.pixels, self.pixels)
        padded = ops.pad(images, ((0, 0), edge, edge, (0, 0)), constant_values=self.fill_value)
        rows = (tops + ops.arange(height))[:, :, None]  # (B, H, 1)
        columns = (lefts + ops.arange(width))[:, None, :]  # (B, 1, W)
        return _taken(padded, rows, columns)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "pixels": self.pixels, "fill_value": self.fill_value, "seed": self.seed}

    def _places(self, images: Tensor) -> Tensor:
        shape = (ops.shape(images)[0], 1)
        return keras.random.randint(shape, 0, 2 * self.pixels + 1, seed=self.seed_generator)


def _taken(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The pixels of each image b at rows[b] and columns[b]."""
    _, height, width, channels = images.shape
    first = ops.arange(ops.shape(images)[0])[:, None, None] * (height * width)
    return ops.take(ops.reshape(images, (-1, channels)), first + rows * width + columns, axis=0)


def _valid_size(images: Tensor) -> tuple[int, int]:
    if len(images.shape) != 4 or images.shape[1] is None or images.shape[2] is None:
        raise ValueError(f"images must be (batch, height, width, channels) of known size, got shape {images.shape}")
    return images.shape[1], images.shape[2]
