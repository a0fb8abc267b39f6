"""Question 2.4: a backtest that does not see the future."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_prices(rng):
    def case(name, count, window, **options):
        """A random walk in which no price equals the mean of its window."""
        while True:
            changes = rng.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], size=count) + np.round(
                rng.uniform(0, 0.4, count), 1
            )
            prices = np.round(50 + np.cumsum(changes), 1)
            if window == 1 or all(abs(gap) > 1e-6 for gap in _gaps(prices, window)):
                return Case(name, {"prices": prices, "window": window}, **options)

    return [
        case("a window of two", 8, 2),
        case("a window of five", 30, 5, points=2),
        case("as few prices as possible", 5, 4),
        case("a long series", 200, 20),
        case("a window of one: never above its mean", 6, 1),
        case("inputs left as they are", 9, 3, pure=True),
    ]


def _gaps(prices, window):
    return [prices[t] - np.mean(prices[t - window + 1 : t + 1]) for t in range(window - 1, len(prices))]


def profits(prices, window):
    earned = []
    for t in range(window - 1, len(prices) - 1):
        position = 1 if prices[t] > prices[t - window + 1 : t + 1].mean() + 1e-12 else -1
        earned.append(position * (prices[t + 1] - prices[t]))
    return np.array(earned)


def profits_by_sums(prices, window):
    totals = np.cumsum(np.concatenate([[0.0], prices]))
    means = (totals[window:] - totals[:-window]) / window
    positions = np.where(prices[window - 1 :] - means > 1e-9, 1.0, -1.0)
    return positions[:-1] * np.diff(prices)[window - 1 :]


def profits_by_windows(prices, window):
    stretches = np.lib.stride_tricks.sliding_window_view(prices, window)[:-1]
    above = stretches[:, -1] - stretches.mean(axis=1) > 1e-9
    return [
        float(sign * change)
        for sign, change in zip(2 * above - 1, prices[window:] - prices[window - 1 : -1], strict=True)
    ]


def _positions(prices, window):
    return np.where(np.array(_gaps(prices, window)) > 1e-9, 1.0, -1.0)


def profits_leaking(prices, window):
    """The position of t + 1, which knows the price of t + 1, is paid with the change from t to t + 1."""
    return _positions(prices, window)[1:] * np.diff(prices)[window - 1 :]


def profits_of_window_before(prices, window):
    """The mean of the window before today, without today."""
    earned = []
    for t in range(window - 1, len(prices) - 1):
        mean = prices[max(0, t - window) : t].mean() if t else prices[0]
        earned.append((1 if prices[t] > mean else -1) * (prices[t + 1] - prices[t]))
    return np.array(earned)


def profits_of_window_before_by_slices(prices, window):
    """On the first day the slice begins at -1 and is empty: its mean is no number."""
    days = range(window - 1, len(prices) - 1)
    above = [prices[t] > np.mean(prices[t - window : t]) for t in days]
    return np.where(above, 1.0, -1.0) * np.diff(prices)[window - 1 :]


def profits_of_window_before_from_its_end(prices, window):
    """Begins at t = window, the first day with so many prices before it."""
    return profits_of_window_before(prices, window)[1:]


def profits_from_the_first_day(prices, window):
    days = range(len(prices) - 1)
    above = [prices[t] > np.mean(prices[max(0, t - window + 1) : t + 1]) + 1e-9 for t in days]
    return np.where(above, 1.0, -1.0) * np.diff(prices)


def profits_of_the_whole_mean(prices, window):
    above = np.where(prices > prices.mean(), 1.0, -1.0)
    return (above[:-1] * np.diff(prices))[window - 1 :]


def profits_against(prices, window):
    return -profits(prices, window)


def profits_out_instead_of_against(prices, window):
    return np.where(_positions(prices, window)[:-1] > 0, np.diff(prices)[window - 1 :], 0.0)


def profits_total(prices, window):
    return float(np.sum(profits(prices, window)))


def profits_running(prices, window):
    return np.cumsum(profits(prices, window))


def profits_relative(prices, window):
    return profits(prices, window) / prices[window - 1 : -1]


def profits_padded(prices, window):
    return np.concatenate([np.zeros(window - 1), profits(prices, window)])


def profits_centred(prices, window):
    """The mean of prices around today: half of the window lies in the future."""
    earned = []
    for t in range(window - 1, len(prices) - 1):
        mean = prices[max(0, t - window // 2) : t + window // 2 + 1].mean()
        earned.append((1 if prices[t] > mean + 1e-9 else -1) * (prices[t + 1] - prices[t]))
    return np.array(earned)


def profits_of_change_before(prices, window):
    """The position of t is paid with the change that led to t."""
    days = range(window - 1, len(prices) - 1)
    return _positions(prices, window)[:-1] * np.array([prices[t] - prices[t - 1] for t in days])


def profits_of_change_before_by_slices(prices, window):
    return _positions(prices, window) * np.diff(prices)[window - 2 :]


def profits_a_day_late(prices, window):
    return profits(prices, window)[1:]


def profits_without_last_day(prices, window):
    return profits(prices, window)[:-1]


def profits_also_at_the_mean(prices, window):
    positions = np.where(np.array(_gaps(prices, window)) > -1e-9, 1.0, -1.0)
    return positions[:-1] * np.diff(prices)[window - 1 :]


def profits_of_window_a_day_late(prices, window):
    """The slice ends at t + 2, so that the price of t + 1 is in the mean."""
    days = range(window - 1, len(prices) - 1)
    above = [prices[t] > prices[t - window + 2 : t + 2].mean() + 1e-9 for t in days]
    return np.where(above, 1.0, -1.0) * np.diff(prices)[window - 1 :]


def profits_of_all_prices_so_far(prices, window):
    days = range(window - 1, len(prices) - 1)
    above = [prices[t] > prices[: t + 1].mean() + 1e-9 for t in days]
    return np.where(above, 1.0, -1.0) * np.diff(prices)[window - 1 :]


def profits_positions_alone(prices, window):
    return _positions(prices, window)[:-1]


DAY_TOO_EARLY = "The mean begins a day too early: it is that of the prices before today. The last `window` prices are meant, today's included."
CHANGE_BEFORE = (
    "The position of t is paid with the change that led to t. It knew that one when it was chosen: it earns the change that "
    "follows."
)
QUESTION = QuestionDefinition(
    id="2.4",
    title="A backtest",
    draw=draw_prices,
    reference=profits,
    accepted=[profits_by_sums, profits_by_windows],
    mistakes=[
        Mistake(
            profits_leaking,
            "into the future",
            "This looks into the future: the change from t to t + 1 is paid to the position of t + 1, which was chosen knowing that "
            "price. The position of t earns it.",
        ),
        Mistake(
            profits_centred,
            "around today",
            "The mean is taken of prices around today, and half of them lie in the future. It is that of today and the "
            "prices before.",
        ),
        Mistake(
            profits_of_the_whole_mean,
            "whole series",
            "Prices are compared with the mean of the whole series, which nobody knows until its end. Take the mean of the last "
            "`window` prices.",
        ),
        Mistake(profits_of_window_before, "today's included", DAY_TOO_EARLY),
        Mistake(profits_of_window_before_by_slices, "today's included", DAY_TOO_EARLY),
        Mistake(profits_of_window_before_from_its_end, "today's included", DAY_TOO_EARLY),
        Mistake(
            profits_from_the_first_day,
            "full window",
            "There are profits of days that have no full window yet. Begin with that of the first full window, at t = window - 1.",
        ),
        Mistake(
            profits_against,
            "sign",
            "Every profit has the wrong sign: above the mean the position is +1, else -1.",
        ),
        Mistake(
            profits_out_instead_of_against,
            "bet against",
            "Below the mean nothing is earned or lost here. The position is -1 then, a bet against the price, not 0.",
        ),
        Mistake(
            profits_running,
            "each day",
            "That is the sum of profits up to each day. The profit of each day alone is asked for.",
        ),
        Mistake(
            profits_relative,
            "divided by the price",
            "Each profit is divided by the price. Leave it as it is: the position times the change.",
        ),
        Mistake(
            profits_padded,
            "window - 1",
            "There are zeros before the first profit. Begin with that of the first full window, at t = window - 1.",
        ),
        Mistake(profits_of_change_before, "change that follows", CHANGE_BEFORE),
        Mistake(profits_of_change_before_by_slices, "change that follows", CHANGE_BEFORE),
        Mistake(
            profits_a_day_late,
            "first profit is missing",
            "The first profit is missing: with t counted from 0, the first full window ends at t = window - 1.",
        ),
        Mistake(
            profits_without_last_day,
            "last profit is missing",
            "The last profit is missing: the last day with a change after it is the last but one.",
        ),
        Mistake(
            profits_also_at_the_mean,
            "exactly at",
            "Where the price is exactly at the mean the position is +1 here. It is +1 above the mean only, else -1.",
        ),
        Mistake(
            profits_of_window_a_day_late,
            "tomorrow's price",
            "The mean holds tomorrow's price, which nobody knows yet. A slice leaves its end out: which one makes today's price the "
            "last in it?",
        ),
        Mistake(
            profits_of_all_prices_so_far,
            "all prices so far",
            "The price is compared with the mean of all prices so far. Take the last `window` of them.",
        ),
        Mistake(
            profits_positions_alone,
            "positions",
            "These are the positions. Each one earns the change of the price that follows: multiply.",
        ),
        Mistake(profits_total, "array of shape"),
    ],
    hints=[
        "Which prices are known at time t? Those up to and including t, `prices[: t + 1]`; the last `window` of them are "
        "`prices[t - window + 1 : t + 1]`.",
        "The first t with a full window is `window - 1`. The last t with a change that follows is `len(prices) - 2`.",
        "The position chosen at t earns `prices[t + 1] - prices[t]`.",
    ],
)
