r"""Hiring records with a planted bias, known to the last digit: what a model learns from an unfair past.

Whether someone was qualified depends on skill alone. Whether they were hired was decided by

$$P(\text{hired}) = \sigma\big(2.5\,(\text{merit} - m) - \text{bias}\cdot\text{group}\big),$$

so two people who differ in nothing but the group had different chances. The group is also written in other columns:
it sways the district where people live and the gap in their careers. Leaving out the column `group` therefore leaves
most of the bias in. Because the records are made, the question that real data cannot answer has an answer: what would
have been decided about the same person in the other group?
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import halves, provenance, real, split, stream, whole
from dlcourse.data.registry import Entry

COLUMNS = ("years of experience", "education", "test score", "career gap", "district", "group")
SLOPE = 2.5  # of the decision's log-odds in merit


def hiring_records(
    train: int = 4000, test: int = 2000, bias: float = 1.5, proxy: float = 1.5, seed: int = 0
) -> Dataset:
    """Applicants, and who was hired.

    `x` has shape (N, 6), float32: years of experience, education (0 to 3), test score (0 to 100), years of career
    gap, district (a number that rises with the group's share of its people), and group (0 or 1, half and half). `y`
    is 1 for those hired. `extra` holds, for each part, `qualified_*` (whether skill was above the mean: independent
    of group), `probability_*` (of being hired, as decided), `fair_*` (the same without bias) and `counterfactual_*`
    (1 if the same person in the other group would have been hired by the same throw of the dice).

    Args:
        train: Number of training records, at least 2.
        test: Number of test records, at least 2.
        bias: By how much the log-odds of group 1 are lowered; 0 is fair.
        proxy: How strongly district and career gap tell the group; 0 not at all.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    train, count, random = whole("train", train, 2), train + whole("test", test, 2), stream(seed)
    bias, proxy = real("bias", bias, 0), real("proxy", proxy, 0)
    group = random.permutation(np.arange(count) % 2)
    skill = random.standard_normal(count)
    columns = _columns(skill, group, proxy, random)
    logit = SLOPE * (merit(columns) - 0.2)
    dice = random.random(count)
    probability, fair, other = (_sigmoid(logit - bias * each) for each in (group, 0 * group, 1 - group))
    y = (dice < probability).astype("int64")
    x = np.stack([*columns, group], axis=1).astype("float32")
    extra = split(
        train,
        qualified=(skill > 0).astype("int64"),
        probability=probability.astype("float32"),
        fair=fair.astype("float32"),
        counterfactual=(dice < other).astype("int64"),
    )
    (x_train, x_test), (y_train, y_test) = halves(x, train), halves(y, train)
    names = ("not hired", "hired")
    return Dataset("hiring_records", x_train, y_train, x_test, y_test, COLUMNS, names, PROVENANCE, extra)


def merit(columns: tuple[np.ndarray, ...]) -> np.ndarray:
    """What a fair decision rests on: experience, education and test score in units of their spread, weighed."""
    experience, education, score = columns[:3]
    return 0.3 * (experience - 8) / 4 + 0.3 * (education - 1.5) / 0.9 + 0.4 * (score - 60) / 12


def _columns(skill: np.ndarray, group: np.ndarray, proxy: float, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    z = random.standard_normal((5, len(skill)))
    experience = np.clip(8 + 4 * (0.7 * skill + 0.7 * z[0]), 0, 30)
    education = np.clip(np.floor(1.5 + 0.9 * (0.6 * skill + 0.8 * z[1]) + 0.5), 0, 3)
    score = np.clip(60 + 12 * (0.8 * skill + 0.6 * z[2]), 0, 100)
    gap = np.maximum(0, z[3] + proxy * group - 0.5)
    district = z[4] + proxy * group
    return experience, education, score, gap, district


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


PROVENANCE = provenance("hiring decisions with a bias against one group planted in their log-odds")
ENTRIES = (
    Entry(
        "hiring_records",
        "generated",
        "A planted bias, found again in the model: fairness measured and mended against a known truth.",
        PROVENANCE,
        hiring_records,
    ),
)
