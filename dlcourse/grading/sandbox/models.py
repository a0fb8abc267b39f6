"""A Keras model as data: what may be in its configuration, how it is handed over, how it is rebuilt.

Reading a configuration can run code (CVE-2025-1550), so each class in it must be on a list before anything is built,
and it is built in a session of its own, under the same limits.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

_RUNS_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "Wrapper", "RNN", "StackedRNNCells"}
_PARTS = ("initializers", "regularizers", "constraints", "activations", "layers")
_PLAIN = {
    "__tuple__",
    "__numpy__",
    "DTypePolicy",
    "Functional",
    "Sequential",
    "Model",
    "KerasTensor",
    "__keras_tensor__",
}
_OF_TRAINING = ("compile_config", "build_config")
_MODULES = ("keras", "dlcourse")


class ModelError(ValueError):
    """A model that may not pass; the message says why, to be read after "it"."""


def exported(model: Any) -> dict[str, Any]:
    """The configuration, as text, and the weights of a model."""
    import keras

    config = keras.saving.serialize_keras_object(model)
    return {"config": json.dumps(config), "weights": [np.asarray(each) for each in model.get_weights()]}


def rebuilt(config: str, weights: list[np.ndarray]) -> Any:
    """The model again."""
    import keras

    import dlcourse.layers
    import dlcourse.models

    assert dlcourse.layers
    assert dlcourse.models
    model = keras.saving.deserialize_keras_object(json.loads(config), safe_mode=True)
    model.set_weights(weights)
    return model


def checked_config(text: Any) -> str:
    """The configuration without that of training, once each class in it was found on the list.

    Raises:
        ModelError: If it is none, or names something that may not pass.
    """
    if not isinstance(text, str):
        raise ModelError("gave a model without a configuration")
    try:
        config = _without_training(json.loads(text))
        found = list(_classes(config))
    except (ValueError, RecursionError):
        raise ModelError("gave a model whose configuration cannot be read") from None
    if not found:
        raise ModelError("gave a model whose configuration names no class")
    for module, name, registered in found:
        if name not in _allowed() or module.split(".")[0] not in (*_MODULES, "builtins"):
            raise ModelError(
                f"gave a model with {name[:60]!r}, which cannot be checked: "
                "build it from Keras's own layers and the course's"
            )
        if registered and registered.split(">")[0] not in ("dlcourse", name):
            raise ModelError(f"gave a model with {registered[:60]!r}, which is registered by nobody that is known here")
    return json.dumps(config)


def _without_training(value: Any) -> Any:
    """Without how it was trained, in nested models as well: only layers and weights are looked at."""
    if isinstance(value, list):
        return [_without_training(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_training(each) for name, each in value.items() if name not in _OF_TRAINING}


def _classes(value: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _classes(each)
    elif isinstance(value, dict):
        if "class_name" in value:
            yield (
                str(value.get("module") or "builtins"),
                str(value["class_name"]),
                str(value.get("registered_name") or ""),
            )
        for each in value.values():
            yield from _classes(each)


@functools.cache
def _allowed() -> frozenset[str]:
    """Names of classes whose configuration is numbers and words alone. Keras is imported when it comes to that."""
    import keras

    from dlcourse import layers

    parts = [getattr(keras, part) for part in _PARTS]
    own = {name for part in parts for name, value in vars(part).items() if isinstance(value, type)}
    words = {name for name in dir(keras.activations) if not name.startswith("_")}
    return frozenset((own | words | _PLAIN | set(layers.__all__)) - _RUNS_CODE)
