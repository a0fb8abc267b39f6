"""Iris and wine: two small tables with three classes each, inside scikit-learn.

They are small enough to look at whole: iris in four scatter plots, wine where one unscaled column (proline, up to
1680) drowns the other twelve.
"""

from __future__ import annotations

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.embedded.scikit_learn import split
from dlcourse.data.registry import Entry


def _iris() -> Dataset:
    from sklearn.datasets import load_iris

    bunch = load_iris()
    classes = tuple(str(each) for each in bunch.target_names)
    return split("iris", bunch.data, bunch.target, tuple(bunch.feature_names), classes, _IRIS)


def _wine() -> Dataset:
    from sklearn.datasets import load_wine

    bunch = load_wine()
    classes = ("cultivar 1", "cultivar 2", "cultivar 3")
    return split("wine", bunch.data, bunch.target, tuple(bunch.feature_names), classes, _WINE)


_IRIS = Provenance(
    source="scikit-learn's load_iris: 150 flowers, measured by Anderson on the Gaspe Peninsula",
    licence="CC BY 4.0 (UCI Machine Learning Repository)",
    citation="Fisher (1936), The use of multiple measurements in taxonomic problems, Annals of Eugenics 7(2)",
    embedded=True,
)
_WINE = Provenance(
    source="scikit-learn's load_wine: chemical analyses of 178 wines of three cultivars from one region of Italy",
    licence="CC BY 4.0 (UCI Machine Learning Repository)",
    citation="Aeberhard and Forina (1992), Wine, UCI Machine Learning Repository",
    embedded=True,
)
ENTRIES = (
    Entry("iris", "embedded", "Four lengths of a flower, three species: every example fits on one plot.", _IRIS, _iris),
    Entry("wine", "embedded", "Thirteen columns in thirteen units: what scaling the inputs is for.", _WINE, _wine),
)
