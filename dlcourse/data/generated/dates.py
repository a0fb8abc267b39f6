"""Dates as people write them, to be rewritten as 1998-03-03: a translation whose every character can be traced back.

The months are named in all but one way of writing, so that there is exactly one right answer; where a date is all
numbers, it is day, month, year with full stops.
"""

from __future__ import annotations

import datetime

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import halves, provenance, stream, texts, whole, words
from dlcourse.data.registry import Entry

# No locale is asked.
MONTHS = words("January February March April May June July August September October November December")
DAYS = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
FORMATS = (
    "{day} {month} {year}",
    "{month} {day}, {year}",
    "{weekday}, {day} {month} {year}",
    "{weekday}, {month} {day}, {year}",
    "{day} {short} {year}",
    "{short} {day}, {year}",
    "{day}.{number}.{year}",
    "the {ordinal} of {month}, {year}",
)
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)


def date_strings(train: int = 4000, test: int = 1000, seed: int = 0) -> Dataset:
    """Pairs such as "Tuesday, 3 March 1998" and "1998-03-03", from 1900 to 2099; no date is in both parts.

    Args:
        train: Number of training pairs, at least 1.
        test: Number of test pairs, at least 1; both together at most 73,049, the number of dates.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    first, last = FIRST.toordinal(), LAST.toordinal()
    train = whole("train", train, 1, last - first)
    count = train + whole("test", test, 1, last - first + 1 - train)
    random = stream(seed)
    dates = [datetime.date.fromordinal(first + int(day)) for day in random.permutation(last - first + 1)[:count]]
    how = random.integers(0, len(FORMATS), count)
    x = texts([write(date, FORMATS[each]) for date, each in zip(dates, how, strict=True)])
    y = texts([date.isoformat() for date in dates])
    (x_train, x_test), (y_train, y_test) = halves(x, train), halves(y, train)
    return Dataset("date_strings", x_train, y_train, x_test, y_test, (), (), PROVENANCE)


def write(date: datetime.date, form: str) -> str:
    """The date in one of the `FORMATS`."""
    month = MONTHS[date.month - 1]
    return form.format(
        day=date.day,
        month=month,
        short=month[:3],
        number=date.month,
        year=date.year,
        weekday=DAYS[date.weekday()],
        ordinal=f"{date.day}{_suffix(date.day)}",
    )


def _suffix(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


PROVENANCE = provenance("dates in eight ways of writing, with the ISO form")
ENTRIES = (
    Entry(
        "date_strings",
        "generated",
        "Rewrite a date character by character: sequence to sequence, and attention that can be read.",
        PROVENANCE,
        date_strings,
    ),
)
