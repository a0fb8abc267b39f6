"""Published weights into a model of ours: a safetensors file read by the names of its tensors.

Each architecture says which tensor of the publication fills which of its variables, and in which shape. Nothing is
assigned before everything is known to fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SHOWN = 5


@dataclass(frozen=True)
class PublishedTensor:
    """One tensor of a publication: its shape there, the variables that it fills, and how it is cut up for them.

    A fused tensor, say of query, key and value, fills several variables. `parts` gives an array for each, which takes
    the variable's shape; without it the tensor fills the only variable as it is.
    """

    shape: tuple[int, ...]
    variables: tuple[Any, ...]
    parts: Callable[[np.ndarray], Iterable[np.ndarray]] = lambda array: (array,)


def plain(variable: Any) -> PublishedTensor:
    """A tensor that is published as we keep it.

    Args:
        variable: The Keras variable that it fills.

    Returns:
        What to expect in the file.
    """
    return PublishedTensor(tuple(variable.shape), (variable,))


def normalization(name: str, layer: Any) -> dict[str, PublishedTensor]:
    """The scale and the shift of a normalization.

    Args:
        name: The layer's name in the file.
        layer: Ours.

    Returns:
        What to expect in the file.
    """
    return {f"{name}.weight": plain(layer.gamma), f"{name}.bias": plain(layer.beta)}


def dense(name: str, kernel: Any, bias: Any, outputs: int) -> dict[str, PublishedTensor]:
    """A dense layer as PyTorch keeps it, outputs first.

    Args:
        name: The layer's name in the file.
        kernel: Our kernel, inputs first; either may be split into heads.
        bias: Our bias.
        outputs: How many outputs there are, over all heads.

    Returns:
        What to expect in the file.
    """
    inputs = int(np.prod(kernel.shape)) // outputs
    return {
        f"{name}.weight": PublishedTensor((outputs, inputs), (kernel,), lambda array: (array.T,)),
        f"{name}.bias": PublishedTensor((outputs,), (bias,)),
    }


def load_published(
    path: str | Path, expected: Mapping[str, PublishedTensor], rename: Callable[[str], str], ignored: str
) -> None:
    r"""Fill variables from a safetensors file.

    Args:
        path: The file.
        expected: What each tensor fills, by its name.
        rename: From a name in the file to ours: some files have a prefix, some older names.
        ignored: A regular expression for whole names of tensors that are not needed: buffers, other heads.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If the package safetensors is not installed.
        ValueError: If a tensor is missing, one is neither expected nor ignored, or one has another shape. Then no
            variable has changed.
    """
    try:
        from safetensors import safe_open
    except ImportError as reason:
        raise ImportError(
            "reading published weights needs the package safetensors: pip install safetensors"
        ) from reason
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {path}")
    with safe_open(str(path), framework="numpy") as file:
        names = {rename(name): name for name in file.keys()}  # noqa: SIM118
        _check_names(path, set(names), set(expected), ignored)
        _check_shapes(path, {name: tuple(file.get_slice(names[name]).get_shape()) for name in expected}, expected)
        for name, tensor in expected.items():
            _fill(tensor, file.get_tensor(names[name]))


def _fill(tensor: PublishedTensor, array: np.ndarray) -> None:
    for variable, part in zip(tensor.variables, tensor.parts(array), strict=True):
        variable.assign(np.reshape(part, variable.shape))


def _check_names(path: str | Path, found: set[str], expected: set[str], ignored: str) -> None:
    missing = expected - found
    unexpected = {name for name in found - expected if not re.fullmatch(ignored, name)}
    if missing or unexpected:
        raise ValueError(
            f"{path} must hold the tensors of this model: missing {_some(missing)}; unexpected {_some(unexpected)}"
        )


def _check_shapes(
    path: str | Path, found: Mapping[str, tuple[int, ...]], expected: Mapping[str, PublishedTensor]
) -> None:
    wrong = [
        f"{name} {shape} instead of {expected[name].shape}"
        for name, shape in found.items()
        if shape != expected[name].shape
    ]
    if wrong:
        raise ValueError(f"{path} must hold tensors of this model's shapes, got {_some(wrong)}")


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more if listed else "none"
