"""The seed of a submission's hidden inputs: unknown to students, the same again for who knows the grading seed."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_seed() -> str:
    """A grading seed that nobody can guess."""
    return secrets.token_hex(16)


def hidden_seed(seed: str, student: str, question: str, digest: str) -> int:
    """The seed of one question of one submission: an HMAC, below 2**63.

    Args:
        seed: The grading seed, kept with the results.
        student: Whose submission; two students have different inputs.
        question: Its number.
        digest: The submission's fingerprint: who hands in again is asked with other inputs.
    """
    message = "\0".join([student, question, digest]).encode()
    return int.from_bytes(hmac.new(seed.encode(), message, hashlib.sha256).digest()[:8], "big") >> 1


def seed_id(seed: str) -> str:
    """A fingerprint of the grading seed, which results may show.

    >>> seed_id("2026")
    '158a323a7ba4'
    """
    return hashlib.sha256(seed.encode()).hexdigest()[:12]
