"""Every builder of a classifier of images or vectors, at a size for tests; a new one joins by an entry."""

from typing import Any

import keras

from dlcourse import models

SMALL: dict[str, dict[str, Any]] = {
    "alexnet": {"input_shape": (28, 28, 3), "kernel_size": 3, "strides": 1, "width": 1 / 32},
    "convnext_tiny": {"input_shape": (32, 32, 3), "width": 1 / 16},
    "lenet5": {"input_shape": (28, 28, 1), "width": 0.5},
    "mlp": {"input_shape": (8,), "width": 0.1},
    "resnet18": {"input_shape": (32, 32, 3), "width": 1 / 16},
    "resnet34": {"input_shape": (32, 32, 3), "width": 1 / 32},
    "resnet50": {"input_shape": (32, 32, 3), "width": 1 / 32},
    "resnet101": {"input_shape": (32, 32, 3), "width": 1 / 64},
    "resnet152": {"input_shape": (32, 32, 3), "width": 1 / 64},
    "resnet_cifar": {"depth": 8, "input_shape": (16, 16, 3), "width": 0.25},
    "unet": {"input_shape": (16, 16, 1), "depth": 2, "width": 1 / 16},
    "vgg11": {"input_shape": (32, 32, 3), "width": 1 / 32},
    "vgg13": {"input_shape": (32, 32, 3), "width": 1 / 32},
    "vgg16": {"input_shape": (32, 32, 3), "width": 1 / 32},
    "vgg19": {"input_shape": (32, 32, 3), "width": 1 / 32},
}
# Slow to build: quick runs leave them out.
DEEP = {"vgg13", "vgg16", "resnet34", "resnet50", "resnet101", "resnet152", "convnext_tiny"}
# A sibling with other numbers of blocks, built by the same lines; that the numbers are right, counts and outputs say
# (`test_published_counts.py`, `test_like_keras_applications.py`).
SIBLINGS = {"vgg13", "vgg16", "resnet34", "resnet101", "resnet152"}
# What runs under other backends as well, where every shape is compiled anew.
OTHER_BACKENDS = {"lenet5", "mlp", "resnet_cifar"}
CLASSES = 3


def built(name: str, **options: Any) -> keras.Model:
    """The builder's model at its small size, for three classes."""
    keras.utils.set_random_seed(0)
    return getattr(models, name)(**{**SMALL[name], "num_classes": CLASSES, **options})
