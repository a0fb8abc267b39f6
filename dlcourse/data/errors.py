"""What can go wrong with a data file, each told in one sentence."""

from __future__ import annotations

from pathlib import Path


class DataUnavailableError(OSError):
    """A real data set is neither in the cache nor to be had from the network."""


class DataFormatError(ValueError):
    """A data file is there, but is truncated, altered, wrongly encoded or unsafe to unpack.

    Attributes:
        path: The file.
        reason: What is wrong with it.
    """

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = Path(path)
        self.reason = reason
