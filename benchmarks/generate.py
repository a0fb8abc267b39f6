"""How much time a cache of keys and values saves when a GPT writes 256 tokens.

    python benchmarks/generate.py [--pairs 5] [--tokens 256] [--clock processor]

The same model writes the same tokens with and without the cache, one right after the other, the order changing from
pair to pair; both are compiled graphs, traced before anything is measured. Printed are medians and the median of the
pairs' ratios of time. Below 1, the cache is faster; the bar is 0.25.
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

    keras.ops.add(1.0, 1.0)
    from dlcourse import models, text

BAR = 0.25
PROMPT = list(range(1, 17))
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}
SIZES = {"laptop": {"vocabulary_size": 8192, "context_length": 512, "width": 256, "depth": 6, "num_heads": 8}}


def model_of(size: str) -> models.GPT:
    keras.utils.set_random_seed(0)
    return models.gpt(**SIZES[size]) if size in SIZES else models.gpt(size)


def seconds(call: Callable[[], Any], clock: Callable[[], float]) -> float:
    start = clock()
    call()
    return clock() - start


def compared(model: models.GPT, tokens: int, pairs: int, clock: Callable[[], float]) -> float:
    def write(use_cache: bool) -> list[int]:
        return text.generate(model, PROMPT, tokens, temperature=0, use_cache=use_cache)

    assert write(True) == write(False), "both must write the same tokens"
    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(pairs):
        for use_cache in (True, False) if turn % 2 else (False, True):
            taken[use_cache].append(seconds(lambda use_cache=use_cache: write(use_cache), clock))
    for use_cache, times in taken.items():
        median = statistics.median(times)
        print(f"{'with' if use_cache else 'without':<7} cache {median:7.3f} s, {tokens / median:7.1f} tokens a second")
    return statistics.median(ours / plain for ours, plain in zip(taken[True], taken[False], strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description="generation with a cache against generation without")
    parser.add_argument("--size", choices=[*SIZES, "small", "medium"], default="laptop", help="of the model")
    parser.add_argument("--tokens", type=int, default=256, help="how many tokens are written")
    parser.add_argument("--pairs", type=int, default=5, help="how many pairs of runs")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: where others use the machine, too")
    asked = parser.parse_args()
    model = model_of(asked.size)
    print(f"{model.count_params():,} parameters, {asked.tokens} tokens, {asked.pairs} pairs, {keras.backend.backend()}")
    ratio = compared(model, asked.tokens, asked.pairs, CLOCKS[asked.clock])
    print(f"ratio {ratio:.3f}; the bar is {BAR}: {'met' if ratio <= BAR else 'missed'}")
    sys.exit(ratio > BAR)


if __name__ == "__main__":
    main()
