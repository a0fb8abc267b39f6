"""Keras layers on `keras.ops`, one concept a file; importing this registers them for loading saved models."""

from dlcourse.layers.label_smoothing import LabelSmoothing

__all__ = ["LabelSmoothing"]
