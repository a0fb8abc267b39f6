"""Payments, ratings and hiring records: rare fraud, latent taste, and a bias whose size is known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlcourse.data import Dataset, generated
from dlcourse.data.generated.hiring import COLUMNS, SLOPE
from dlcourse.data.generated.transactions import KINDS

GROUP = COLUMNS.index("group")


@pytest.fixture(scope="module")
def payments(made) -> Dataset:
    return made("card_transactions")


@pytest.fixture(scope="module")
def ratings(made) -> Dataset:
    return made("film_ratings")


@pytest.fixture(scope="module")
def records() -> Dataset:
    return generated.hiring_records(train=20_000, test=10_000)


def test_one_payment_in_two_hundred_is_a_fraud_so_calling_none_so_is_right_on_199(payments: Dataset) -> None:
    assert payments.y_train.mean() == payments.y_test.mean() == 0.005
    assert set(payments.extra["kind_train"]) == set(range(len(KINDS)))


@pytest.mark.parametrize("column", range(7))
def test_no_single_column_finds_the_frauds(payments: Dataset, column: int) -> None:
    values = payments.x_test[:, column]
    assert max(average_precision_score(payments.y_test, sign * values) for sign in (1, -1)) < 0.2


def test_combinations_of_columns_find_many_more_than_a_weighted_sum_does(payments: Dataset) -> None:
    x, x_test = (np.log1p(part) for part in (payments.x_train, payments.x_test))
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(x, payments.y_train)
    rows = np.flatnonzero((payments.y_train == 1) | (np.arange(len(x)) % 4 == 0))
    trees = RandomForestClassifier(20, min_samples_leaf=3, random_state=0).fit(x[rows], payments.y_train[rows])
    scores = [average_precision_score(payments.y_test, model.predict_proba(x_test)[:, 1]) for model in (linear, trees)]
    assert 0.1 < scores[0] < 0.35
    assert 0.4 < scores[1] < 0.9


def test_a_share_of_frauds_is_kept_to_the_payment_in_both_parts() -> None:
    payments = generated.card_transactions(train=1000, test=500, fraud=0.01)
    assert (payments.y_train.sum(), payments.y_test.sum()) == (10, 5)


def as_indicators(pairs: np.ndarray) -> np.ndarray:
    """One column a person and one a film."""
    rows = np.arange(len(pairs))
    table = np.zeros((len(pairs), 450))
    table[rows, pairs[:, 0]] = table[rows, 300 + pairs[:, 1]] = 1
    return table


def factorised(rest: np.ndarray, pairs: np.ndarray, rank: int) -> np.ndarray:
    """Alternating least squares on what the biases leave, of shape (people, films)."""
    seen, table = np.zeros((2, 300, 150))
    seen[pairs[:, 0], pairs[:, 1]], table[pairs[:, 0], pairs[:, 1]] = 1, rest
    style = np.random.default_rng(0).standard_normal((150, rank)) * 0.3
    for _ in range(8):
        taste = solved(style, seen, table)
        style = solved(taste, seen.T, table.T)
    return taste @ style.T


def solved(factors: np.ndarray, seen: np.ndarray, table: np.ndarray) -> np.ndarray:
    squares = np.einsum("ri,ij,ik->rjk", seen, factors, factors) + 2 * np.eye(factors.shape[1])
    return np.linalg.solve(squares, (table @ factors)[..., None])[..., 0]


def test_three_latent_dimensions_predict_better_than_biases_and_biases_better_than_the_mean(ratings: Dataset) -> None:
    biases = Ridge(3.0).fit(as_indicators(ratings.x_train), ratings.y_train)
    rest = ratings.y_train - biases.predict(as_indicators(ratings.x_train))
    by_bias = biases.predict(as_indicators(ratings.x_test))
    latent = factorised(rest, ratings.x_train, 3)[ratings.x_test[:, 0], ratings.x_test[:, 1]]
    errors = [
        np.sqrt(np.mean((guess - ratings.y_test) ** 2)) for guess in (ratings.y_train.mean(), by_bias, by_bias + latent)
    ]
    assert errors[1] < errors[0] - 0.08
    assert errors[2] < errors[1] - 0.15


def test_the_ratings_are_the_truth_with_noise_and_rounding(ratings: Dataset) -> None:
    expected = np.clip(ratings.extra["expected"], 1, 5)[ratings.x_train[:, 0], ratings.x_train[:, 1]]
    assert np.sqrt(np.mean((expected - ratings.y_train) ** 2)) == pytest.approx(np.sqrt(0.4**2 + 1 / 12), abs=0.06)
    assert set(ratings.y_train) <= {1, 2, 3, 4, 5}


def test_everyone_has_five_ratings_held_back_and_no_film_is_rated_twice(ratings: Dataset) -> None:
    assert np.bincount(ratings.x_test[:, 0]).tolist() == [5] * 300
    everything = np.concatenate([ratings.x_train, ratings.x_test])
    assert len(np.unique(everything, axis=0)) == len(everything)


def test_people_see_what_they_like_and_what_others_see(ratings: Dataset) -> None:
    expected = ratings.extra["expected"]
    assert expected[ratings.x_train[:, 0], ratings.x_train[:, 1]].mean() > expected.mean() + 0.1
    views = np.sort(np.bincount(ratings.x_train[:, 1], minlength=150))
    assert views[-30:].sum() > 3 * views[:30].sum()


def test_every_film_has_a_title_of_its_own(ratings: Dataset) -> None:
    assert len(set(ratings.extra["titles"])) == 150


def test_a_person_cannot_have_seen_fewer_films_than_are_held_back() -> None:
    with pytest.raises(ValueError, match="seen must be an integer from 6 to 75, got 5"):
        generated.film_ratings(seen=5)


def decision_weights(records: Dataset) -> np.ndarray:
    """Weights of a logistic regression of the decision on all columns, in units of their spread but for the group."""
    scale = records.x_train.std(axis=0)
    scale[GROUP] = 1
    return LogisticRegression(C=1e6, max_iter=500).fit(records.x_train / scale, records.y_train).coef_[0]


@pytest.mark.parametrize("bias", [0.0, 1.5])
def test_a_logistic_regression_recovers_the_planted_bias(bias: float) -> None:
    records = generated.hiring_records(train=20_000, test=2, bias=bias)
    assert decision_weights(records)[GROUP] == pytest.approx(-bias, abs=0.15)


def test_skill_is_the_same_in_both_groups_and_the_share_hired_is_not(records: Dataset) -> None:
    group = records.x_train[:, GROUP] == 1
    qualified, hired = records.extra["qualified_train"], records.y_train
    assert qualified[group].mean() == pytest.approx(qualified[~group].mean(), abs=0.02)
    assert hired[~group].mean() > hired[group].mean() + 0.15


def test_in_the_other_group_the_same_person_has_log_odds_that_differ_by_the_bias(records: Dataset) -> None:
    probability, fair = (records.extra[f"{each}_train"].astype("float64") for each in ("probability", "fair"))
    log_odds = [np.log(each / (1 - each)) for each in (fair, probability)]
    group = records.x_train[:, GROUP] == 1
    usual = np.abs(log_odds[0]) < 6
    assert (log_odds[0] - log_odds[1])[group & usual] == pytest.approx(1.5, abs=1e-3)
    assert np.array_equal(fair[~group], probability[~group])


def test_the_counterfactual_decision_helps_group_1_alone_and_is_measured(records: Dataset) -> None:
    group = records.x_train[:, GROUP] == 1
    gain = records.extra["counterfactual_train"] - records.y_train
    assert set(gain[group]) == {0, 1}
    assert set(gain[~group]) == {-1, 0}
    expected = (records.extra["fair_train"] - records.extra["probability_train"])[group].mean()
    assert gain[group].mean() == pytest.approx(expected, abs=0.015)


@pytest.mark.parametrize(("proxy", "least", "most"), [(1.5, 0.08, 0.3), (0.0, -0.02, 0.02)])
def test_leaving_the_group_out_leaves_the_gap_in_where_other_columns_tell_it(proxy, least, most) -> None:
    records = generated.hiring_records(train=20_000, test=10_000, proxy=proxy)
    blind, test = np.delete(records.x_train, GROUP, axis=1), np.delete(records.x_test, GROUP, axis=1)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(blind, records.y_train)
    chosen, group = model.predict(test), records.x_test[:, GROUP] == 1
    assert least < chosen[~group].mean() - chosen[group].mean() < most


def test_the_fair_probability_rises_with_merit_alone(records: Dataset) -> None:
    assert SLOPE > 0
    experience = records.x_train[:, 0]
    assert np.corrcoef(experience, records.extra["fair_train"])[0, 1] > 0.4
    assert abs(np.corrcoef(records.x_train[:, GROUP], records.extra["fair_train"])[0, 1]) < 0.03
