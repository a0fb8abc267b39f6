"""The shared comparison fails where it should."""

import numpy as np
import pytest
from backends import assert_same


@pytest.mark.parametrize(
    ("ours", "expected", "message"),
    [
        ([1.0, 2.1], [1.0, 2.0], "array 0 is off by 0.05 of 2, allowed are 0.01"),
        ([1.0, np.nan], [1.0, 2.0], "array 0 is off by nan"),
        ([1.0], [1.0, 2.0], r"array 0 has shape \(1,\), expected was \(2,\)"),
    ],
)
def test_it_names_the_array_and_the_error(ours, expected, message):
    with pytest.raises(AssertionError, match=message):
        assert_same([np.array(ours)], [np.array(expected)], tolerance=0.01)


def test_it_fails_if_an_array_is_missing():
    with pytest.raises(ValueError, match="argument 2 is longer"):
        assert_same([], [np.zeros(2)], tolerance=1.0)


def test_it_passes_what_is_near_enough():
    assert_same([np.array([100.0, 0.4])], [np.array([100.0, 0.0])], tolerance=0.01)
