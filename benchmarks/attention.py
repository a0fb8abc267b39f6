"""Scaled dot-product attention against the plain product of matrices and `keras.ops`' own.

    python benchmarks/attention.py [--rounds 25] [--clock processor]

Each computes attention of 8 heads of size 64, on the same queries, keys and values of shape (B, T, H, K), forward and
with gradients, as a graph. In each round every contender runs once, in an order that turns; printed are the medians of
the rounds' ratios. Bars: ours at most 1.05 of the plain form, which is what two runs of the same differ by, and at most
0.85 of `keras.ops.dot_product_attention`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from dlcourse import runtime

with runtime.quiet_stderr():
    import keras
    import tensorflow as tf
    from keras import ops

    from dlcourse.layers.scaled_dot_product import attention

    keras.ops.add(1.0, 1.0)

SIZES = [(16, 64), (8, 128), (4, 256), (2, 512)]
HEADS, SIZE = 8, 64
PLAIN, BUILT_IN = 1.05, 0.85
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}


def ours(query: Any, key: Any, value: Any) -> Any:
    query, key, value = (ops.transpose(each, (0, 2, 1, 3)) for each in (query, key, value))
    return ops.transpose(attention(query, key, value), (0, 2, 1, 3))


def plain(query: Any, key: Any, value: Any) -> Any:
    query, key, value = (tf.transpose(each, (0, 2, 1, 3)) for each in (query, key, value))
    weights = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / SIZE**0.5)
    return tf.transpose(tf.matmul(weights, value), (0, 2, 1, 3))


def built_in(query: Any, key: Any, value: Any) -> Any:
    return ops.dot_product_attention(query, key, value)


def with_gradients(function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*inputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            total = tf.reduce_sum(tf.square(function(*inputs)))
        return tape.gradient(total, inputs)

    return run


def times(runs: dict[str, Callable[[], Any]], rounds: int, clock: Callable[[], float]) -> dict[str, list[float]]:
    """What each takes, round by round; the first two rounds trace and warm up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 2):
        names = list(runs)[turn % len(runs) :] + list(runs)[: turn % len(runs)]
        for name in names:
            began = clock()
            runs[name]()
            taken[name].append(clock() - began)
    return {name: values[2:] for name, values in taken.items()}


def compare(batch: int, length: int, kind: str, rounds: int, clock: Callable[[], float]) -> bool:
    inputs = [tf.random.stateless_normal((batch, length, HEADS, SIZE), (seed, 0)) for seed in range(3)]
    runs = {}
    for function in (ours, plain, built_in):
        compiled = tf.function(function if kind == "forward" else with_gradients(function))
        runs[function.__name__] = lambda compiled=compiled: tf.nest.flatten(compiled(*inputs))[0].numpy()
    taken = times(runs, rounds, clock)
    to_plain, to_built_in = (
        statistics.median(a / b for a, b in zip(taken["ours"], taken[other], strict=True))
        for other in ("plain", "built_in")
    )
    met = to_plain <= PLAIN and to_built_in <= BUILT_IN
    shown = "  ".join(f"{name} {1000 * statistics.median(values):.1f} ms" for name, values in taken.items())
    print(
        f"batch {batch:>2}, length {length:>3}, {kind:<14} to the plain form {to_plain:.2f}, "
        f"to keras.ops {to_built_in:.2f}: {'met' if met else 'missed'} ({shown})",
        flush=True,
    )
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: where others use the machine, too")
    asked = parser.parse_args()
    kinds = [(*size, kind) for size in SIZES for kind in ("forward", "with gradients")]
    met = [compare(*each, asked.rounds, CLOCKS[asked.clock]) for each in kinds]
    print(f"{sum(met)} of {len(met)} met")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
