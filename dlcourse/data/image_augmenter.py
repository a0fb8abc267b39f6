"""The layer that applies changes to images and, where labels must change as well, to both."""

from __future__ import annotations

from typing import Any

import keras

Tensor = Any


@keras.saving.register_keras_serializable(package="dlcourse")
class ImageAugmenter(keras.layers.Layer):
    """Layers applied one after the other in training; `dlcourse.data.augmenter` makes it.

    In prediction the images pass as they are, in the layer's own type.

    Args:
        changes: Layers from images of shape (B, H, W, C) to the same shape.
        mixers: `keras.layers.MixUp` and `CutMix`, which change labels as well.

    Raises:
        ValueError: When called in training with mixers and without one-hot labels of shape (B, classes).
    """

    def __init__(
        self, changes: list[keras.layers.Layer], mixers: list[keras.layers.Layer] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.changes = list(changes)
        self.mixers = list(mixers or [])

    @property
    def mixes(self) -> bool:
        """Whether labels change with the images."""
        return bool(self.mixers)

    def build(self, images_shape: Any, labels_shape: Any = None) -> None:
        """Nothing to build: no layer here has weights."""
        for layer in (*self.changes, *self.mixers):
            layer.build(images_shape)

    def call(self, images: Tensor, labels: Tensor | None = None, training: bool | None = None) -> Any:
        """The images, and the labels where they are given, changed if `training`."""
        images = keras.ops.cast(images, self.compute_dtype)
        if training:
            for layer in self.changes:
                images = layer(images, training=True)
        if training and self.mixes:
            images, labels = self._mixed(images, labels)
        return images if labels is None else (images, labels)

    def compute_output_shape(self, images_shape: Any, labels_shape: Any = None) -> Any:
        """Those of the inputs."""
        return images_shape if labels_shape is None else (images_shape, labels_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "changes": [serialize(layer) for layer in self.changes],
            "mixers": [serialize(layer) for layer in self.mixers],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ImageAugmenter:
        """The layer that a configuration describes."""
        deserialize = keras.saving.deserialize_keras_object
        lists = {name: [deserialize(layer) for layer in config[name]] for name in ("changes", "mixers")}
        return cls(**{**config, **lists})

    def _mixed(self, images: Tensor, labels: Tensor | None) -> tuple[Tensor, Tensor]:
        if labels is None or len(labels.shape) != 2:
            got = "none" if labels is None else f"shape {tuple(labels.shape)}"
            raise ValueError(f"mixup and cutmix need one-hot labels of shape (batch, classes), got {got}")
        both = {"images": images, "labels": keras.ops.cast(labels, self.compute_dtype)}
        for layer in self.mixers:
            both = layer(both, training=True)
        return both["images"], both["labels"]
