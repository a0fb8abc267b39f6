"""Each default set is made once for all tests that look at it."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from dlcourse.data import Dataset, load


@pytest.fixture(scope="session")
def made() -> Callable[[str], Dataset]:
    """The set of that name with its default options."""
    return functools.cache(load)
