"""Cloth with defects: brightness and contrast do not tell, what a model of clean cloth cannot explain does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from dlcourse.data import Dataset, generated


@pytest.fixture(scope="module")
def cloth(made) -> Dataset:
    return made("defective_textures")


def left_over(cloth: Dataset) -> np.ndarray:
    """Mean squared error of the test pictures after 20 principal components of the clean ones, per picture."""
    clean, test = (part.reshape(len(part), -1) for part in (cloth.x_train, cloth.x_test))
    model = PCA(20, random_state=0).fit(clean)
    return ((model.inverse_transform(model.transform(test)) - test) ** 2).mean(axis=1)


@pytest.fixture(scope="module")
def unexplained(cloth: Dataset) -> np.ndarray:
    return left_over(cloth)


def test_the_training_part_is_clean_and_half_of_the_test_part_has_each_defect_equally_often(cloth: Dataset) -> None:
    assert not cloth.y_train.any()
    assert np.bincount(cloth.y_test).tolist() == [200, 50, 50, 50, 50]


@pytest.mark.parametrize("statistic", [np.mean, np.std])
def test_neither_brightness_nor_contrast_of_the_whole_picture_tells_a_defect(cloth: Dataset, statistic) -> None:
    score = roc_auc_score(cloth.y_test > 0, statistic(cloth.x_test, axis=(1, 2, 3)))
    assert 0.35 < score < 0.65


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_what_a_model_of_clean_cloth_leaves_unexplained_tells_every_kind_of_defect(
    cloth: Dataset, unexplained: np.ndarray, kind: int
) -> None:
    of_kind = np.isin(cloth.y_test, (0, kind))
    assert roc_auc_score(cloth.y_test[of_kind] == kind, unexplained[of_kind]) > 0.9


def test_without_contrast_nothing_tells_a_defect() -> None:
    cloth = generated.defective_textures(contrast=0)
    assert 0.4 < roc_auc_score(cloth.y_test > 0, left_over(cloth)) < 0.6


def test_masks_are_where_the_defects_are_and_small(cloth: Dataset) -> None:
    share = cloth.extra["masks_test"].mean(axis=(1, 2))
    assert np.array_equal(share > 0, cloth.y_test > 0)
    assert share.max() < 0.2
    assert not cloth.extra["masks_train"].any()


def test_a_picture_differs_from_its_clean_twin_inside_the_mask_alone() -> None:
    with_defects, without = (generated.defective_textures(contrast=each, noise=0, train=1) for each in (1.0, 0.0))
    changed = np.abs(with_defects.x_test - without.x_test)[..., 0] > 1e-6
    mask = with_defects.extra["masks_test"]
    assert not changed[~mask].any()
    assert changed[mask].mean() > 0.9
