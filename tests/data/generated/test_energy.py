"""The load: days, weeks and holidays are in it, and a forecast can beat last week."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from dlcourse.data import Dataset
from dlcourse.data.generated.energy import FIRST, calendar, is_holiday

HOUR, WEEKDAY, DAY, HOLIDAY, TEMPERATURE = 1, 2, 3, 4, 5


@pytest.fixture(scope="module")
def load(made) -> Dataset:
    return made("energy_load")


def autocorrelation(values: np.ndarray, lag: int) -> float:
    return float(np.corrcoef(values[:-lag], values[lag:])[0, 1])


def day_ahead_inputs(x: np.ndarray, y: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Hour by kind of day, heating and cooling, and the load a week ago and at midnight before: all known in time."""
    free = (x[hours, WEEKDAY] == 6) | (x[hours, HOLIDAY] == 1)
    kind = np.where(free, 2, np.where(x[hours, WEEKDAY] == 5, 1, 0))
    habits = np.eye(72)[kind * 24 + x[hours, HOUR].astype(int)]
    warmth = x[hours, TEMPERATURE]
    weather = [np.maximum(0, 15 - warmth), np.maximum(0, warmth - 20)]
    season = np.cos(2 * np.pi * x[hours, DAY] / 365)
    return np.column_stack([habits, *weather, season, y[hours - 168], y[hours // 24 * 24 - 1]])


def test_a_linear_day_ahead_forecast_halves_the_error_of_last_weeks_same_hour(load: Dataset) -> None:
    x, y = np.concatenate([load.x_train, load.x_test]), np.concatenate([load.y_train, load.y_test])
    train, test = np.arange(168, len(load.y_train)), np.arange(len(load.y_train), len(y))
    model = Ridge(1.0).fit(day_ahead_inputs(x, y, train), y[train])
    forecast = np.abs(model.predict(day_ahead_inputs(x, y, test)) - y[test]).mean()
    naive = np.abs(y[test - 168] - y[test]).mean()
    assert forecast < 0.6 * naive
    assert naive < 0.5 * load.y_test.std()


def test_the_load_is_most_like_itself_a_day_and_still_more_a_week_before(load: Dataset) -> None:
    values = {lag: autocorrelation(load.y_train, lag) for lag in (12, 24, 84, 168)}
    assert values[168] > values[24] > 0.8
    assert max(values[12], values[84]) < 0


def test_on_a_holiday_people_behave_as_on_a_sunday(load: Dataset) -> None:
    hour, weekday, holiday = (load.x_train[:, column] for column in (HOUR, WEEKDAY, HOLIDAY))
    winter = np.abs(load.x_train[:, DAY] - 182) > 130
    morning = (hour == 8) & winter
    means = [
        load.y_train[morning & rows].mean()
        for rows in ((holiday == 1) & (weekday < 5), (holiday == 0) & (weekday == 6), (holiday == 0) & (weekday < 5))
    ]
    assert means[0] == pytest.approx(means[1], rel=0.06)
    assert means[2] > 1.3 * means[1]


def test_cold_and_heat_cost_load(load: Dataset) -> None:
    noon = (load.x_train[:, HOUR] == 14) & (load.x_train[:, WEEKDAY] < 4) & (load.x_train[:, HOLIDAY] == 0)
    summer = np.abs(load.x_train[:, DAY] - 200) < 50
    warmth, y = (each[noon & summer] for each in (load.x_train[:, TEMPERATURE], load.y_train))
    winter = load.x_train[noon & ~summer, TEMPERATURE]
    mild = y[(warmth > 15) & (warmth < 20)].mean()
    assert y[warmth > 26].mean() > mild + 20
    assert load.y_train[noon & ~summer][winter < 0].mean() > mild + 100


def test_the_test_part_follows_the_training_part_and_holds_christmas(load: Dataset) -> None:
    assert len(load.y_test) == 12 * 168
    assert load.x_test[0, 0] == load.x_train[-1, 0] + 1
    assert load.x_test[:, HOLIDAY].sum() == 24 * 4  # 24, 25, 26 and 31 December; 3 October lies before


@pytest.mark.parametrize("day", ["2015-01-01", "2016-02-29", "2017-12-31"])
def test_the_calendar_is_pythons(day: str) -> None:
    hours = np.array([np.datetime64(f"{day}T17")])
    date = datetime.date.fromisoformat(day)
    assert [int(part[0]) for part in calendar(hours)] == [17, date.weekday(), date.timetuple().tm_yday - 1]


@pytest.mark.parametrize(
    ("day", "expected"), [("2015-04-03", True), ("2016-03-28", True), ("2017-06-05", True), ("2017-04-18", False)]
)
def test_holidays_move_with_easter(day: str, expected: bool) -> None:
    assert is_holiday(np.array([np.datetime64(f"{day}T05")])).tolist() == [expected]


def test_the_series_begins_on_a_thursday() -> None:
    assert calendar(np.array([FIRST]))[1].tolist() == [3]
