"""What spares time where it changes nothing that is looked at: numbers drawn only to be counted."""

import inspect

import keras
import pytest


@pytest.fixture
def nothing_drawn(monkeypatch):
    """Weights begin as zeros where they would be drawn at random: for tests of shapes and names alone."""
    kinds = [kind for kind in vars(keras.initializers).values() if inspect.isclass(kind)]
    drawn = keras.initializers.VarianceScaling, keras.initializers.RandomNormal, keras.initializers.TruncatedNormal
    drawn += (keras.initializers.RandomUniform, keras.initializers.Orthogonal)

    def zeros(initializer, shape, dtype=None, **options):
        return keras.ops.zeros(shape, dtype or keras.config.floatx())

    for kind in (kind for kind in kinds if issubclass(kind, drawn) and "__call__" in vars(kind)):
        monkeypatch.setattr(kind, "__call__", zeros)
