"""Byte-pair encoding in the plainest way: count everything afresh for every merge. Shares no code with the package."""

from collections import Counter
from itertools import pairwise


def replaced(symbols, pair, new):
    out = []
    while symbols:
        if tuple(symbols[:2]) == pair:
            out, symbols = [*out, new], symbols[2:]
        else:
            out, symbols = [*out, symbols[0]], symbols[1:]
    return out


def naive_merges(words, vocabulary_size, minimum_count):
    """Merges of a list of words given as bytes, repeated as often as they occur."""
    spelled = [list(word) for word in words]
    merges = []
    while 256 + len(merges) < vocabulary_size:
        counts = Counter(pair for word in spelled for pair in pairwise(word))
        if not counts:
            break
        pair, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        if count < minimum_count:
            break
        spelled = [replaced(word, pair, 256 + len(merges)) for word in spelled]
        merges.append(pair)
    return merges


def naive_encoding(word, merges):
    """The tokens of one word: every merge in its turn."""
    symbols = list(word)
    for rank, pair in enumerate(merges):
        symbols = replaced(symbols, tuple(pair), 256 + rank)
    return symbols
