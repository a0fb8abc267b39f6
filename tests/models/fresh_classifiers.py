"""What the contract of the classifiers does in a fresh process: load each saved model and predict."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def predictions(folder: str) -> dict[str, list]:
    """By the model's name, what it gives for the inputs saved beside it."""
    import keras

    import dlcourse.models  # noqa: F401  nothing else tells Keras what the layers are

    return {
        path.stem: keras.ops.convert_to_numpy(
            keras.models.load_model(path)(np.load(path.with_suffix(".npy")), training=False)
        ).tolist()
        for path in sorted(Path(folder).glob("*.keras"))
    }
