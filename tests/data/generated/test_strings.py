"""Date and arithmetic strings: one right answer each, and nothing in both parts."""

from __future__ import annotations

import datetime
import re

import numpy as np
import pytest

from dlcourse.data import Dataset, generated
from dlcourse.data.generated.arithmetic import carries
from dlcourse.data.generated.dates import FORMATS, write

MONTH_STARTS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@pytest.fixture(scope="module")
def dates(made) -> Dataset:
    return made("date_strings")


def understood(written: str) -> str:
    """The ISO form, by reading: the year has four digits, the month a name or the second place."""
    year = re.search(r"\d{4}", written)[0]
    numbers = re.findall(r"\b\d{1,2}(?=\D|$)", written.replace(year, ""))
    named = [
        MONTH_STARTS.index(word[:3]) + 1 for word in re.findall("[a-z]+", written.lower()) if word[:3] in MONTH_STARTS
    ]
    day, month = (int(numbers[0]), named[-1]) if named else (int(numbers[0]), int(numbers[1]))
    return f"{year}-{month:02}-{day:02}"


def test_every_date_can_be_understood_in_one_way_which_is_the_target(dates: Dataset) -> None:
    assert [understood(written) for written in dates.x_train] == dates.y_train.tolist()


def test_every_weekday_that_is_named_is_the_right_one(dates: Dataset) -> None:
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    named = [
        (written.split(",")[0], datetime.date.fromisoformat(iso).weekday())
        for written, iso in zip(dates.x_train, dates.y_train, strict=True)
        if written.startswith(names)
    ]
    assert len(named) > 500
    assert all(name == names[weekday] for name, weekday in named)


def test_no_date_is_in_both_parts_and_all_formats_occur(dates: Dataset) -> None:
    assert not set(dates.y_train) & set(dates.y_test)
    shapes = {re.sub(r"[A-Z][a-z]+", "W", re.sub(r"\d+", "0", written)) for written in dates.x_train}
    assert len(shapes) >= len(FORMATS) - 2


@pytest.mark.parametrize(
    ("day", "ordinal"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (22, "22nd"), (31, "31st")],
)
def test_ordinals_are_as_they_are_spoken(day: int, ordinal: str) -> None:
    assert write(datetime.date(2000, 1, day), "{ordinal}") == ordinal


def test_more_dates_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="test must be an integer from 1 to 3049, got 4000"):
        generated.date_strings(train=70_000, test=4000)


@pytest.mark.parametrize("operations", ["+", "-", "+-"])
def test_every_answer_is_right(operations: str) -> None:
    tasks = generated.arithmetic_strings(train=2000, test=200, operations=operations)
    parts = [re.fullmatch(r"(\d+)([+-])(\d+)", task).groups() for task in tasks.x_train]
    right = [str(int(a) + int(b) if sign == "+" else int(a) - int(b)) for a, sign, b in parts]
    assert right == tasks.y_train.tolist()
    assert {sign for _, sign, _ in parts} == set(operations)


def test_no_task_nor_its_mirror_image_is_in_both_parts() -> None:
    tasks = generated.arithmetic_strings()
    train, test = ({frozenset(task.split("+")) for task in part} for part in (tasks.x_train, tasks.x_test))
    assert not train & test


def test_short_and_long_numbers_both_occur_and_so_do_carries() -> None:
    tasks = generated.arithmetic_strings()
    lengths = np.bincount([max(map(len, task.split("+"))) for task in tasks.x_train])
    assert lengths[1] > 30
    assert lengths[2] > 1000
    assert np.bincount(tasks.extra["carries_train"]).min() > 100


@pytest.mark.parametrize(
    ("task", "expected"), [((465, 46, False), 2), ((999, 1, False), 3), ((12, 34, False), 0), ((1000, 1, True), 3)]
)
def test_carries_are_those_of_paper_and_pencil(task: tuple, expected: int) -> None:
    assert carries(*(np.array([each]) for each in task)).tolist() == [expected]


def test_more_tasks_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match=r"train \+ test must be at most the 55 tasks that such numbers give, got 110"):
        generated.arithmetic_strings(train=100, test=10, digits=1)


def test_an_operation_that_is_not_offered_is_refused() -> None:
    with pytest.raises(ValueError, match=r"operations must be one of \+, -, \+-, got '\*'"):
        generated.arithmetic_strings(operations="*")
