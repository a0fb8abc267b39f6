r"""Films and people with a latent taste: recommendation where the truth is known.

Person u gives film i the rating $r_{ui} = \text{round}(\mu + b_u + c_i + p_u \cdot q_i + \varepsilon)$, clipped to 1
to 5, with a taste $p_u$ and a style $q_i$ in a space of a few dimensions. People see popular films more often, and
films that they will like more often, so the mean of what is seen is above the mean of what there is.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import halves, provenance, real, stream, whole, words
from dlcourse.data.registry import Entry

FIRST = words(
    "Quiet Silver Last Hidden Burning Distant Golden Broken Second Winter Paper Midnight Lonely Crimson Endless"
)
SECOND = words(
    "Harbour Letter Garden Mountain Station Summer Promise Shadow River Orchard Voyage Window Kingdom Signal"
)
MEAN, PERSON_DEVIATION, FILM_DEVIATION = 3.3, 0.35, 0.4


def film_ratings(
    people: int = 300,
    films: int = 150,
    seen: int = 30,
    held_back: int = 5,
    dimensions: int = 3,
    noise: float = 0.4,
    seed: int = 0,
) -> Dataset:
    """Who gave which film how many stars; of each person some ratings are held back.

    `x` has shape (ratings, 2), int64: person and film. `y` is the stars, 1 to 5, float32. `extra` holds the truth:
    `taste`, of shape (people, dimensions), `style`, of shape (films, dimensions), `person_bias`, `film_bias`,
    `expected`, the stars before noise and rounding, of shape (people, films), and the films' `titles`.

    Args:
        people: How many, at least 2.
        films: How many, 2 to 210.
        seen: How many films each person has seen, more than `held_back`, at most half of the films.
        held_back: How many of them are in the test part, at least 1.
        dimensions: Of taste and style, 1 to 20.
        noise: Standard deviation of a rating's noise, in stars.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    people, films = whole("people", people, 2), whole("films", films, 2, len(FIRST) * len(SECOND))
    held_back = whole("held_back", held_back, 1)
    seen, random = whole("seen", seen, held_back + 1, films // 2), stream(seed)
    extra = _truth(people, films, whole("dimensions", dimensions, 1, 20), random)
    expected = extra["expected"]
    noisy = expected + real("noise", noise, 0) * random.standard_normal(expected.shape)
    stars = np.clip(np.floor(noisy + 0.5), 1, 5)
    chosen = _seen(expected, seen, random)
    x = np.stack([np.repeat(np.arange(people), seen), chosen.ravel()], axis=1).reshape(people, seen, 2)
    x = np.concatenate([part.reshape(-1, 2) for part in np.split(x, [seen - held_back], axis=1)])
    y = stars[x[:, 0], x[:, 1]].astype("float32")
    (x_train, x_test), (y_train, y_test) = (
        halves(x, people * (seen - held_back)),
        halves(y, people * (seen - held_back)),
    )
    shared = {name: values if values.dtype == object else values.astype("float32") for name, values in extra.items()}
    return Dataset("film_ratings", x_train, y_train, x_test, y_test, ("person", "film"), (), PROVENANCE, shared)


def _truth(people: int, films: int, dimensions: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    taste = random.standard_normal((people, dimensions)) / dimensions**0.25
    style = random.standard_normal((films, dimensions)) / dimensions**0.25
    person_bias = PERSON_DEVIATION * random.standard_normal(people)
    film_bias = FILM_DEVIATION * random.standard_normal(films)
    titles = [f"{first} {second}" for first in FIRST for second in SECOND]
    return {
        "taste": taste,
        "style": style,
        "person_bias": person_bias,
        "film_bias": film_bias,
        "expected": MEAN + person_bias[:, None] + film_bias + 0.8 * taste @ style.T,
        "titles": np.array(titles, dtype=object)[random.permutation(len(titles))[:films]],
    }


def _seen(expected: np.ndarray, seen: int, random: np.random.Generator) -> np.ndarray:
    """Which films each person has seen, in random order: the largest of appeal plus popularity plus Gumbel noise."""
    people, films = expected.shape
    popularity = 1.2 * random.standard_normal(films)
    gumbel = -np.log(-np.log(random.random((people, films)) * (1 - 1e-12) + 1e-13))
    first = np.argsort(-(0.5 * expected + popularity + gumbel), axis=1, kind="stable")[:, :seen]
    order = np.argsort(random.random((people, seen)), axis=1, kind="stable")
    return np.take_along_axis(first, order, axis=1)


PROVENANCE = provenance("ratings from latent tastes and styles")
ENTRIES = (
    Entry(
        "film_ratings",
        "generated",
        "Recommend films from who liked what: matrix factorisation by embeddings, hit rate.",
        PROVENANCE,
        film_ratings,
    ),
)
