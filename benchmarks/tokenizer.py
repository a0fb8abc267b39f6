"""The course's byte-pair tokenizer against a compiled one, Hugging Face's `tokenizers`, on the same text and merges.

    pip install tokenizers
    python benchmarks/tokenizer.py [--text FILE] [--size 4096] [--pairs 5]

Each pair of runs is ours and theirs, one right after the other; printed are medians and the median of the pairs'
ratios. Below 1, ours is faster; the bar is 10.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlcourse import data
from dlcourse.text import BytePairTokenizer
from dlcourse.text.gpt2_vocabulary import spelling

try:
    import tokenizers
except ImportError:
    sys.exit("this benchmark compares with the package tokenizers, which is not installed: pip install tokenizers")

BAR = 10.0


def seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compared(name: str, ours: Callable[[], Any], theirs: Callable[[], Any], pairs: int) -> float:
    times = [(seconds(ours), seconds(theirs)) for _ in range(pairs)]
    ratio = statistics.median(first / second for first, second in times)
    our_median, their_median = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{name:<22} ours {our_median:6.3f} s   compiled {their_median:6.3f} s   ratio {ratio:5.2f}")
    return ratio


def compiled(size: int) -> Callable[[str], tokenizers.Tokenizer]:
    """A function that trains the compiled tokenizer on a text."""

    def train(text: str) -> tokenizers.Tokenizer:
        tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
        trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=size, min_frequency=2, show_progress=False, initial_alphabet=alphabet
        )
        tokenizer.train_from_iterator([text], trainer)
        return tokenizer

    return train


def compiled_with_merges_of(ours: BytePairTokenizer) -> tokenizers.Tokenizer:
    spelled = [spelling(token) for token in ours.tokens]
    merges = [(spelled[left], spelled[right]) for left, right in ours.merges]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE({name: n for n, name in enumerate(spelled)}, merges))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description="byte-pair encoding, ours against a compiled one")
    parser.add_argument("--text", type=Path, help="a text in UTF-8; the course's English without it")
    parser.add_argument("--size", type=int, default=4096, help="the vocabulary's size")
    parser.add_argument("--pairs", type=int, default=5, help="how many pairs of runs")
    asked = parser.parse_args()
    text = asked.text.read_text(encoding="utf-8") if asked.text else str(data.load("english").x_train[0])
    print(f"{len(text):,} characters, {asked.size:,} tokens, {asked.pairs} pairs, tokenizers {tokenizers.__version__}")

    train = compiled(asked.size)
    ratios = [compared("train", lambda: BytePairTokenizer.train(text, asked.size), lambda: train(text), asked.pairs)]
    ours = BytePairTokenizer.train(text, asked.size)
    theirs = compiled_with_merges_of(ours)
    numbers = ours.encode(text)
    assert numbers == theirs.encode(text).ids, "both must make the same tokens"
    ratios += [
        compared(
            "encode, first time",
            lambda: BytePairTokenizer(ours.merges).encode(text),
            lambda: compiled_with_merges_of(ours).encode(text),
            asked.pairs,
        ),
        compared("encode, words known", lambda: ours.encode(text), lambda: theirs.encode(text), asked.pairs),
        compared("decode", lambda: ours.decode(numbers), lambda: theirs.decode(numbers), asked.pairs),
    ]
    print(f"the largest ratio is {max(ratios):.2f}; the bar is {BAR:g}: {'met' if max(ratios) <= BAR else 'missed'}")
    sys.exit(max(ratios) > BAR)


if __name__ == "__main__":
    main()
