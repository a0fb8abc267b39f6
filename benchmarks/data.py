"""The real sets from the cache to arrays: Fashion-MNIST against `keras.datasets`, IMDB against the clock.

    DLCOURSE_DATA=FOLDER python benchmarks/data.py [--pairs 9]

Fashion-MNIST is loaded by both from the same files, in turn; printed are medians and the median of the pairs' ratios of
time. Above 1, Keras is faster; the bar is 1. IMDB runs in a process of its own, from the archive to 50,000 rows of 256
numbers, with Keras's import apart; the bars are 60 s and 2 GB of memory at the peak. A set that is not in the cache is
left out and said to be.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dlcourse import data, runtime
from dlcourse.data import cache, registry

SECONDS, GIGABYTES = 60, 2
IMDB = """
import resource, sys, time
from dlcourse import data, runtime
from dlcourse.text import encode_words, vocabulary
with runtime.quiet_stderr():
    import keras
    keras.ops.add(1.0, 1.0)
    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    reviews = data.load("imdb", profile="full")
    loaded = time.perf_counter()
    words = vocabulary(reviews.x_train, max_tokens=20_000, length=256)
    train, test = encode_words(words, reviews.x_train), encode_words(words, reviews.x_test)
    ended = time.perf_counter()
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
assert train.shape == test.shape == (25_000, 256)
print(loaded - began, ended - began, peak, imported * unit / 1e9)
"""


def is_cached(name: str) -> bool:
    return cache.state(registry.find(name).sources) == "yes"


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def fashion_mnist(pairs: int) -> bool:
    """Both ways of loading, in turn, the order changing from pair to pair."""
    with tempfile.TemporaryDirectory() as home:
        shutil.copytree(cache.folder() / "fashion-mnist", Path(home) / "datasets" / "fashion-mnist")
        os.environ["KERAS_HOME"] = home
        with runtime.quiet_stderr():
            import keras
        ways = {"keras": keras.datasets.fashion_mnist.load_data, "dlcourse": _load_fashion_mnist}
        taken: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(pairs + 1):
            for way in sorted(ways, reverse=turn % 2 == 1):
                taken[way].append(seconds(ways[way]))
    ratios = [ours / theirs for ours, theirs in zip(taken["dlcourse"][1:], taken["keras"][1:], strict=True)]
    ratio, ours, theirs = (statistics.median(values) for values in (ratios, taken["dlcourse"], taken["keras"]))
    print(f"Fashion-MNIST: dlcourse {ours:.3f} s, CRC-32 compared; keras.datasets {theirs:.3f} s; ratio {ratio:.2f}")
    return ratio <= 1


def _load_fashion_mnist() -> object:
    return data.load("fashion_mnist", profile="full")


def imdb() -> bool:
    done = subprocess.run([sys.executable, "-c", IMDB], capture_output=True, text=True, check=True)
    loaded, total, peak, imported = map(float, done.stdout.split())
    print(
        f"IMDB: archive to texts {loaded:.1f} s, to padded integers {total:.1f} s; "
        f"at most {peak:.2f} GB, {imported:.2f} GB of it after importing Keras"
    )
    return total < SECONDS and peak < GIGABYTES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=9)
    pairs = parser.parse_args().pairs
    runs = {"fashion_mnist": lambda: fashion_mnist(pairs), "imdb": imdb}
    met = []
    for name, run in runs.items():
        if is_cached(name):
            met.append(run())
        else:
            print(f"{name}: left out, it is not in the cache {cache.folder()}")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
