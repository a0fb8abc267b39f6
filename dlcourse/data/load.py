"""The data sets that ship inside scikit-learn, split once and for all.

Every call gives the same split: a quarter of the examples, drawn with a fixed seed (stratified by class where there are
classes), is the test part. Inputs are float32 in the units of their source; scaling them is the lesson's business.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance

TEST_SHARE = 0.25
SPLIT_SEED = 0


def load(name: str) -> Dataset:
    """The data set of that name.

    Args:
        name: One of `names()`: `"digits"` (images of shape (8, 8), values 0 to 16, 10 classes), `"breast_cancer"`
            (30 measurements of cell nuclei, 2 classes) or `"diabetes"` (10 measurements, progression after a year).

    Raises:
        ValueError: If there is no data set of that name.
    """
    if name not in _LOADERS:
        near = difflib.get_close_matches(str(name), _LOADERS, n=1)
        told = f", did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"name must be one of {', '.join(names())}, got {name!r}{told}")
    return _LOADERS[name]()


def names() -> tuple[str, ...]:
    """The names that `load` takes."""
    return tuple(sorted(_LOADERS))


def _digits() -> Dataset:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return _split("digits", bunch.images, bunch.target, (), tuple(str(digit) for digit in range(10)), _DIGITS)


def _breast_cancer() -> Dataset:
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    features = tuple(str(each) for each in bunch.feature_names)
    classes = tuple(str(each) for each in bunch.target_names)
    return _split("breast_cancer", bunch.data, bunch.target, features, classes, _BREAST_CANCER)


def _diabetes() -> Dataset:
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(scaled=False)
    return _split("diabetes", bunch.data, bunch.target, tuple(bunch.feature_names), (), _DIABETES)


def _split(
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    feature_names: tuple[str, ...],
    class_names: tuple[str, ...],
    provenance: Provenance,
) -> Dataset:
    from sklearn.model_selection import train_test_split

    y = y.astype("int64" if class_names else "float32")
    x_train, x_test, y_train, y_test = train_test_split(
        x.astype("float32"),
        y,
        test_size=TEST_SHARE,
        random_state=SPLIT_SEED,
        stratify=y if class_names else None,
    )
    return Dataset(name, x_train, y_train, x_test, y_test, feature_names, class_names, provenance)


_DIGITS = Provenance(
    source="scikit-learn's load_digits: the test part of UCI's Optical Recognition of Handwritten Digits",
    licence="CC BY 4.0",
    citation="Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository",
    embedded=True,
)
_BREAST_CANCER = Provenance(
    source="scikit-learn's load_breast_cancer: UCI's Breast Cancer Wisconsin (Diagnostic)",
    licence="CC BY 4.0",
    citation="Wolberg, Mangasarian, Street and Street (1993), Breast Cancer Wisconsin (Diagnostic), "
    "UCI Machine Learning Repository",
    embedded=True,
)
_DIABETES = Provenance(
    source="scikit-learn's load_diabetes, unscaled",
    licence="none stated; published with the paper",
    citation="Efron, Hastie, Johnstone and Tibshirani (2004), Least Angle Regression, Annals of Statistics 32(2)",
    embedded=True,
)
_LOADERS: dict[str, Callable[[], Dataset]] = {
    "breast_cancer": _breast_cancer,
    "diabetes": _diabetes,
    "digits": _digits,
}
