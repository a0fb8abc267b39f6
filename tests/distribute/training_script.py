"""What the workers of the tests run: train together; the last worker is killed once where it is told to."""

import argparse
import os
import signal
import sys
from pathlib import Path

if __name__ == "__main__":  # a worker needs its engine alone: what else is imported where found takes half of a start
    unused = {"jax", "tensorflow", "sklearn", "pandas", "matplotlib", "IPython"} - {os.environ["KERAS_BACKEND"]}
    sys.modules.update(dict.fromkeys(unused))

import keras
import numpy as np

from dlcourse import distribute

AXES = {".*hidden/kernel": (None, "model"), ".*hidden/bias": ("model",)}
OPTIONS = {"epochs": 4, "batch_size": 16}


def builder():
    """A network whose first weights are the same on every backend."""
    layers = [keras.layers.Dense(8, "relu", name="hidden"), keras.layers.Dense(3, "softmax", name="predictions")]
    model = keras.Sequential([keras.Input((4,)), *layers])
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=weight.shape) / 2 for weight in model.weights])
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    return model


def examples():
    """Seventy of them: the last batch is a smaller one."""
    x = np.random.default_rng(0).normal(size=(70, 4)).astype("float32")
    return x, np.argmax(x[:, :3], axis=1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kill", type=int, default=-1)
    parser.add_argument("--split", action="store_true")
    asked = parser.parse_args()

    def on_epoch(epoch, loss, cluster):
        flag = asked.folder / "killed"
        if epoch == asked.kill and cluster.index == cluster.workers - 1 and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    axes = AXES if asked.split else None
    trained = distribute.train(builder, *examples(), **OPTIONS, folder=asked.folder, model_axes=axes, on_epoch=on_epoch)
    print(f"worker {trained.cluster.index} of {trained.cluster.workers} began at epoch {trained.first_epoch}")


if __name__ == "__main__":
    main()
