"""Reviews: a bag of words gets negation and contrast wrong, a rule that reads in order gets all right."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from dlcourse.data import Dataset, generated
from dlcourse.data.generated.reviews import BAD, GOOD, KINDS


@pytest.fixture(scope="module")
def reviews(made) -> Dataset:
    return made("negated_reviews")


@pytest.fixture(scope="module")
def bag_of_words_is_right(reviews: Dataset) -> np.ndarray:
    words = CountVectorizer(token_pattern=r"\S+").fit(reviews.x_train)
    model = LogisticRegression(max_iter=500).fit(words.transform(reviews.x_train), reviews.y_train)
    return model.predict(words.transform(reviews.x_test)) == reviews.y_test


def read_in_order(review: str) -> int:
    """The verdict of the main clause: its word's, turned round by a negation."""
    opinion = review.removesuffix(" .").split(" . ")[-1]
    if " but " in opinion:
        main = opinion.split(" but ")[1]
    elif opinion.startswith(("although ", "even though ")):
        main = opinion.split(" , ")[1]
    else:
        main = re.split(" although | even though ", opinion)[0]
    words = main.split()
    positive = any(word in GOOD for word in words)
    return int(positive != any(word in ("not", "never", "hardly", "nobody", "nothing") for word in words))


def test_a_rule_that_reads_in_order_is_always_right(reviews: Dataset) -> None:
    assert [read_in_order(review) for review in reviews.x_test] == reviews.y_test.tolist()


def test_a_bag_of_words_is_right_on_less_than_70_percent(bag_of_words_is_right: np.ndarray) -> None:
    assert bag_of_words_is_right.mean() < 0.7


@pytest.mark.parametrize(
    ("kind", "least", "most"), [("plain", 0.9, 1.0), ("negation", 0.0, 0.25), ("contrast", 0.35, 0.65)]
)
def test_it_knows_plain_reviews_inverts_negations_and_guesses_at_contrasts(
    reviews: Dataset, bag_of_words_is_right: np.ndarray, kind: str, least: float, most: float
) -> None:
    of_kind = reviews.extra["kind_test"] == KINDS.index(kind)
    assert least <= bag_of_words_is_right[of_kind].mean() <= most


def test_the_two_verdicts_are_equally_frequent(reviews: Dataset) -> None:
    assert reviews.y_train.mean() == pytest.approx(0.5, abs=0.03)


def test_the_good_and_the_bad_words_are_different_words() -> None:
    assert not set(GOOD) & set(BAD)
    assert len(GOOD) == len(BAD) == 20


def test_noise_turns_that_share_of_training_verdicts_and_no_test_verdict() -> None:
    clean, noisy = (generated.negated_reviews(noise=each) for each in (0.0, 0.2))
    assert np.mean(clean.y_train != noisy.y_train) == pytest.approx(0.2, abs=0.02)
    assert np.array_equal(clean.y_test, noisy.y_test)


def test_one_kind_alone_can_be_had() -> None:
    reviews = generated.negated_reviews(plain=0, contrast=0)
    assert set(reviews.extra["kind_train"]) == {KINDS.index("negation")}


def test_no_kind_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="plain, negation and contrast must not all be 0"):
        generated.negated_reviews(plain=0, negation=0, contrast=0)
