"""Read members of an archive without ever writing one to disk, and refuse archives that mean harm.

No member may have a path that leads outside, be a link or a device; their number, the length of each and what all of
them unpack to are limited, so that a few kilobytes cannot become a disk full.
"""

from __future__ import annotations

import fnmatch
import gzip
import hashlib
import io
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from dlcourse.data.cache import Content
from dlcourse.data.errors import DataFormatError

BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
HEADERS = 2048
"""Bytes that a tar archive may spend on one member besides its content: headers, long names, padding."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold: members, bytes of one member, bytes of all together."""

    members: int = 200_000
    member: int = 2**28
    total: int = 2**30


def members(content: Content, pattern: str, limits: Limits | None = None) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the members that match a shell pattern, in the archive's order.

    Args:
        content: A zip archive, or a tar archive, packed with gzip or plain.
        pattern: What the whole name must match, as `"*/recordings/*.wav"`; `*` also matches slashes.
        limits: How much the archive may hold.

    Raises:
        DataFormatError: If the archive is broken, exceeds a limit, or has a member that is unsafe.
    """
    reader = _zip_members if content.data.startswith(b"PK") else _tar_members
    wanted = re.compile(fnmatch.translate(pattern))
    try:
        yield from reader(content, wanted, limits or Limits())
    except BROKEN as error:
        raise DataFormatError(content.path, f"cannot be unpacked: {error}") from error


def digest_of_members(content: Content, pattern: str) -> str:
    """A checksum of what an archive holds, the same however it is packed.

    It is the SHA-256 over one line for each member that matches, sorted: its file name and its own SHA-256.
    """
    lines = [
        f"{name.rpartition('/')[2]} {hashlib.sha256(data).hexdigest()}\n" for name, data in members(content, pattern)
    ]
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def only_member(content: Content, pattern: str) -> Content:
    """The one member that matches, under the path `archive/member`.

    Raises:
        DataFormatError: If none matches or several do.
    """
    found = list(members(content, pattern))
    if len(found) != 1:
        raise DataFormatError(content.path, f"has {len(found)} members {pattern}, one was expected")
    name, data = found[0]
    return Content(content.path / name, data)


def _tar_members(content: Content, wanted: re.Pattern[str], limits: Limits) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=_Bounded(content.data, limits), mode="r:") as archive:
        total = 0
        for count, member in enumerate(archive, start=1):
            _refuse_name(content, member.name)
            if not (member.isfile() or member.isdir()):
                raise DataFormatError(content.path, f"has a link or device in it: {member.name}")
            total += member.size
            _refuse_size(content, member.name, count, member.size, total, limits)
            if member.isfile() and wanted.match(member.name):
                yield member.name, _whole(archive.extractfile(member), member.size)


def _zip_members(content: Content, wanted: re.Pattern[str], limits: Limits) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
        total = 0
        for count, member in enumerate(archive.infolist(), start=1):
            _refuse_name(content, member.filename)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise DataFormatError(content.path, f"has a link in it: {member.filename}")
            total += member.file_size
            _refuse_size(content, member.filename, count, member.file_size, total, limits)
            if not member.is_dir() and wanted.match(member.filename):
                with archive.open(member) as stream:
                    yield member.filename, _whole(stream, member.file_size)


class _Bounded(io.BytesIO):
    """A tar archive's bytes, unpacked as they are asked for, and refused beyond the limit.

    `tarfile` reads a long name whole before anyone sees its length; so the length is checked here, where it reads.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        plain = io.BytesIO(data)
        packed = data.startswith(b"\x1f\x8b")
        self.stream: gzip.GzipFile | io.BytesIO = gzip.GzipFile(fileobj=plain) if packed else plain

    def read(self, size: int | None = -1) -> bytes:
        longest = self.limits.total + HEADERS * self.limits.members
        if size is None or not 0 <= size <= self.limits.member + HEADERS or self.tell() + size > longest:
            raise EOFError("it unpacks to more bytes than allowed")
        return self.stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()


def _refuse_name(content: Content, name: str) -> None:
    parts = re.split(r"[/\\]", name)
    if not name or parts[0] == "" or ":" in parts[0] or ".." in parts:
        raise DataFormatError(content.path, f"has a member whose path leads outside: {name!r}")


def _refuse_size(content: Content, name: str, count: int, size: int, total: int, limits: Limits) -> None:
    if count > limits.members:
        raise DataFormatError(content.path, f"has more than {limits.members:,} members")
    if size > limits.member:
        raise DataFormatError(
            content.path, f"has a member of {size:,} bytes, at most {limits.member:,} allowed: {name}"
        )
    if total > limits.total:
        raise DataFormatError(content.path, f"unpacks to more than {limits.total:,} bytes")


def _whole(stream: IO[bytes] | None, size: int) -> bytes:
    """The member's bytes: as many as its header says, or it is broken; never more."""
    data = stream.read(size + 1) if stream else b""
    if len(data) != size:
        raise EOFError(f"a member has {len(data):,} bytes instead of {size:,}")
    return data
