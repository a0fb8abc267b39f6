"""The tables and small images that ship inside scikit-learn, split once and for all.

Every call gives the same split: a quarter of the examples, drawn with a fixed seed (stratified by class where there are
classes), is the test part. Inputs are float32 in the units of their source; scaling them is the lesson's business.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.registry import Entry

TEST_SHARE = 0.25
SPLIT_SEED = 0


def _digits() -> Dataset:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return split("digits", bunch.images, bunch.target, (), tuple(str(digit) for digit in range(10)), _DIGITS)


def _breast_cancer() -> Dataset:
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    features = tuple(str(each) for each in bunch.feature_names)
    classes = tuple(str(each) for each in bunch.target_names)
    return split("breast_cancer", bunch.data, bunch.target, features, classes, _BREAST_CANCER)


def _diabetes() -> Dataset:
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(scaled=False)
    return split("diabetes", bunch.data, bunch.target, tuple(bunch.feature_names), (), _DIABETES)


def split(
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    feature_names: tuple[str, ...],
    class_names: tuple[str, ...],
    provenance: Provenance,
) -> Dataset:
    """A quarter of the examples held back, stratified by class where there are classes, the same quarter every time."""
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
ENTRIES = (
    Entry("digits", "embedded", "Small handwritten digits: the first image classifier, in seconds.", _DIGITS, _digits),
    Entry(
        "breast_cancer",
        "embedded",
        "Two classes from 30 measurements: scaling, calibration, costs of a wrong answer.",
        _BREAST_CANCER,
        _breast_cancer,
    ),
    Entry("diabetes", "embedded", "A small, noisy regression: baselines and overfitting.", _DIABETES, _diabetes),
)
