"""A functional model whose layers are attributes before Keras is told of its graph, on every backend."""

from __future__ import annotations

from typing import Any

import keras


class FunctionalModel(keras.Model):
    """Base of models that make their layers, call them, and only then say `super().__init__(inputs, outputs)`.

    Under PyTorch a Keras model is a `torch.nn.Module`, which takes no module for an attribute until it is initialized
    itself. What is set before is kept as a plain attribute there; Keras finds the layers, and PyTorch their weights,
    through the graph.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute, before and after the model is initialized."""
        if keras.config.backend() == "torch" and "_modules" not in self.__dict__:
            self.__dict__[name] = value
        else:
            super().__setattr__(name, value)
