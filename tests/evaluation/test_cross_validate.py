"""Cross-validation against scikit-learn's, with models that tell what they have seen."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier

from dlcourse.evaluation import cross_validate

X, Y = load_iris(return_X_y=True)
RANDOM = np.random.default_rng(1)


def nearest():
    return KNeighborsClassifier(5)


class Recorder:
    """Keeps what it was given; predicts whether an input was trained on."""

    made = ()

    def __init__(self, seed=None):
        self.seed = seed
        Recorder.made = (*Recorder.made, self)

    def fit(self, x, y, **keywords):
        self.seen, self.keywords = set(x[:, 0].tolist()), keywords

    def predict(self, x, **keywords):
        return np.array([float(value in self.seen) for value in x[:, 0]])


@pytest.fixture(autouse=True)
def _forget():
    Recorder.made = ()


@pytest.mark.parametrize(
    ("scheme", "theirs"),
    [
        ("k-fold", KFold(5, shuffle=True, random_state=2)),
        ("stratified", StratifiedKFold(5, shuffle=True, random_state=2)),
    ],
)
def test_scores_are_scikit_learns(scheme, theirs):
    ours = cross_validate(nearest, X, Y, scheme=scheme, split_seed=2)
    np.testing.assert_allclose(ours.scores[0], cross_val_score(nearest(), X, Y, cv=theirs))


def test_a_series_and_another_score_are_scikit_learns():
    x = RANDOM.normal(size=(40, 2))
    y = x @ [1.0, -2.0] + RANDOM.normal(size=40)
    ours = cross_validate(LinearRegression, x, y, scheme="time-series", count=4, score=mean_squared_error)
    expected = cross_val_score(LinearRegression(), x, y, cv=TimeSeriesSplit(4), scoring="neg_mean_squared_error")
    np.testing.assert_allclose(ours.scores[0], -expected)


def test_mean_and_spreads_are_those_of_folds_and_of_seeds():
    result = cross_validate(
        Recorder, X, Y, score=lambda y, p: float(Recorder.made[-1].seed + len(y) / 10), seeds=(1, 4)
    )
    assert result.scores.shape == (2, 5)
    assert result.mean == pytest.approx(2.5 + 3)
    assert result.spread == 0
    assert result.spread_of_seeds == pytest.approx(np.std([4, 7], ddof=1))
    assert np.isnan(cross_validate(nearest, X, Y).spread_of_seeds)


def test_the_folds_are_the_same_for_every_seed_and_each_model_is_fresh():
    x = np.arange(20.0)[:, None]
    cross_validate(Recorder, x, np.zeros(20), seeds=(7, 8))
    assert [model.seed for model in Recorder.made] == [7] * 5 + [8] * 5
    assert [model.seen for model in Recorder.made[:5]] == [model.seen for model in Recorder.made[5:]]
    assert all(len(model.seen) == 16 for model in Recorder.made)


@pytest.mark.parametrize("scheme", ["k-fold", "grouped"])
@pytest.mark.parametrize("inner", [0, 2])
def test_no_model_is_tested_on_what_it_was_trained_on(scheme, inner):
    x, groups = np.arange(40.0)[:, None], np.arange(40) % 10
    builders = {"a": Recorder, "b": Recorder} if inner else Recorder
    keywords = {"groups": groups} if scheme == "grouped" else {}
    result = cross_validate(builders, x, np.zeros(40), scheme=scheme, inner=inner, count=4, **keywords)
    assert (result.scores == 1).all()  # a predicted 1 is an input that was seen; every target is 0


def test_nested_scores_are_those_of_a_search_inside_each_fold():
    builders = {f"{k}": lambda k=k: KNeighborsClassifier(k) for k in (1, 15, 60)}
    ours = cross_validate(builders, X, Y, scheme="stratified", count=4, inner=3, split_seed=5)
    inside = StratifiedKFold(3, shuffle=True, random_state=5)
    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 15, 60]}, cv=inside)
    expected = cross_val_score(search, X, Y, cv=StratifiedKFold(4, shuffle=True, random_state=5))
    np.testing.assert_allclose(ours.scores[0], expected)
    assert len(ours.chosen[0]) == 4
    assert "60" not in ours.chosen[0]


def test_the_smallest_score_is_chosen_where_smaller_is_better():
    builders = {"near": nearest, "far": lambda: KNeighborsClassifier(30)}
    ours = cross_validate(builders, X, Y, inner=2, count=2, score=lambda y, p: (y != p).mean(), larger_is_better=False)
    assert ours.chosen == (("near", "near"),)


def test_choosing_by_the_test_folds_looks_better_than_it_is_and_nesting_does_not():
    x, y = RANDOM.normal(size=(60, 12)), RANDOM.integers(0, 2, 60)  # nothing to learn
    builders = {f"{column}": lambda column=column: OneColumn(column) for column in range(12)}
    flat = max(cross_validate(each, x, y).mean for each in builders.values())
    nested = cross_validate(builders, x, y, inner=5).mean
    assert flat > 0.55
    assert nested < flat - 0.05


class OneColumn(KNeighborsClassifier):
    """Looks at one column alone."""

    def __init__(self, column=0):
        super().__init__(3)
        self.column = column

    def fit(self, x, y):
        return super().fit(x[:, [self.column]], y)

    def predict(self, x):
        return super().predict(x[:, [self.column]])


@pytest.mark.parametrize("shape", [(20, 3), (20, 1), (20,)])
def test_probabilities_count_as_classes(shape):
    y = RANDOM.integers(0, 2, 20)

    class Knows(Recorder):
        def predict(self, x):
            known = y[x[:, 0].astype(int)]
            rows = np.eye(3)[known] * 0.8 if shape[1:] == (3,) else 0.9 * known.reshape(-1, *shape[1:]) + 0.05
            return rows.astype("float32")

    assert cross_validate(Knows, np.arange(20.0)[:, None], y, count=4).mean == 1


def test_arguments_of_fit_reach_the_model():
    cross_validate(Recorder, np.arange(6.0)[:, None], np.zeros(6), count=2, fit={"epochs": 3})
    assert [model.keywords for model in Recorder.made] == [{"epochs": 3}] * 2


def test_it_tells_mean_and_spread_when_it_is_shown():
    result = cross_validate(nearest, X, Y)
    assert repr(result) == f"CrossValidation({result.mean:.3f} ± {result.spread:.3f} over 5 folds and 1 seeds)"


ONE = Recorder()


@pytest.mark.parametrize(
    ("builder", "keywords", "words"),
    [
        (lambda: ONE, {}, "new model at each call, got the same one"),
        (object, {}, "a model with fit and predict, got object"),
        (nearest, {"seeds": ()}, "seeds must be at least one"),
        (nearest, {"inner": 3}, "got 1 builders and inner=3"),
        ({"a": nearest, "b": nearest}, {}, "got 2 builders and inner=0"),
        ({"a": nearest, "b": nearest}, {"inner": 1}, "got 2 builders and inner=1"),
        ({}, {}, "got 0 builders"),
        (nearest, {"fit": {"validation_data": (X, Y)}}, "no validation_data.*leak"),
        (nearest, {"score": lambda y, p: np.nan}, "a finite number, got nan"),
        (nearest, {"groups": Y}, "'k-fold' would tear apart groups"),
    ],
)
def test_what_would_mislead_is_named(builder, keywords, words):
    with pytest.raises(ValueError, match=words):
        cross_validate(builder, X, Y, **keywords)


def test_inputs_and_targets_of_different_length_are_named():
    with pytest.raises(ValueError, match=r"one row for each example, got shapes \(150, 4\) and \(149,\)"):
        cross_validate(nearest, X, Y[1:])
