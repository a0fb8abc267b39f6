"""The Frechet distance against SciPy's matrix root, closed forms, and its laws."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.evaluation import frechet_distance, gaussian_frechet_distance

RANDOM = np.random.default_rng(0)
REAL, GENERATED = RANDOM.normal(size=(40, 5)), RANDOM.normal(0.3, 1.7, size=(30, 5)) @ RANDOM.normal(size=(5, 5))


def by_matrix_root(x, y):
    means, covariances = (x.mean(axis=0), y.mean(axis=0)), (np.cov(x, rowvar=False), np.cov(y, rowvar=False))
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1]).real
    return np.sum((means[0] - means[1]) ** 2) + np.trace(covariances[0] + covariances[1] - 2 * root)


def test_it_is_the_formula_with_the_matrix_root_of_scipy():
    assert frechet_distance(REAL, GENERATED) == pytest.approx(by_matrix_root(REAL, GENERATED), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-5, 5), st.floats(0, 4)] * 2), min_size=1, max_size=4))
def test_with_independent_coordinates_it_is_the_squared_differences_of_means_and_deviations(coordinates):
    m, s, n, t = np.array(coordinates).T
    ours = gaussian_frechet_distance(m, np.diag(s**2), n, np.diag(t**2))
    assert ours == pytest.approx(np.sum((m - n) ** 2 + (s - t) ** 2), rel=1e-9, abs=1e-9)


def test_a_rotation_changes_nothing_and_a_scale_enters_squared():
    rotation = np.linalg.qr(RANDOM.normal(size=(5, 5)))[0]
    plain = frechet_distance(REAL, GENERATED)
    assert frechet_distance(REAL @ rotation, GENERATED @ rotation) == pytest.approx(plain, rel=1e-9)
    assert frechet_distance(3 * REAL, 3 * GENERATED) == pytest.approx(9 * plain, rel=1e-9)


def test_order_does_not_matter_and_a_set_is_at_no_distance_from_itself():
    assert frechet_distance(GENERATED, REAL) == pytest.approx(frechet_distance(REAL, GENERATED), rel=1e-9)
    assert frechet_distance(REAL, REAL) == pytest.approx(0, abs=1e-9)


def test_fewer_samples_than_features_are_no_trouble():
    few = RANDOM.normal(size=(4, 30))
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(few, few + 1) == pytest.approx(30, rel=1e-6)


@pytest.mark.parametrize(
    ("real", "words"),
    [
        (REAL[0], r"real must have shape \(N, D\) with N at least 2, got \(5,\)"),
        (REAL[:1], r"real must have shape \(N, D\) with N at least 2, got \(1, 5\)"),
        (np.full((3, 5), np.nan), "real must hold finite numbers, got nan"),
        (REAL[:, :4], r"means must have shape \(D,\) and covariances \(D, D\), got \(4,\), \(4, 4\), \(5,\), \(5, 5\)"),
    ],
)
def test_features_that_do_not_fit_are_named(real, words):
    with pytest.raises(ValueError, match=words):
        frechet_distance(real, GENERATED)


@pytest.mark.parametrize(
    ("covariance", "words"),
    [
        ([[1.0, 0.5], [0.0, 1.0]], "a covariance must be symmetric, got differences of 0.5"),
        ([[1.0, 2.0], [2.0, 1.0]], "a covariance must have no negative eigenvalue, got -1.0"),
    ],
)
def test_what_is_no_covariance_is_named(covariance, words):
    with pytest.raises(ValueError, match=words):
        gaussian_frechet_distance([0, 0], covariance, [0, 0], np.eye(2))
