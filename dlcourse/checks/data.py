"""What may pass between an answer and its check: None, booleans, numbers, text, lists, dicts with text keys, arrays.

Arrays are boolean, integer or floating-point NumPy arrays. As JSON, an array is an object with its dtype, shape and
values; numbers that JSON does not have (nan, inf, -inf) are written as text inside it. A large array of bytes, such as
many images, is written as base64: a third of the size. A dict whose own keys could be taken for such an object is
wrapped in one more.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

Data = Any
_ARRAY = "__array__"
_FLOAT = "__float__"
_DICT = "__dict__"
_KINDS = "biuf"
_MANY_BYTES = 1000
_NAMES = {
    bool: "True or False",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    tuple: "a tuple",
    dict: "a dict",
}


class NotDataError(TypeError):
    """A value that cannot pass: the message names its type."""


def as_data(value: object) -> Data:
    """The value as data: tensors become arrays, NumPy scalars Python numbers, tuples lists; arrays are copied.

    A NumPy scalar of less than double precision becomes an array without axes, so that its precision stays known.

    Raises:
        NotDataError: If the value, or something inside it, is neither data nor convertible to an array of numbers.
    """
    if value is None:
        return None
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, list | tuple):
        return [as_data(each) for each in value]
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise NotDataError("a dict whose keys are not all text")
        return {str(key): as_data(each) for key, each in value.items()}
    return _as_array(value)


def _as_array(value: object) -> Data:
    if isinstance(value, type) or not hasattr(value, "__array__"):
        raise NotDataError(described(value))
    array = np.array(value)
    if array.dtype.kind == "V" or array.dtype.name == "bfloat16":
        array = array.astype("float32")
    if array.dtype.kind not in _KINDS:
        raise NotDataError(f"{described(array)} that holds no numbers ({array.dtype})")
    size = array.dtype.itemsize if array.dtype.kind == "f" else 8
    if size > 8:
        array = array.astype("float64")
    return array.item() if isinstance(value, np.generic) and size >= 8 else array


def described(value: object) -> str:
    """What kind of thing a value is, in a few words."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "an array without axes"
    if value is None or value is Ellipsis:
        return "None" if value is None else "`...`"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    return _NAMES.get(type(value), f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}")


def encode(value: Data) -> Any:
    """Data as what the standard `json` module writes strictly (no bare NaN)."""
    if isinstance(value, np.ndarray):
        record = {_ARRAY: value.dtype.name, "shape": list(value.shape)}
        if value.dtype == np.uint8 and value.size > _MANY_BYTES:
            return record | {"base64": base64.b64encode(value.tobytes()).decode("ascii")}
        return record | {"values": [encode_number(each) for each in value.ravel().tolist()]}
    if isinstance(value, list):
        return [encode(each) for each in value]
    if isinstance(value, dict):
        record = {key: encode(each) for key, each in value.items()}
        return {_DICT: record} if record.keys() & {_ARRAY, _FLOAT, _DICT} else record
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: str(value)}
    return value


def decode(value: Any) -> Data:
    """What `encode` made, as data again."""
    if isinstance(value, list):
        return [decode(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "base64" in value and _ARRAY in value:
        return np.frombuffer(base64.b64decode(value["base64"]), dtype=value[_ARRAY]).reshape(value["shape"]).copy()
    if _ARRAY in value:
        numbers = [float(each) if isinstance(each, str) else each for each in value["values"]]
        return np.array(numbers, dtype=value[_ARRAY]).reshape(value["shape"])
    if _FLOAT in value:
        return float(value[_FLOAT])
    return {key: decode(each) for key, each in value.get(_DICT, value).items()}


def encode_number(number: float | int | bool) -> float | int | bool | str:
    """A number of an array, or its name where JSON has no such number."""
    return str(number) if isinstance(number, float) and not math.isfinite(number) else number
