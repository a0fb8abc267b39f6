r"""Word error rate: how many words of a transcript must be changed. Lesson 17_3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Transcript = str | Sequence[str]


class WordErrors(NamedTuple):
    """Words that were mistaken, missed and made up, and the words of the reference.

    Example:
        >>> WordErrors(substitutions=1, deletions=0, insertions=1, words=4).rate
        0.5
    """

    substitutions: int
    deletions: int
    insertions: int
    words: int

    @property
    def rate(self) -> float:
        """$(S + D + I) / N$."""
        return (self.substitutions + self.deletions + self.insertions) / self.words


def word_error_rate(
    references: Transcript | Sequence[Transcript], hypotheses: Transcript | Sequence[Transcript]
) -> float:
    r"""The fewest substitutions, deletions and insertions that turn what was said into the transcript, by word.

    $$\mathrm{WER} = \frac{S + D + I}{N}$$

    N is the number of words that were said, in all recordings together; a rate above 1 is possible. Case and
    punctuation count. For the character error rate give lists of characters. Levenshtein (1966), Binary codes capable
    of correcting deletions, insertions and reversals.

    Args:
        references: What was said: a text, which is split at white space, or a list with a text or a list of words for
            each recording.
        hypotheses: The transcripts, in the same form.

    Returns:
        The rate, at least 0.

    Raises:
        ValueError: If the numbers of references and hypotheses differ, or nothing was said.

    Example:
        >>> word_error_rate("one two three four", "one too three four five")
        0.5
        >>> word_error_rate([list("cat")], [list("cut")])  # characters
        0.3333333333333333
    """
    return word_errors(references, hypotheses).rate


def word_errors(
    references: Transcript | Sequence[Transcript], hypotheses: Transcript | Sequence[Transcript]
) -> WordErrors:
    """The errors by kind; of several ways with equally few errors, one with the fewest substitutions is counted.

    Arguments and errors are those of `word_error_rate`.

    Example:
        >>> word_errors("a b c d", "a x d e")
        WordErrors(substitutions=1, deletions=1, insertions=1, words=4)
    """
    said, heard = _listed(references), _listed(hypotheses)
    if len(said) != len(heard):
        raise ValueError(f"each reference must have its hypothesis, got {len(said)} and {len(heard)}")
    pairs = [(_words(reference), _words(hypothesis)) for reference, hypothesis in zip(said, heard, strict=True)]
    if not any(reference for reference, _ in pairs):
        raise ValueError("the references must hold at least one word, got none")
    return WordErrors(*(sum(counts) for counts in zip(*(_errors(*pair) for pair in pairs), strict=True)))


def _errors(reference: list[str], hypothesis: list[str]) -> WordErrors:
    """The errors of one transcript, from the smallest cost of an alignment.

    An error costs a large number and a substitution one more, so that one number holds both counts.
    """
    large = len(reference) + 1
    costs = [large * count for count in range(len(hypothesis) + 1)]
    for row, word in enumerate(reference, start=1):
        previous, costs = costs, [large * row]
        for column, other in enumerate(hypothesis, start=1):
            changed = previous[column - 1] + (0 if word == other else large + 1)
            costs.append(min(changed, previous[column] + large, costs[-1] + large))
    errors, substitutions = divmod(costs[-1], large)
    # D - I = N - M and D + I = errors - S
    missing = len(reference) - len(hypothesis)
    deletions = (errors - substitutions + missing) // 2
    return WordErrors(substitutions, deletions, deletions - missing, len(reference))


def _listed(transcripts: Transcript | Sequence[Transcript]) -> Sequence[Transcript]:
    return [transcripts] if isinstance(transcripts, str) else transcripts


def _words(transcript: Transcript) -> list[str]:
    return transcript.split() if isinstance(transcript, str) else list(transcript)
