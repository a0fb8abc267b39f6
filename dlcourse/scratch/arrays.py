"""How the course's own functions take their numbers: floats keep their precision, everything else becomes float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def real_array(x: ArrayLike) -> np.ndarray:
    """`x` as floating-point numbers of the precision that it has; whole numbers and truth values become float64.

    Raises:
        ValueError: If `x` holds anything but real numbers.
    """
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"x must hold real numbers, got an array of dtype {array.dtype}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)
