"""Question 2.3: the hit rate at k of a recommender."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_people(rng):
    def case(name, people, films, rated, held, k, **options):
        scores = np.stack([rng.permutation(films) for _ in range(people)]) + np.round(rng.uniform(0, 0.9), 1)
        seen, kept = np.zeros((people, films), bool), np.zeros((people, films), bool)
        for person in range(people):
            order = rng.permutation(films)
            # People have rated much of what scores high.
            best = np.argsort(-scores[person])[: rated + 1]
            seen[person, best[:rated] if person % 2 else order[:rated]] = True
            kept[person, rng.choice(np.flatnonzero(~seen[person]), size=held, replace=False)] = True
        return Case(name, {"scores": scores, "rated": seen, "held_back": kept, "k": k}, **options)

    def settled(name, hits, k, lowest=0.0, **options):
        """Half of the first films on everybody's list are rated; the film at that place of the others is held back.

        Of every second person the last film is held back, too.
        """
        people, films = len(hits), 4 * k + 4
        scores = np.stack([rng.permutation(films) for _ in range(people)]) + lowest
        seen, kept = np.zeros((people, films), bool), np.zeros((people, films), bool)
        for person, place in enumerate(hits):
            best = np.argsort(-scores[person])
            seen[person, best[: 2 * k : 2]] = True
            left = best[~seen[person, best]]
            kept[person, [left[place], left[-1]][: 1 + person % 2]] = True
        return Case(name, {"scores": scores, "rated": seen, "held_back": kept, "k": k}, **options)

    return [
        settled("lists of three", [2, 0, 3, 4, 1, 5, 3], 3, points=2),
        settled("lists of one", [0, 1, 1, 2, 0], 1),
        case("several films held back", 40, 20, 6, 4, 4),
        case("one person", 1, 8, 2, 1, 3),
        settled("scores below 0, such as logarithms", [0, 3, 1, 4, 2], 2, lowest=-20.5),
        settled("inputs left as they are", [1, 2, 0, 3], 2, pure=True),
    ]


def hit_rate(scores, rated, held_back, k):
    left = np.where(rated, -np.inf, scores)
    first = np.argsort(-left, axis=1)[:, :k]
    return np.mean(np.take_along_axis(held_back, first, axis=1).any(axis=1))


def hit_rate_person_by_person(scores, rated, held_back, k):
    hits = 0
    for row, seen, kept in zip(scores, rated, held_back, strict=True):
        candidates = sorted(np.flatnonzero(~seen), key=lambda film: row[film], reverse=True)
        hits += any(kept[film] for film in candidates[:k])
    return hits / len(scores)


def hit_rate_by_rank(scores, rated, held_back, k):
    """How many films that are not rated score higher than the best one held back?"""
    best = np.where(held_back, scores, -np.inf).max(axis=1, keepdims=True)
    return float((((scores > best) & ~rated).sum(axis=1) < k).mean())


def hits_with_rated(scores, rated, held_back, k):
    return hit_rate(scores, np.zeros_like(rated), held_back, k)


def hits_lowest(scores, rated, held_back, k):
    return hit_rate(-scores, rated, held_back, k)


def hits_counted(scores, rated, held_back, k):
    first = np.argsort(-np.where(rated, -np.inf, scores), axis=1)[:, :k]
    return np.mean(np.take_along_axis(held_back, first, axis=1))


def hits_number_of_people(scores, rated, held_back, k):
    return hit_rate(scores, rated, held_back, k) * len(scores)


def hits_all_needed(scores, rated, held_back, k):
    first = np.argsort(-np.where(rated, -np.inf, scores), axis=1)[:, :k]
    found = np.take_along_axis(held_back, first, axis=1).sum(axis=1)
    return np.mean(found == held_back.sum(axis=1))


def hits_one_too_many(scores, rated, held_back, k):
    return hit_rate(scores, rated, held_back, k + 1)


def hits_recall(scores, rated, held_back, k):
    first = np.argsort(-np.where(rated, -np.inf, scores), axis=1)[:, :k]
    return np.take_along_axis(held_back, first, axis=1).sum() / held_back.sum()


def hits_held_back_hidden(scores, rated, held_back, k):
    first = np.argsort(-np.where(held_back, -np.inf, scores), axis=1)[:, :k]
    return np.mean(np.take_along_axis(rated, first, axis=1).any(axis=1))


def hits_times_not_rated(scores, rated, held_back, k):
    """Rated films get the score 0."""
    return hit_rate(scores * ~rated, np.zeros_like(rated), held_back, k)


def hits_none(scores, rated, held_back, k):
    """Lists that hold what is rated: without a minus in `argsort`, or with the condition turned round."""
    return 0.0


def hits_at_places_without_rated(scores, rated, held_back, k):
    """Leaves the rated films out of each row, but looks the places up in the whole row."""
    rows = zip(scores, rated, held_back, strict=True)
    return np.mean([kept[np.argsort(-row[~seen])[:k]].any() for row, seen, kept in rows])


def hits_first_alone(scores, rated, held_back, k):
    return hit_rate(scores, rated, held_back, 1)


def hits_one_too_few(scores, rated, held_back, k):
    return hit_rate(scores, rated, held_back, k - 1)


def hits_sorted_down_the_columns(scores, rated, held_back, k):
    first = np.argsort(-np.where(rated, -np.inf, scores), axis=0)[:, :k]
    return np.mean(np.take_along_axis(held_back, first, axis=1).any(axis=1))


def hits_several_times(scores, rated, held_back, k):
    first = np.argsort(-np.where(rated, -np.inf, scores), axis=1)[:, :k]
    return np.take_along_axis(held_back, first, axis=1).sum() / len(scores)


def hits_films_taken_for_rows(scores, rated, held_back, k):
    first = np.argsort(-np.where(rated, -np.inf, scores), axis=1)[:, :k]
    return np.mean(held_back[first].any(axis=1))


def hits_of_everybodys_lists(scores, rated, held_back, k):
    first = np.argsort(-np.where(rated, -np.inf, scores), axis=1)[:, :k]
    return np.mean(held_back[:, first].any(axis=(1, 2)))


def hits_zero_for_rated(scores, rated, held_back, k):
    """Right, but marks the rated films in the scores that were given."""
    scores[rated] = -1e9
    return hit_rate(scores, rated, held_back, k)


QUESTION = QuestionDefinition(
    id="2.3",
    title="Hit rate at k",
    draw=draw_people,
    reference=hit_rate,
    accepted=[hit_rate_person_by_person, hit_rate_by_rank],
    mistakes=[
        Mistake(
            hits_with_rated,
            "rated already",
            "Films that a person has rated already take places in the list. Leave them out before the first k are taken.",
        ),
        Mistake(
            hits_lowest,
            "highest",
            "The list begins with the lowest scores. It should with the highest: `argsort` sorts upwards.",
        ),
        Mistake(
            hits_counted,
            "at least one",
            "That is the mean over all places of the lists. A person is a hit or not: at least one held-back film among the k.",
        ),
        Mistake(
            hits_number_of_people,
            "share",
            "That is the number of people with a hit. Divide it by the number of people: a share is asked for.",
        ),
        Mistake(
            hits_all_needed,
            "not all",
            "Here a hit needs all of a person's held-back films in the list. One is enough, not all are needed.",
        ),
        Mistake(
            hits_one_too_many,
            "k + 1",
            "The lists are one film too long: k + 1 instead of k.",
        ),
        Mistake(
            hits_recall,
            "recall",
            "That is the share of the held-back films that are found, the recall at k. The hit rate is a share of people.",
        ),
        Mistake(
            hits_held_back_hidden,
            "exchanged",
            "`rated` and `held_back` are exchanged: what is rated is left out of the list, what is held back is looked for in it.",
        ),
        Mistake(
            hits_times_not_rated,
            "below 0",
            "A rated film gets the score 0. Where all scores are below 0, that is the highest: give it one that is below all "
            "others, such as minus infinity.",
        ),
        Mistake(
            hits_none,
            "no list",
            "There is a hit in no list, in none of the cases. Look at one: do the rated films stand first? `argsort` puts the lowest "
            "score first, minus infinity before all.",
        ),
        Mistake(
            hits_at_places_without_rated,
            "row is shorter",
            "Without the rated films each row is shorter, and so its places are not the numbers of the films any more. Shorten "
            "`held_back` in the same way, or keep the row's length.",
        ),
        Mistake(
            hits_first_alone,
            "k is not used",
            "Only the first film of each list is looked at; k is not used.",
        ),
        Mistake(
            hits_one_too_few,
            "k - 1",
            "The lists are one film too short: k - 1 instead of k.",
        ),
        Mistake(
            hits_sorted_down_the_columns,
            "down the columns",
            "The films are sorted down the columns, which compares people. Sort along the last axis: each person has an own list.",
        ),
        Mistake(
            hits_several_times,
            "counts several times",
            "A person with several hits counts several times here. It should count once: is there at least one?",
        ),
        Mistake(
            hits_films_taken_for_rows,
            "numbers of columns",
            "The numbers of the films are used to choose rows of `held_back`, but they are numbers of columns, and each person has "
            "others. Look them up row by row; `np.take_along_axis` does.",
        ),
        Mistake(
            hits_of_everybodys_lists,
            "everybody's list",
            "`held_back[:, first]` looks up everybody's list in each person's row. Each row has a list of its own: look them up row "
            "by row; `np.take_along_axis` does.",
        ),
        Mistake(hits_zero_for_rated, "in place"),
    ],
    hints=[
        "First make sure that what is rated cannot come into the list: `np.where(rated, -np.inf, scores)`.",
        "`np.argsort(-scores, axis=1)[:, :k]` gives the numbers of the k films with the highest scores, for each person.",
        "`np.take_along_axis(held_back, first, axis=1)` looks them up; `.any(axis=1)` says for each person whether there is a hit.",
    ],
)
