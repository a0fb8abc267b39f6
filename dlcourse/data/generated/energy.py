r"""Three years of a city's electricity load, hour by hour: days, weeks, seasons, holidays.

The load is a product of habits, $\text{base}\cdot\text{year}\cdot\text{week}\cdot\text{day}$, plus what cold and heat
cost, plus a slow deviation that remembers itself (an autoregressive process with coefficient 0.95), plus noise. On a
holiday people behave as on a Sunday, whatever the weekday; Christmas is the test part's trap.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import halves, provenance, real, stream, whole
from dlcourse.data.registry import Entry

FIRST, LAST = np.datetime64("2015-01-01T00"), np.datetime64("2018-01-01T00")
COLUMNS = ("hour", "hour of day", "day of week", "day of year", "holiday", "forecast temperature")
FIXED = ("01-01", "05-01", "10-03", "12-24", "12-25", "12-26", "12-31")  # month and day
EASTERS = ("2015-04-05", "2016-03-27", "2017-04-16")
AROUND_EASTER = (-2, 1, 39, 50)  # days: Good Friday, Easter Monday, Ascension, Whit Monday
BASE = 1000.0  # megawatts
# Shares of the daily mean, hour by hour: a working day, a Sunday.
WORKDAY = (
    np.array(
        [72, 68, 66, 65, 67, 75, 90, 106, 114, 116, 117, 118, 117, 115, 113, 112, 113, 117, 121, 119, 112, 103, 92, 81]
    )
    / 100
)
SUNDAY = (
    np.array([74, 70, 67, 65, 64, 65, 68, 74, 84, 92, 98, 102, 102, 97, 92, 89, 89, 94, 102, 105, 102, 96, 88, 80])
    / 100
)
COMFORT, HEATING, COOLING = (15.0, 20.0), 9.0, 6.0  # degrees Celsius, megawatts per degree


def energy_load(test_weeks: int = 12, noise: float = 1.0, seed: int = 0) -> Dataset:
    """Load in megawatts for each hour of 2015 to 2017; the test part is the last weeks.

    `x` has shape (hours, 6), float32, with the columns `COLUMNS`: the hour since the start, hour of day (0 to 23),
    day of week (0 Monday to 6 Sunday), day of year (0 to 365), whether it is a holiday (0 or 1), and the temperature
    in degrees Celsius as forecast the day before, which errs by about a degree. `y` is the load, float32. The two
    parts follow each other: to forecast a test day one may use everything up to the evening before.

    Args:
        test_weeks: Length of the test part, 1 to 104 weeks; 12 hold autumn and Christmas.
        noise: How strongly the load deviates from habit and weather, in proportion to the usual.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    hours, random = np.arange(FIRST, LAST), stream(seed)
    train = len(hours) - 168 * whole("test_weeks", test_weeks, 1, 104)
    temperature = _temperature(hours, random)
    habit = BASE * _season(hours) * _habits(hours)
    weather = HEATING * np.maximum(0, COMFORT[0] - temperature) + COOLING * np.maximum(0, temperature - COMFORT[1])
    drift = _remembered(random.standard_normal(len(hours)), 0.95)
    deviation = real("noise", noise, 0) * (20 * drift + 8 * random.standard_normal(len(hours)))
    forecast = temperature + np.repeat(random.standard_normal(len(hours) // 24), 24)
    hour, weekday, day = calendar(hours)
    x = np.stack([np.arange(len(hours)), hour, weekday, day, is_holiday(hours), forecast], axis=1).astype("float32")
    (x_train, x_test), (y_train, y_test) = (
        halves(x, train),
        halves((habit + weather + deviation).astype("float32"), train),
    )
    return Dataset("energy_load", x_train, y_train, x_test, y_test, COLUMNS, (), PROVENANCE)


def calendar(hours: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hour of day, day of week (0 is Monday) and day of year of times given by the hour."""
    days = hours.astype("datetime64[D]")
    hour = (hours - days).astype("int64")
    weekday = (days.astype("int64") + 3) % 7  # day 0, 1970-01-01, was a Thursday
    return hour, weekday, (days - days.astype("datetime64[Y]")).astype("int64")


def is_holiday(hours: np.ndarray) -> np.ndarray:
    """Whether each time falls on a holiday: those with a fixed date and those around Easter."""
    fixed = [np.datetime64(f"{easter[:4]}-{date}") for easter in EASTERS for date in FIXED]
    moved = [np.datetime64(easter) + np.timedelta64(offset, "D") for easter in EASTERS for offset in AROUND_EASTER]
    return np.isin(hours.astype("datetime64[D]"), fixed + moved)


def _habits(hours: np.ndarray) -> np.ndarray:
    """Shares of the base load by hour and kind of day; a Saturday lies between the others."""
    hour, weekday, _ = calendar(hours)
    free = (weekday == 6) | is_holiday(hours)
    saturday = (weekday == 5) & ~free
    sunday_share = np.where(free, 1.0, np.where(saturday, 0.6, 0.0))
    friday = np.where((weekday == 4) & (hour > 14), 0.96, 1.0)
    return ((1 - sunday_share) * WORKDAY[hour] + sunday_share * SUNDAY[hour]) * friday


def _season(hours: np.ndarray) -> np.ndarray:
    """Darkness: 6 % more in midwinter, 6 % less in midsummer; and 1 % growth a year."""
    years = (hours - FIRST).astype("int64") / 8766
    return (1 + 0.06 * np.cos(2 * np.pi * (years - 10 / 365))) * (1 + 0.01 * years)


def _temperature(hours: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Degrees Celsius: a year, a day, and weather that stays for days."""
    day, year = 24, 8766
    since = (hours - FIRST).astype("int64")
    fronts = 4 * _remembered(random.standard_normal(len(hours)), 0.985)
    return 10 - 9 * np.cos(2 * np.pi * (since / year - 20 / 365)) - 3 * np.cos(2 * np.pi * (since - 3) / day) + fronts


def _remembered(shocks: np.ndarray, memory: float) -> np.ndarray:
    r"""$z_t = \text{memory}\cdot z_{t-1} + \sqrt{1 - \text{memory}^2}\,\varepsilon_t$, of unit variance."""
    values, value, scale = np.empty(len(shocks)), float(shocks[0]), float(np.sqrt(1 - memory**2))
    for step, shock in enumerate((scale * shocks).tolist()):
        value = memory * value + shock
        values[step] = value
    return values


PROVENANCE = provenance("an hourly load with daily, weekly and yearly habits, weather, holidays and a drift")
ENTRIES = (
    Entry(
        "energy_load",
        "generated",
        "Forecast a day ahead and beat last week's same hour: seasonality, weather, holidays.",
        PROVENANCE,
        energy_load,
    ),
)
