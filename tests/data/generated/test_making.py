"""The tools that all generators share."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.data.generated.making import Picker, draw, one_of, real, split, stream, texts, whole


@pytest.mark.parametrize("value", [0, 11, 1.0, True, "3", None])
def test_a_whole_number_out_of_range_or_of_another_type_is_refused_with_rule_and_value(value: object) -> None:
    with pytest.raises(ValueError, match=f"size must be an integer from 1 to 10, got {value!r}"):
        whole("size", value, 1, 10)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), True, "0.5", None])
def test_a_real_number_out_of_range_or_of_another_type_is_refused_with_rule_and_value(value: object) -> None:
    with pytest.raises(ValueError, match="share must be a number from 0 to 1, got"):
        real("share", value, 0, 1)


def test_numpy_numbers_are_numbers() -> None:
    assert whole("size", np.int64(3), 1) == 3
    assert real("share", np.float32(0.5), 0) == 0.5


def test_a_choice_that_is_not_offered_is_refused() -> None:
    with pytest.raises(ValueError, match="kind must be one of a, b, got 'c'"):
        one_of("kind", "c", ("a", "b"))


def test_numbers_are_drawn_in_proportion_to_their_weights() -> None:
    counts = np.bincount(draw(stream(0), [1, 0, 3], 40_000), minlength=3)
    assert counts[1] == 0
    assert counts[2] / counts[0] == pytest.approx(3, abs=0.1)


def test_two_streams_of_one_seed_differ_and_are_not_correlated() -> None:
    first, second = (stream(0, part).standard_normal(10_000) for part in (0, 1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05


def test_a_picker_picks_each_choice_equally_often() -> None:
    pick = Picker(stream(0), block=7)
    counts = np.bincount([pick((0, 1, 2, 3)) for _ in range(20_000)])
    assert counts / 20_000 == pytest.approx(np.full(4, 0.25), abs=0.015)


def test_texts_of_equal_length_stay_strings_in_one_dimension() -> None:
    array = texts(["ab", "cd"])
    assert array.shape == (2,)
    assert array.tolist() == ["ab", "cd"]


def test_split_names_the_two_parts() -> None:
    parts = split(2, boxes=np.arange(5))
    assert parts["boxes_train"].tolist() == [0, 1]
    assert parts["boxes_test"].tolist() == [2, 3, 4]
