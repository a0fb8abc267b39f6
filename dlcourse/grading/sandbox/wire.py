"""What passes between the grader and a sandbox: frames of JSON and raw arrays, checked before anything is allocated.

A frame is the length of its header (4 bytes), the header, and the bytes of the arrays that the header lists. No pickle,
no `npz`: reading a frame runs nobody's code.
"""

from __future__ import annotations

import json
import math
import select
import socket
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

_SIZES = {"int": (8, 16, 32, 64), "uint": (8, 16, 32, 64), "float": (16, 32, 64)}
_DTYPES = frozenset({"bool", *(f"{kind}{bits}" for kind, sizes in _SIZES.items() for bits in sizes)})
_HEADER_BYTES = 2 * 2**20
_MOST_ARRAYS, _MOST_AXES, _DEEPEST = 4096, 16, 32
_ARRAY, _FLOAT, _ESCAPED = "__array__", "__float__", "__dict__"


class WireError(Exception):
    """A frame that is none: malformed, too large, or cut off."""


class WireTimeoutError(WireError):
    """No frame came in time."""


def send(channel: socket.socket, value: Any) -> None:
    """Send data: None, booleans, numbers, text, lists, dicts with text keys, and arrays of numbers."""
    arrays: list[np.ndarray] = []
    tree = _packed(value, arrays)
    listed = [{"dtype": each.dtype.name, "shape": list(each.shape)} for each in arrays]
    header = json.dumps({"value": tree, "arrays": listed}, allow_nan=False).encode()
    channel.sendall(len(header).to_bytes(4, "big") + header)
    for each in arrays:
        channel.sendall(np.ascontiguousarray(each).tobytes())


def receive(channel: socket.socket, most_bytes: int, seconds: float | None = None) -> Any:
    """The next frame's data.

    Args:
        channel: A connected socket.
        most_bytes: Of all arrays together.
        seconds: To wait for the whole frame; without it, for ever.

    Raises:
        WireTimeoutError: If the frame is not there in time.
        WireError: If the other side is gone, or sent something else than a frame.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    size = int.from_bytes(_read(channel, 4, deadline), "big")
    if not 2 <= size <= _HEADER_BYTES:
        raise WireError(f"a header of 2 to {_HEADER_BYTES} bytes was expected, got {size}")
    try:
        header = json.loads(_read(channel, size, deadline))
    except (ValueError, RecursionError):
        raise WireError("the header is no JSON") from None
    specifications = _checked(header, most_bytes)
    arrays = [_array(channel, dtype, shape, deadline) for dtype, shape in specifications]
    try:
        return _unpacked(header["value"], arrays)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise WireError("the header's value is none") from None


def _read(channel: socket.socket, count: int, deadline: float | None) -> bytes:
    parts, left = [], count
    while left:
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([channel], [], [], wait)[0]:
            raise WireTimeoutError("no answer in time")
        try:
            part = channel.recv(min(left, 2**20))
        except OSError as error:
            raise WireError(f"the other side is gone: {error.strerror}") from None
        if not part:
            raise WireError("the other side is gone")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _checked(header: Any, most_bytes: int) -> list[tuple[np.dtype, tuple[int, ...]]]:
    """The dtypes and shapes that a header lists, none of them larger than allowed in all."""
    listed = header.get("arrays") if isinstance(header, dict) and "value" in header else None
    if not isinstance(listed, list) or len(listed) > _MOST_ARRAYS:
        raise WireError(f"a value and at most {_MOST_ARRAYS} arrays were expected")
    found, total = [], 0
    for each in listed:
        name, shape = (each.get("dtype"), each.get("shape")) if isinstance(each, dict) else (None, None)
        if not isinstance(name, str) or name not in _DTYPES:
            raise WireError("an array has a dtype that may not pass")
        if not isinstance(shape, list) or len(shape) > _MOST_AXES or not all(_is_size(size) for size in shape):
            raise WireError("an array has a shape that is none")
        dtype = np.dtype(name)
        total += math.prod(max(size, 1) for size in shape) * dtype.itemsize
        if total > most_bytes:
            raise WireError(f"at most {most_bytes} bytes of arrays may pass, got {total} or more")
        found.append((dtype, tuple(shape)))
    return found


def _is_size(size: Any) -> bool:
    return isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**40


def _array(channel: socket.socket, dtype: np.dtype, shape: tuple[int, ...], deadline: float | None) -> np.ndarray:
    raw = _read(channel, math.prod(shape) * dtype.itemsize, deadline)
    if dtype.kind == "b":  # any byte but 0 and 1 would be no boolean
        return (np.frombuffer(raw, np.uint8) != 0).reshape(shape)
    return np.frombuffer(raw, dtype).reshape(shape).copy()


def _packed(value: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.name not in _DTYPES:
            raise WireError(f"an array of {value.dtype} cannot pass")
        arrays.append(value)
        return {_ARRAY: len(arrays) - 1}
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: str(value)}
    if isinstance(value, list | tuple):
        return [_packed(each, arrays) for each in value]
    if isinstance(value, dict):
        record = {str(key): _packed(each, arrays) for key, each in value.items()}
        return {_ESCAPED: record} if record.keys() & {_ARRAY, _FLOAT, _ESCAPED} else record
    return value


def _unpacked(value: Any, arrays: list[np.ndarray], depth: int = 0) -> Any:
    if depth > _DEEPEST:
        raise ValueError
    if isinstance(value, str):
        value.encode()  # half of a pair of surrogates is no text
    if isinstance(value, list):
        return [_unpacked(each, arrays, depth + 1) for each in value]
    if not isinstance(value, dict):
        return value
    if _ARRAY in value:
        return arrays[_index(value[_ARRAY], arrays)]
    if _FLOAT in value:
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[value[_FLOAT]]
    return {key: _unpacked(each, arrays, depth + 1) for key, each in value.get(_ESCAPED, value).items()}


def _index(number: Any, arrays: Iterable[np.ndarray]) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise ValueError
    return number
