import numpy as np
import pytest
from sklearn import datasets

from dlcourse import data

SIZES = {"digits": (1797, (8, 8), 10), "breast_cancer": (569, (30,), 2), "diabetes": (442, (10,), 0)}


@pytest.mark.parametrize("name", SIZES)
def test_a_data_set_has_the_published_size_shape_and_classes(name):
    total, shape, classes = SIZES[name]
    loaded = data.load(name)
    assert len(loaded.x_train) + len(loaded.x_test) == total
    assert loaded.x_train.shape[1:] == loaded.x_test.shape[1:] == shape
    assert len(loaded.class_names) == classes
    assert loaded.x_train.dtype == np.float32
    assert loaded.y_train.dtype == (np.int64 if classes else np.float32)


@pytest.mark.parametrize("name", SIZES)
def test_the_split_is_the_same_each_time(name):
    one, other = data.load(name), data.load(name)
    assert np.array_equal(one.x_train, other.x_train)
    assert np.array_equal(one.y_test, other.y_test)


@pytest.mark.parametrize(("name", "original"), [("digits", "load_digits"), ("breast_cancer", "load_breast_cancer")])
def test_no_example_is_lost_or_changed_by_the_split(name, original):
    loaded = data.load(name)
    x, y = getattr(datasets, original)(return_X_y=True)
    both = np.concatenate([loaded.x_train, loaded.x_test]).reshape(len(x), -1)
    labels = np.concatenate([loaded.y_train, loaded.y_test])
    rows = np.column_stack([both, labels])
    expected = np.column_stack([x.astype("float32"), y])
    assert np.array_equal(rows[np.lexsort(rows.T)], expected[np.lexsort(expected.T)])


@pytest.mark.parametrize("name", ["digits", "breast_cancer"])
def test_classes_have_the_same_share_in_both_parts(name):
    loaded = data.load(name)
    train, test = (np.bincount(y) / len(y) for y in (loaded.y_train, loaded.y_test))
    assert np.abs(train - test).max() < 0.01


@pytest.mark.parametrize("name", SIZES)
def test_provenance_is_told(name):
    told = data.load(name).provenance
    assert told.embedded
    assert all(len(text) > 5 for text in (told.source, told.licence, told.citation))


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(ValueError, match=r"name must be one of breast_cancer, .*got 'digit', did you mean 'digits'\?"):
        data.load("digit")


def test_a_data_set_says_what_it_is():
    assert repr(data.load("digits")) == "digits: 1347 training and 450 test examples of shape (8, 8), 10 classes"
