"""Frames: what goes in comes out; what is malformed, too large or late is refused before anything is allocated."""

import json
import math
import socket
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse.grading.sandbox import wire

MOST = 2**20
NUMBERS = arrays.scalar_dtypes().filter(lambda dtype: dtype.kind in "biuf" and dtype.itemsize <= 8 and dtype.isnative)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | arrays.arrays(NUMBERS, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
)
KEYS = st.sampled_from(["a", "b", "__array__", "__float__", "__dict__"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))


@pytest.fixture
def pair():
    near, far = socket.socketpair()
    with near, far:
        yield near, far


def same(one, other):
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and one == other


@given(VALUES)
def test_what_goes_in_comes_out(value):
    near, far = socket.socketpair()
    with near, far:
        wire.send(near, value)
        assert same(value, wire.receive(far, MOST, 5))


def framed(header, raw=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">I", len(text)) + text + raw


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff\xff\xff\xff", "a header of 2 to"),
        (framed(b"no json"), "no JSON"),
        (framed(b"[" * 200_000 + b"]" * 200_000), "no JSON"),
        (framed([1]), "a value and at most"),
        (framed({"value": 1, "arrays": [{}] * 5000}), "at most 4096 arrays"),
        (framed({"value": 1, "arrays": [{"dtype": "object", "shape": [1]}]}), "dtype that may not pass"),
        (framed({"value": 1, "arrays": [{"dtype": "float64", "shape": [-1]}]}), "a shape that is none"),
        (framed({"value": 1, "arrays": [{"dtype": "float64", "shape": [True]}]}), "a shape that is none"),
        (framed({"value": 1, "arrays": [{"dtype": "float64", "shape": [2**39]}]}), "bytes of arrays may pass"),
        (framed({"value": {"__array__": 3}, "arrays": []}), "value is none"),
        (framed({"value": {"__array__": -1}, "arrays": []}), "value is none"),
        (framed({"value": {"__float__": "1e3"}, "arrays": []}), "value is none"),
        (framed({"value": {"__dict__": 3}, "arrays": []}), "value is none"),
        (framed(b'{"value": "\\ud800", "arrays": []}'), "value is none"),
        (framed(b'{"value": ' + b"[" * 40 + b"]" * 40 + b', "arrays": []}'), "value is none"),
        (framed({"value": 1, "arrays": [{"dtype": "int8", "shape": [0, 2**39, 2**39]}]}), "bytes of arrays may pass"),
    ],
)
def test_what_is_no_frame_is_refused(raw, message, pair):
    near, far = pair
    near.setblocking(False)
    near.send(raw[:100_000])
    near.setblocking(True)
    if len(raw) > 100_000:
        import threading

        threading.Thread(target=near.sendall, args=(raw[100_000:],), daemon=True).start()
    with pytest.raises(wire.WireError, match=message):
        wire.receive(far, MOST, 5)


def test_a_frame_that_is_cut_off_is_late_and_one_that_ends_is_gone(pair):
    near, far = pair
    near.sendall(framed({"value": 1, "arrays": []})[:-3])
    with pytest.raises(wire.WireTimeoutError):
        wire.receive(far, MOST, 0.05)
    near.close()
    with pytest.raises(wire.WireError, match="gone"):
        wire.receive(far, MOST, 1)


def test_an_array_that_may_not_pass_is_not_sent(pair):
    with pytest.raises(wire.WireError, match="an array of complex128 cannot pass"):
        wire.send(pair[0], np.zeros(1, complex))
