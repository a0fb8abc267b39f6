"""What being late costs: a deadline and a policy, such as `10%/day,grace=15min,max=50%`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime

UNITS = {"min": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"(\d+(?:\.\d+)?)%/(min|hour|day)")
_GRACE = re.compile(r"grace=(\d+(?:\.\d+)?)(min|hour|day)s?")
_MOST = re.compile(r"max=(\d+(?:\.\d+)?)%")


@dataclass(frozen=True)
class LatePolicy:
    """How much is taken off.

    Attributes:
        deadline: With its time zone; None where there is none.
        rate: The share taken off for each unit that has begun.
        unit: Its length in seconds.
        grace: Seconds after the deadline that cost nothing.
        most: The largest share that is taken off.
    """

    deadline: datetime | None = None
    rate: float = 0.0
    unit: float = 86400
    grace: float = 0.0
    most: float = 1.0

    def seconds_late(self, submitted: datetime | None, marked: bool = False) -> float:
        """How late, 0 in time; one second where it is marked as late and no time says more."""
        late = (submitted - self.deadline).total_seconds() if submitted and self.deadline else 0.0
        return max(late, 1.0 if marked else 0.0, 0.0)

    def penalty(self, seconds: float) -> float:
        """The share of the points that is taken off, from 0 to `most`.

        >>> late_policy("10%/day,max=25%", None).penalty(2.5 * 86400)
        0.25
        """
        if seconds <= self.grace or not seconds:
            return 0.0
        return min(self.rate * math.ceil(seconds / self.unit), self.most)


def late_policy(text: str, deadline: str | None) -> LatePolicy:
    """A policy from what a person typed.

    Args:
        text: `none`, `zero` (nothing counts after the deadline) or `10%/day`, with `grace=15min` and `max=50%` after
            commas.
        deadline: ISO 8601; without a time zone this machine's is meant.

    Raises:
        ValueError: If either cannot be understood.
    """
    return LatePolicy(_deadline(deadline), **_parts(text))


def _deadline(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"a deadline is a date and time as 2026-03-31T23:59, got {text!r}") from None
    return moment if moment.tzinfo else moment.astimezone()


def _parts(text: str) -> dict[str, float]:
    parts: dict[str, float] = {}
    for part in [each.strip() for each in text.split(",")]:
        if part == "zero":
            parts["rate"] = 1.0
        elif found := _RATE.fullmatch(part):
            parts |= {"rate": float(found[1]) / 100, "unit": UNITS[found[2]]}
        elif found := _GRACE.fullmatch(part):
            parts["grace"] = float(found[1]) * UNITS[found[2]]
        elif found := _MOST.fullmatch(part):
            parts["most"] = float(found[1]) / 100
        elif part != "none":
            raise ValueError(f"a late policy is none, zero or as 10%/day,grace=15min,max=50%; got {part!r}")
    return parts
