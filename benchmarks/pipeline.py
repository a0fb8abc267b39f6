"""Whether `data.pipeline` feeds a small convolutional network as fast as arrays in memory do.

    python benchmarks/pipeline.py [--pairs 9] [--examples 10000] [--clock processor]

Epochs of `fit` on arrays and on a pipeline of the same arrays, one right after the other; printed are medians and the
median of the pairs' ratios of rates. Above 1, the pipeline is faster; the bar is 1, less what two runs of the same
differ by, 0.05 at most. Below it stands how fast a pipeline is alone, stage by stage: what a model has to outrun.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse import data, runtime

with runtime.quiet_stderr():
    import keras
    import tensorflow as tf

    keras.ops.add(1.0, 1.0)

BATCH = 32
TOLERANCE = 0.05
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}


def small_network() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def seconds(call: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    call()
    return clock() - start


def consume(batches: tf.data.Dataset) -> None:
    batches.reduce(np.int64(0), lambda count, batch: count + 1).numpy()


def feeding(x: np.ndarray, y: np.ndarray, pairs: int, clock: Callable[[], float]) -> tuple[float, float]:
    """The ratio of rates, and that of arrays against arrays: what two runs of the same differ by."""
    model, batches = small_network(), data.pipeline(x, y, batch_size=BATCH)

    def arrays() -> float:
        return seconds(lambda: model.fit(x, y, batch_size=BATCH, verbose=0), clock)

    def pipeline() -> float:
        return seconds(lambda: model.fit(batches, shuffle=False, verbose=0), clock)

    arrays(), pipeline()
    times = [(arrays(), pipeline(), arrays()) for _ in range(pairs)]
    first, ours, _ = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"arrays   {len(x) / first:9,.0f} examples a second")
    print(f"pipeline {len(x) / ours:9,.0f} examples a second")
    ratio = statistics.median((before + after) / 2 / between for before, between, after in times)
    noise = statistics.median(abs(before / after - 1) for before, _, after in times)
    return ratio, noise


def stages(x: np.ndarray, y: np.ndarray) -> None:
    """How fast each kind of pipeline is with nothing to feed."""
    kinds: dict[str, dict[str, Any]] = {
        "batches": {"shuffle": False},
        "and shuffled": {},
        "and flipped": {"augment": data.augmenter(flip="horizontal")},
        "and turned": {"augment": data.augmenter(flip="horizontal", rotate=10)},
    }
    for name, options in kinds.items():
        batches = data.pipeline(x, y, batch_size=BATCH, **options)
        consume(batches)
        rate = len(x) / statistics.median(seconds(lambda batches=batches: consume(batches)) for _ in range(3))
        print(f"{name:<13} {rate:9,.0f} examples a second")


def main() -> None:
    parser = argparse.ArgumentParser(description="a pipeline against arrays in memory")
    parser.add_argument("--pairs", type=int, default=9, help="how many pairs of epochs")
    parser.add_argument("--examples", type=int, default=10_000, help="examples in an epoch")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: where others use the machine, too")
    asked = parser.parse_args()
    generator = np.random.default_rng(0)
    x = generator.random((asked.examples, 28, 28, 1), "float32")
    y = generator.integers(0, 10, asked.examples)
    ratio, noise = feeding(x, y, asked.pairs, CLOCKS[asked.clock])
    met = ratio >= 1 - min(noise, TOLERANCE)
    print(f"ratio {ratio:.3f}, arrays against arrays differ by {noise:.3f}: {'met' if met else 'missed'}")
    stages(x, y)
    sys.exit(not met)


if __name__ == "__main__":
    main()
