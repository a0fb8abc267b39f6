"""Peak memory and time of a training step with and without `layers.Rematerialized`, over depth.

    python benchmarks/checkpointing.py [--depths 4 8 16] [--steps 5]

A network of blocks (six tanh layers and a dense one, 512 wide, batch 2048), each depth in fresh processes, one plain
and one with every block rematerialized; printed are the peak above the start of the step (Linux only) and the median
time of a step, and their ratios. The bar: at the largest depth at most half of the memory. The price is about one more
forward pass, and has no bar.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

STEP = """
import json, re, statistics, time
from pathlib import Path
import keras, tensorflow as tf
from dlcourse.layers import Rematerialized
def mebibytes(name):
    return int(re.search(name + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
def block():
    inner = [keras.layers.Activation("tanh") for _ in range(6)]
    return keras.Sequential([keras.Input((512,)), *inner, keras.layers.Dense(512)])
wrap = Rematerialized if {wrapped} else (lambda layer: layer)
model = keras.Sequential([keras.Input((512,)), *(wrap(block()) for _ in range({depth}))])
inputs = tf.ones((2048, 512))
@tf.function(input_signature=[tf.TensorSpec((None, 512))])
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x)))
    return [tf.reduce_sum(each) for each in tape.gradient(loss, [weight.value for weight in model.trainable_weights])]
step(inputs[:8])
before = mebibytes("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
step(inputs)
peak, times = mebibytes("VmHWM") - before, []
for _ in range({steps}):
    began = time.perf_counter()
    [each.numpy() for each in step(inputs)]
    times.append(time.perf_counter() - began)
print(json.dumps([peak, statistics.median(times)]))
"""


def measured(depth: int, wrapped: bool, steps: int) -> tuple[float, float]:
    """MiB at the peak above the start, and seconds a step."""
    code = STEP.format(depth=depth, wrapped=wrapped, steps=steps)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    peak, seconds = json.loads(done.stdout.splitlines()[-1])
    return peak, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--depths", type=int, nargs="+", default=[4, 8, 16])
    parser.add_argument("--steps", type=int, default=5, help="steps to take the time of")
    asked = parser.parse_args()
    share = 1.0
    for depth in sorted(asked.depths):
        plain, wrapped = (measured(depth, each, asked.steps) for each in (False, True))
        share = wrapped[0] / plain[0]
        print(
            f"{depth:>3} blocks: peak {plain[0]:6.0f} MiB plain, {wrapped[0]:6.0f} MiB wrapped, {share:.2f} of it; "
            f"step {1000 * plain[1]:6.0f} ms and {1000 * wrapped[1]:6.0f} ms, {wrapped[1] / plain[1]:.2f} of it",
            flush=True,
        )
    print(f"at the largest depth {share:.2f} of the memory, at most 0.5: {'met' if share <= 0.5 else 'missed'}")
    return 0 if share <= 0.5 else 1


if __name__ == "__main__":
    sys.exit(main())
