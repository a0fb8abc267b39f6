"""What `callbacks.GradientMonitor` costs: a `fit` with it, measuring before every tenth step, against one without.

    python benchmarks/callbacks.py [--rounds 9] [--clock processor]

In each round both fit the same model for the same steps, in an order that turns from round to round; printed is the
median of the ratios. Bar: at most 1.15.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from dlcourse import runtime

with runtime.quiet_stderr():
    import keras

    from dlcourse.callbacks import GradientMonitor

    keras.ops.add(1.0, 1.0)

BATCH, STEPS, BAR = 32, 300, 1.15
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}


def mlp() -> keras.Model:
    dense = [keras.layers.Dense(128, "relu") for _ in range(3)]
    return keras.Sequential([keras.Input((64,)), *dense, keras.layers.Dense(10)])


def deep() -> keras.Model:
    dense = [keras.layers.Dense(64, "sigmoid") for _ in range(20)]
    return keras.Sequential([keras.Input((64,)), *dense, keras.layers.Dense(10)])


def cnn() -> keras.Model:
    body = [
        keras.layers.Reshape((8, 8, 1)),
        keras.layers.Conv2D(32, 3, activation="relu", padding="same"),
        keras.layers.BatchNormalization(),
        keras.layers.Conv2D(32, 3, activation="relu", padding="same"),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.3),
    ]
    return keras.Sequential([keras.Input((64,)), *body, keras.layers.Dense(10)])


def ratio(build: Callable[[], keras.Model], rounds: int, clock: Callable[[], float]) -> float:
    """The median of the ratios, a fit with the monitor to one without; the first round compiles."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(BATCH * STEPS, 64)).astype("float32"), random.integers(0, 10, BATCH * STEPS)
    model = build()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    contenders = {"plain": [], "watched": [GradientMonitor((x[:BATCH], y[:BATCH]))]}
    ratios = []
    for turn in range(rounds + 1):
        taken = {}
        for name in sorted(contenders, reverse=bool(turn % 2)):
            began = clock()
            model.fit(x, y, batch_size=BATCH, verbose=0, callbacks=contenders[name])
            taken[name] = clock() - began
        ratios.append(taken["watched"] / taken["plain"])
    return statistics.median(ratios[1:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: where others use the machine, too")
    asked = parser.parse_args()
    met = []
    for build in (mlp, deep, cnn):
        found = ratio(build, asked.rounds, CLOCKS[asked.clock])
        met.append(found <= BAR)
        print(f"{build.__name__:<5} {found:.3f} of a fit without it: {'met' if met[-1] else 'missed'}", flush=True)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
