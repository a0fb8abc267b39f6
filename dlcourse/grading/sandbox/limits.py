"""How much time, memory and room a session may take."""

from __future__ import annotations

from dataclasses import asdict, dataclass

_MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """The limits of one session.

    Attributes:
        cell_seconds: For a cell, and for an answer that trains a model.
        call_seconds: For each case of a question.
        total_seconds: For all of a session.
        memory_bytes: For all its processes together, beyond what the framework takes.
        processes: How many there may be at once, threads included where the system counts them.
        file_bytes: For all its files together.
        reply_bytes: For what one case may give back.
    """

    cell_seconds: float = 60
    call_seconds: float = 10
    total_seconds: float = 300
    memory_bytes: int = 2048 * _MIB
    processes: int = 64
    file_bytes: int = 64 * _MIB
    reply_bytes: int = 64 * _MIB

    def encoded(self) -> dict[str, float]:
        """As JSON."""
        return asdict(self)
