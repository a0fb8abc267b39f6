"""Learning the merges of byte-pair encoding: again and again, the most frequent pair of neighbours becomes a token.

After Sennrich, Haddow and Birch (2016), Neural Machine Translation of Rare Words with Subword Units, on bytes.

Counting all pairs afresh for every merge takes the time of the whole text for every token. Here each different word is
kept once, with how often it occurs; a merge looks only at the words that hold its pair, and corrects the counts of the
pairs that it breaks and makes there. The result is the same.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

Pair = tuple[int, int]


def learn_merges(word_counts: Mapping[bytes, int], vocabulary_size: int, minimum_count: int = 2) -> list[Pair]:
    """The merges in the order in which they are learned.

    The most frequent pair comes first; of equally frequent ones, that of the smaller numbers. Tokens 0 to 255 are the
    bytes; each merge makes the next one.

    Args:
        word_counts: How often each word, as UTF-8, occurs. Pairs do not reach across words.
        vocabulary_size: How many tokens to end with, the 256 bytes included.
        minimum_count: No pair that occurs less often is merged, even if fewer tokens come out.

    Returns:
        Pairs of token numbers.

    Example:
        >>> learn_merges({b"low": 5, b"lower": 2}, vocabulary_size=258)
        [(108, 111), (256, 119)]
    """
    pairs = _Pairs(word_counts)
    merges: list[Pair] = []
    while 256 + len(merges) < vocabulary_size and (pair := pairs.most_frequent(minimum_count)):
        pairs.merge(pair, token=256 + len(merges))
        merges.append(pair)
    return merges


def merged(word: list[int], pair: Pair, token: int) -> list[int]:
    """The word with the pair replaced by the token, from left to right.

    Example:
        >>> merged([97, 97, 97], (97, 97), 256)
        [256, 97]
    """
    left, right = pair
    result: list[int] = []
    position, last = 0, len(word) - 1
    while position <= last:
        found = word[position] == left and position < last and word[position + 1] == right
        result.append(token if found else word[position])
        position += 2 if found else 1
    return result


class _Pairs:
    """The words as lists of tokens, how often each pair of neighbours occurs, and in which words."""

    def __init__(self, word_counts: Mapping[bytes, int]) -> None:
        self.words = [list(word) for word in word_counts]
        self.word_counts = list(word_counts.values())
        self.counts: defaultdict[Pair, int] = defaultdict(int)
        self.words_with: defaultdict[Pair, set[int]] = defaultdict(set)
        for index, word in enumerate(self.words):
            self._count(index, word, self.counts)
        self.heap = [(-count, pair) for pair, count in self.counts.items()]
        heapq.heapify(self.heap)

    def most_frequent(self, minimum_count: int) -> Pair | None:
        """The pair of the highest count. An entry of the heap whose count has fallen since goes back to its place."""
        while self.heap:
            negative, pair = heapq.heappop(self.heap)
            count = self.counts.get(pair, 0)
            if count == -negative:
                return pair if count >= minimum_count else None
            if count > 0:
                heapq.heappush(self.heap, (-count, pair))
        return None

    def merge(self, pair: Pair, token: int) -> None:
        """Replace the pair by the token in every word that holds it."""
        changes: defaultdict[Pair, int] = defaultdict(int)
        for index in self.words_with.pop(pair):
            word = self.words[index]
            for gone in pairwise(word):
                changes[gone] -= self.word_counts[index]
            self.words[index] = merged(word, pair, token)
            self._count(index, self.words[index], changes)
        for changed, change in changes.items():
            self.counts[changed] += change
            if change > 0:
                heapq.heappush(self.heap, (-self.counts[changed], changed))

    def _count(self, index: int, word: list[int], counts: defaultdict[Pair, int]) -> None:
        for pair in pairwise(word):
            counts[pair] += self.word_counts[index]
            self.words_with[pair].add(index)
