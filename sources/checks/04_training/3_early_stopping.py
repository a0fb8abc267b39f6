"""Question 4.3: the epoch whose weights are kept, and the epoch after which training stops."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_losses(rng):
    def case(name, levels, patience, **options):
        """The levels 0, 1, 2 ... become random losses in the same order, equal where levels are."""
        heights = np.round(1 + np.cumsum(rng.uniform(0.05, 0.3, size=max(levels) + 1)), 3)
        return Case(name, {"losses": [float(heights[level]) for level in levels], "patience": patience}, **options)

    return [
        case("better in every epoch", [5, 4, 3, 2, 1], 2),
        case("worse from the start", [0, 1, 2, 3, 4, 5], 3),
        case("a pause that is shorter than the patience", [6, 4, 5, 5, 2, 3, 1, 2, 2, 2, 3], 3, points=2),
        case("worse, but better than the epoch before", [3, 1, 6, 5, 4, 3, 2], 4),
        case("lower losses that come too late", [5, 3, 4, 4, 4, 0, 1], 3),
        case("a loss that stays the same", [4, 2, 2, 2, 2, 2], 2),
        case("an end before patience is lost", [4, 3, 2, 3, 3], 3),
        case("a patience of one epoch", [5, 3, 4, 1, 2], 1),
    ]


def early_stopping(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return best, epoch
    return best, len(losses) - 1


def early_stopping_by_counting(losses, patience):
    lowest, best, waited = float("inf"), -1, 0
    for epoch, loss in enumerate(losses):
        waited += 1
        if loss < lowest:
            lowest, best, waited = loss, epoch, 0
        if waited >= patience:
            break
    return [best, epoch]


def early_stopping_by_search(losses, patience):
    firsts = [losses[: end + 1].index(min(losses[: end + 1])) for end in range(len(losses))]
    ends = [end for end, first in enumerate(firsts) if end == first + patience]
    end = ends[0] if ends else len(losses) - 1
    return firsts[end], end


def _watch(losses, patience, better=lambda loss, lowest, before: loss < lowest, resets=True):
    lowest, best, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if better(loss, lowest, losses[epoch - 1] if epoch else float("inf")):
            lowest, best, waited = loss, epoch, 0 if resets else waited
        else:
            waited += 1
        if waited == patience:
            return best, epoch
    return best, len(losses) - 1


def stop_never(losses, patience):
    return int(np.argmin(losses)), len(losses) - 1


def stop_late(losses, patience):
    return early_stopping(losses, patience + 1)


def stop_at_once_where_best(losses, patience):
    best, _ = early_stopping(losses, patience)
    return best, best


def stop_ties_are_better(losses, patience):
    return _watch(losses, patience, lambda loss, lowest, before: loss <= lowest)


def stop_without_reset(losses, patience):
    return _watch(losses, patience, resets=False)


def stop_against_the_epoch_before(losses, patience):
    return _watch(losses, patience, lambda loss, lowest, before: loss < before)


def stop_best_of_all(losses, patience):
    return int(np.argmin(losses)), early_stopping(losses, patience)[1]


def stop_counted_from_one(losses, patience):
    best, end = early_stopping(losses, patience)
    return best + 1, end + 1


def stop_highest(losses, patience):
    return _watch(losses, patience, lambda loss, lowest, before: loss > (-1 if lowest == float("inf") else lowest))


def stop_loss_given(losses, patience):
    best, end = early_stopping(losses, patience)
    return losses[best], end


def stop_swapped(losses, patience):
    return early_stopping(losses, patience)[::-1]


QUESTION = QuestionDefinition(
    id="4.3",
    title="Early stopping",
    draw=draw_losses,
    reference=early_stopping,
    accepted=[early_stopping_by_counting, early_stopping_by_search],
    mistakes=[
        Mistake(
            stop_never,
            "never stops",
            "This never stops: all losses are looked at. Training cannot know what would come after it was stopped.",
        ),
        Mistake(
            stop_late,
            "one epoch too late",
            "It stops one epoch too late: with a patience of 2, the second epoch without improvement is the last.",
        ),
        Mistake(
            stop_at_once_where_best,
            "look back",
            "The best epoch is given twice. That it was the best is known only when one can look back: training goes on for "
            "the patience.",
        ),
        Mistake(
            stop_ties_are_better,
            "equal",
            "An equal loss is taken as an improvement here. Only a lower one is.",
        ),
        Mistake(
            stop_without_reset,
            "from 0 again",
            "All epochs without improvement are counted together. After an improvement the count begins from 0 again.",
        ),
        Mistake(
            stop_against_the_epoch_before,
            "epoch before",
            "Each loss is compared with that of the epoch before. It should be with the lowest so far.",
        ),
        Mistake(
            stop_best_of_all,
            "after it stopped",
            "The last epoch is right. The best one was looked for in all losses, though, also in those after it stopped.",
        ),
        Mistake(
            stop_counted_from_one,
            "from 0",
            "The epochs are counted from 1. Here they count from 0, as Python does.",
        ),
        Mistake(stop_highest, "lower", "The highest loss is taken for the best. A loss is better when it is lower."),
        Mistake(stop_loss_given, "value 1 of 2"),
        Mistake(stop_swapped, "another order"),
    ],
    hints=[
        "Go through the epochs once, and remember two things: the lowest loss so far, and in which epoch it was.",
        "How many epochs without improvement have passed is this epoch minus the best one. When that is the patience, stop.",
        "If the losses end before that, the last epoch is the last of the list.",
    ],
)
