"""An epoch of `training.fit` against one of `model.fit`, and of five seeds at once, for two small models at batch 32.

    python benchmarks/fit.py [--rounds 9] [--examples 4096] [--clock processor]

In each round every contender trains the same model for an epoch, in an order that turns from round to round; printed
are medians, and the medians of the ratios to `model.fit` as it is. Bars: at most 0.25 of its time for the multilayer
perceptron, at most 0.7 for the convolutional network. `model.fit` with `steps_per_execution=32`, the quicker form that
Keras documents, runs beside them and has no bar; nor have five seeds at once.
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

    from dlcourse import training
    from dlcourse.training.epochs import Epochs, tensors

    keras.ops.add(1.0, 1.0)

BATCH, SEEDS = 32, 5
BARS = {"perceptron": 0.25, "convolutional": 0.7}
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}
Run = Callable[[], object]


def network(kind: str, steps: int = 1) -> keras.Model:
    hidden = {
        "perceptron": [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(64, "relu")],
        "convolutional": [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
        ],
    }
    model = keras.Sequential([*hidden[kind], keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], steps_per_execution=steps)
    return model


def contenders(kind: str, examples: int) -> dict[str, Run]:
    generator = np.random.default_rng(0)
    x, y = generator.random((examples, 28, 28, 1), "float32"), generator.integers(0, 10, examples)
    ours, plain, stepped = network(kind), network(kind), network(kind, 32)
    side_by_side, data = Epochs([network(kind) for _ in range(SEEDS)], BATCH), tensors(x, y)
    orders = np.stack([generator.permutation(examples) for _ in range(SEEDS)])
    return {
        "training.fit": lambda: training.fit(ours, x, y, batch_size=BATCH),
        "model.fit": lambda: plain.fit(x, y, batch_size=BATCH, verbose=0),
        "model.fit, 32 steps": lambda: stepped.fit(x, y, batch_size=BATCH, verbose=0),
        f"{SEEDS} seeds": lambda: side_by_side.train(data, orders),
    }


def times(runs: dict[str, Run], rounds: int, clock: Callable[[], float]) -> dict[str, list[float]]:
    """What each takes, round by round; the first two rounds compile and warm up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 2):
        names = list(runs)[turn % len(runs) :] + list(runs)[: turn % len(runs)]
        for name in names:
            began = clock()
            runs[name]()
            taken[name].append(clock() - began)
    return {name: values[2:] for name, values in taken.items()}


def compare(kind: str, rounds: int, examples: int, clock: Callable[[], float]) -> bool:
    taken = times(contenders(kind, examples), rounds, clock)
    for name, values in taken.items():
        ratio = statistics.median(a / b for a, b in zip(values, taken["model.fit"], strict=True))
        print(f"{kind:<14}{name:<21}{1000 * statistics.median(values):8.1f} ms  {ratio:5.2f} of model.fit", flush=True)
    pairs = zip(taken["training.fit"], taken["model.fit"], strict=True)
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"{kind:<14}{ratio:.3f}, at most {BARS[kind]}: {'met' if ratio <= BARS[kind] else 'missed'}")
    return ratio <= BARS[kind]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--examples", type=int, default=4096, help="examples in an epoch")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: where others use the machine, too")
    asked = parser.parse_args()
    met = [compare(kind, asked.rounds, asked.examples, CLOCKS[asked.clock]) for kind in BARS]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
