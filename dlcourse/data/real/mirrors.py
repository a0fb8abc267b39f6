"""Addresses of files in public repositories, at a fixed commit, so that the bytes cannot change."""

from __future__ import annotations


def github(repository: str, commit: str, path: str) -> tuple[str, ...]:
    """A file of a GitHub repository, from GitHub and from a content network that mirrors it."""
    return (
        f"https://raw.githubusercontent.com/{repository}/{commit}/{path}",
        f"https://cdn.jsdelivr.net/gh/{repository}@{commit}/{path}",
    )


def each(bases: tuple[str, ...], name: str) -> tuple[str, ...]:
    """One file under several base addresses."""
    return tuple(base + name for base in bases)
