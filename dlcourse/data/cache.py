"""Where the files of the real data sets lie, how they are found there, and that they are the right ones.

The cache is the folder that the environment variable `DLCOURSE_DATA` names, else `data` in the user's cache folder.
Each set has a folder in it. A file that Keras has already downloaded to its own cache is found as well. Every file is
read whole and its checksum compared before anything is made of it, so that a truncated or altered one is named and
never half-read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dlcourse.data.dataset import Dataset
from dlcourse.data.errors import DataFormatError

FOLDER_VARIABLE = "DLCOURSE_DATA"


@dataclass(frozen=True)
class File:
    """One file of a real data set.

    Attributes:
        path: Where it lies in the cache, with forward slashes.
        size: Its length in bytes; 0 where it is not known, since the file is packed anew for each download.
        sha256: The checksum of the file or, with `members`, of what is in it.
        mirrors: Addresses to download it from, the first one first; none for a file that can only be found.
        keras: Where Keras keeps it, relative to the folder `datasets` of Keras's own cache.
        members: For an archive whose own bytes may differ: the pattern of the members that the checksum covers.
        encoding: For a text file: how its characters are encoded.
        crc32: For a file packed with gzip: the CRC-32 of what it unpacks to, which stands at its end.
    """

    path: str
    size: int
    sha256: str
    mirrors: tuple[str, ...] = ()
    keras: tuple[str, ...] = ()
    members: str = ""
    encoding: str = ""
    crc32: int = 0


@dataclass(frozen=True)
class Content:
    """A file's bytes, and its path so that what is wrong with them can be named."""

    path: Path
    data: bytes

    def text(self, encoding: str) -> str:
        """The bytes as text.

        Raises:
            DataFormatError: If they are not text in that encoding, or are text in UTF-8 where another was expected.
        """
        wrong = wrongly_encoded(self.data, encoding)
        if wrong:
            raise DataFormatError(self.path, wrong)
        return self.data.decode(encoding)


def wrongly_encoded(data: bytes, encoding: str) -> str:
    """What is wrong with the encoding, empty where nothing is.

    Nearly all bytes are text in cp1252, so decoding alone does not notice text in UTF-8; but text in cp1252 with any
    letter beyond ASCII is hardly ever valid UTF-8.
    """
    if encoding != "utf-8" and not data.isascii() and _decodes(data, "utf-8"):
        return f"is wrongly encoded: it is UTF-8, {encoding} was expected"
    if not _decodes(data, encoding):
        return f"is wrongly encoded: it is not {encoding}"
    return ""


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True)
class Source:
    """One of the ways to have a real data set: some files, and what reads their contents, in the same order."""

    files: tuple[File, ...]
    read: Callable[..., Dataset]


def folder() -> Path:
    """The cache: the folder that `DLCOURSE_DATA` names, else `data` in the user's cache folder for `dlcourse`."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("dlcourse", appauthor=False) / "data"


def keras_folder() -> Path:
    """Where Keras keeps its data sets: `datasets` in `KERAS_HOME`, else in `~/.keras`."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home).expanduser() if home else Path.home() / ".keras") / "datasets"


def locate(file: File) -> Path | None:
    """The path of a file that is there (whole or not), None where there is none.

    A copy in Keras's cache counts when it has the right length: there, other versions go by the same name.
    """
    own = folder() / file.path
    if own.is_file():
        return own
    for name in file.keras:
        candidate = keras_folder() / name
        if candidate.is_file() and candidate.stat().st_size == file.size:
            return candidate
    return None


def state(sources: tuple[Source, ...]) -> str:
    """Whether some source's files are all there, by their lengths: `"yes"`, `"damaged"` or `"no"`."""
    states = {_state(source) for source in sources}
    return next(each for each in ("yes", "damaged", "no") if each in states)


def _state(source: Source) -> str:
    paths = [locate(file) for file in source.files]
    if None in paths:
        return "no"
    lengths = [path.stat().st_size for path in paths if path is not None]
    right = all(file.size in (0, length) for file, length in zip(source.files, lengths, strict=True))
    return "yes" if right else "damaged"


def read(file: File, path: Path) -> Content:
    """The bytes of a file, compared with its SHA-256.

    Raises:
        DataFormatError: If they are not the ones that they should be.
    """
    content = _read_length(file, path)
    if checksum(file, content) != file.sha256:
        raise DataFormatError(path, f"is altered: its SHA-256 is not {file.sha256}")
    return content


def read_to_unpack(file: File, path: Path) -> Content:
    """The same for a file that is unpacked next.

    Unpacking gzip computes a CRC-32 of every byte and compares it with the one at the file's end. Where it is known
    what stands there, comparing that is enough to find damage, and takes no time; SHA-256 takes a third of the time of
    unpacking, and was compared when the file was fetched.

    Raises:
        DataFormatError: If the bytes are not the ones that they should be.
    """
    if not file.crc32:
        return read(file, path)
    content = _read_length(file, path)
    if int.from_bytes(content.data[-8:-4], "little") != file.crc32:
        raise DataFormatError(path, f"is altered: its CRC-32 is not {file.crc32:08x}")
    return content


def _read_length(file: File, path: Path) -> Content:
    content = Content(path, path.read_bytes())
    if file.size and len(content.data) != file.size:
        raise DataFormatError(path, _wrong_length(file, content.data))
    return content


def _wrong_length(file: File, data: bytes) -> str:
    if file.encoding and (wrong := wrongly_encoded(data, file.encoding)):
        return wrong
    is_what = "is truncated" if len(data) < file.size else "is altered"
    return f"{is_what}: it has {len(data):,} bytes instead of {file.size:,}"


def checksum(file: File, content: Content) -> str:
    """The SHA-256 of a content or, where the file says so, of the members of the archive that it is."""
    if not file.members:
        return hashlib.sha256(content.data).hexdigest()
    from dlcourse.data.archive import digest_of_members

    return digest_of_members(content, file.members)


def from_cache(sources: tuple[Source, ...]) -> Dataset | None:
    """The data set from the first source whose files are all there and whole, None where no source is complete.

    Raises:
        DataFormatError: If all files of a source are there, one of them is damaged, and no other source will do.
    """
    damage: DataFormatError | None = None
    for source in sources:
        paths = [path for path in map(locate, source.files) if path is not None]
        if len(paths) < len(source.files):
            continue
        try:
            return source.read(*map(read_to_unpack, source.files, paths))
        except DataFormatError as error:
            damage = damage or error
    if damage is not None:
        raise damage
    return None
