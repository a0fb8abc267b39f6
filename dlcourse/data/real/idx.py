"""The IDX format of MNIST and its descendants: a magic number, the lengths of the axes, then bytes."""

from __future__ import annotations

import math
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dlcourse.data.cache import Content
from dlcourse.data.errors import DataFormatError

UNSIGNED_BYTES = 0x08
HEADER = 4 + 4 * 4
LARGEST = 2**28
PIECE = 2**16
GZIP = 31
MAGIC = b"\x1f\x8b"


def read_gz(content: Content) -> np.ndarray:
    """The array in a gzip-packed IDX file of unsigned bytes.

    Raises:
        DataFormatError: If it is not one, is cut short, or unpacks to more than 256 MB.
    """
    data = _unpacked(content)
    shape = _shape(content, data[:HEADER].tobytes())
    values = data[4 + 4 * len(shape) :]
    if len(values) != math.prod(shape):
        raise DataFormatError(
            content.path, f"has {len(values):,} bytes for an array of shape {shape}, {math.prod(shape):,} needed"
        )
    return values.reshape(shape)


def read_all(*contents: Content) -> list[np.ndarray]:
    """The arrays of several files; they are unpacked side by side, since zlib lets other threads run."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(read_gz, contents))


def _unpacked(content: Content) -> np.ndarray:
    """All bytes, unpacked piece by piece into one array of the length that the file's last four bytes tell."""
    data = np.empty(_told_length(content), np.uint8)
    unpacker, packed, filled = zlib.decompressobj(GZIP), memoryview(content.data), 0
    try:
        for start in range(0, len(packed), PIECE):
            piece = unpacker.decompress(packed[start : start + PIECE])
            if filled + len(piece) > len(data):
                raise DataFormatError(content.path, f"unpacks to more than the {len(data):,} bytes that it tells")
            data[filled : filled + len(piece)] = memoryview(piece)
            filled += len(piece)
    except zlib.error as error:
        raise DataFormatError(content.path, f"cannot be unpacked: {error}") from error
    if not unpacker.eof or filled < len(data):
        raise DataFormatError(content.path, "is truncated")
    return data


def _told_length(content: Content) -> int:
    if content.data[:2] != MAGIC:
        raise DataFormatError(content.path, "is not packed with gzip")
    length = int.from_bytes(content.data[-4:], "little")
    if length > LARGEST:
        raise DataFormatError(
            content.path, f"is truncated, or unpacks to {length:,} bytes; at most {LARGEST:,} allowed"
        )
    return length


def _shape(content: Content, data: bytes) -> tuple[int, ...]:
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] != UNSIGNED_BYTES or len(data) < 4 + 4 * data[3]:
        raise DataFormatError(content.path, f"is not an IDX file of unsigned bytes: it begins with {data[:4].hex()}")
    return struct.unpack_from(f">{data[3]}I", data, 4)
