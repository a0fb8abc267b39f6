"""A training step of `layers.LSTM` and `layers.GRU` against that of Keras's own, each as a graph and compiled by XLA.

    python benchmarks/recurrent.py [--rounds 15] [--clock processor] [--units 64 128 256]

In each round every contender takes one step (forward, backward, update) on the same batch, in an order that turns from
round to round; printed are medians, and the medians of the ratios. Bars: ours in its better form at most 1.05 of
Keras's in its better form; with 64 units, ours compiled by XLA at most 0.8 of it. PyTorch's own layer runs beside them
where it is installed, and has no bar.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from dlcourse import runtime

with runtime.quiet_stderr():
    import keras
    import tensorflow as tf

    from dlcourse import layers

    keras.ops.add(1.0, 1.0)

BATCHES, STEPS, UNITS = (32, 64), (64, 200), (64, 128, 256)
NEAR, COMPILED = 1.05, 0.8
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}
Step = Callable[[], object]


def training_step(layer: keras.layers.Layer, inputs: tf.Tensor, jit_compile: bool) -> Step:
    layer(inputs[:, :1])
    weights, optimizer = layer.trainable_variables, keras.optimizers.SGD(0.01)
    optimizer.build(weights)

    @tf.function(jit_compile=jit_compile)
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(layer(inputs)))
        optimizer.apply(tape.gradient(loss, [weight.value for weight in weights]), weights)
        return loss

    return lambda: step().numpy()


def torch_step(kind: str, inputs: np.ndarray, units: int) -> Step:
    import torch

    layer = getattr(torch.nn, kind)(inputs.shape[-1], units, batch_first=True)
    optimizer, tensor = torch.optim.SGD(layer.parameters(), 0.01), torch.tensor(inputs)

    def step() -> float:
        optimizer.zero_grad()
        loss = layer(tensor)[0][:, -1].square().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def contenders(kind: str, batch: int, steps: int, units: int) -> dict[str, Step]:
    inputs = np.random.default_rng(0).normal(size=(batch, steps, units)).astype("float32")
    tensor = tf.constant(inputs)
    made = {
        "ours graph": training_step(getattr(layers, kind)(units), tensor, jit_compile=False),
        "ours XLA": training_step(getattr(layers, kind)(units, own_gradient=True), tensor, jit_compile=True),
        "Keras graph": training_step(getattr(keras.layers, kind)(units), tensor, jit_compile=False),
        "Keras XLA": training_step(getattr(keras.layers, kind)(units), tensor, jit_compile=True),
    }
    if importlib.util.find_spec("torch"):
        made["torch"] = torch_step(kind, inputs, units)
    return made


def times(runs: dict[str, Step], rounds: int, clock: Callable[[], float]) -> dict[str, list[float]]:
    """What each takes, round by round; the first two rounds compile and warm up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 2):
        names = list(runs)[turn % len(runs) :] + list(runs)[: turn % len(runs)]
        for name in names:
            began = clock()
            runs[name]()
            taken[name].append(clock() - began)
    return {name: values[2:] for name, values in taken.items()}


def ratio(taken: dict[str, list[float]], ours: str, theirs: str) -> float:
    return statistics.median(a / b for a, b in zip(taken[ours], taken[theirs], strict=True))


def compare(kind: str, batch: int, steps: int, units: int, rounds: int, clock: Callable[[], float]) -> bool:
    taken = times(contenders(kind, batch, steps, units), rounds, clock)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    best = {owner: min((f"{owner} graph", f"{owner} XLA"), key=medians.__getitem__) for owner in ("ours", "Keras")}
    near, compiled = ratio(taken, best["ours"], best["Keras"]), ratio(taken, "ours XLA", best["Keras"])
    met = near <= NEAR and (units != 64 or compiled <= COMPILED)
    shown = "  ".join(f"{name} {1000 * value:.1f} ms" for name, value in medians.items())
    print(
        f"{kind:<4} batch {batch}, {steps:>3} steps, {units:>3} units: best to best {near:.2f}, "
        f"ours with XLA to Keras's best {compiled:.2f}: {'met' if met else 'missed'} ({shown})",
        flush=True,
    )
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: where others use the machine, too")
    parser.add_argument("--units", type=int, nargs="+", default=UNITS)
    asked = parser.parse_args()
    sizes = itertools.product(("LSTM", "GRU"), BATCHES, STEPS, asked.units)
    met = [compare(*size, asked.rounds, CLOCKS[asked.clock]) for size in sizes]
    print(f"{sum(met)} of {len(met)} met")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
