"""One attack as data: cells of a made-up submission, and what must still hold after they ran."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STANDS_FOR = re.compile("@[A-Z]+@")
# What every attack finds in its namespace: a note of what it got, and the C library. Its process carries a name by
# which what it leaves behind is found.
PRELUDE = """
import ctypes, os
taken = []
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(15, b"@MARK@", 0, 0, 0)

def attempt(name, act, *arguments):
    try:
        act(*arguments)
    except (OSError, MemoryError, ValueError, RuntimeError):
        return
    taken.append(name)

def call(name, *arguments):
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)
"""


@dataclass(frozen=True)
class Attack:
    """One attack.

    In its cells `@SECRET@` stands for a file that only the grader may read, `@OUTSIDE@` for its folder, `@GRADER@` for
    the grader's process, `@COURSE@` for the folder of the course. What a cell got that it must not get it appends to
    `taken`; `attempt(name, act)` does so when `act()` raises no error of the system.

    Attributes:
        name: In a few words; no two are the same.
        kind: What it goes for; a table has one row for each kind.
        cells: Sources, in the place of the answer to the question `relu` (or `train`).
        asks: The question that is attacked: "relu", or "train", which gives a model.
        seconds: How long a cell and a call may take.
        ends: How the session must die of it ("timeout", "memory", "crashed"); empty where it may live on.
        spoils: Whether it breaks its own process on purpose, so that the honest answer counts in a fresh one only.
        tiers: Where it must hold.
        memory_bytes: How much memory the session may take.
    """

    name: str
    kind: str
    cells: tuple[str, ...]
    asks: str = "relu"
    seconds: float = 20
    ends: str = ""
    spoils: bool = False
    tiers: str = "AB"
    memory_bytes: int = 700 * 2**20

    def __post_init__(self) -> None:
        if self.asks not in ("relu", "train"):
            raise ValueError(f"asks must be relu or train, got {self.asks!r}")
        for source in self.cells:
            compile(_STANDS_FOR.sub("1", source), self.name, "exec")
