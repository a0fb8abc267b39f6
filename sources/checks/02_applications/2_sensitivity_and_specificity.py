"""Question 2.2: what a threshold means for the ill and for the healthy."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_patients(rng):
    def case(name, ill_alarmed, ill_missed, healthy_alarmed, healthy_cleared, threshold, at_threshold=(), **options):
        """So many patients of each kind, and one for each of `at_threshold` (ill or not) who lies exactly on it."""
        above = np.round(rng.uniform(threshold + 0.01, 0.99, size=ill_alarmed + healthy_alarmed), 2)
        below = np.round(rng.uniform(0.01, threshold - 0.01, size=ill_missed + healthy_cleared), 2)
        probability = np.concatenate([above, below, np.full(len(at_threshold), threshold)])
        counts = (ill_alarmed, healthy_alarmed, ill_missed, healthy_cleared)
        ill = np.concatenate([np.repeat([True, False, True, False], counts), np.array(at_threshold, bool)])
        order = rng.permutation(len(ill))
        arguments = {"probability": probability[order], "ill": ill[order], "threshold": threshold}
        return Case(name, arguments, **options)

    return [
        case("a threshold of one half", 3, 2, 1, 6, 0.5, points=2),
        case("a low threshold", 5, 1, 4, 3, 0.2),
        case("many healthy, few ill", 2, 1, 3, 24, 0.7),
        case("nobody gets the alarm", 0, 3, 0, 4, 0.9),
        case("patients exactly at the threshold", 2, 1, 1, 3, 0.4, (True, False)),
        case("inputs left as they are", 2, 2, 1, 3, 0.5, pure=True),
    ]


def rates(probability, ill, threshold):
    alarm = probability > threshold
    return np.mean(alarm[ill]), np.mean(~alarm[~ill])


def rates_by_counting(probability, ill, threshold):
    found = missed = cleared = alarmed = 0
    for p, sick in zip(probability, ill, strict=True):
        if sick:
            found, missed = found + (p > threshold), missed + (p <= threshold)
        else:
            alarmed, cleared = alarmed + (p > threshold), cleared + (p <= threshold)
    return [found / (found + missed), cleared / (cleared + alarmed)]


def rates_by_products(probability, ill, threshold):
    sick, alarm = ill.astype(float), (probability > threshold).astype(float)
    return float(sick @ alarm / sick.sum()), float((1 - sick) @ (1 - alarm) / (1 - sick).sum())


def rates_swapped(probability, ill, threshold):
    return rates(probability, ill, threshold)[::-1]


def rates_with_equal(probability, ill, threshold):
    alarm = probability >= threshold
    return np.mean(alarm[ill]), np.mean(~alarm[~ill])


def rates_false_alarms(probability, ill, threshold):
    sensitivity, specificity = rates(probability, ill, threshold)
    return sensitivity, 1 - specificity


def rates_missed(probability, ill, threshold):
    sensitivity, specificity = rates(probability, ill, threshold)
    return 1 - sensitivity, specificity


def rates_of_alarms(probability, ill, threshold):
    """Precision, and how many of the cleared are healthy."""
    alarm = probability > threshold
    return np.sum(ill & alarm) / np.sum(alarm), np.sum(~ill & ~alarm) / np.sum(~alarm)


def rates_of_everybody(probability, ill, threshold):
    alarm = probability > threshold
    return np.mean(alarm & ill), np.mean(~alarm & ~ill)


def rates_at_half(probability, ill, threshold):
    return rates(probability, ill, 0.5)


def rates_below(probability, ill, threshold):
    alarm = probability < threshold
    return np.mean(alarm[ill]), np.mean(~alarm[~ill])


def _precision(probability, ill, threshold):
    alarm = probability > threshold
    return np.sum(ill & alarm) / np.sum(alarm)


def rates_with_precision_second(probability, ill, threshold):
    return rates(probability, ill, threshold)[0], _precision(probability, ill, threshold)


def rates_with_precision_first(probability, ill, threshold):
    return _precision(probability, ill, threshold), rates(probability, ill, threshold)[1]


def rates_precision_and_recall(probability, ill, threshold):
    return _precision(probability, ill, threshold), rates(probability, ill, threshold)[0]


def rates_of_cleared(probability, ill, threshold):
    alarm = probability > threshold
    return np.mean(alarm[ill]), np.sum(~ill & ~alarm) / np.sum(~alarm)


def rates_of_probability(probability, ill, threshold):
    return np.mean(probability[ill]), np.mean(1 - probability[~ill])


def rates_of_the_other_group(probability, ill, threshold):
    alarm = probability > threshold
    return np.mean(alarm[~ill]), np.mean(~alarm[ill])


def rates_right_to_wrong(probability, ill, threshold):
    alarm = probability > threshold
    return np.sum(alarm & ill) / np.sum(~alarm & ill), np.sum(~alarm & ~ill) / np.sum(alarm & ~ill)


def rates_counts(probability, ill, threshold):
    alarm = probability > threshold
    return int(np.sum(alarm & ill)), int(np.sum(~alarm & ~ill))


QUESTION = QuestionDefinition(
    id="2.2",
    title="Sensitivity and specificity",
    draw=draw_patients,
    reference=rates,
    accepted=[rates_by_counting, rates_by_products],
    mistakes=[
        Mistake(rates_swapped, "another order"),
        Mistake(
            rates_with_equal,
            "exactly at",
            "A patient exactly at the threshold gets the alarm here. The alarm is given above it only.",
        ),
        Mistake(
            rates_false_alarms,
            "no alarm",
            "The sensitivity is right. The second number is the share of the healthy who are alarmed; the specificity is the share "
            "of them who get no alarm.",
        ),
        Mistake(
            rates_missed,
            "missed",
            "The specificity is right. The first number is the share of the ill who are missed; the sensitivity is the share "
            "who are found.",
        ),
        Mistake(
            rates_of_alarms,
            "of the ill",
            "These are shares of those with an alarm and of those without. Sensitivity is a share of the ill, "
            "specificity one of the healthy.",
        ),
        Mistake(
            rates_of_everybody,
            "all patients",
            "Both counts are divided by the number of all patients. Divide the first by how many are ill, the second by how many "
            "are healthy.",
        ),
        Mistake(
            rates_at_half,
            "0.5",
            "The threshold is always 0.5 here. Use the one that is given.",
        ),
        Mistake(
            rates_below,
            "above the threshold",
            "The alarm is given below the threshold here. It belongs above the threshold: there the illness is likely.",
        ),
        Mistake(
            rates_with_precision_second,
            "precision",
            "The sensitivity is right. The second number is the precision, the share of true alarms; the specificity looks at the "
            "healthy alone.",
        ),
        Mistake(
            rates_with_precision_first,
            "precision",
            "The specificity is right. The first number is the precision, a share of those with an alarm; the sensitivity is a "
            "share of the ill.",
        ),
        Mistake(
            rates_precision_and_recall,
            "precision and recall",
            "These are precision and recall. Recall is another name of the sensitivity, which comes first; the specificity is missing.",
        ),
        Mistake(
            rates_of_cleared,
            "without an alarm",
            "The sensitivity is right. The second number is a share of all who are without an alarm; the specificity is a share of the "
            "healthy.",
        ),
        Mistake(
            rates_of_probability,
            "has not been used",
            "These are means of probabilities: the threshold has not been used. First decide who gets the alarm.",
        ),
        Mistake(
            rates_of_the_other_group,
            "groups are exchanged",
            "The groups are exchanged: these are the alarms of the healthy and the ill without one.",
        ),
        Mistake(
            rates_right_to_wrong,
            "divided by",
            "Those who were judged rightly are divided by those who were judged wrongly. A share is divided by the whole group, "
            "right and wrong together.",
        ),
        Mistake(
            rates_counts,
            "numbers of patients",
            "These are numbers of patients. Shares are asked for: divide by how many are ill, and by how many are healthy.",
        ),
    ],
    hints=[
        "Whoever is above the threshold gets the alarm: `probability > threshold` is an array of True and False.",
        "`alarm[ill]` holds the alarms of the ill alone. Its mean is a share.",
        "`~ill` are the healthy; `~alarm` is no alarm.",
    ],
)
