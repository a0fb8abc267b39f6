"""Card payments of which one in two hundred is a fraud: where accuracy says nothing.

Fraud comes in three kinds, each marked by a combination and not by one column: card testing (a quick series of tiny
online payments), a stolen card (large payments far from home, soon after the last one) and account takeover (a large
online payment by night from a new device). Honest people do each of these things, too: they buy songs for a euro, go
on holiday, stay up late and buy new telephones. A tenth of the frauds look like any other payment.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import draw, halves, provenance, real, split, stream, whole
from dlcourse.data.registry import Entry

COLUMNS = (
    "amount",
    "times the usual amount",
    "hour of day",
    "minutes since last",
    "kilometres from home",
    "online",
    "new device",
)
KINDS = ("honest", "card testing", "stolen card", "account takeover", "unremarkable fraud")
SHARES = (0.3, 0.3, 0.3, 0.1)  # of the four kinds of fraud


def card_transactions(train: int = 20_000, test: int = 10_000, fraud: float = 0.005, seed: int = 0) -> Dataset:
    """Payments with `COLUMNS`, and whether each is a fraud.

    `x` has shape (N, 7), float32: euros, how many times the customer's usual amount that is, hour of day (0 to 24),
    minutes since the customer's last payment, kilometres from home (0 online), and two columns of 0 and 1. `y` is 1
    for a fraud. `extra["kind_train"]` and `extra["kind_test"]` number the kinds as in `KINDS`.

    Args:
        train: Number of training payments, at least 100.
        test: Number of test payments, at least 100.
        fraud: Share of frauds in each part, rounded up to a whole number of them; 0.0001 to 0.5.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    train, test, random = whole("train", train, 100), whole("test", test, 100), stream(seed)
    fraud = real("fraud", fraud, 1e-4, 0.5)
    kind = np.concatenate([_kinds(count, fraud, random) for count in (train, test)])
    x = _payments(kind, random)
    (x_train, x_test), (y_train, y_test) = halves(x, train), halves((kind > 0).astype("int64"), train)
    names = ("honest", "fraud")
    extra = split(train, kind=kind)
    return Dataset("card_transactions", x_train, y_train, x_test, y_test, COLUMNS, names, PROVENANCE, extra)


def _kinds(count: int, fraud: float, random: np.random.Generator) -> np.ndarray:
    frauds = int(np.ceil(round(fraud * count, 6)))
    kind = np.zeros(count, "int64")
    kind[:frauds] = 1 + draw(random, SHARES, frauds)
    return random.permutation(kind)


def _payments(kind: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """All columns, first as an honest payment's, then changed where the kind says so."""
    count = len(kind)
    usual = np.exp(3.3 + 0.5 * random.standard_normal(count))
    times = np.exp(0.7 * random.standard_normal(count))
    hour = _hours(count, random)
    minutes = np.exp(6.0 + 1.6 * random.standard_normal(count))
    away = random.random(count) < 0.04  # honest people travel
    distance = np.exp(np.where(away, 6.0, 1.2) + np.where(away, 1.2, 0.9) * random.standard_normal(count))
    online, new = random.random(count) < 0.4, random.random(count) < 0.05
    song = online & (random.random(count) < 0.15)  # honest people buy small things
    times = np.where(song, 0.07 * np.exp(0.4 * random.standard_normal(count)), times)
    z = random.standard_normal((4, count))
    testing, stolen, takeover = (kind == each for each in (1, 2, 3))
    times = np.where(testing, 0.05 * np.exp(0.5 * z[0]), np.where(stolen | takeover, 3.2 * np.exp(0.6 * z[0]), times))
    minutes = np.where(testing, np.exp(1.0 + 1.0 * z[1]), np.where(stolen, np.exp(3.2 + 1.2 * z[1]), minutes))
    distance = np.where(stolen, np.exp(5.0 + 1.0 * z[2]), distance)
    hour = np.where(takeover, (2.5 + 2.5 * z[3]) % 24, hour)
    online = (online | testing | takeover) & ~stolen
    new = new | (takeover & (z[2] < 1.0))
    return np.stack([usual * times, times, hour, minutes, np.where(online, 0, distance), online, new], axis=1).astype(
        "float32"
    )


def _hours(count: int, random: np.random.Generator) -> np.ndarray:
    """Most people pay around noon or in the early evening, one in eight at any hour."""
    peak = np.where(random.random(count) < 0.5, 12.5, 18.5)
    day = peak + 2.2 * random.standard_normal(count)
    return np.where(random.random(count) < 0.125, 24 * random.random(count), day) % 24


PROVENANCE = provenance("card payments with three kinds of rare fraud and honest payments that resemble each")
ENTRIES = (
    Entry(
        "card_transactions",
        "generated",
        "One fraud in two hundred: precision and recall, class weights, focal loss, thresholds.",
        PROVENANCE,
        card_transactions,
    ),
)
