"""Builders that another process can import."""

import os
import signal
from pathlib import Path

import keras

FLAG = "TUNING_TEST_FLAG"


def small(hp):
    """One dense layer; what is searched is its rate and, for nothing, a number."""
    rate = hp.Choice("rate", [0.1, 0.01, 0.001])
    hp.Int("number", 1, 4)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "softmax")])
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def dies_once(hp):
    """Kills its process the first time that a trial is built there."""
    flag = Path(os.environ[FLAG])
    if not flag.exists() and os.environ.get("TUNING_TEST_CHIEF") != str(os.getpid()):
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return small(hp)
